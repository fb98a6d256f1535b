"""One batch of messages into their conversations: what all of them need is looked up once, and written together.

The usual message (a known number, a living conversation) costs no query of its own; whatever is out of the ordinary (a new number, a
recycled one) takes the long way through `people.identity`, one at a time. The same message twice is one row.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.utils import timezone

from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Kind, Received
from baquiano.channels.models import Channel
from baquiano.conversations import handoffs
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.lib import crypto
from baquiano.lib.batch import Batch
from baquiano.people import identity
from baquiano.people.models import Address, Alias

TEXT_MOST = 4000  # characters kept of one message: more than any channel lets a person type

Arrival = tuple[Channel, Received]


class Desk:
    """Used inside one write transaction: `take` each arrival in its order, then `finish`."""

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._seen = _already_here(arrivals)
        self._owner: dict[tuple[int, str], int] = {}  # (channel, alias hash) → address
        self._living: dict[int, int] = {}  # address → living conversation
        self._rows: list[tuple[object, ...]] = []
        self._reached: set[int] = set()  # conversations that something new came into
        self._look_up(arrivals)

    def take(self, channel: Channel, event: Received) -> int | None:
        """The id of the conversation the message went into; None when it was here already."""
        mark = (channel.pk, crypto.keyed_hash(event.provider_id, "message"))
        if mark in self._seen:
            return None
        self._seen.add(mark)
        conversation = self._known(channel, event.aliases) or self._the_long_way(channel, event.aliases)
        self._rows.append(_row(channel, event, mark[1], conversation))
        self._reached.add(conversation)
        return conversation

    def finish(self) -> None:
        _batch.insert(self._rows)
        Conversation.objects.filter(pk__in=self._reached).update(last_at=timezone.now())

    def _look_up(self, arrivals: Sequence[Arrival]) -> None:
        hashes = {identity.value_hash(alias) for _, event in arrivals for alias in event.aliases}
        living = Alias.objects.filter(value_hash__in=hashes, valid_to=None)
        for channel, value_hash, address in living.values_list("channel_id", "value_hash", "address_id"):
            self._owner[channel, value_hash] = address
        addresses = set(self._owner.values())
        self._living.update(Conversation.objects.alive().filter(address__in=addresses).values_list("address_id", "id"))

    def _known(self, channel: Channel, aliases: Sequence[SeenAlias]) -> int | None:
        """The living conversation when every alias is known and all belong to one address."""
        owners = {self._owner.get((channel.pk, identity.value_hash(alias))) for alias in aliases}
        if len(owners) != 1:
            return None
        (owner,) = owners
        return self._living.get(owner) if owner is not None else None

    def _the_long_way(self, channel: Channel, aliases: Sequence[SeenAlias]) -> int:
        recognised = identity.recognise(channel, aliases)
        for address in recognised.retired:
            close_conversations_of(address)
            self._living.pop(address.pk, None)
        conversation = living_of(recognised.address)
        for alias in aliases:
            self._owner[channel.pk, identity.value_hash(alias)] = recognised.address.pk
        self._living[recognised.address.pk] = conversation.pk
        if recognised.retired:
            handoffs.open_or_sharpen(conversation, Handoff.Reason.IDENTITY)
        return conversation.pk


def _already_here(arrivals: Sequence[Arrival]) -> set[tuple[int, str]]:
    hashes: dict[int, list[str]] = defaultdict(list)
    for channel, event in arrivals:
        hashes[channel.pk].append(crypto.keyed_hash(event.provider_id, "message"))
    return {
        (channel, str(known))
        for channel, wanted in hashes.items()
        for known in Message.objects.filter(channel=channel, provider_hash__in=wanted).values_list(
            "provider_hash", flat=True
        )
    }


_batch = Batch(
    Message, "conversation_id", "channel_id", "author", "provider_hash", "sent_at", "received_at", "kind", "text", "choice_id", "state"
)  # fmt: skip


def _row(channel: Channel, event: Received, provider_hash: str, conversation: int) -> tuple[object, ...]:
    now = timezone.now()
    return (
        conversation,
        channel.pk,
        Message.Author.PERSON,
        provider_hash,
        min(event.sent_at or now, now),
        now,
        event.kind,
        event.text[:TEXT_MOST],
        event.choice_id[:200],
        Message.State.HANDLED if event.kind is Kind.REACTION else Message.State.WAITING,
    )


def receive(channel: Channel, event: Received) -> int | None:
    """One message alone. Inside the caller's transaction."""
    desk = Desk([(channel, event)])
    conversation = desk.take(channel, event)
    desk.finish()
    return conversation


def living_of(address: Address) -> Conversation:
    living = Conversation.objects.alive().filter(address=address).first()
    return living or Conversation.objects.create(address=address)


def close_conversations_of(address: Address) -> None:
    for conversation in Conversation.objects.alive().filter(address=address):
        handoffs.finish(conversation, by=None)
        conversation.closed_at, conversation.owner, conversation.owner_until = timezone.now(), None, None
        conversation.save(update_fields=["closed_at", "owner", "owner_until"])
