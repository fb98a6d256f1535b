"""After somebody came: how the person is, within a day; only then the alert is closed. Nothing here closes one by the passing of time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import ring, writing
from baquiano.safety.models import Alert, FollowUp, Incident
from baquiano.safety.models.alert import KEEP_DAYS

TRY_AGAIN_WITHIN = timedelta(hours=4)
"""After nobody answered: when somebody must try again. It never comes before the day that was promised first."""
NEEDS_WORDS = (FollowUp.Outcome.LOST, FollowUp.Outcome.FALSE_ALARM)
"""They end the looking: whoever reads them later must know what was tried, or why there was no danger."""


class CannotClose(Exception):
    """Shown to staff as it is written: what is missing."""


def follow_up(alert: Alert, outcome: str, words: str, *, by: User) -> FollowUp:
    """What was found. "Nobody answered" is kept, and the person is asked for again."""
    now, words = timezone.now(), words.strip()
    if outcome in NEEDS_WORDS and not words:
        raise CannotClose(_("Write in a line what was tried, or why there was no danger."))
    with writing():
        row = Alert.objects.select_for_update().get(pk=alert.pk)
        if row.closed_at:
            raise CannotClose(_("This alert is already closed."))
        if row.acknowledged_at is None:
            raise CannotClose(_("Say first that you are on it."))
        made = FollowUp.objects.create(alert=row, outcome=outcome, words=words, by=by, at=now)
        if outcome == FollowUp.Outcome.NO_ANSWER:
            row.follow_up_due_at = max(row.follow_up_due_at or now, now + TRY_AGAIN_WITHIN)
        else:
            row.followed_up_at = now
        row.save(update_fields=["follow_up_due_at", "followed_up_at"])
        audit(by, "alert.followed_up", row, about=row.about)
        ring()
    alert.refresh_from_db()
    return made


def close(alert: Alert, *, by: User) -> None:
    """Only after somebody asked how the person is. Closing twice is closing once."""
    with writing():
        row = Alert.objects.select_for_update().get(pk=alert.pk)
        if row.closed_at is None:
            if row.acknowledged_at is None:
                raise CannotClose(_("Say first that you are on it."))
            if row.followed_up_at is None:
                raise CannotClose(_("First ask how the person is, and write what you found."))
            row.closed_at, row.closed_by, row.climbs_at = timezone.now(), by, None
            row.save(update_fields=["closed_at", "closed_by", "climbs_at"])
            audit(by, "alert.closed", row, about=row.about)
            ring()
    alert.refresh_from_db()


def due(now: datetime) -> "models.QuerySet[Alert]":
    """Whose follow-up is late, the longest first."""
    return Alert.objects.unfollowed().filter(follow_up_due_at__lt=now).order_by("follow_up_due_at", "pk")


def erase_past_keeping(now: datetime, *, besides: Collection[int] = ()) -> int:
    """After 180 days the words of follow-ups and incidents go; never while their alert is not closed. What was done, and when, stays.

    `besides`: conversations whose data the law obliges us to keep for now.
    """
    old = now - timedelta(days=KEEP_DAYS)
    kept = [f"conversation:{pk}" for pk in besides]
    closed = FollowUp.objects.filter(at__lt=old, words__isnull=False, alert__closed_at__isnull=False)
    open_ones = (about.partition(":")[2] for about in _unclosed_incidents())
    over = Incident.objects.filter(at__lt=old, line__isnull=False)
    follow_ups = list(closed.exclude(alert__about__in=kept).values_list("pk", flat=True))
    incidents = list(over.exclude(pk__in=[int(pk) for pk in open_ones if pk.isdecimal()]).values_list("pk", flat=True))
    if not (follow_ups or incidents):
        return 0
    with writing():
        gone = FollowUp.objects.filter(pk__in=follow_ups).update(words=None)
        return gone + Incident.objects.filter(pk__in=incidents).update(line=None)


def _unclosed_incidents() -> "models.QuerySet[Alert, str]":
    return Alert.objects.unclosed().filter(about__startswith="incident:").values_list("about", flat=True)
