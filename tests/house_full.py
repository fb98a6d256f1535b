"""A house with everything loaded: the packs as they are shipped. Read once per process, put into the tables per test."""

from pathlib import Path

from django.conf import settings

from baquiano.conversations import wording
from baquiano.knowledge import finding, shelf
from baquiano.packs import actions as packs
from baquiano.safety import book

PACKS = ("comun", "colombia", "chile")
_index: list[finding.Built] = []


def fill() -> None:
    """Loads the packs; the index by words is built once per process, since its texts are the same each time."""
    packs.load([Path(settings.PACKS) / name for name in PACKS])
    forget_pictures()
    number = shelf.current().number
    if _index and _index[0].number == number:
        finding._built[:] = _index
    else:
        finding.index()
        _index[:] = finding._built


def forget_pictures() -> None:
    """What is in memory belongs to the rows of one test."""
    shelf._current.clear()
    book._current.clear()
    wording._current.clear()
    finding._built.clear()
