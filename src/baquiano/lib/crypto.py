"""Encryption at rest and keyed hashes. The keys are handed over once by `config` and live outside the data folder.

A token opens with any of the keys; new ones are written with the first. `keyed_hash` finds a value again without
storing it; equal values give equal hashes, so whoever holds the database *and* the hash key can confirm a guess.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class KeysMissing(RuntimeError):
    """The process was started without keys: nothing personal can be read or written."""


class WrongKey(RuntimeError):
    """None of the keys opens this token. Says nothing about the content."""


@dataclass(frozen=True)
class _Keys:
    box: MultiFernet
    hash_key: bytes


_keys: list[_Keys] = []


def hand_over(secrets: Sequence[str], hash_secret: str) -> None:
    """Called once by `config`, with the newest key first. Calling it again replaces the keys (tests, rotation)."""
    if not secrets or not hash_secret:
        raise KeysMissing("no encryption key was given")
    _keys[:] = [_Keys(MultiFernet([Fernet(s) for s in secrets]), hashlib.sha256(hash_secret.encode()).digest())]


def _current() -> _Keys:
    if not _keys:
        raise KeysMissing("no encryption key was given")
    return _keys[0]


def encrypt(plain: bytes) -> bytes:
    return _current().box.encrypt(plain)


def decrypt(token: bytes) -> bytes:
    try:
        return _current().box.decrypt(token)
    except InvalidToken:
        raise WrongKey("a stored value does not open with the keys of this installation") from None


def keyed_hash(value: str, purpose: str) -> str:
    """64 hex digits. The purpose keeps equal values in different columns apart."""
    return hmac.new(_current().hash_key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def write_key_file(file: Path, *, is_demo: bool) -> None:
    """A new key file, readable by its owner only. Never overwrites one: raises FileExistsError."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = (
        "# demo keys: never use them in production" if is_demo else "# keys of this installation: keep a printed copy",
        Fernet.generate_key().decode(),
        f"hash:{secrets.token_urlsafe(32)}",
        f"secret:{secrets.token_urlsafe(48)}",
    )
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
