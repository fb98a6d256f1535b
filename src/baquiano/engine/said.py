"""What goes into a turn and what comes out of it: what was said, the parts of a reply, and what should happen besides.

Replies are keys and references to approved texts; wishes are carried out above. Values only: nothing here decides.
"""

from dataclasses import dataclass
from enum import StrEnum

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.picks import Pick
from baquiano.engine.state import State
from baquiano.engine.tools import Approved, Offer, Spot


class Outcome(StrEnum):
    """What the turn came to, for `ask`, for figures and for tests."""

    ANSWER = "answer"
    CHOICES = "choices"
    PERSON = "person"
    CRISIS = "crisis"
    MENU = "menu"
    BOUNDARY = "boundary"


class Reading(StrEnum):
    """What kind of thing came in, as far as a turn cares."""

    TEXT = "text"
    CHOICE = "choice"
    PLACE = "place"  # somebody shared where they are
    UNREADABLE = "unreadable"  # voice, picture, file: nobody has seen it yet
    IGNORED = "ignored"  # a reaction: stored, not answered


@dataclass(frozen=True)
class Said:
    text: str
    choice_id: str = ""
    reading: Reading = Reading.TEXT
    spot: Spot | None = None  # of Reading.PLACE


@dataclass(frozen=True)
class Say:
    """A fixed sentence, by its wording key."""

    key: str


@dataclass(frozen=True)
class Tell:
    """An approved text: a version and which part of it ("answer", "details", or "expired": only where to ask)."""

    approved: Approved
    part: str = "answer"


@dataclass(frozen=True)
class Warn:
    """The danger text of a kind, the right number first."""

    finding: Finding


@dataclass(frozen=True)
class Heed:
    """An alert about a swindle, by its id."""

    alert: int


@dataclass(frozen=True)
class Dispel:
    """What is true of a rumour, by its id."""

    rumour: int


@dataclass(frozen=True)
class Code:
    """A code to type on another door."""

    code: str


@dataclass(frozen=True)
class ToldThen:
    """That we told something about this on that day (ISO), and that it has changed."""

    on: str


@dataclass(frozen=True)
class Near:
    """A sentence of a search for places: by its wording key, the need and the division it names, and the services that are picked below."""

    key: str
    need: str = ""
    place: int = 0
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Details:
    """All that is known of one service, by the id of its offer."""

    offer: str


Part = Say | Tell | Warn | Heed | Dispel | Code | ToldThen | Near | Details


@dataclass(frozen=True)
class Reply:
    """One message. `language` and `country` are those of the state after it was understood."""

    parts: tuple[Part, ...]
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True)
class CallPerson:
    """Put the conversation before a person. `reason` is one of conversations' own."""

    reason: str
    level: Level | None = None
    kind: Danger | None = None


@dataclass(frozen=True)
class Raise:
    """An alert for whoever is on duty."""

    finding: Finding


@dataclass(frozen=True)
class Rate:
    version: int
    is_useful: bool


@dataclass(frozen=True)
class Learn:
    """Keep what was asked: nothing fitted, or (`was_answered`) what was said did not help. `topic`: the nearest, or that answered."""

    asked: str
    was_answered: bool
    topic: str


@dataclass(frozen=True)
class Forget:
    """Erase what was said, on our side."""


@dataclass(frozen=True)
class Leave:
    """Close the conversation; the next message opens a new one."""


@dataclass(frozen=True)
class Agree:
    """The person behind agrees to what was asked: for what, and in which version of the text."""

    purpose: str
    version: str


@dataclass(frozen=True)
class Answered:
    """She said yes or no to what a colleague had us ask, by the number of that question."""

    question: int
    is_yes: bool


@dataclass(frozen=True)
class Withdraw:
    """She takes back what she agreed to, by its id: one that `Tools.behind` named."""

    consent: int


@dataclass(frozen=True)
class KeepCode:
    """What was shown may be typed on another door from now on."""

    code: str


@dataclass(frozen=True)
class Join:
    """This door belongs to whoever the code leads to."""

    code: str


@dataclass(frozen=True)
class MissedCode:
    """A code that does not fit was typed: count it."""


@dataclass(frozen=True)
class StopLetters:
    """Nothing more is written here that she did not ask for."""


@dataclass(frozen=True)
class AllowLetters:
    """She wants again what she had agreed to."""


@dataclass(frozen=True)
class Unjoin:
    """This door belongs to nobody known any more."""


@dataclass(frozen=True)
class ShowChange:
    """She asked for what changed in this version and reads it now."""

    version: int


@dataclass(frozen=True)
class Report:
    """Something is wrong with a service, by the id of its offer: one of the directory's five reasons."""

    offer: str
    reason: str


@dataclass(frozen=True)
class DropWords:
    """What this message says is not kept: it tells where somebody is."""


Wish = (
    CallPerson
    | Raise
    | Rate
    | Learn
    | Forget
    | Leave
    | Agree
    | Answered
    | Withdraw
    | KeepCode
    | Join
    | MissedCode
    | Unjoin
    | StopLetters
    | AllowLetters
    | ShowChange
    | Report
    | DropWords
)


@dataclass(frozen=True)
class Turn:
    state: State
    replies: tuple[Reply, ...] = ()
    wishes: tuple[Wish, ...] = ()
    outcome: Outcome = Outcome.MENU
    article: str = ""
    choices: tuple[str, ...] = ()
    level: Level | None = None
