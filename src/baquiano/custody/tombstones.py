"""The list of who was forgotten, where restoring older data does not reach: beside the keys, not in the data folder.

A line is the day, a sign and the keyed hash of the person's number: with the list alone nobody can be named, and without the data there is
nobody to find. It is only added to, and each line is on disk before `write_down` returns. A line that a crash cut in half counts for nothing.
"""

import fcntl
import os
import re
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from baquiano.lib import crypto

NAME = "forgotten.list"
GONE, TAKEN_BACK = "+", "-"
_LINE = re.compile(r"\d{4}-\d{2}-\d{2} (?P<sign>[+-]) (?P<hash>[0-9a-f]{64})")


class CannotWriteList(Exception):
    """The list cannot be written: nobody may be forgotten, because a restore would bring them back."""


def file() -> Path:
    return Path(settings.ENVIRONMENT.keys_file).parent / NAME


def write_down(numbers: Iterable[UUID]) -> None:
    """On disk when this returns. Never inside a transaction. Raises `CannotWriteList`."""
    _append(GONE, numbers)


def take_back(numbers: Iterable[UUID]) -> None:
    """It did not happen after all: the deed was refused, and nothing of it stands."""
    _append(TAKEN_BACK, numbers)


def read() -> frozenset[str]:
    """The marks of whoever is forgotten. The last line about somebody holds."""
    try:
        text = file().read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return frozenset()
    last = {found["hash"]: found["sign"] for line in text.splitlines() if (found := _LINE.fullmatch(line))}
    return frozenset(mark for mark, sign in last.items() if sign == GONE)


def mark_of(number: UUID) -> str:
    return crypto.keyed_hash(str(number), "forgotten")


def _append(sign: str, numbers: Iterable[UUID]) -> None:
    day = timezone.localdate().isoformat()
    lines = "".join(f"{day} {sign} {mark_of(number)}\n" for number in numbers)
    if not lines:
        return
    try:
        _write(file(), lines.encode("ascii"))
    except OSError as problem:
        raise CannotWriteList(str(file().parent)) from problem


def _write(path: Path, lines: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        end = os.fstat(descriptor).st_size
        was_cut = end > 0 and os.pread(descriptor, 1, end - 1) != b"\n"
        rest = (b"\n" if was_cut else b"") + lines
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name of the file, too
        finally:
            os.close(folder)
