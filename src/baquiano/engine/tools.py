"""What a turn may ask of the world. Tools only read; they are handed in, so the engine stays arithmetic."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from baquiano.engine.danger import Finding


class Decision(StrEnum):
    """What searching came to: one article, three to choose from, small talk, not our subject, or not sure at all."""

    ANSWER = "answer"
    CHOICES = "choices"
    SMALL_TALK = "smalltalk"
    OUTSIDE = "outside"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Found:
    """`article` and `choices` are topic ids, best first. `country`: told by the words themselves ("SERMIG" is Chile)."""

    decision: Decision
    article: str = ""
    choices: tuple[str, ...] = ()
    country: str = ""


@dataclass(frozen=True)
class Approved:
    """A text that may be served: the version's id, the other texts of its topic, and the topics that come next."""

    version: int
    topic: str
    siblings: tuple[int, ...] = ()
    next_topics: tuple[str, ...] = ()
    has_details: bool = False


@dataclass(frozen=True)
class Change:
    """Something that was told here and is no longer said: the day it was told (ISO), and what is said now. `now` None: nothing."""

    told_on: str
    now: Approved | None


@dataclass(frozen=True)
class Agreement:
    """One thing the person behind this conversation agreed to: its id, its purpose, and the day (ISO). Never to whom."""

    id: int
    purpose: str
    on: str


@dataclass(frozen=True)
class Behind:
    """The person whom this conversation belongs to, because she joined it to her record. `agreed`: and has not taken back, the newest
    first. `decides`: old enough to agree alone. Never a name.
    """

    agreed: tuple[Agreement, ...] = ()
    decides: bool = True


class Fit(StrEnum):
    """What a code typed here would do. A wrong, an expired, a used and an unknown one are all unknown."""

    FITS = "fits"
    TWO_RECORDS = "two_records"
    UNKNOWN = "unknown"


class Tools(Protocol):
    @property
    def countries(self) -> tuple[str, ...]: ...

    def is_open(self, country: str) -> bool:
        """Whether the public of a country is answered yet; of any of them, while it is not known. Danger never asks."""

    def danger(self, text: str) -> Finding | None: ...

    def find(self, text: str, *, country: str, language: str) -> Found: ...

    def approved(self, topic: str, *, country: str, about: str = "") -> Approved | None: ...

    def expired(self, topic: str, *, country: str) -> Approved | None:
        """The text that nobody has checked for too long: it is not said again, only where to ask."""

    def again(self, version: int) -> Approved | None: ...

    def changed(self, version: int) -> Change | None:
        """What became of a text that this person was told. None: it was never told here."""

    def branches(self, *, country: str) -> tuple[str, ...]: ...

    def topics(self, branch: str, *, country: str) -> tuple[str, ...]: ...

    def alerts(self, *, country: str) -> tuple[int, ...]:
        """Ids of what is said today about swindles there, the newest first; nothing while the country is not known."""

    def rumour(self, text: str, *, country: str) -> int | None:
        """The id of the rumour we have checked that somebody asks about ("is it true that…?"); None in doubt."""

    def is_staffed(self) -> bool: ...

    def is_watched(self) -> bool:
        """The clock ticks and somebody who may come to an alert has a screen that is looking."""

    def detect(self, text: str, current: str) -> str: ...

    def language_named(self, text: str) -> str | None: ...

    def behind(self) -> Behind | None:
        """None: nobody is known behind this conversation."""

    def is_asked(self, question: int) -> bool:
        """Whether a yes to this question still counts: asked of whom is behind this conversation, before she wrote, in words that are
        still ours, its time not over, and nothing in between that forbids it.
        """

    def is_stopped(self) -> bool:
        """She said, here or to a colleague, that nothing more is written to her that she did not ask for."""

    def code_fits(self, code: str) -> Fit: ...

    def new_code(self) -> str:
        """A code that nobody has yet. It is valid once it is kept."""
