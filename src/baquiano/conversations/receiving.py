"""From raw webhooks to messages: parsed outside any transaction, stored in one, the same message twice is one row."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from baquiano.channels.events import Event, IdentityChanged, Kind, Received, StatusChanged, Unparsed
from baquiano.channels.models import Channel, RawWebhook
from baquiano.channels.registry import sender_of
from baquiano.conversations import handoffs
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.lib import crypto, faults
from baquiano.lib.turnstile import ring, writing
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import actions as post

log = logging.getLogger(__name__)

TEXT_MOST = 4000  # characters kept of one message: more than any channel lets a person type


@dataclass(frozen=True)
class Read:
    raw: RawWebhook
    events: tuple[Event, ...]


def take_in(limit: int = 50) -> int:
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
        lines = _Lines()
        for one in read:
            if one.raw.pk in free:
                unparsed = sum(not _take(event, one.raw.channel, lines) for event in one.events)
                RawWebhook.objects.filter(pk=one.raw.pk).update(
                    parsed_at=timezone.now(), events=len(one.events), unparsed=unparsed
                )
        ring()


class _Lines:
    """Our numbers by the provider's id, looked up once a batch."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Channel | None] = {}

    def find(self, kind: str, line: str) -> Channel | None:
        key = (kind, line)
        if key not in self._known:
            self._known[key] = Channel.objects.filter(kind=kind, line=line).first()
        return self._known[key]


def _take(event: Event, arrived: Channel, lines: _Lines) -> bool:
    """False when nobody here can use it: it stays in the raw body and is counted."""
    channel = lines.find(arrived.kind, event.line) if event.line else None
    if channel is None:
        return isinstance(event, Unparsed) and event.is_foreseen
    match event:
        case Received():
            receive(channel, event)
        case StatusChanged():
            post.settle(channel, event)
        case IdentityChanged():
            identity.moved(channel, event.old, event.new)
        case Unparsed():
            return event.is_foreseen
    return True


def receive(channel: Channel, event: Received) -> Conversation | None:
    """One message into its conversation; None when it was already there. Inside the caller's transaction."""
    provider_hash = crypto.keyed_hash(event.provider_id, "message")
    if Message.objects.filter(channel=channel, provider_hash=provider_hash).exists():
        return None
    recognised = identity.recognise(channel, event.aliases)
    for address in recognised.retired:
        _close_conversation_of(address)
    conversation = living_of(recognised.address)
    now = timezone.now()
    Message.objects.create(
        conversation=conversation,
        channel=channel,
        author=Message.Author.PERSON,
        provider_hash=provider_hash,
        sent_at=min(event.sent_at or now, now),
        received_at=now,
        kind=event.kind,
        text=event.text[:TEXT_MOST],
        choice_id=event.choice_id[:200],
        state=Message.State.HANDLED if event.kind is Kind.REACTION else Message.State.WAITING,
    )
    Conversation.objects.filter(pk=conversation.pk).update(last_at=now)
    if recognised.retired:
        handoffs.open_or_sharpen(conversation, Handoff.Reason.IDENTITY)
    return conversation


def living_of(address: Address) -> Conversation:
    living = Conversation.objects.alive().filter(address=address).first()
    return living or Conversation.objects.create(address=address)


def _close_conversation_of(address: Address) -> None:
    for conversation in Conversation.objects.alive().filter(address=address):
        handoffs.finish(conversation, by=None)
        conversation.closed_at, conversation.owner, conversation.owner_until = timezone.now(), None, None
        conversation.save(update_fields=["closed_at", "owner", "owner_until"])
