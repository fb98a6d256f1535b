"""Carrying out what was approved, a portion at a time: notices leave, tasks are opened, whoever is left out is noted. On the tick.

A line and its letter are written in one short transaction that first looks whether somebody paused or stopped it; so a process killed in
between leaves nothing half-done, and what was written is never written again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.conversations import arrivals, changed
from baquiano.conversations.models import Conversation, Message, Quote
from baquiano.lib.turnstile import ring, writing
from baquiano.people.models import Address
from baquiano.post import actions as post
from baquiano.post.models import Aim, Letter, State, Template
from baquiano.post.unasked import CannotWrite, Unasked, write
from baquiano.recalls.models import Recall, RecallLine, RecallLineQuerySet
from baquiano.recalls.plan import Stage, Step, Why, plan

PORTION = 100
"""Notices written in one round, and how many may wait to leave at a time: whoever just wrote to us does not queue behind them."""
TOGETHER = 500
"""Lines without a letter that are noted in one transaction."""
CAUSE = "recall:"
LOOKED_BACK = timedelta(days=60)
"""So long after a notice was written it is still noticed that it was read, or that it did not arrive."""


def carry_on(now: datetime) -> int:
    """A portion of everything that leaves. Returns how many lines were dealt with."""
    done = 0
    for recall in Recall.objects.leaving().select_related("old__article__topic", "new").order_by("pk"):
        done += _portion(recall, now)
        _finish(recall)
    return done


def _portion(recall: Recall, now: datetime) -> int:
    """All that waits is looked at anew each time, so not for the sake of one letter: only once half the road is free."""
    if _on_their_way(now) > PORTION // 2:
        return 0
    lines = list(recall.lines.waiting().select_related("channel").order_by("pk"))
    if not lines:
        return 0
    steps = plan(recall, lines, now)
    done = _note([step for step in steps if step.stage != Stage.WRITTEN], now)
    owned = set(Conversation.objects.alive().exclude(owner=None).values_list("address_id", flat=True))
    notices = [step for step in steps if step.stage == Stage.WRITTEN and step.line.address not in owned]
    for step in notices[: PORTION - _on_their_way(now)]:
        done += _tell(step, now)
    return done


def _on_their_way(now: datetime) -> int:
    """Written, and could leave now."""
    waiting = Letter.objects.filter(state=State.QUEUED, purpose=Aim.CORRECTION, not_before__lte=now)
    return min(PORTION, waiting.count())


def _note(steps: Sequence[Step], now: datetime) -> int:
    """Tasks, and whoever is left out."""
    for start in range(0, len(steps), TOGETHER):
        with writing():
            if not _still_leaves(steps[start].line.recall_id):
                return start
            for step in steps[start : start + TOGETHER]:
                RecallLine.objects.waiting().filter(pk=step.line.pk).update(stage=step.stage, why=step.why, at=now)
    return len(steps)


def _still_leaves(recall: int) -> bool:
    """The recall's row is held to the end of the transaction: two processes write one after the other."""
    return Recall.objects.leaving().select_for_update().filter(pk=recall).first() is not None


def _tell(step: Step, now: datetime) -> int:
    """0: somebody was faster, held it up, or changed their mind a moment ago; then the next round looks again."""
    with writing():
        if not _still_leaves(step.line.recall_id):
            return 0
        line = RecallLine.objects.waiting().filter(pk=step.line.pk).select_related("recall__old").first()
        if line is None:
            return 0
        address = Address.objects.select_related("channel").get(pk=line.address)
        conversation = _conversation(line, address)
        try:
            letter = _letter(line, address, conversation, in_chat=step.in_chat)
        except CannotWrite:
            return 0
        words = str(letter.body["text"])
        changed.keep(conversation, letter, line.recall.old_id, words)
        line.stage, line.letter, line.at = Stage.WRITTEN, letter.pk, now
        line.save(update_fields=["stage", "letter", "at"])
        ring()
    return 1


def _letter(line: RecallLine, address: Address, conversation: Conversation, *, in_chat: bool) -> Letter:
    said = changed.notice(line.recall.old_id, conversation.language, conversation.country)
    cause = f"{CAUSE}{line.recall_id}:{line.pk}"
    if in_chat:
        return post.send(address, said, cause=cause)
    return write(
        Unasked(
            address,
            said,
            cause,
            Aim.CORRECTION,
            template_use=Template.Use.CORRECTION,
            language=conversation.language,
        )
    )


def _conversation(line: RecallLine, address: Address) -> Conversation:
    """The one she is in now; a new one speaks her language."""
    conversation = arrivals.living_of(address)
    if conversation.state_number == 0 and not conversation.messages.exists():
        told = Conversation.objects.filter(pk=line.conversation).values("language", "country").first()
        if told:
            Conversation.objects.filter(pk=conversation.pk).update(**told)
            conversation.language, conversation.country = told["language"], told["country"]
    return conversation


def _finish(recall: Recall) -> None:
    """Nobody waits, no task is open, and every notice has left or ended."""
    owed = Letter.objects.unfinished().filter(pk=OuterRef("letter"))
    written = Q(stage=Stage.WRITTEN) & Q(Exists(owed))
    if recall.lines.filter(Q(stage__in=(Stage.WAITING, Stage.TASK)) | written).exists():
        return
    with writing():
        if Recall.objects.leaving().filter(pk=recall.pk).update(closed_at=timezone.now()):
            audit(None, "recall.finished", recall)


# What became of the notices -----------------------------------------------------------------------------------------------


def look_after(now: datetime) -> int:
    """Notices that were answered, and those that did not arrive."""
    written = RecallLine.objects.filter(stage=Stage.WRITTEN, at__gt=now - LOOKED_BACK)
    if not written.exists():
        return 0
    return _mark_seen(written, now) + _open_tasks(written, now)


def _mark_seen(written: RecallLineQuerySet, now: datetime) -> int:
    """She read what stands in its place: with our notice, from a colleague, or because she asked again."""
    answered = Message.objects.filter(letter=OuterRef("letter"), choice_id__startswith=changed.SHOWN)
    found = set(written.filter(Exists(answered)).values_list("pk", flat=True)) | _asked_again(written)
    if not found:
        return 0
    with writing():
        return RecallLine.objects.filter(pk__in=found, stage=Stage.WRITTEN).update(stage=Stage.SEEN, done_at=now)


def _asked_again(written: RecallLineQuerySet) -> set[int]:
    """Lines whose person read a newer text after the notice was written. List by list: few read it, however many were told."""
    found: set[int] = set()
    for recall in Recall.objects.filter(pk__in=written.values("recall")).select_related("old"):
        newer = Quote.objects.filter(version__article=recall.old.article_id, version__number__gt=recall.old.number)
        last = dict(newer.values_list("message__conversation__address").annotate(Max("message__sent_at")))
        if last:
            lines = written.filter(recall=recall).values_list("pk", "address", "at")
            found |= {pk for pk, address, at in lines if address in last and at and last[address] > at}
    return found


def _open_tasks(written: RecallLineQuerySet, now: datetime) -> int:
    """A notice that will not arrive: a person tells, unless something closes that way too."""
    failed = Letter.objects.filter(pk=OuterRef("letter"), state=State.FAILED)
    lines = list(written.filter(Exists(failed)).select_related("channel", "recall__old__article__topic"))
    for line in lines:
        step = plan(line.recall, [line], now)[0]
        if step.stage == Stage.WRITTEN:
            step = Step(line, Stage.TASK, Why.NOT_ARRIVED)
        with writing():
            if RecallLine.objects.filter(pk=line.pk, stage=Stage.WRITTEN).update(stage=step.stage, why=step.why):
                Recall.objects.filter(pk=line.recall_id, closed_by=None, stopped_why="").update(closed_at=None)
    return len(lines)
