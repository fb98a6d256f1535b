"""What waits for somebody besides their list: said where they begin, once each time they open it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baquiano.accountability.actions import today
from baquiano.accountability.models import DataRequest
from baquiano.accounts.models import User
from baquiano.accounts.policy import may
from baquiano.channels import condition
from baquiano.directory import desk, drafts, trust
from baquiano.people import consenting
from baquiano.people.models import BrokenGlass
from baquiano.recalls.models import Recall, RecallLine
from baquiano.safety import numbers
from baquiano.safety.models import Alert, Shift
from baquiano.safety.shifts import has_roster
from baquiano.workspace.duty.seeing import PERMISSION, seen_by
from baquiano.workspace.duty.watching import shift_of

MANY = 200


@dataclass(frozen=True)
class Duty:
    """`screen`: the address name where it is done. `is_late`: a day that was promised, or set by law, has passed."""

    screen: str
    words: str
    is_late: bool = False


def duties_of(user: User) -> list[Duty]:
    return [
        *_alerts(user),
        *_shift(user),
        *_uncovered(user),
        *_lines(user),
        *_numbers(user),
        *_requests(user),
        *_exceptions(user),
        *_glass(user),
        *_recalls(user),
        *_directory(user),
    ]


def _alerts(user: User) -> Iterator[Duty]:
    """Somebody went, and has not said yet how the person is. When a day has passed, whoever coordinates is told too."""
    if not may(user, PERMISSION):
        return
    now = timezone.now()
    late = Q(follow_up_due_at__lt=now) if may(user, "alert.review") else Q(pk__in=())
    rows = seen_by(user, Alert.objects.unfollowed().filter(Q(acknowledged_by=user) | late).order_by("pk")[:MANY])
    overdue = sum(bool(one.alert.follow_up_due_at and one.alert.follow_up_due_at < now) for one in rows)
    if overdue:
        words = ngettext(
            "%(n)d alert passed its day and nobody asked how the person is",
            "%(n)d alerts passed their day and nobody asked how the person is",
            overdue,
        )
        yield Duty("workspace:alerts", words % {"n": overdue}, is_late=True)
    elif rows:
        words = ngettext(
            "%(n)d alert waits for you to ask how the person is",
            "%(n)d alerts wait for you to ask how the person is",
            len(rows),
        )
        yield Duty("workspace:alerts", words % {"n": len(rows)})


def _shift(user: User) -> Iterator[Duty]:
    if not may(user, PERMISSION):
        return
    now = timezone.now()
    shift = shift_of(user, now)
    if shift and shift.tested_at is None:
        words = _("Your shift waits for its test") if shift.begun_at else _("Your shift waits for you to begin it")
        yield Duty("workspace:duty", words, is_late=shift.starts_at <= now)


def _uncovered(user: User) -> Iterator[Duty]:
    """Where somebody plans shifts: that this hour has none that counts."""
    if not may(user, "roster.plan"):
        return
    now = timezone.now()
    if has_roster(now) and not Shift.objects.covered(now).exists():
        yield Duty("workspace:roster", _("Nobody is on duty now."), is_late=True)


def _lines(user: User) -> Iterator[Duty]:
    """A line by which nothing leaves: nobody is answered there."""
    if not may(user, "channel.read"):
        return
    names = condition.down()
    if names:
        yield Duty("workspace:channels", _("Nothing leaves by %(lines)s") % {"lines": ", ".join(names)}, is_late=True)


def _numbers(user: User) -> Iterator[Duty]:
    """Emergency numbers that danger texts give and that nobody here has called within thirty days. Not in a demo: they are nobody's."""
    if settings.IS_DEMO or not may(user, "number.verify"):
        return
    waiting = len(numbers.unverified()) + len(numbers.stale(timezone.localdate()))
    if waiting:
        words = ngettext(
            "%(n)d emergency number waits to be called", "%(n)d emergency numbers wait to be called", waiting
        )
        yield Duty("workspace:numbers", words % {"n": waiting}, is_late=True)


def _requests(user: User) -> Iterator[Duty]:
    if not may(user, "request.list"):
        return
    due = DataRequest.objects.visible_to(user).filter(closed_at=None).values_list("due_on", flat=True)
    this_day = today()
    waiting, late = len(due), sum(day < this_day for day in due)
    if late:
        words = ngettext(
            "%(n)d request about data is past its day", "%(n)d requests about data are past their day", late
        )
        yield Duty("workspace:requests", words % {"n": late}, is_late=True)
    elif waiting:
        words = ngettext("%(n)d request about data waits", "%(n)d requests about data wait", waiting)
        yield Duty("workspace:requests", words % {"n": waiting})


def _exceptions(user: User) -> Iterator[Duty]:
    if not may(user, "consent.review"):
        return
    now = timezone.now()
    rows = list(consenting.due_for_review(now).exclude(asked_by=user))
    if rows:
        words = ngettext(
            "%(n)d exception made to protect a life waits for a review",
            "%(n)d exceptions made to protect a life wait for a review",
            len(rows),
        )
        is_late = any(consenting.is_overdue(row, now) for row in rows)
        yield Duty("workspace:consent_reviews", words % {"n": len(rows)}, is_late)


def _glass(user: User) -> Iterator[Duty]:
    if not may(user, "glass.review"):
        return
    waiting = BrokenGlass.objects.unreviewed().visible_to(user).count()
    if waiting:
        words = ngettext(
            "%(n)d record opened in an emergency waits for a review",
            "%(n)d records opened in an emergency wait for a review",
            waiting,
        )
        yield Duty("workspace:glass_reviews", words % {"n": waiting})


def _recalls(user: User) -> Iterator[Duty]:
    """What was told has changed: somebody decides, and somebody tells whom no machine may."""
    if may(user, "recall.send") and (undecided := Recall.objects.filter(approved_at=None, closed_at=None).count()):
        words = ngettext(
            "%(n)d list of people who were told something that changed waits for a decision",
            "%(n)d lists of people who were told something that changed wait for a decision",
            undecided,
        )
        yield Duty("workspace:recalls", words % {"n": undecided})
    if may(user, "recall.tell") and (untold := RecallLine.objects.tasks().count()):
        words = ngettext(
            "%(n)d person waits to be told by somebody that something changed",
            "%(n)d people wait to be told by somebody that something changed",
            untold,
        )
        yield Duty("workspace:recall_tasks", words % {"n": untold})


def _directory(user: User) -> Iterator[Duty]:
    """Services of which people are warned, and what partners propose. Only what this user may know of."""
    reach = desk.reach_of(user)
    if may(user, "service.confirm"):
        warned = trust.warned_services(timezone.localdate()).filter(service__in=desk.services(reach)).count()
        if warned:
            words = ngettext(
                "%(n)d service that warns people waits to be looked into",
                "%(n)d services that warn people wait to be looked into",
                warned,
            )
            yield Duty("workspace:problems", words % {"n": warned})
    if may(user, "service.decide") and (proposed := drafts.waiting(reach).count()):
        words = ngettext(
            "%(n)d change proposed by a partner waits for a decision",
            "%(n)d changes proposed by partners wait for a decision",
            proposed,
        )
        yield Duty("workspace:drafts", words % {"n": proposed})
