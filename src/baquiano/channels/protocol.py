"""The seam between our words and a provider's: pure parse and render, one small client, one verdict for each answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from baquiano.channels.events import Alias, Event


@dataclass(frozen=True)
class Choice:
    """One thing the person can pick. `id` decides, `title` is read; `note` is a second line where the channel has one."""

    id: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class OutMessage:
    """One message of ours, before any channel shapes it.

    `text` may hold line breaks; `choices` are always also written as numbered lines where the channel shows no buttons,
    so that "2" works everywhere. `link_preview` is never asked for. `list_label`: the words on what opens a list, where
    the channel hides the rows behind it; without them it shows the numbers ("1–7"), which need no language.
    """

    text: str = field(repr=False)
    choices: tuple[Choice, ...] = ()
    list_label: str = ""


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show, counted in UTF-16 units."""

    text_length: int
    buttons: int
    button_title: int
    rows: int
    row_title: int
    row_note: int


@dataclass(frozen=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True)
class Retry:
    """Try again after `after` seconds; `whole_line` when the limit is the number's and not this person's.

    `growth`: how many times longer each further wait is (WhatsApp asks for 4 to the n when one person gets too much).
    """

    after: float
    code: int
    whole_line: bool = False
    growth: float = 2.0

    def wait(self, refusals: int) -> float:
        """Seconds to wait after this many refusals in a row (the first is 1); never more than an hour beyond `after`."""
        steps = min(max(refusals, 1) - 1, 16)
        return min(self.after * self.growth**steps, self.after + 3600.0)


@dataclass(frozen=True)
class Rejected:
    """This letter will never go. `code` is the provider's; `reason` is one of our own short words."""

    code: int
    reason: str


@dataclass(frozen=True)
class Dead:
    """The whole line cannot send (token, account, policy): a person of the organisation must act."""

    code: int
    reason: str


@dataclass(frozen=True)
class Uncertain:
    """The request may have arrived (time-out after sending, connection cut): wait for a status before repeating."""

    reason: str


Verdict = Accepted | Retry | Rejected | Dead | Uncertain


class Adapter(Protocol):
    """One channel. `parse` never raises and never drops; `render` is pure; `send` does the only I/O."""

    @property
    def kind(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def parse(self, body: bytes) -> Sequence[Event]: ...

    def render(self, message: OutMessage, to: Alias) -> Sequence[Mapping[str, Any]]: ...

    def send(self, wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict: ...
