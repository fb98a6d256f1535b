"""Finding what was told and is no longer said, and freezing the list of who was told. Nothing is sent from here."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Message, Quote
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.turnstile import writing
from baquiano.people.models import Alias
from baquiano.recalls.models import Recall, RecallLine

WINDOW = timedelta(hours=24)
"""How long after a person's last message WhatsApp lets us write to her without a template."""

AT_ONCE = 20

Reach = RecallLine.Reach


def due() -> int:
    """For the clock: lists that have to be made. Returns how many it made."""
    changed = _changed()
    for old, new in changed:
        prepare(old, new)
    return len(changed)


def _changed() -> list[tuple[ArticleVersion, ArticleVersion | None]]:
    """Versions that somebody was told, that are not said any more, and whose list is not made: each with what is said now.

    A version replaced by one that says the same (`is_material` False) needs no list.
    """
    served = ArticleVersion.objects.servable(with_proposals=settings.IS_DEMO)
    told = ArticleVersion.objects.filter(Exists(Quote.objects.filter(version=OuterRef("pk"))))
    gone = told.exclude(pk__in=served).exclude(Exists(Recall.objects.filter(old=OuterRef("pk"))))
    # In the query, not afterwards: those that need no list stay for ever, and would hide the others behind `AT_ONCE`.
    alike = served.filter(is_material=False, article=OuterRef("article"))
    old = list(gone.exclude(Exists(alike)).order_by("pk")[:AT_ONCE])
    now = {version.article_id: version for version in served.filter(article__in=[one.article_id for one in old])}
    return [(one, now.get(one.article_id)) for one in old]


def prepare(old: ArticleVersion, new: ArticleVersion | None) -> Recall:
    """The frozen list: each conversation that was told the old words, once."""
    lines = list(_told(old, timezone.now()))
    with writing():
        recall = Recall.objects.create(old=old, new=new)
        for line in lines:
            line.recall = recall
        RecallLine.objects.bulk_create(lines, batch_size=500)
        audit(None, "recall.prepared", recall, about=f"version:{old.pk}")
    return recall


def _told(old: ArticleVersion, now: datetime) -> Iterable[RecallLine]:
    told = (
        Quote.objects.filter(version=old)
        .values("message__conversation")
        .annotate(last=Max("message__sent_at"), times=Count("pk"))
    )
    rows = {row["message__conversation"]: row for row in told}
    conversations = list(Conversation.objects.filter(pk__in=rows).select_related("address__channel").order_by("pk"))
    heard_at = dict(
        Message.objects.inbound()
        .filter(conversation__in=conversations)
        .values_list("conversation")
        .annotate(last=Max("sent_at"))
    )
    addresses = [conversation.address_id for conversation in conversations]
    living = set(Alias.objects.filter(address__in=addresses, valid_to=None).values_list("address_id", flat=True))
    for one in conversations:
        yield RecallLine(
            channel=one.address.channel,
            conversation=one.pk,
            address=one.address_id,
            told_at=rows[one.pk]["last"],
            times=rows[one.pk]["times"],
            reach=_reach(one, heard_at.get(one.pk), one.address_id in living, now),
        )


def _reach(conversation: Conversation, heard_at: datetime | None, is_living: bool, now: datetime) -> Reach:
    if not is_living:
        return Reach.MOVED
    if conversation.address.channel.kind == Channel.ChannelKind.WHATSAPP:
        is_open = heard_at is not None and now - heard_at < WINDOW
        return Reach.FREE if is_open else Reach.TEMPLATE
    return Reach.CLOSED if conversation.closed_at else Reach.FREE


@dataclass(frozen=True)
class ToldBy:
    """How many conversations were told on one channel, since when, and how many can still be reached in which way."""

    channel: Channel
    conversations: int
    since: datetime
    until: datetime
    counts: tuple[int, ...]  # in the order of `RecallLine.Reach`


def told_by_channel(recall: Recall) -> list[ToldBy]:
    lines: dict[Channel, list[RecallLine]] = {}
    for line in recall.lines.select_related("channel").order_by("channel", "told_at"):
        lines.setdefault(line.channel, []).append(line)
    return [
        ToldBy(channel, len(own), own[0].told_at, own[-1].told_at, _by_reach(own)) for channel, own in lines.items()
    ]


def _by_reach(lines: Iterable[RecallLine]) -> tuple[int, ...]:
    counted = Counter(line.reach for line in lines)
    return tuple(counted[reach] for reach in Reach)


def in_order() -> QuerySet[Recall]:
    """The last one first, each with how many conversations it concerns."""
    return (
        Recall.objects.select_related("old__article", "new").annotate(told=Count("lines")).order_by("-found_at", "-pk")
    )
