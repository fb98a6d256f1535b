"""What a turn may ask of the world. Tools only read; they are handed in, so the engine stays arithmetic."""

from dataclasses import dataclass, field
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
    """A text that may be served: the version's id, the other texts of its topic, and the topics that come next. `need`: that places nearby may
    help with; "" for none.
    """

    version: int
    topic: str
    siblings: tuple[int, ...] = ()
    next_topics: tuple[str, ...] = ()
    has_details: bool = False
    need: str = ""


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


@dataclass(frozen=True)
class Spot:
    """Where somebody shared to be, to two decimals of a degree. It lives for one turn, and its repr says nothing."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)


@dataclass(frozen=True)
class Offer:
    """A service at one of its places, by a short id of ours. `km`: how far; None: it has no place, or how far is nobody's to know."""

    id: str
    km: float | None = None

    @property
    def kept(self) -> str:
        return self.id if self.km is None else f"{self.id}@{self.km:.1f}"

    @staticmethod
    def of(kept: str) -> "Offer":
        """Of what was kept; never an exception."""
        id, _, km = kept.partition("@")
        whole, _, rest = km.partition(".")
        return Offer(id, float(km) if whole.isdecimal() and rest.isdecimal() else None)


@dataclass(frozen=True)
class Places:
    """The divisions that a text may mean, the likeliest first. `exact`: it says no more than their name. `close`: only perhaps."""

    exact: tuple[int, ...] = ()
    close: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sought:
    """What a message looks for, by its words alone. `need`: "" when none is named. `place`: the words that may name a municipality, and
    `is_in`: they stand after "in". `asks_where`: it says "where". `is_near`: it says "near", or asks for a place. `is_kind_of_place`: it
    names one ("albergue", "soup kitchen"). `is_all`: nothing else stands in it. `is_of_survivors`: it asks for a house that has no address,
    and `is_needed`: in so few words, or as somebody who needs it. `is_open`: only what is open now; `without_papers`: for somebody without any.
    """

    need: str = ""
    place: str = ""
    is_in: bool = False
    asks_where: bool = False
    is_near: bool = False
    is_kind_of_place: bool = False
    is_all: bool = False
    is_of_survivors: bool = False
    is_needed: bool = False
    is_open: bool = False
    without_papers: bool = False


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

    def sought(self, text: str) -> Sought:
        """By a list of words: no search, no query."""

    def places(self, typed: str, *, country: str) -> Places:
        """The municipalities, regions or departments that somebody may have typed, slips forgiven."""

    def place_at(self, spot: Spot) -> int:
        """The municipality there; 0: none that we know."""

    def departments(self, country: str) -> tuple[int, ...]: ...

    def services(self, need: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
        """What anybody may know of, the nearest first. `place` 0 without a spot: nothing."""
