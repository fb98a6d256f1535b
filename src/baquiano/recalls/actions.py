"""Finding what was told and is no longer said, freezing the list of who was told, and deciding whether they are told again.

Nothing leaves before somebody decided it; `sending` carries it out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.conversations.models import Conversation, Quote
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.turnstile import writing
from baquiano.people.models import Alias
from baquiano.post import window
from baquiano.recalls import sending
from baquiano.recalls.models import Recall, RecallLine

AT_ONCE = 20
ALONE_UP_TO = 50
"""So many conversations one person may decide about; above, a second one agrees."""

Reach = RecallLine.Reach


def due() -> int:
    """For the clock: lists that have to be made, and a portion of what leaves. Returns how much it did."""
    changed = _changed()
    for old, new in changed:
        prepare(old, new)
    now = timezone.now()
    return len(changed) + sending.look_after(now) + sending.carry_on(now)


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
    addresses = [conversation.address_id for conversation in conversations]
    living = set(Alias.objects.filter(address__in=addresses, valid_to=None).values_list("address_id", flat=True))
    for one in conversations:
        yield RecallLine(
            channel=one.address.channel,
            conversation=one.pk,
            address=one.address_id,
            told_at=rows[one.pk]["last"],
            times=rows[one.pk]["times"],
            reach=_reach(one, one.address_id in living, now),
        )


def _reach(conversation: Conversation, is_living: bool, now: datetime) -> Reach:
    if not is_living:
        return Reach.MOVED
    if not window.is_open(conversation.address, now):
        return Reach.TEMPLATE
    if sender_of(conversation.address.channel.kind):
        return Reach.FREE
    return Reach.CLOSED if conversation.closed_at else Reach.FREE


# Deciding ----------------------------------------------------------------------------------------------------------------


class CannotDecide(Exception):
    """Shown to staff as it is written: why this cannot be done now, and what to do."""


def approve(recall: Recall, *, by: User) -> None:
    """They are told again. Above fifty conversations the first yes waits for a second person. Raises `CannotDecide`."""
    with writing():
        row = _undecided(recall)
        _refuse_whoever_wrote(row, by)
        if row.proposed_by_id == by.pk:
            raise CannotDecide(_("You have said yes already. With so many conversations a second person decides too."))
        if row.proposed_by_id is None and row.lines.count() > ALONE_UP_TO:
            row.proposed_by, row.proposed_at = by, timezone.now()
            row.save(update_fields=["proposed_by", "proposed_at"])
            audit(by, "recall.proposed", row)
            return
        row.approved_by, row.approved_at = by, timezone.now()
        row.save(update_fields=["approved_by", "approved_at"])
        audit(by, "recall.approved", row)


def close(recall: Recall, reason: str, *, by: User) -> None:
    """Nobody need be told. Raises `CannotDecide`."""
    reason = " ".join(reason.split())[:REASON_LONGEST]
    if not reason:
        raise CannotDecide(_("Write why nobody need be told: whoever looks later has to understand it."))
    with writing():
        row = _undecided(recall)
        _refuse_whoever_wrote(row, by)
        row.closed_at, row.closed_by, row.reason = timezone.now(), by, reason
        row.save(update_fields=["closed_at", "closed_by", "reason"])
        audit(by, "recall.closed", row)


def pause(recall: Recall, *, by: User) -> None:
    """What has been written still leaves; nothing more is written until somebody lets it go on. Raises `CannotDecide`."""
    _hold(recall, Recall.Stage.LEAVING, timezone.now(), "recall.paused", by)


def go_on(recall: Recall, *, by: User) -> None:
    """Raises `CannotDecide`."""
    _hold(recall, Recall.Stage.PAUSED, None, "recall.gone_on", by)


def stop(recall: Recall, *, by: User) -> None:
    """For good: whoever was not reached yet is left out. Tasks stay. Raises `CannotDecide`."""
    with writing():
        row = _in_stage(recall, Recall.Stage.LEAVING, Recall.Stage.PAUSED)
        row.stopped_by, row.stopped_why = by, STOPPED_BY_A_PERSON
        row.save(update_fields=["stopped_by", "stopped_why"])
        row.lines.filter(stage=RecallLine.Stage.WAITING).update(
            stage=RecallLine.Stage.LEFT_OUT, why=RecallLine.Why.STOPPED, at=timezone.now()
        )
        audit(by, "recall.stopped", row)


REASON_LONGEST = 300
STOPPED_BY_A_PERSON = "person"


def _hold(recall: Recall, stage: Recall.Stage, paused_at: datetime | None, verb: str, by: User) -> None:
    with writing():
        row = _in_stage(recall, stage)
        row.paused_at = paused_at
        row.save(update_fields=["paused_at"])
        audit(by, verb, row)


def _undecided(recall: Recall) -> Recall:
    return _in_stage(recall, Recall.Stage.UNDECIDED, Recall.Stage.SECOND)


def _in_stage(recall: Recall, *stages: Recall.Stage) -> Recall:
    """As it is now. Inside the caller's transaction."""
    row = Recall.objects.select_for_update().get(pk=recall.pk)
    if row.stage not in stages:
        raise CannotDecide(_("Somebody has decided about this list meanwhile. Look at it again."))
    return row


def _refuse_whoever_wrote(recall: Recall, by: User) -> None:
    """Whoever made the change does not judge whom it concerns."""
    wrote = recall.new.written_by_id if recall.new else recall.old.withdrawn_by_id
    if wrote == by.pk:
        raise CannotDecide(_("You made this change yourself. Somebody else decides whether people are told."))


# Looking at a list ---------------------------------------------------------------------------------------------------------


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
        Recall.objects.select_related("old__article__topic", "new")
        .annotate(told=Count("lines"))
        .order_by("-found_at", "-pk")
    )


@dataclass(frozen=True)
class HowFar:
    """Of one list. `left_out`: how many by reason."""

    total: int
    waiting: int
    written: int
    seen: int
    tasks: int
    done: int
    left_out: dict[str, int]

    @property
    def percent(self) -> int:
        """Of those whom a notice or a person is to tell."""
        meant = self.total - sum(self.left_out.values())
        return round(100 * (self.written + self.seen + self.done) / meant) if meant else 100


def how_far(recall: Recall) -> HowFar:
    """One query."""
    stages: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for stage, why, count in recall.lines.values_list("stage", "why").annotate(n=Count("pk")):
        stages[stage] += count
        if stage == RecallLine.Stage.LEFT_OUT:
            left_out[why] += count
    return HowFar(
        total=sum(stages.values()),
        waiting=stages["waiting"],
        written=stages["written"],
        seen=stages["seen"],
        tasks=stages["task"],
        done=stages["done"],
        left_out=dict(left_out.most_common()),
    )
