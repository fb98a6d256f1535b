"""Where a conversation is: a small, versioned value. It holds no wording, only ids."""

from dataclasses import dataclass, replace
from typing import Any

VERSION = 1


@dataclass(frozen=True)
class State:
    """`step`: what we last asked. `offered`: the picks of our last reply, in order, so that "2" means the second.
    `serial` grows with each reply that offers something. `pending`: the question that waits for a country.
    `misses`: misunderstandings in a row. `article`: topic last answered. `in_danger`: a danger text asked
    whether the place is safe, and no yes or no has come yet.
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
    in_danger: bool = False
    version: int = VERSION

    def offering(self, picks: tuple[str, ...], step: str) -> "State":
        return replace(self, offered=picks, step=step, serial=self.serial + 1)

    def understood(self) -> "State":
        return replace(self, misses=0)


_TEXTS = ("language", "country", "step", "pending", "article")
_FLAGS = ("language_chosen", "country_asked", "greeted", "in_danger")


def to_json(state: State) -> dict[str, Any]:
    return {
        "v": state.version,
        **{name: getattr(state, name) for name in _TEXTS + _FLAGS},
        "offered": list(state.offered),
        "serial": state.serial,
        "misses": state.misses,
    }


def from_json(raw: dict[str, Any]) -> State:
    """An unknown version or a damaged value begins anew, keeping the language and the country: never an exception."""
    fresh = State()
    texts = {name: str(raw.get(name) or getattr(fresh, name)) for name in _TEXTS}
    if raw.get("v") != VERSION:
        return replace(fresh, language=texts["language"], country=texts["country"])
    offered = raw.get("offered")
    return State(
        **texts,
        **{name: bool(raw.get(name)) for name in _FLAGS},
        offered=tuple(str(pick) for pick in offered) if isinstance(offered, list) else (),
        serial=_whole(raw.get("serial")),
        misses=_whole(raw.get("misses")),
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


