"""What waits for somebody besides their list: said where they begin, once each time they open it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import ngettext

from baquiano.accountability.actions import today
from baquiano.accountability.models import DataRequest
from baquiano.accounts.models import User
from baquiano.accounts.policy import may
from baquiano.people import consenting
from baquiano.people.models import BrokenGlass


@dataclass(frozen=True)
class Duty:
    """`screen`: the address name where it is done. `is_late`: a day that was promised, or set by law, has passed."""

    screen: str
    words: str
    is_late: bool = False


def duties_of(user: User) -> list[Duty]:
    return [*_requests(user), *_exceptions(user), *_glass(user)]


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
