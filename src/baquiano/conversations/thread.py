"""A conversation as it is read: by the person on the web, by the team in the inbox."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.channels.protocol import Choice
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.post.body import from_json

LAST_WORDS = 80


@dataclass(frozen=True)
class Line:
    """One thing said. `choices` only on what we offered; `delivery` only on what we sent."""

    id: int
    author: str
    text: str
    choices: tuple[Choice, ...]
    at: datetime
    is_automatic: bool
    is_late: bool
    level: str
    delivery: str
    quoted: tuple[int, ...]


@dataclass(frozen=True)
class InboxRow:
    """One conversation in the queue. `last_words` is shown on that screen only."""

    conversation: int
    level: str
    reason: str
    waiting_since: datetime
    due_at: datetime
    is_overdue: bool
    owner: User | None
    is_mine: bool
    language: str
    country: str
    channel: str
    last_words: str
    unread: int


def thread(conversation: Conversation, *, after: int = 0) -> list[Line]:
    """In the order it was stored: the cursor of a page that polls is the last id it has."""
    messages = (
        conversation.messages.filter(pk__gt=after)
        .exclude(kind="reaction")
        .select_related("letter")
        .prefetch_related("quotes")
        .order_by("id")
    )
    return [_line(message) for message in messages]


def _line(message: Message) -> Line:
    letter = message.letter
    return Line(
        id=message.pk,
        author=message.author,
        text=message.text,
        choices=from_json(letter.body).choices if letter else (),
        at=message.sent_at,
        is_automatic=message.is_automatic,
        is_late=message.state == Message.State.LATE,
        level=message.level,
        delivery=letter.state if letter else "",
        quoted=tuple(quote.version_id for quote in message.quotes.all()),
    )


def inbox(user: User) -> list[InboxRow]:
    """Open hand-offs this person may see, the gravest first."""
    visible = Conversation.objects.visible_to(user)
    rows = (
        Handoff.objects.open()
        .filter(conversation__in=visible)
        .select_related("conversation__owner", "conversation__address__channel")
        .in_order()[:200]
    )
    handoffs = list(rows)
    last = _last_messages(handoff.conversation_id for handoff in handoffs)
    unread = _unread(handoff.conversation for handoff in handoffs)
    return [_row(handoff, user, last, unread) for handoff in handoffs]


def _row(handoff: Handoff, user: User, last: dict[int, Message], unread: dict[int, int]) -> InboxRow:
    conversation = handoff.conversation
    message = last.get(conversation.pk)
    return InboxRow(
        conversation=conversation.pk,
        level=handoff.level,
        reason=handoff.reason,
        waiting_since=handoff.opened_at,
        due_at=handoff.due_at,
        is_overdue=handoff.due_at < timezone.now() and conversation.owner_id is None,
        owner=conversation.owner,
        is_mine=conversation.owner_id == user.pk,
        language=conversation.language,
        country=conversation.country,
        channel=conversation.address.channel.kind,
        last_words=message.text[:LAST_WORDS] if message else "",
        unread=unread.get(conversation.pk, 0),
    )


def _last_messages(conversations: Iterable[int]) -> dict[int, Message]:
    """The person's last words of each, in one query."""
    newest = (
        Message.objects.inbound()
        .filter(conversation__in=list(conversations))
        .values("conversation")
        .annotate(newest=Max("id"))
        .values("newest")
    )
    return {message.conversation_id: message for message in Message.objects.filter(pk__in=newest)}


def _unread(conversations: Iterable[Conversation]) -> dict[int, int]:
    """How many messages came since somebody of the team last answered."""
    ids = [conversation.pk for conversation in conversations]
    answered = dict(
        Message.objects.filter(conversation__in=ids, author=Message.Author.STAFF)
        .values_list("conversation")
        .annotate(last=Max("id"))
    )
    counts: dict[int, int] = {}
    for conversation, pk in Message.objects.inbound().filter(conversation__in=ids).values_list("conversation", "id"):
        if pk > answered.get(conversation, 0):
            counts[conversation] = counts.get(conversation, 0) + 1
    return counts


def inbox_counts(user: User) -> dict[str, int]:
    """waiting, mine, overdue."""
    rows = inbox(user)
    return {
        "waiting": sum(row.owner is None for row in rows),
        "mine": sum(row.is_mine for row in rows),
        "overdue": sum(row.is_overdue for row in rows),
    }
