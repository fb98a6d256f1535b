"""`baquiano keys rotate|reencrypt|drop-old`: the verbs that need the database. The others are in `terminal/keys.py`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from baquiano.accounts.audit import audit
from baquiano.accounts.models import organisation
from baquiano.lib import crypto, key_file
from baquiano.terminal import rotating, running
from baquiano.terminal.progress import Bar
from baquiano.terminal.rotating import Step

IN_SURROUNDINGS = (
    "The keys come from BAQUIANO_KEYS, not from a file: put a new one before the others there. One is made with `baquiano keys new "
    "--file FOLDER/new.keys`. Then restart, `baquiano keys reencrypt`, and take the old ones out once `baquiano keys drop-old` says so."
)
AFTER_ADDING = """Added a new first key ({fingerprint}) to {file}. Next, in this order:
  1. Print the key sheet again: baquiano keys sheet (the old sheet lacks this key; keep it as long as a backup from before is kept)
  2. Restart every process of Baquiano, so that all write with the new key
  3. baquiano keys reencrypt
  4. baquiano keys drop-old"""
BEFORE_DROPPING = """The key file will keep only the newest key ({first}); gone from it: {old}.
Backups made before the rotation open only with those: keep the old key sheet as long as you keep such a backup."""


class Command(BaseCommand):
    help = "Replace the encryption key: rotate, restart, reencrypt, drop-old. Example: baquiano keys rotate"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("rotate", help="a new first key in the key file")
        verbs.add_parser(
            "reencrypt", help="everything under the first key, while people write; may be cut and begun again"
        )
        drop = verbs.add_parser("drop-old", help="the older keys leave the key file, once nothing needs them")
        drop.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        try:
            if verb == "rotate":
                self._rotate()
            elif verb == "reencrypt":
                self._reencrypt()
            else:
                self._drop(is_sure=options["yes"])
        except (rotating.TooEarly, OSError) as reason:
            raise CommandError(str(reason)) from None

    def _file(self) -> Path:
        file = Path(settings.ENVIRONMENT.keys_file)
        if not file.exists() or key_file.parse(file.read_text(encoding="utf-8")).encryption != settings.KEYS.encryption:
            raise CommandError(IN_SURROUNDINGS)
        return file

    def _rotate(self) -> None:
        file = self._file()
        fingerprint = rotating.add_key(file)
        self.stdout.write(AFTER_ADDING.format(fingerprint=fingerprint, file=file))

    def _reencrypt(self) -> None:
        self._refuse_old_processes()
        done = self._walk("encrypting again", rotating.reencrypt())
        with transaction.atomic():
            audit(None, "keys.reencrypted", organisation())
        self.stdout.write(f"{done.seen} values, {done.renewed} encrypted again with the first key.")
        self._tell_shut(done)
        if len(crypto.fingerprints()) > 1:
            self.stdout.write("Now: baquiano keys drop-old")

    def _drop(self, *, is_sure: bool) -> None:
        first, *old = crypto.fingerprints()
        if not old:
            raise CommandError("There is only one encryption key: nothing to drop.")
        self._refuse_old_processes()
        found = self._walk("looking at every value", rotating.look())
        if found.renewed:
            raise CommandError(f"{found.renewed} values still need an older key. First: baquiano keys reencrypt")
        self._tell_shut(found)
        if found.shut and not is_sure:
            self.stdout.write("Should one of the older keys be wrong only in this file, correct it before you go on.")
        file = self._file()
        self.stdout.write(BEFORE_DROPPING.format(first=first, old=", ".join(old)))
        if not is_sure and input("Go on? Type yes: ").strip().lower() not in ("yes", "sí", "si"):
            raise CommandError("Nothing was changed.")
        gone = rotating.drop_old(file)
        self.stdout.write(
            f"{gone} older keys are gone from {file}. Restart when it suits you: until then they stay in memory."
        )

    def _refuse_old_processes(self) -> None:
        behind = running.with_another_first_key()
        if behind:
            raise CommandError(
                f"{behind} running processes or connections do not write with the first key of the key file. Restart Baquiano first, or wait "
                "until it has started."
            )

    def _walk(self, what: str, steps: Iterable[Step]) -> Step:
        bar = Bar(what, rotating.count(), sys.stderr)
        seen = renewed = shut = 0
        for step in steps:
            seen, renewed, shut = seen + step.seen, renewed + step.renewed, shut + step.shut
            bar.reach(seen)
        bar.end()
        return Step(seen, renewed, shut)

    def _tell_shut(self, done: Step) -> None:
        if done.shut:
            self.stdout.write(f"{done.shut} values open with none of the keys, and were left as they are.")
