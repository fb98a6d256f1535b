"""Until when somebody may be written to freely: WhatsApp allows it for a day after the person's last word, later only an approved template.

Looked at when a letter leaves, never when it is written, and counted from the person's own clock.
"""

from datetime import datetime, timedelta

from baquiano.channels.models import Channel
from baquiano.people.models import Address

LASTS = timedelta(hours=24)
CLOSED = "window"
"""Why a letter did not leave as it is; while it is still owed: why it must leave as a template."""


def has_window(kind: str) -> bool:
    return kind == Channel.ChannelKind.WHATSAPP


def closes_at(address: Address) -> datetime | None:
    """None: this channel has no window, or nobody wrote there since we write down when."""
    if not has_window(address.channel.kind) or address.heard_at is None:
        return None
    return address.heard_at + LASTS


def is_closed(address: Address, at: datetime) -> bool:
    """For an answer: where we do not know, the provider does."""
    closes = closes_at(address)
    return closes is not None and at >= closes


def is_open(address: Address, at: datetime) -> bool:
    """For what nobody asked for: where we do not know, only a template."""
    return not has_window(address.channel.kind) or (address.heard_at is not None and not is_closed(address, at))
