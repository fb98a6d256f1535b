"""What goes round: heard, checked by somebody, answered by two people until a day, and then to be checked again."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import SHORT_ANSWER, Rumour
from baquiano.lib.turnstile import writing

HEARD_LENGTH = 300
EXAMPLES_MOST = 20


class CannotAnswer(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Heard:
    """What was heard, as it is told, where and since when. `territory` empty: the whole country."""

    words: str
    country: str
    territory: str
    since: date


@dataclass(frozen=True)
class Answer:
    """What is true, who says so, and until when we trust it. `examples`: other ways in which it is told."""

    text: str
    source_title: str
    source_url: str
    good_until: date
    examples: tuple[str, ...]


def hear(heard: Heard, *, by: User) -> Rumour:
    today = timezone.localdate()
    if heard.since > today:
        raise CannotAnswer(_("It cannot have been heard on a day that has not come yet."))
    with writing():
        rumour = Rumour.objects.create(
            heard=heard.words.strip(),
            country=heard.country,
            territory=heard.territory,
            first_heard_on=heard.since,
            last_heard_on=today,
        )
        audit(by, "rumour.heard", rumour)
    return rumour


def hear_again(rumour: Rumour, *, by: User) -> None:
    with writing():
        Rumour.objects.filter(pk=rumour.pk).update(times=F("times") + 1, last_heard_on=timezone.localdate())
        audit(by, "rumour.heard_again", rumour)


def check(rumour: Rumour, *, by: User) -> None:
    """Somebody looks into it. One that was answered and has expired begins anew, and keeps its words."""
    if rumour.state(timezone.localdate()) == Rumour.State.ANSWERED:
        raise CannotAnswer(_("It has an answer that still holds. Take it back first if it is wrong."))
    with writing():
        Rumour.objects.filter(pk=rumour.pk).update(checking_by=by, answered_by=None, approved_by=None, answered_at=None)
        audit(by, "rumour.checking", rumour)
        shelf_changed()


def answer(rumour: Rumour, answer: Answer, *, by: User) -> None:
    """Written by whoever checks it; nobody is told before another person approves it."""
    if rumour.checking_by_id != by.pk or rumour.answered_at:
        raise CannotAnswer(_("Say first that you check it: so that nobody else does the same."))
    if not answer.text.strip() or len(answer.text) > SHORT_ANSWER:
        raise CannotAnswer(_("The answer must have words, and at most 700 letters."))
    if not answer.source_title.strip():
        raise CannotAnswer(_("Say who says so: the authority, and its page if it has one."))
    if answer.good_until <= timezone.localdate():
        raise CannotAnswer(_("Trust must end on a later day than today."))
    with writing():
        written = Rumour.objects.filter(pk=rumour.pk, checking_by=by, answered_at=None).update(
            answer=answer.text.strip(),
            source_title=answer.source_title.strip(),
            source_url=answer.source_url,
            good_until=answer.good_until,
            examples=list(answer.examples[:EXAMPLES_MOST]),
            answered_by=by,
        )
        if not written:
            raise CannotAnswer(_("Somebody has decided about this rumour meanwhile. Look at it again."))
        audit(by, "rumour.answered", rumour)


def approve(rumour: Rumour, *, by: User) -> None:
    """The second person's yes: from the next turn on it is said to whoever asks."""
    if rumour.answered_by_id == by.pk:
        raise CannotAnswer(_("You wrote this answer. Somebody else must approve it."))
    seen = Rumour.objects.filter(
        pk=rumour.pk, answered_by=rumour.answered_by_id, answered_at=None, answer=rumour.answer
    )
    with writing():
        if not seen.exclude(answered_by=None).update(approved_by=by, answered_at=timezone.now()):
            raise CannotAnswer(_("Somebody has decided about this rumour meanwhile. Look at it again."))
        audit(by, "rumour.approved", rumour)
        shelf_changed()


def take_back(rumour: Rumour, *, by: User) -> None:
    """One person alone, at once: the answer is no longer said, and the rumour is to be checked again."""
    with writing():
        taken = Rumour.objects.filter(pk=rumour.pk, answered_at__isnull=False)
        if not taken.update(answered_at=None, answered_by=None, approved_by=None, checking_by=None):
            raise CannotAnswer(_("Somebody has decided about this rumour meanwhile. Look at it again."))
        audit(by, "rumour.withdrawn", rumour)
        shelf_changed()
