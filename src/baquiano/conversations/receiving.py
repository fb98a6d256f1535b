"""From raw webhooks to messages: parsed outside any transaction, stored in one, the same message twice is one row.

When only a few wrote, their conversations are leased for their answers in that same transaction: whoever writes alone waits for one commit less.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.utils import timezone

from baquiano.channels import condition
from baquiano.channels.blurring import without_places
from baquiano.channels.events import (
    Event,
    IdentityChanged,
    LineChanged,
    Received,
    StatusChanged,
    Stopped,
    TemplateChanged,
    Unparsed,
)
from baquiano.channels.models import Channel, RawWebhook
from baquiano.channels.registry import sender_of
from baquiano.conversations import blue_ticks, turns
from baquiano.conversations.arrivals import Desk
from baquiano.lib import faults
from baquiano.lib.batch import Change
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import For, ring, writing
from baquiano.post import allowed, settling

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Read:
    raw: RawWebhook
    events: tuple[Event, ...]


@dataclass(frozen=True)
class TakenIn:
    """`bodies`: how many were read. `leased`: whom to answer now (`turns.answer`); others, if there are any, wait in their order
    (`turns.work`)."""

    bodies: int
    leased: tuple[turns.Leased, ...] = ()
    others_wait: bool = False


BODIES_AT_ONCE = 200
A_FEW = 4  # conversations: more of them are a rush, in which whoever has waited longest comes first
_waiting = Prepared(lambda: RawWebhook.objects.waiting().select_related("channel")[:BODIES_AT_ONCE])
_unread_of = Prepared(lambda ids: RawWebhook.objects.filter(pk__in=ids, parsed_at=None).values_list("pk", flat=True))
_unread_and_free = Prepared(
    lambda ids: (
        RawWebhook.objects.filter(pk__in=ids, parsed_at=None)
        .values_list("pk", flat=True)
        .select_for_update(skip_locked=True)
    )
)
_read = Change(RawWebhook, "parsed_at", "events", "unparsed")


def take_in(limit: int = BODIES_AT_ONCE) -> int:
    """Reads what waits. Returns how many bodies. One body that cannot be stored never stops the others."""
    return _take_in(limit, leases=False).bodies


def take_in_and_lease() -> TakenIn:
    """The same, for whoever answers at once: whom they leased and do not answer waits until the lease runs out."""
    return _take_in(BODIES_AT_ONCE, leases=True)


def _take_in(limit: int, *, leases: bool) -> TakenIn:
    waiting = _waiting()[:limit]
    if not waiting:
        return TakenIn(0)
    faults.point("before_receive")
    read = [Read(raw, _parse(raw)) for raw in waiting]
    try:
        taken = _store(read, leases=leases)
    except Exception:
        taken = TakenIn(_one_by_one(read), others_wait=True)
    faults.point("after_receive")
    return taken


def _parse(raw: RawWebhook) -> tuple[Event, ...]:
    adapter = sender_of(raw.channel.kind)
    return tuple(adapter.parse(bytes(raw.body))) if adapter else ()


PASSING = (OperationalError, InterfaceError, IntegrityError)
"""Two processes in each other's way, a database that is away for a moment: nothing is wrong with the body."""
PASSES_WITHIN = timedelta(hours=1)


def _one_by_one(read: Sequence[Read]) -> int:
    """How many are stored, or put aside because no further try would help. The others wait for the next round."""
    return sum(_store_alone(one) for one in read)


def _store_alone(one: Read) -> bool:
    try:
        _store([one], leases=False)
    except Exception as problem:
        log.error("raw webhook %s could not be stored: %s", one.raw.pk, type(problem).__name__)
        if isinstance(problem, PASSING) and timezone.now() - one.raw.received_at < PASSES_WITHIN:
            return False
        RawWebhook.objects.filter(pk=one.raw.pk).update(parsed_at=timezone.now(), unparsed=len(one.events) or 1)
    return True


def _store(read: Sequence[Read], *, leases: bool) -> TakenIn:
    with writing(on_disk=False):  # the bodies are
        ours = _unread_and_free if connection.vendor == "postgresql" else _unread_of
        free = set(ours([one.raw.pk for one in read]))
        waiting = _take_all([one for one in read if one.raw.pk in free])
        if any(isinstance(event, StatusChanged) for one in read for event in one.events):
            ring(For.LETTERS)  # the next one to the same person may leave
        leased = tuple(turns.lease(waiting)) if leases and 0 < len(waiting) <= A_FEW else ()
    return TakenIn(len(read), leased, len(leased) < len(waiting) or any(one.has_more for one in leased))


def _take_all(read: Sequence[Read]) -> list[int]:
    """The conversations in which something waits for an answer now."""
    lines = _Lines(one.raw.channel for one in read)
    routed = [(one, [(_line_of(e, one.raw, lines), e) for e in one.events]) for one in read]
    desk = Desk([(line, e) for _, events in routed for line, e in events if line and isinstance(e, Received)])
    told: dict[tuple[int, int], list[int]] = defaultdict(list)  # (events, unparsed) → raw rows
    for one, events in routed:
        unparsed = sum(not _take(event, line, desk) for line, event in events)
        told[len(events), unparsed].append(one.raw.pk)
    desk.finish()
    now = timezone.now()
    _read.write([(now, count, unparsed, pk) for (count, unparsed), rows in told.items() for pk in rows])
    for one in read:
        _forget_places(one)
    return desk.waiting


def _forget_places(one: Read) -> None:
    """Where somebody was is in the message now, until it is answered: the body that is kept for days says it no more."""
    if any(isinstance(event, Received) and event.position for event in one.events):
        one.raw.body = without_places(bytes(one.raw.body))
        one.raw.save(update_fields=["body"])


def _line_of(event: Event, raw: RawWebhook, lines: "_Lines") -> Channel | None:
    """News of an account names no line: it is told where it came in, and concerns every line of that account. Where each line has a door
    of its own, the door says which it is."""
    adapter = sender_of(raw.channel.kind)
    if (adapter and adapter.has_a_door_for_each_line) or (
        isinstance(event, LineChanged | TemplateChanged) and not event.line
    ):
        return raw.channel
    return lines.find(raw.channel.kind, event.line)


class _Lines:
    """Our numbers by the provider's id, looked up once a batch."""

    def __init__(self, doors: Iterable[Channel]) -> None:
        """`doors`: where the bodies came in, mostly the lines they are about."""
        self._known: dict[tuple[str, str], Channel | None] = {(one.kind, one.line): one for one in doors}

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
            if conversation := desk.take(channel, event):
                blue_ticks.came(channel, conversation, event.provider_id)
        case StatusChanged():
            settling.settle(channel, event)
        case IdentityChanged():
            desk.moved(channel, event)
        case Stopped():
            allowed.stopped(channel, event)
        case TemplateChanged():
            allowed.template_changed(channel, event)
        case LineChanged():
            condition.changed(channel, event)
        case Unparsed():
            return event.is_foreseen
    return True
