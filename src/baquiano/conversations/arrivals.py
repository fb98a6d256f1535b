"""One batch of messages into their conversations: what all of them need is looked up once, and written together.

The usual message (a known number, a living conversation) costs no query of its own; whatever is out of the ordinary (a new number, a
recycled one) takes the long way through `people.identity`, one at a time. The same message twice is one row.

What nobody here can read (a voice, a picture, a kind nobody knows) may be a cry for help: from the moment it is stored it waits for a person
with the clock of P2, in whatever state the conversation is and whoever owns it. What can be fetched has an enclosure, to be seen or heard.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast

from django.utils import timezone

from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import IdentityChanged, Kind, Media, Received
from baquiano.channels.models import Channel
from baquiano.conversations import enclosures, handoffs, sharing
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.lib import crypto
from baquiano.lib.batch import Batch, Change
from baquiano.lib.prepared import Prepared
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.safety.actions import raise_alert

TEXT_MOST = 4000  # characters kept of one message: more than any channel lets a person type
NAME_MOST = 200

UNREAD = Finding(Level.P2, Danger.UNKNOWN, "unread")
"""Somebody sent something that nobody has heard or seen yet."""

_READ = {Kind.TEXT, Kind.CHOICE, Kind.REACTION, Kind.REVOKE}
_ABOUT_ANOTHER = {Kind.REACTION, Kind.EDIT, Kind.REVOKE}
"""They open no window: they are about a message, and not a new one."""

Arrival = tuple[Channel, Received]

_living = Prepared(
    lambda hashes: (
        Conversation.objects.alive()
        .filter(address__aliases__value_hash__in=hashes, address__aliases__valid_to=None)
        .values_list("address__aliases__channel", "address__aliases__value_hash", "address", "id")
    )
)
_here_already = Prepared(
    lambda channel, hashes: Message.objects.filter(channel=channel, provider_hash__in=hashes).values_list(
        "provider_hash", flat=True
    )
)
_reached = Change(Conversation, "last_at")


class Desk:
    """Used inside one write transaction: `take` each arrival in its order, then `finish`."""

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._seen = _already_here(arrivals)
        self._owner: dict[tuple[int, str], int] = {}  # (channel, alias hash) → address with a living conversation
        self._living: dict[int, int] = {}  # address → living conversation
        self._door: dict[int, int] = {}  # conversation → address, also of one that was closed meanwhile
        self._rows: list[tuple[object, ...]] = []
        self._reached: set[int] = set()  # conversations that something new came into
        self._waiting: set[int] = set()  # of these, those with something to answer
        self._unread: set[int] = set()  # of these, those with something nobody can read
        self._heard: dict[int, datetime] = {}  # conversation → the person's own clock at the last message taken
        self._media: dict[int, Media] = {}  # place among the rows → what is to be fetched
        self._look_up(arrivals)

    def take(self, channel: Channel, event: Received) -> int | None:
        """The id of the conversation the message went into; None when it was here already."""
        mark = (channel.pk, crypto.keyed_hash(event.provider_id, "message"))
        if mark in self._seen:
            return None
        self._seen.add(mark)
        conversation = self._known(channel, event.aliases) or self._the_long_way(channel, event)
        if event.kind in enclosures.MAY_BE and event.media is not None:
            self._media[len(self._rows)] = event.media
        if _is_unread(event):
            self._unread.add(conversation)
        row = _row(channel, event, mark[1], conversation, self._seen)
        self._rows.append(row)
        self._reached.add(conversation)
        if row[_STATE] == Message.State.WAITING:
            self._waiting.add(conversation)
        if event.kind not in _ABOUT_ANOTHER:
            sent_at = cast(datetime, row[_SENT_AT])
            self._heard[conversation] = max(sent_at, self._heard.get(conversation, sent_at))
        return conversation

    @property
    def waiting(self) -> list[int]:
        """Conversations that something came into to be answered."""
        return sorted(self._waiting)

    def finish(self) -> None:
        messages = _batch.insert(self._rows)
        now = timezone.now()
        _reached.write([(now, conversation) for conversation in sorted(self._reached)])
        identity.heard(self._heard_by_address())
        if self._media:
            _enclosures.insert([_to_fetch(messages[place], media) for place, media in self._media.items()])
        if self._unread:
            _put_before_a_person(self._unread)

    def _heard_by_address(self) -> dict[int, datetime]:
        return {self._door[conversation]: at for conversation, at in self._heard.items()}

    def _look_up(self, arrivals: Sequence[Arrival]) -> None:
        hashes = {identity.value_hash(alias) for _, event in arrivals for alias in event.aliases}
        for channel, value_hash, address, conversation in _living(hashes):
            self._owner[channel, value_hash] = address
            self._living[address], self._door[conversation] = conversation, address

    def _known(self, channel: Channel, aliases: Sequence[SeenAlias]) -> int | None:
        """The living conversation when every alias is known and all belong to one address."""
        owners = {self._owner.get((channel.pk, identity.value_hash(alias))) for alias in aliases}
        if len(owners) != 1:
            return None
        (owner,) = owners
        return self._living.get(owner) if owner is not None else None

    def moved(self, channel: Channel, change: IdentityChanged) -> None:
        """What was looked up of these aliases is asked again for the next message."""
        recognised = identity.moved(channel, change.old, change.new, change.at)
        for alias in (*change.old, *change.new):
            self._owner.pop((channel.pk, identity.value_hash(alias)), None)
        if recognised:
            self._begin_anew(recognised)

    def _the_long_way(self, channel: Channel, event: Received) -> int:
        recognised = identity.recognise(channel, event.aliases, event.sent_at)
        for alias in event.aliases:
            self._owner[channel.pk, identity.value_hash(alias)] = recognised.address.pk
        return self._begin_anew(recognised)

    def _begin_anew(self, recognised: identity.Recognised) -> int:
        """The living conversation of the address. Those of the addresses it takes over from are closed, and a person looks."""
        for address in recognised.retired:
            close_conversations_of(address)
            self._living.pop(address.pk, None)
        conversation = living_of(recognised.address)
        self._living[recognised.address.pk], self._door[conversation.pk] = conversation.pk, recognised.address.pk
        if recognised.retired:
            handoffs.open_or_sharpen(conversation, Handoff.Reason.IDENTITY)
        return conversation.pk


def _already_here(arrivals: Sequence[Arrival]) -> set[tuple[int, str]]:
    hashes: dict[int, list[str]] = defaultdict(list)
    for channel, event in arrivals:
        hashes[channel.pk].append(crypto.keyed_hash(event.provider_id, "message"))
        if event.kind is Kind.REACTION and event.reply_to:
            hashes[channel.pk].append(crypto.keyed_hash(event.reply_to, "message"))
    return {(channel, str(known)) for channel, wanted in hashes.items() for known in _here_already(channel, wanted)}


_batch = Batch(
    Message, "conversation_id", "channel_id", "author", "provider_hash", "sent_at", "received_at", "kind", "text", "choice_id",
    "refers_to", "state",
)  # fmt: skip


_SENT_AT, _STATE = 4, -1  # their places in a row


def _row(
    channel: Channel, event: Received, provider_hash: str, conversation: int, here: Collection[tuple[int, str]]
) -> tuple[object, ...]:
    now = timezone.now()
    return (
        conversation,
        channel.pk,
        Message.Author.PERSON,
        provider_hash,
        min(event.sent_at or now, now),
        now,
        event.kind,
        sharing.with_where(event.text[:TEXT_MOST], event.position) if event.position else event.text[:TEXT_MOST],
        event.choice_id[:200],
        _refers_to(channel, event, here),
        Message.State.HANDLED if event.kind in (Kind.REACTION, Kind.REVOKE) else Message.State.WAITING,
    )


def _refers_to(channel: Channel, event: Received, here: Collection[tuple[int, str]]) -> str:
    """People correct and take back only what is theirs; a reaction is to a message of theirs that is here, or to one of ours."""
    if event.kind not in _ABOUT_ANOTHER or not event.reply_to:
        return ""
    hers = crypto.keyed_hash(event.reply_to, "message")
    if event.kind is not Kind.REACTION or (channel.pk, hers) in here:
        return hers
    return crypto.keyed_hash(event.reply_to, "dispatch")


_enclosures = Batch(Enclosure, "message_id", "provider_id", "mime_type", "sha256", "name", "due_at")


def _to_fetch(message: int, media: Media) -> tuple[object, ...]:
    return (
        message,
        media.provider_id,
        media.mime_type[:80],
        media.sha256[:128],
        media.filename[:NAME_MOST],
        timezone.now(),
    )


def _is_unread(event: Received) -> bool:
    """Words beside a picture do not say what is in it; a card or a form is read by its words, a place by where it is."""
    is_read = event.kind in _READ or event.position is not None
    return event.kind in enclosures.MAY_BE or (not is_read and not event.text.strip())


def _put_before_a_person(conversations: set[int]) -> None:
    for conversation in Conversation.objects.filter(pk__in=conversations):
        raise_alert(UNREAD, about=f"conversation:{conversation.pk}")
        handoffs.open_or_sharpen(conversation, Handoff.Reason.VOICE, Level.P2)


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
