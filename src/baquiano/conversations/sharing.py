"""Where somebody shared to be, between the moment it came in and the turn that answers it, and not a moment longer.

It is rounded at the door (channels/blurring.py). It waits, encrypted, in the message it came with, on a line of its own below the words;
whoever marks the message as seen takes it away in the same transaction. Nothing else ever holds it.
"""

import re

from baquiano.channels.events import Position
from baquiano.conversations.models import Message
from baquiano.directory import near
from baquiano.engine.tools import Spot

_LINE = re.compile(r"\n?geo:(-?\d{1,3}\.\d{1,2}),(-?\d{1,3}\.\d{1,2})\Z")


def with_where(text: str, position: Position) -> str:
    point = near.rounded(position.latitude, position.longitude)
    where = f"geo:{point.lat:.2f},{point.lon:.2f}"
    return f"{text}\n{where}" if text else where


def words_of(message: Message) -> str:
    """What was said, without where."""
    return _LINE.sub("", message.text)


def spot_of(message: Message) -> Spot | None:
    found = _LINE.search(message.text)
    return Spot(float(found[1]), float(found[2])) if found else None


def forget_where(message: Message) -> None:
    """The words stay, as those of any message. Inside the caller's transaction."""
    words = words_of(message)
    if words != message.text:
        _keep(message, words)


def forget(message: Message) -> None:
    """The words too: they name the place. Inside the caller's transaction."""
    _keep(message, "")


def _keep(message: Message, text: str) -> None:
    message.text = text
    message.save(update_fields=["text"])
