"""When a way of writing to us does not work: every page says so, with the ways that do."""

from collections import defaultdict
from dataclasses import dataclass

from baquiano.accounts.models import organisation
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of


@dataclass(frozen=True)
class Degraded:
    """`names`: the channels by which nobody gets an answer now. `phone`: our own line, as it is dialled; empty if there is none."""

    names: str
    phone: str


def degraded() -> Degraded | None:
    """None while every kind of line that is open has one that can send. One query."""
    rows = Channel.objects.filter(is_open=True).order_by("id").values_list("kind", "trouble", "stopped_at")
    works: dict[str, bool] = defaultdict(bool)
    for kind, trouble, stopped_at in rows:
        if sender_of(kind):
            works[kind] = works[kind] or not (trouble or stopped_at)
    down = [Channel.ChannelKind(kind).label for kind, is_well in works.items() if not is_well]
    return Degraded(", ".join(str(name) for name in down), organisation().phone) if down else None
