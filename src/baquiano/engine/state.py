"""Where a conversation is: a small, versioned value. It holds no wording, only ids."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from baquiano.engine.danger import Danger

VERSION = 1
_KINDS = frozenset(Danger)


@dataclass(frozen=True)
class Nearby:
    """The search for a place that is going on. `need`: a code of `territory.codes.NEEDS`. `place`: the number of a division; 0: not said.

    `shown`: the services of the last list, in its order; `waiting`: those found with them and not shown yet, the nearest first, each as
    `Offer.kept`. `wrong`: the one that something is wrong with. Where somebody is does not stand here: of a place that was shared only the
    municipality is known, and how far away anything lies from it is not.
    """

    need: str = ""
    place: int = 0
    shown: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(frozen=True)
class State:
    """`step`: what we last asked. `offered`: the picks of our last reply, in order, so that "2" means the second.
    `serial` grows with each reply that offers something. `pending`: the question that waits for a country.
    `misses`: misunderstandings in a row. `article`: topic last answered. `asked`: the question that what followed
    is about, until it is known whether it was answered; never one that told of a danger. `in_danger`: a danger
    text asked whether the place is safe, and no yes has come yet. `alerted`: what goes round in the country was
    said, or a danger left no place for it. `danger`: the kind of danger told here, until a person has set how it is safe to
    write; while it stands nothing is rated, surveyed or added. `contact`: how she says it is safe to write ("yes", "no",
    "hour:" and her words): a proposal for whoever answers, never a rule. `nearby`: what place was last searched for.
    """

    language: str = "es"
    language_chosen: bool = False
    country: str = ""
    country_asked: bool = False
    greeted: bool = False
    step: str = ""
    offered: tuple[str, ...] = ()
    serial: int = 0
    misses: int = 0
    pending: str = ""
    article: str = ""
    asked: str = ""
    in_danger: bool = False
    alerted: bool = False
    danger: str = ""
    contact: str = ""
    nearby: Nearby = Nearby()
    version: int = VERSION

    def offering(self, picks: tuple[str, ...], step: str) -> "State":
        return replace(self, offered=picks, step=step, serial=self.serial + 1)

    def understood(self) -> "State":
        return replace(self, misses=0)


def to_json(state: State) -> dict[str, Any]:
    raw = {"v" if name == "version" else name: value for name, value in asdict(state).items()}
    return {**raw, "offered": list(state.offered)}


def from_json(raw: dict[str, Any]) -> State:
    """An unknown version or a damaged value begins anew, keeping the language and the country: never an exception."""
    fresh = State()
    language = str(raw.get("language") or fresh.language)
    country = str(raw.get("country") or "")
    if raw.get("v") != VERSION:
        return State(language=language, country=country, danger=_danger(raw.get("danger")))
    offered = raw.get("offered")
    return State(
        language=language,
        language_chosen=bool(raw.get("language_chosen")),
        country=country,
        country_asked=bool(raw.get("country_asked")),
        greeted=bool(raw.get("greeted")),
        step=str(raw.get("step") or ""),
        offered=tuple(str(pick) for pick in offered) if isinstance(offered, list) else (),
        serial=_whole(raw.get("serial")),
        misses=_whole(raw.get("misses")),
        pending=str(raw.get("pending") or ""),
        article=str(raw.get("article") or ""),
        asked=str(raw.get("asked") or ""),
        in_danger=bool(raw.get("in_danger")),
        alerted=bool(raw.get("alerted")),
        danger=_danger(raw.get("danger")),
        contact=str(raw.get("contact") or ""),
        nearby=_nearby(raw.get("nearby")),
    )


def _nearby(raw: Any) -> Nearby:
    if not isinstance(raw, dict):
        return Nearby()
    return Nearby(
        need=str(raw.get("need") or ""),
        place=_whole(raw.get("place")),
        shown=_texts(raw.get("shown")),
        waiting=_texts(raw.get("waiting")),
        wrong=str(raw.get("wrong") or ""),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, (list, tuple)) else ()


def _danger(value: Any) -> str:
    """A kind we do not know any more is still a danger."""
    if not value:
        return ""
    return value if isinstance(value, str) and value in _KINDS else Danger.UNKNOWN


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
