"""What a channel tells us, in our own words. Adapters parse a provider's bytes into these; nothing else crosses the room."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Scheme(StrEnum):
    """How an address is written. A phone number is not an identity: it belongs to a person for a time."""

    WHATSAPP_PHONE = "wa_phone"
    WHATSAPP_USER = "wa_bsuid"
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
    UNSUPPORTED = "unsupported"


class Delivery(StrEnum):
    """How far a letter got, in the order evidence grows; `FAILED` loses to any evidence of delivery."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


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
    """What became of a message of ours. `echo` is our letter's own id, when the provider carries it back."""

    provider_id: str
    line: str
    delivery: Delivery
    at: datetime | None
    echo: str = ""
    error_code: int | None = None


@dataclass(frozen=True)
class IdentityChanged:
    """The provider says that one alias became another. Never a reason to merge two people or to show a history."""

    line: str
    old: tuple[Alias, ...]
    new: tuple[Alias, ...]
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


Event = Received | StatusChanged | IdentityChanged | Unparsed
