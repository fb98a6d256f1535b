"""What a person can pick, and the id that travels with it: `version:serial:pick`.

A pick that says by itself what it means (a topic, the menu, a person, danger) is honoured even from an old message; one that only
makes sense under its question (yes, no, a country) is refused when the question has passed. So a stale tap never misroutes.
"""

from dataclasses import dataclass

from baquiano.engine.state import VERSION, State
from baquiano.engine.universal import number

SELF_CONTAINED = (
    "topic:",
    "branch:",
    "page:",
    "menu",
    "person",
    "danger",
    "useful:",
    "useless:",
    "language:",
    "detail:",
    "version:",
    "changed:",
    "near",
    "services:",
    "service:",
)


@dataclass(frozen=True)
class Pick:
    """`id`: for example "topic:co_sisben". `label`: the wording key or topic that names it, resolved above the engine."""

    id: str
    label: str


@dataclass(frozen=True)
class Chosen:
    """Something was chosen. `pick` is empty when it does not stand open: an older question's, or a number that was not offered."""

    pick: str


def choice_id(state: State, pick: str) -> str:
    return f"{VERSION}:{state.serial}:{pick}"


def tap(pick: str) -> str:
    """The id of a pick that says by itself what it means, offered outside any turn."""
    if not pick.startswith(SELF_CONTAINED):
        raise ValueError("only its question says what this pick means")
    return f"{VERSION}:0:{pick}"


def number_of_tap(choice_id: str, kind: str) -> int | None:
    """The number in a tapped id of this kind ("changed:12" is 12). None: it is another one."""
    rest = choice_id.split(":", 2)[-1]
    tapped = rest.removeprefix(kind)
    return int(tapped) if rest.startswith(kind) and tapped.isdecimal() else None


def chosen(choice_id: str, text: str, state: State) -> Chosen | None:
    """What she chose of what stands open, by tapping or by its number. None: she chose nothing, or nothing of ours."""
    if choice_id:
        return _tapped(choice_id, state)
    which = number(text)
    if which is None or not state.offered:
        return None
    return Chosen(state.offered[which - 1] if which <= len(state.offered) else "")


def _tapped(raw: str, state: State) -> Chosen | None:
    version, _, rest = raw.partition(":")
    serial, _, pick = rest.partition(":")
    if not (version.isdecimal() and serial.isdecimal() and pick):
        return None
    is_ours = version == str(VERSION)
    is_current = is_ours and serial == str(state.serial) and pick in state.offered
    return Chosen(pick if is_current or (is_ours and pick.startswith(SELF_CONTAINED)) else "")
