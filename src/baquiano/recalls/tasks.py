"""What a person of the team tells, because no machine may or can: who takes it, what became of it. No name stands here.

Whoever takes a task may open the conversation if the rules of the inbox let them; one that no person has seen yet is put before people
by taking it. What is known of how to reach her safely is shown only to whoever may read that conversation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations import handoffs
from baquiano.conversations.models import Conversation, Handoff
from baquiano.lib.turnstile import writing
from baquiano.people import contact, holding, joining
from baquiano.people.contact import SafeContact
from baquiano.people.models import Joining, Person
from baquiano.recalls.models import RecallLine, RecallLineQuerySet

Stage = RecallLine.Stage
Outcome = RecallLine.Outcome
Because = RecallLine.Because

LASTS = timedelta(days=2)
"""A task that was taken and not finished is anybody's again."""


class CannotTake(Exception):
    """Shown to staff as it is written: why this cannot be done now, and what to do."""


@dataclass(frozen=True)
class Progress:
    """Of the tasks of one list, or of all."""

    waiting: int
    taken: int
    done: int

    @property
    def total(self) -> int:
        return self.waiting + self.taken + self.done

    @property
    def percent(self) -> int:
        return round(100 * self.done / self.total) if self.total else 100


def progress(lines: QuerySet[RecallLine], now: datetime) -> Progress:
    held = Q(stage=Stage.TASK, taken_by__isnull=False, taken_at__gt=now - LASTS)
    counted = lines.aggregate(
        taken=Count("pk", filter=held),
        open=Count("pk", filter=Q(stage=Stage.TASK)),
        done=Count("pk", filter=Q(stage=Stage.DONE)),
    )
    return Progress(counted["open"] - counted["taken"], counted["taken"], counted["done"])


def open_tasks() -> RecallLineQuerySet:
    """The oldest list first; what closes earliest is not known, so who was told first waits first."""
    rows = RecallLine.objects.tasks().select_related("recall__old__article", "recall__new", "channel", "taken_by")
    return rows.order_by("recall", "told_at", "pk")


def is_taken(line: RecallLine, now: datetime) -> bool:
    return line.taken_at is not None and line.taken_at > now - LASTS


def take(line: RecallLine, *, by: User) -> None:
    """From now on it is theirs. Raises `CannotTake`."""
    now = timezone.now()
    with writing():
        row = _locked(line)
        if is_taken(row, now) and row.taken_by_id != by.pk:
            raise CannotTake(_("Somebody has taken this one meanwhile. Take another one."))
        _put_before_people(row, by)
        row.taken_by, row.taken_at = by, now
        row.save(update_fields=["taken_by", "taken_at"])
        audit(by, "recall_task.taken", row, about=f"conversation:{row.conversation}")


def let_go(line: RecallLine, *, by: User) -> None:
    """Anybody may take it again. Raises `CannotTake`."""
    with writing():
        row = _mine(line, by)
        row.taken_by, row.taken_at = None, None
        row.save(update_fields=["taken_by", "taken_at"])
        audit(by, "recall_task.let_go", row)


def finish(line: RecallLine, outcome: str, because: str, *, by: User) -> None:
    """What became of it. Told needs no reason. Raises `CannotTake`."""
    is_told = outcome == Outcome.TOLD
    if outcome not in Outcome.values or (not is_told and because not in Because.values):
        raise CannotTake(_("Say what became of it, and why if they were not told."))
    with writing():
        row = _mine(line, by)
        row.stage, row.done_by, row.done_at = Stage.DONE, by, timezone.now()
        row.outcome, row.because = outcome, "" if is_told else because
        row.save(update_fields=["stage", "done_by", "done_at", "outcome", "because"])
        audit(by, "recall_task.done", row)


def _locked(line: RecallLine) -> RecallLine:
    row = RecallLine.objects.select_for_update().get(pk=line.pk)
    if row.stage != Stage.TASK:
        raise CannotTake(_("This one is finished already."))
    return row


def _mine(line: RecallLine, by: User) -> RecallLine:
    row = _locked(line)
    if row.taken_by_id != by.pk:
        raise CannotTake(_("Take it first, so that nobody does it twice."))
    return row


def _put_before_people(line: RecallLine, by: User) -> None:
    """A conversation that only the machine has had: the machine cannot tell them, so it hands over. Whoever may not see it, cannot."""
    conversation = Conversation.objects.alive().filter(address=line.address).first()
    if conversation and not Handoff.objects.filter(conversation=conversation).exists():
        handoffs.open_or_sharpen(conversation, Handoff.Reason.CHANGED)
    hers = Conversation.objects.filter(Q(pk=line.conversation) | Q(address=line.address))
    before_people = hers.filter(Exists(Handoff.objects.filter(conversation=OuterRef("pk"))))
    if before_people.exists() and not hers.filter(pk__in=Conversation.objects.visible_to(by)).exists():
        raise CannotTake(_("This conversation is for other colleagues. Leave it to them."))


# What whoever takes it sees ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reach:
    """How she can be reached, for whoever may read her conversation. `conversation`: the one she is in now, else the one that was told; None:
    this colleague opens none. `rules` None: not for them. `person`: her record, if they may read it.
    """

    conversation: int | None
    is_over: bool
    rules: tuple[SafeContact, ...] | None
    is_held: bool
    person: int | None


def reach(line: RecallLine, *, by: User) -> Reach:
    visible = Conversation.objects.visible_to(by).filter(Q(pk=line.conversation) | Q(address=line.address))
    in_order = visible.select_related("address__channel").order_by(F("closed_at").desc(nulls_first=True), "-pk")
    shown = in_order.first()
    person = _record(line)
    if person and not Person.objects.visible_to(by).filter(pk=person.pk).exists():
        person = None
    if shown is None:
        return Reach(None, True, _rules(person, "") if person else None, False, person.pk if person else None)
    behind = joining.person_behind(shown.address)
    return Reach(
        conversation=shown.pk,
        is_over=shown.closed_at is not None,
        rules=_rules(behind, shown.address.safe_contact),
        is_held=holding.is_held(shown.address),
        person=person.pk if person else None,
    )


def _record(line: RecallLine) -> Person | None:
    """Whose door it was when it was told, under the record she is seen under."""
    then = Joining.objects.filter(
        Q(until=None) | Q(until__gt=line.told_at), address=line.address, since__lte=line.told_at
    )
    now = Joining.objects.current(timezone.now()).filter(address=line.address)
    found = (now.select_related("person__same_as").first()) or then.select_related("person__same_as").first()
    return (found.person.same_as or found.person) if found else None


def _rules(person: Person | None, of_this_door: str) -> tuple[SafeContact, ...]:
    """Hers, and that of this door if somebody set one: both hold. Without any, what is assumed of everybody."""
    stored = (person.safe_contact if person else "", of_this_door)
    return tuple(contact.parse(one) for one in stored if one) or (SafeContact(),)
