"""Days on which many more people write than usual: when one begins, and what people are told of the wait.

The clock begins one by what it counts; a coordinator may declare one, say how long the wait is, or end it. Nothing here holds anybody back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import Handoff, Surge
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import writing

AT_LEAST = 10
"""Waiting at once. Fewer than so many two people answer within the hour: to call it a rush would be noise."""
TIMES_USUAL = 3
"""As many as on the same weekday and hour of the last four weeks. Twice is an ordinary Monday."""
WEEKS = 4
LASTS = timedelta(hours=2)
"""What the clock began ends by itself when nobody says otherwise and it is no longer so."""
WAIT_MOST = 24 * 60
OF_LATE = timedelta(hours=1)
"""The wait that is told is what people waited who were answered within the last hour."""


class CannotDeclare(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Rush:
    """There is one now. `wait_minutes` None: nobody knows how long."""

    wait_minutes: int | None


def rush_at(now: datetime) -> Rush | None:
    surge = current(now)
    return Rush(surge.wait_minutes) if surge else None


def current(now: datetime) -> Surge | None:
    return next(iter(_newest(now)), None)


_newest = Prepared(lambda now: Surge.objects.now(now).order_by("-pk")[:1])


def declare(wait_minutes: int | None, hours: int, *, by: User) -> Surge:
    """By a coordinator, whatever the counts say: a bus arrived, a rumour went round. Takes the place of one that goes on."""
    if wait_minutes is not None and not 0 < wait_minutes <= WAIT_MOST:
        raise CannotDeclare(_("Say the wait in minutes, up to a day; or leave it empty if it is not known."))
    if not 0 < hours <= 24:
        raise CannotDeclare(_("Between one hour and a day."))
    now = timezone.now()
    with writing():
        Surge.objects.now(now).update(ended_at=now)
        row = Surge.objects.create(began_at=now, by=by, until=now + timedelta(hours=hours), wait_minutes=wait_minutes)
        audit(by, "surge.declared", row)
    return row


def end(*, by: User) -> None:
    now = timezone.now()
    with writing():
        for row in Surge.objects.now(now):
            row.ended_at = now
            row.save(update_fields=["ended_at"])
            audit(by, "surge.ended", row)


def watch(now: datetime) -> int:
    """For the background loop: begins one when it is so, says the wait anew while it lasts, lets it run out. Returns how many changed."""
    surge = current(now)
    if surge and surge.by_id:
        return 0
    waiting = _waiting_at(now)
    is_rush = waiting >= AT_LEAST and waiting >= TIMES_USUAL * usual(now)
    if not is_rush:
        return 0
    minutes = waited_of_late(now)
    with writing():
        if surge:
            Surge.objects.filter(pk=surge.pk).update(until=now + LASTS, wait_minutes=minutes)
        else:
            row = Surge.objects.create(began_at=now, until=now + LASTS, wait_minutes=minutes)
            audit(None, "surge.began", row)
    return 1


def usual(now: datetime) -> float:
    """How many waited at this hour of this weekday: the median of the last four weeks."""
    return median(_waiting_at(now - timedelta(weeks=week)) for week in range(1, WEEKS + 1))


def waited_of_late(now: datetime) -> int | None:
    """In minutes, rounded up to five; None: nobody was answered, so nothing honest can be said."""
    taken = Handoff.objects.filter(taken_at__gt=now - OF_LATE, taken_at__lte=now).values_list("opened_at", "taken_at")
    waits = [(at - since).total_seconds() / 60 for since, at in taken if at is not None]
    return max(5, -(-int(median(waits)) // 5) * 5) if waits else None


def _waiting_at(moment: datetime) -> int:
    """Whoever had asked for a person by then, and whom nobody had come to."""
    asked = Handoff.objects.filter(opened_at__lte=moment)
    open_then = asked.exclude(closed_at__lte=moment)
    return open_then.exclude(taken_at__lte=moment).count()
