"""A text as it is read: on a locked telephone, through each channel and in each language; and what whoever writes it should look at twice."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from baquiano.channels.models import Channel
from baquiano.channels.segments import Segments, segments
from baquiano.conversations.proposing import NOT_ON_A_LOCKED_SCREEN
from baquiano.lib.text import fold
from baquiano.post import templates, window
from baquiano.post.models import Template

SHOWN = 40
"""So many characters of a message a locked telephone shows, more or less."""
_NUMBER = re.compile(r"\+?\d(?:[\s().-]{0,2}\d){5,}")
_LINK = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|org|net|co|cl|gov|gob|info|ly|me)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Look:
    """One channel and language. `first`: what a locked screen shows; `template`: what leaves instead once the window is closed ("": nothing
    may); `parts`: how many SMS it is.
    """

    channel: str
    language: str
    first: str
    text: str
    has_window: bool
    template: str
    template_first: str
    parts: Segments | None


def looks(texts: Mapping[str, str], channels: frozenset[str], lines: list[Channel]) -> list[Look]:
    """Of each language that has words, on each kind of line in use that it is meant for."""
    kinds = {line.kind: line for line in reversed(lines) if not channels or line.kind in channels}
    return [_look(line, language, text) for language, text in texts.items() for line in kinds.values()]


def _look(line: Channel, language: str, text: str) -> Look:
    has_window = window.has_window(line.kind)
    template = templates.usable(line, Template.Use.NEWS, language) if has_window else None
    instead = templates.words(template) if template else ""
    parts = segments(text) if line.kind == Channel.ChannelKind.SMS else None
    return Look(line.kind, language, first_of(text), text, has_window, instead, first_of(instead), parts)


def first_of(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def names_what_it_should_not(text: str) -> str:
    """The word that says on a locked screen what this is about; "": none does."""
    words = re.findall(r"\w+", fold(first_of(text)))
    return next((word for word in words if word.startswith(NOT_ON_A_LOCKED_SCREEN)), "")


def doubts(text: str) -> Iterator[str]:
    """Not refused, but to be looked at: people in need are sent false numbers and false pages every day."""
    if _NUMBER.search(text):
        yield _("There is a number in it: is it approved, and does somebody answer there?")
    if _LINK.search(text):
        yield _("There is a link in it: many will not open one, and it costs data.")
