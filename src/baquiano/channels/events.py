"""What a channel tells us, in our own words. Adapters parse a provider's bytes into these; nothing else crosses the room."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Scheme(StrEnum):
    """How an address is written. A phone number is not an identity: it belongs to a person for a time."""

    WHATSAPP_PHONE = "wa_phone"
    WHATSAPP_USER = "wa_bsuid"
    WHATSAPP_PARENT = "wa_parent"  # the same person for every company of one owner
    TELEGRAM = "telegram"  # the id of a private chat
    SMS = "sms"  # a telephone, digits with the country's number, no sign before them
    WEB = "web"
    CONSOLE = "console"


class Kind(StrEnum):
    """What kind of message came in. Anything we cannot read is `UNSUPPORTED`, stored and answered, never dropped."""

    TEXT = "text"
    CHOICE = "choice"
    AUDIO = "audio"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    REACTION = "reaction"
    FORM = "form"
    EDIT = "edit"  # new words for an earlier message (`reply_to`): read and scanned like any others
    REVOKE = "revoke"  # an earlier message (`reply_to`) was taken back; there is nothing to read
    UNSUPPORTED = "unsupported"


class Delivery(StrEnum):
    """How far a letter got, in the order evidence grows; `FAILED` loses to any evidence of delivery."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


LATER = "later"
"""Why a message of ours did not arrive: not for good, the same one may go later."""


@dataclass(frozen=True)
class Alias:
    """One way to write to somebody: the value is personal and never logged."""

    scheme: Scheme
    value: str

    def __repr__(self) -> str:
        return f"Alias({self.scheme})"


@dataclass(frozen=True)
class Media:
    """A file the provider keeps for us: fetched later, by the background loop."""

    provider_id: str
    mime_type: str
    sha256: str = ""
    filename: str = field(default="", repr=False)
    is_voice: bool = False


@dataclass(frozen=True)
class Position:
    """Where the person says to be, in degrees (WGS 84): personal, so it is never logged."""

    latitude: float
    longitude: float

    def __repr__(self) -> str:
        return "Position()"


@dataclass(frozen=True)
class Received:
    """A message from a person.

    `aliases`: at least one, the best to answer to first. `sent_at`: the person's clock (aware, UTC) or None when the
    provider's stamp is unreadable. `text`: words of any kind, captions included. `choice_id`: the id of the button or
    row tapped, never its title. `line`: which of our numbers was written to (provider's id; empty when it did not say).
    `position`: of a location, None when its degrees are unreadable.
    """

    provider_id: str
    line: str
    aliases: tuple[Alias, ...]
    sent_at: datetime | None
    kind: Kind
    text: str = field(default="", repr=False)
    choice_id: str = ""
    media: Media | None = None
    reply_to: str = ""
    forwarded: bool = False
    position: Position | None = None


@dataclass(frozen=True)
class StatusChanged:
    """What became of a message of ours. `echo` is our letter's own id, when the provider carries it back.

    `reason`: of a failed one, our own short word for its `error_code`, the same as in the answer to a request (`protocol.Rejected`,
    `protocol.Dead`) or `LATER`; "": the provider says nothing we know.
    """

    provider_id: str
    line: str
    delivery: Delivery
    at: datetime | None
    echo: str = ""
    error_code: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class IdentityChanged:
    """The provider says that one alias became another. Never a reason to merge two people or to show a history."""

    line: str
    old: tuple[Alias, ...]
    new: tuple[Alias, ...]
    at: datetime | None


class LineFact(StrEnum):
    """What a provider may tell of one of our own lines."""

    QUALITY = "quality"  # how people take what we write: "green", "yellow", "red"
    LIMIT = "limit"  # how many people a day we may write to first: "250", "2k", "unlimited"
    ACCOUNT = "account"  # the account was restricted, banned, or is free again: the provider's own short word


@dataclass(frozen=True)
class LineChanged:
    """News of one of our lines, or of all lines of one `account` of the provider's when it names no line.

    `number`: the telephone number of our own line, digits only, when the provider names the line by that.
    """

    line: str
    account: str
    fact: LineFact
    value: str
    at: datetime | None
    number: str = ""


@dataclass(frozen=True)
class TemplateChanged:
    """What became of a text that the provider must approve first. `state`: its own word in small letters ("approved", "paused", …)."""

    line: str
    account: str
    name: str
    language: str
    state: str
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Stopped:
    """Somebody told the provider that nothing more may be written to them, or (`is_stop` False) that it may again.

    `is_all` False: only what we write first; answers may still go (WhatsApp's "stop marketing"). True: nothing can arrive (blocked).
    """

    line: str
    aliases: tuple[Alias, ...]
    is_stop: bool
    is_all: bool
    at: datetime | None


@dataclass(frozen=True)
class Unparsed:
    """Something we could not read, kept for a person to look at: `reason` names the place, never the content.

    `is_foreseen`: known to come and of no use here (a group, a kind of news we do not subscribe to); nobody need look.
    """

    line: str
    reason: str
    field: str = ""
    is_foreseen: bool = False


Event = Received | StatusChanged | IdentityChanged | LineChanged | TemplateChanged | Stopped | Unparsed
