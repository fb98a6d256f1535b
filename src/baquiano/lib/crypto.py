"""Encryption at rest and keyed hashes. The keys are handed over once by `config` and live outside the data folder.

A token opens with any of the keys; new ones are written with the first. `keyed_hash` finds a value again without
storing it; equal values give equal hashes, so whoever holds the database *and* the hash key can confirm a guess.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from baquiano.lib import key_file


class KeysMissing(RuntimeError):
    """The process was started without keys: nothing personal can be read or written."""


class WrongKey(RuntimeError):
    """None of the keys opens this token. Says nothing about the content."""


@dataclass(frozen=True, repr=False)
class _Keys:
    """`boxes`: one for each key, the newest first. Never shown: it holds secrets."""

    secrets: tuple[str, ...]
    boxes: tuple[Fernet, ...]
    hash_key: bytes

    @property
    def all(self) -> MultiFernet:
        return MultiFernet(self.boxes)


_keys: list[_Keys] = []
_look_again: list[Callable[[], bool]] = []


def hand_over(secrets: Sequence[str], hash_secret: str) -> None:
    """Called once by `config`, with the newest key first. Calling it again replaces the keys (tests, rotation)."""
    if not secrets or not hash_secret:
        raise KeysMissing("no encryption key was given")
    hash_key = hashlib.sha256(hash_secret.encode()).digest()
    decrypt_steady.cache_clear()
    _keys[:] = [_Keys(tuple(secrets), tuple(Fernet(s) for s in secrets), hash_key)]


def look_again_with(newer: Callable[[], bool]) -> None:
    """`newer` hands over the keys anew if the key file has changed since, and says whether. Asked when a token does not open:
    a process that was started before a rotation reads what others write after it."""
    _look_again[:] = [newer]


def _current() -> _Keys:
    if not _keys:
        raise KeysMissing("no encryption key was given")
    return _keys[0]


def encrypt(plain: bytes) -> bytes:
    return _current().boxes[0].encrypt(plain)


def decrypt(token: bytes) -> bytes:
    plain = _opened(token)
    if plain is None and _look_again and _look_again[0]():
        plain = _opened(token)
    if plain is None:
        raise WrongKey("a stored value does not open with the keys of this installation")
    return plain


@lru_cache(maxsize=64)
def decrypt_steady(token: bytes) -> bytes:
    """For the few values that every message reads and hardly anybody changes: opened once while the keys stay the same."""
    return decrypt(token)


def _opened(token: bytes) -> bytes | None:
    for box in _current().boxes:
        try:
            return box.decrypt(token)
        except InvalidToken:
            continue
    return None


# Rotation --------------------------------------------------------------------------------------------------------------


def renewed(token: bytes) -> bytes | None:
    """The same content under the first key; None when it is already. Raises WrongKey when no key opens it."""
    try:
        _current().boxes[0].decrypt(token)
    except InvalidToken:
        pass
    else:
        return None
    try:
        return _current().all.rotate(token)
    except InvalidToken:
        raise WrongKey("a stored value does not open with the keys of this installation") from None


def fingerprint(secret: str) -> str:
    """Tells keys apart without telling them: they are random, so nothing can be guessed from it."""
    return hashlib.sha256(b"baquiano key\0" + secret.encode()).hexdigest()[:12]


def fingerprints() -> tuple[str, ...]:
    """Of the encryption keys in use, the newest first."""
    return tuple(fingerprint(secret) for secret in _current().secrets)


def derived(key: str, purpose: str, salt: bytes) -> bytes:
    """32 bytes for one purpose, from the encryption key with this fingerprint. Raises WrongKey when it is not here."""
    for secret in _current().secrets:
        if hmac.compare_digest(fingerprint(secret), key):
            return HKDF(SHA256(), 32, salt, purpose.encode()).derive(base64.urlsafe_b64decode(secret))
    raise WrongKey("the key with which this was written is not among the keys of this installation")


# Look-up ---------------------------------------------------------------------------------------------------------------


def keyed_hash(value: str, purpose: str) -> str:
    """64 hex digits. The purpose keeps equal values in different columns apart."""
    return hmac.new(_current().hash_key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def write_key_file(file: Path, *, is_demo: bool) -> None:
    """A new key file, readable by its owner only. Never overwrites one: raises FileExistsError."""
    lines = (
        "# demo keys: never use them in production" if is_demo else "# keys of this installation: keep a printed copy",
        Fernet.generate_key().decode(),
        f"hash:{secrets.token_urlsafe(32)}",
        f"secret:{secrets.token_urlsafe(48)}",
    )
    key_file.make(file, "\n".join(lines) + "\n")
