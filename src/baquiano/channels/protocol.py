"""The seam between our words and a provider's: pure parse and render, one small client, one verdict for each answer."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from baquiano.channels.events import Alias, Event


@dataclass(frozen=True)
class Choice:
    """One thing the person can pick. `id` decides, `title` is read; `note` is the title in full, where there is room for it, and `more`
    what is to be known of it before it is picked.
    """

    id: str
    title: str
    note: str = ""
    more: str = ""

    @property
    def beyond_title(self) -> str:
        """What a page shows instead of the title; empty when that says it all."""
        return self.in_full if self.note or self.more else ""

    @property
    def in_full(self) -> str:
        """As a page shows it, which has room for everything."""
        return " · ".join(part for part in (self.note or self.title, self.more) if part)


@dataclass(frozen=True)
class TemplateMessage:
    """A text that the provider approved beforehand, by its name there. `values`: what goes in its places, in order."""

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutMessage:
    """One message of ours, before any channel shapes it.

    `text` may hold line breaks; `choices` are always also written as numbered lines where the channel shows no buttons,
    so that "2" works everywhere. `link_preview` is never asked for. `list_label`: the words on what opens a list, where
    the channel hides the rows behind it; without them it shows the numbers ("1–7"), which need no language.
    `template`: what a channel with a window sends in place of all this once it is closed; another channel never gets one.
    """

    text: str = field(repr=False)
    choices: tuple[Choice, ...] = ()
    list_label: str = ""
    template: TemplateMessage | None = None


@dataclass(frozen=True)
class Pace:
    """How fast a provider lets us write. `line_a_second`: messages of the whole line; `person_every`: seconds between two to one person in
    the long run; `person_burst`: so many may go to one person at once, and are paid back by waiting."""

    line_a_second: float
    person_every: float
    person_burst: int


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show, counted in UTF-16 units, and how fast it lets us write (`pace` None: nobody counts)."""

    text_length: int
    buttons: int
    button_title: int
    rows: int
    row_title: int
    row_note: int
    pace: Pace | None = None


@dataclass(frozen=True)
class RawRequest:
    """A request as it knocked, before anybody believed it.

    `url`: the public address that the provider was given, with the query of this request (it may hold a secret: it is never shown).
    `headers`: by their names in small letters.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Accepted:
    provider_id: str


@dataclass(frozen=True)
class Retry:
    """Try again after `after` seconds; `whole_line` when the limit is the number's and not this person's.

    `growth`: how many times longer each further wait is (WhatsApp asks for 4 to the n when one person gets too much).
    `times`: how often the same letter is tried in all; None: as often as the post tries anything.
    """

    after: float
    code: int
    whole_line: bool = False
    growth: float = 2.0
    times: int | None = None

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


@dataclass(frozen=True)
class File:
    """What somebody sent, as the provider kept it for us. `sha256`: what the provider says of it, hexadecimal; "" if it does not say."""

    data: bytes = field(repr=False)
    sha256: str = ""

    def is_whole(self, told: str) -> bool:
        """Whether these are the bytes that were sent. `told`: by whoever announced it, in hexadecimal or base64; another way says nothing."""
        found = hashlib.sha256(self.data).digest()
        return all(found == said for said in (_digest(self.sha256), _digest(told)) if said)


def _digest(written: str) -> bytes:
    try:
        digest = bytes.fromhex(written) if len(written) == 64 else base64.b64decode(written, validate=True)
    except ValueError:
        return b""
    return digest if len(digest) == 32 else b""


@dataclass(frozen=True)
class Missing:
    """The provider no longer has it, or never had."""


@dataclass(frozen=True)
class TooLarge:
    """Larger than was asked for: nothing of it was kept."""


@dataclass(frozen=True)
class NotNow:
    """Ask again after so many seconds. `reason`: one of our own short words."""

    after: float
    reason: str


Fetched = File | Missing | TooLarge | NotNow


class Adapter(Protocol):
    """One channel. `parse` never raises and never drops; `render` and what looks at a request are pure; `send`, `fetch` and `seen` do the
    only I/O."""

    @property
    def kind(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def has_a_door_for_each_line(self) -> bool:
        """Whether a line is known by the address its provider knocks at. False: one body may carry several lines, and each event names its own."""

    def handshake(self, request: RawRequest, settings: Mapping[str, str], /) -> str | None:
        """What to answer, as plain text, to a question by which the provider tries the address. None: it is none, or not one of ours."""

    def is_genuine(self, request: RawRequest, settings: Mapping[str, str], /) -> bool:
        """Whether the provider sent exactly this. An empty secret proves nothing."""

    def kept(self, request: RawRequest, settings: Mapping[str, str], /) -> bytes:
        """What is written down of a genuine request: all that `parse` needs, the same bytes for the same request."""

    def parse(self, body: bytes) -> Sequence[Event]: ...

    def render(self, message: OutMessage, to: Alias) -> Sequence[Mapping[str, Any]]: ...

    def send(self, wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict: ...

    def fetch(self, provider_id: str, settings: Mapping[str, str], most_bytes: int) -> Fetched: ...

    def seen(self, provider_id: str, settings: Mapping[str, str], *, types: bool) -> bool:
        """Shows the person that their message was read and, with `types`, that an answer is being written. Best effort: raises nothing, is
        never repeated. Whether the provider took it; False where there is no such sign."""
