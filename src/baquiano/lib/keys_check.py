"""`keys.check`: a small sealed file beside the data that says whether the keys in hand are the keys of this data.

It holds nothing but a keyed hash of a fixed word, so it proves both kinds of key and tells nothing. It is made once, with the
first tables, and written anew only by a rotation.
"""

import os
from pathlib import Path

from baquiano.lib import crypto

NAME = "keys.check"


class KeysDoNotFit(RuntimeError):
    """These are not the keys of this data. Nothing was read or written."""


def _proof() -> bytes:
    return crypto.keyed_hash("these are the keys of this data", "keys.check").encode()


def check(data: Path) -> bool:
    """False: there is nothing to check against yet. Raises KeysDoNotFit."""
    file = data / NAME
    if not file.exists():
        return False
    try:
        plain = crypto.decrypt(file.read_bytes())
    except crypto.WrongKey:
        raise KeysDoNotFit(
            f"these encryption keys are not those of the data in {data}: nothing personal would open. Give the right key file, "
            "or type it again from the key sheet (baquiano keys type)"
        ) from None
    if plain != _proof():
        raise KeysDoNotFit(
            f"the line hash:… is not that of the data in {data}: nobody would be found again. Give the right key file, or type it "
            "again from the key sheet (baquiano keys type)"
        )
    return True


def make(data: Path) -> None:
    """For data that has none. Never overwrites one."""
    if not (data / NAME).exists():
        _write(data)


def renew(data: Path) -> None:
    """Under the first key. Raises KeysDoNotFit rather than seal the wrong thing."""
    if check(data):
        _write(data)


def opens_with_first_key(data: Path) -> bool:
    file = data / NAME
    return not file.exists() or crypto.renewed(file.read_bytes()) is None


def _write(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    draft = data / f".{NAME}.new"
    with draft.open("wb") as out:
        out.write(crypto.encrypt(_proof()))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(data / NAME)
