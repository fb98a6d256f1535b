"""The key file: one encryption key per line, the newest first; a line `hash:…`; a line `secret:…`; comments begin with `#`.

It is only ever replaced whole: the new one is on disk before it takes the name of the old one.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

DEMO_MARK = "demo keys"
HASH, SECRET = "hash:", "secret:"


@dataclass(frozen=True, repr=False)
class Lines:
    """What a key file says. Never shown: it holds secrets."""

    encryption: tuple[str, ...]
    hash: str
    secret: str
    are_demo: bool


def parse(text: str) -> Lines:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    named = dict(line.split(":", 1) for line in lines if line.startswith((HASH, SECRET)))
    plain = tuple(line for line in lines if _is_encryption(line))
    return Lines(plain, named.get("hash", ""), named.get("secret", ""), any(DEMO_MARK in line for line in lines))


def _is_encryption(line: str) -> bool:
    return bool(line) and not line.startswith(("#", HASH, SECRET))


def is_encryption_key(line: str) -> bool:
    """Would the program start with it?"""
    try:
        Fernet(line)
    except ValueError:
        return False
    return True


def with_new_first_key(text: str) -> str:
    """A new encryption key above the others; everything else stays as it is written."""
    lines = text.splitlines()
    first = next((at for at, line in enumerate(lines) if _is_encryption(line.strip())), len(lines))
    return "\n".join([*lines[:first], Fernet.generate_key().decode(), *lines[first:]]) + "\n"


def with_first_key_only(text: str) -> str:
    """Every encryption key but the newest is gone; everything else stays as it is written."""
    kept, seen = [], False
    for line in text.splitlines():
        is_key = _is_encryption(line.strip())
        if not (is_key and seen):
            kept.append(line)
        seen = seen or is_key
    return "\n".join(kept) + "\n"


def make(file: Path, text: str) -> None:
    """A file that was not there, readable by its owner only. Never overwrites one: raises FileExistsError."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        _written(out.fileno(), text)
    _keep_name(file.parent)


def replace(file: Path, text: str) -> None:
    """The old file stays whole until the new one is on disk; a cut leaves one or the other, never a half. The owner stays."""
    owner, draft = file.stat(), file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)  # of a cut before: nobody uses it
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        _written(descriptor, text)
    finally:
        os.close(descriptor)
    draft.replace(file)
    _keep_name(file.parent)


def _written(descriptor: int, text: str) -> None:
    whole = text.encode()
    while whole:
        whole = whole[os.write(descriptor, whole) :]
    os.fsync(descriptor)


def _keep_name(folder: Path) -> None:
    """The name itself is on disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
