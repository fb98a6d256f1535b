"""From raw webhooks to messages: parsed outside any transaction, stored in one, the same message twice is one row."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from baquiano.channels.events import Event, IdentityChanged, Received, StatusChanged, Unparsed
from baquiano.channels.models import Channel, RawWebhook
from baquiano.channels.registry import sender_of
from baquiano.conversations.arrivals import Desk
from baquiano.lib import faults
from baquiano.lib.turnstile import ring, writing
from baquiano.people import identity
from baquiano.post import actions as post

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    raw: RawWebhook
    events: tuple[Event, ...]


def take_in(limit: int = 200) -> int:
    """Reads what waits. Returns how many bodies. One body that cannot be stored never stops the others."""
    waiting = list(RawWebhook.objects.waiting().select_related("channel")[:limit])
    if not waiting:
        return 0
    faults.point("before_receive")
    read = [Read(raw, _parse(raw)) for raw in waiting]
    try:
        _store(read)
    except Exception:
        _one_by_one(read)
    faults.point("after_receive")
    return len(read)


def _parse(raw: RawWebhook) -> tuple[Event, ...]:
    adapter = sender_of(raw.channel.kind)
    return tuple(adapter.parse(bytes(raw.body))) if adapter else ()


def _one_by_one(read: Sequence[Read]) -> None:
    for one in read:
        try:
            _store([one])
        except Exception as problem:
            log.error("raw webhook %s could not be stored: %s", one.raw.pk, type(problem).__name__)
            RawWebhook.objects.filter(pk=one.raw.pk).update(parsed_at=timezone.now(), unparsed=len(one.events) or 1)


def _store(read: Sequence[Read]) -> None:
    with writing():
        mine = RawWebhook.objects.filter(pk__in=[one.raw.pk for one in read], parsed_at=None)
        if connection.vendor == "postgresql":
            mine = mine.select_for_update(skip_locked=True)
        free = set(mine.values_list("pk", flat=True))
        _take_all([one for one in read if one.raw.pk in free])
        ring()


def _take_all(read: Sequence[Read]) -> None:
    lines = _Lines()
    routed = [(one, [(lines.find(one.raw.channel.kind, e.line), e) for e in one.events]) for one in read]
    desk = Desk([(line, e) for _, events in routed for line, e in events if line and isinstance(e, Received)])
    told: dict[tuple[int, int], list[int]] = defaultdict(list)  # (events, unparsed) → raw rows
    for one, events in routed:
        unparsed = sum(not _take(event, line, desk) for line, event in events)
        told[len(events), unparsed].append(one.raw.pk)
    desk.finish()
    for (count, unparsed), rows in told.items():
        RawWebhook.objects.filter(pk__in=rows).update(parsed_at=timezone.now(), events=count, unparsed=unparsed)


class _Lines:
    """Our numbers by the provider's id, looked up once a batch."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Channel | None] = {}

    def find(self, kind: str, line: str) -> Channel | None:
        if not line:
            return None
        key = (kind, line)
        if key not in self._known:
            self._known[key] = Channel.objects.filter(kind=kind, line=line).first()
        return self._known[key]


def _take(event: Event, channel: Channel | None, desk: Desk) -> bool:
    """False when nobody here can use it: it stays in the raw body and is counted."""
    if channel is None:
        return isinstance(event, Unparsed) and event.is_foreseen
    match event:
        case Received():
            desk.take(channel, event)
        case StatusChanged():
            post.settle(channel, event)
        case IdentityChanged():
            identity.moved(channel, event.old, event.new)
        case Unparsed():
            return event.is_foreseen
    return True
