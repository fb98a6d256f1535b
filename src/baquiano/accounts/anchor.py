"""What this machine remembers of the chain over the audit trail, outside the database: the newest seal, in a small file beside the keys.

Whoever cuts off the newest entries with their seals leaves a shorter chain that fits. Only what was noted elsewhere tells: this file,
or the same two numbers on paper (`baquiano audit anchor`). The file never goes back by itself, so it stays as evidence.
"""

import hmac
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from baquiano.accounts.models import AuditSeal
from baquiano.lib import crypto

SHORT = 16  # digits of the mac on paper


class Unreadable(ValueError):
    """It is not an anchor, or somebody changed it. Shown in the terminal as it is written."""


@dataclass(frozen=True)
class Anchor:
    """The seal of this number had this mac, or one that begins so."""

    number: int
    mac: str

    def __str__(self) -> str:
        return f"{self.number}:{self.mac[:SHORT]}"

    def standing(self) -> str | None:
        """The whole mac of the seal it names, if that still stands in the chain."""
        macs = AuditSeal.objects.filter(pk=self.number, mac__startswith=self.mac).values_list("mac", flat=True)
        return macs.first()


def parse(text: str) -> Anchor:
    """As `baquiano audit anchor` prints it: "1204:9f1c0a…". Raises `Unreadable`."""
    number, _colon, mac = text.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and len(mac) >= SHORT and mac.isalnum()):
        raise Unreadable(f"“{text}” is not an anchor: it looks like 1204:9f1c0a77d2e4b853")
    return Anchor(int(number), mac.lower())


def file() -> Path:
    return Path(settings.ENVIRONMENT.keys_file).with_name("audit.anchor")


def read() -> Anchor | None:
    """None: this machine remembers nothing. Raises `Unreadable` when the file is not as it was written."""
    try:
        raw = json.loads(file().read_text(encoding="utf-8"))
        found = Anchor(int(raw["number"]), str(raw["mac"]))
        is_ours = hmac.compare_digest(str(raw["signature"]), _signature(found))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise Unreadable(f"{file()} is not as it was written, or cannot be read")
    return found


def exists() -> bool:
    return file().exists()


def forget() -> None:
    file().unlink(missing_ok=True)


def advance(head: Anchor) -> bool:
    """Remember this seal. False, and nothing is written, when what was remembered is not in the chain any more."""
    try:
        before = read()
    except Unreadable:
        return False
    if before is not None and before.standing() is None:
        return False
    if before is None or before.number < head.number:
        put(head)
    return True


def put(anchor: Anchor) -> None:
    """Whatever was remembered before. A machine whose folder of keys cannot be written remembers nothing, and `audit verify` says so."""
    value = {"number": anchor.number, "mac": anchor.mac, "signature": _signature(anchor)}
    target = file()
    aside = target.with_name(f"{target.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside.write_text(json.dumps(value) + "\n", encoding="utf-8")
        aside.replace(target)
    except OSError:
        return


def _signature(anchor: Anchor) -> str:
    return crypto.keyed_hash(repr((anchor.number, anchor.mac)), "audit anchor")
