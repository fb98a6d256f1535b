"""A text changed after somebody was told it: the notice that names no topic, and what her "1" means after it.

The notice is a message of ours that offers one thing, and says which: `choice_id` is "changed:12" (the version she was told), and "shown:12"
once she has read what stands in its place. Whether her "1" is for the notice is looked at each time and stored nowhere: it is, if we have said
nothing since the notice left (both by our clock, for hers may be wrong). A menu shown later takes the numbers back, and a tap on the notice
is always its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Min, OuterRef, QuerySet, Subquery
from django.utils import timezone

from baquiano.channels.protocol import Choice, OutMessage
from baquiano.conversations.models import Conversation, Message, Quote
from baquiano.conversations.wording import wording
from baquiano.engine.picks import number_of_tap, tap
from baquiano.engine.state import State
from baquiano.engine.universal import number
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.prepared import Prepared
from baquiano.people.models import Address
from baquiano.post.models import Letter
from baquiano.post.models import State as Delivery

OFFERED, SHOWN = "changed:", "shown:"
STANDS = timedelta(days=14)
"""So long her "1" is understood; a tap is understood for good."""
STILL_TALKING = timedelta(hours=1)
"""A question of ours that was put so shortly before the notice keeps its numbers."""
QUESTIONS = frozenset({"country", "consent", "agreement", "join", "forget", "withdraw", "language"})
ABOUT_DANGER = frozenset({"ask_danger", "danger", "safe_contact", "safe_hour"})
"""Questions of ours that keep their numbers for as long as they stand."""


# The notice --------------------------------------------------------------------------------------------------------------


def notice(version: int, language: str, country: str) -> OutMessage:
    """What a locked telephone shows: that something changed, never what."""
    tapped = Choice(tap(f"{OFFERED}{version}"), wording("pick.changed", language, country))
    return OutMessage(wording("changed_notice", language, country), (tapped,))


def keep(conversation: Conversation, letter: Letter, version: int, words: str) -> None:
    """The notice as a message of the conversation, for whoever reads it. Inside the caller's transaction."""
    Message.objects.create(
        conversation=conversation,
        channel_id=conversation.address.channel_id,
        author=Message.Author.MACHINE,
        text=words,
        state=Message.State.SAID,
        letter=letter,
        choice_id=f"{OFFERED}{version}",
        is_automatic=True,
    )


# Her answer --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Notice:
    version: int
    left_at: datetime
    spoke_at: datetime | None
    """When we last said her something else."""


def open_notices(conversations: Iterable[Conversation], now: datetime) -> Mapping[int, tuple[int, ...]]:
    """Conversation → versions whose notice is the last thing that was said to her, the newest first. One query."""
    rows = {one.pk: one for one in conversations}
    found: dict[int, list[_Notice]] = defaultdict(list)
    for conversation, one in _notices(rows, now):
        row = rows[conversation]
        if not _is_answered(one) and not _asks_something(row, one):
            found[conversation].append(one)
    return {
        pk: tuple(one.version for one in sorted(notices, key=lambda one: one.left_at, reverse=True))
        for pk, notices in found.items()
    }


def _notices(conversations: Collection[int], now: datetime) -> Iterable[tuple[int, _Notice]]:
    """Those that have left: what still waits for her hours was read by nobody."""
    for conversation, offered, taken, written, spoke in _left(list(conversations), now - STANDS):
        yield conversation, _Notice(int(offered.removeprefix(OFFERED)), taken or written, spoke)


def _standing(conversations: Collection[int], since: datetime) -> QuerySet[Message, tuple[Any, ...]]:
    ours = Message.objects.filter(
        conversation__in=conversations,
        choice_id__startswith=OFFERED,
        author=Message.Author.MACHINE,
        sent_at__gt=since,
    ).exclude(letter__state__in=(Delivery.QUEUED, Delivery.FAILED))
    with_times = ours.annotate(taken=Min("letter__dispatches__at"), spoke=Subquery(_anything_else()))
    return with_times.values_list("conversation", "choice_id", "taken", "letter__not_before", "spoke")


def _anything_else() -> QuerySet[Message, datetime]:
    ours = Message.objects.filter(conversation=OuterRef("conversation")).exclude(author=Message.Author.PERSON)
    return ours.exclude(choice_id__startswith=OFFERED).order_by("-sent_at").values_list("sent_at", flat=True)[:1]


_left = Prepared(_standing)


def _is_answered(one: _Notice) -> bool:
    return one.spoke_at is not None and one.spoke_at > one.left_at


def _asks_something(conversation: Conversation, one: _Notice) -> bool:
    step = conversation.state.get("step") if isinstance(conversation.state, dict) else ""
    if step in ABOUT_DANGER:
        return True
    return step in QUESTIONS and one.spoke_at is not None and one.left_at - one.spoke_at < STILL_TALKING


def offering(state: State, versions: tuple[int, ...]) -> State:
    """What stands open is the notice: her "1" is for it."""
    return replace(state, offered=(f"{OFFERED}{'.'.join(map(str, versions))}",), step="changed") if versions else state


def shown(conversation: Conversation, version: int) -> None:
    """She has read what stands in its place. Inside the caller's transaction."""
    Message.objects.filter(
        conversation=conversation, choice_id=f"{OFFERED}{version}", author=Message.Author.MACHINE
    ).update(choice_id=f"{SHOWN}{version}")


def told_at(version: int, address: Address) -> datetime | None:
    """When she was last told it through this door. None: never, or it is forgotten."""
    quotes = Quote.objects.filter(version=version, message__conversation__address=address)
    last: datetime | None = quotes.aggregate(last=Max("message__sent_at"))["last"]
    return last


# While a colleague answers -------------------------------------------------------------------------------------------------


def asked_for(conversation: Conversation) -> tuple[int, ...]:
    """Versions whose notice she answered while a colleague owned the conversation, and that nobody has told her since. The newest first."""
    notices = conversation.messages.filter(
        choice_id__startswith=OFFERED, author=Message.Author.MACHINE, sent_at__gt=timezone.now() - STANDS
    )
    return tuple(
        version
        for notice in notices.order_by("-pk")
        if _answered(conversation, notice, version := int(notice.choice_id.removeprefix(OFFERED)))
        and not _told_since(conversation, notice, version)
    )


def _answered(conversation: Conversation, notice: Message, version: int) -> bool:
    """A tap says for which; a "1" counts only as the first thing after the notice."""
    since = conversation.messages.inbound().filter(pk__gt=notice.pk, kind__in=("text", "choice")).order_by("pk")
    return any(
        number_of_tap(one.choice_id, OFFERED) == version if one.choice_id else place == 0 and number(one.text) == 1
        for place, one in enumerate(since)
    )


def _told_since(conversation: Conversation, notice: Message, version: int) -> bool:
    told = ArticleVersion.objects.get(pk=version)
    later = Quote.objects.filter(message__conversation=conversation, message__pk__gt=notice.pk)
    return later.filter(version__article=told.article_id, version__number__gt=told.number).exists()
