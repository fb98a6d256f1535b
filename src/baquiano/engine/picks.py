"""What a person can pick, and the id that travels with it: `version:serial:pick`.

A pick that says by itself what it means (a topic, the menu, a person, danger) is honoured even from an old message; one that only
makes sense under its question (yes, no, a country) is refused when the question has passed. So a stale tap never misroutes.
"""

from dataclasses import dataclass

from baquiano.engine.state import VERSION, State

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
)


@dataclass(frozen=True)
class Pick:
    """`id`: for example "topic:co_sisben". `label`: the wording key or topic that names it, resolved above the engine."""

    id: str
    label: str


@dataclass(frozen=True)
class Tapped:
    """A choice id read back. `is_stale`: it belongs to an older question."""

    pick: str
    is_stale: bool


def choice_id(state: State, pick: str) -> str:
    return f"{VERSION}:{state.serial}:{pick}"


def read(raw: str, state: State) -> Tapped | None:
    """None when it is no choice id of ours."""
    version, _, rest = raw.partition(":")
    serial, _, pick = rest.partition(":")
    if not (version.isdecimal() and serial.isdecimal() and pick):
        return None
    current = version == str(VERSION) and serial == str(state.serial)
    if current and pick in state.offered:
        return Tapped(pick, False)
    return Tapped(pick, not (version == str(VERSION) and pick.startswith(SELF_CONTAINED)))
