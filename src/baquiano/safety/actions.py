"""Raising an alert, saying that one is on it, and signing danger texts.

How an alert goes on: `chain` calls people, `following` asks afterwards how the person is and closes it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User, organisation
from baquiano.engine.danger import Finding, Level
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import ring, writing
from baquiano.safety.models import Alert, Call, CrisisSignature, CrisisText
from baquiano.safety.models.alert import NEVER_BY_POLICY

# Domain: protection taxonomy, how soon a person must come. P3 is "the same day": see `due_at`.
WITHIN = {
    Level.P0: timedelta(minutes=2),
    Level.P1: timedelta(minutes=15),
    Level.P2: timedelta(hours=4),
    Level.P3: timedelta(hours=8),
    Level.P4: timedelta(hours=72),
}

RINGING = (Level.P0, Level.P1)
"""They ring at once. The graver of the others wait in the queue, and call somebody when their time is nearly over."""

QUIET_UNTIL = timedelta(hours=1)
"""So long before its time an alert that does not ring begins to call people."""

SOONEST_TODAY = timedelta(hours=1)
"""Shortly before midnight "the same day" still leaves somebody this long."""

FOLLOW_UP_WITHIN = timedelta(hours=24)


def raise_alert(finding: Finding, *, about: str) -> Alert:
    """Inside the caller's transaction. At most one alert per subject that nobody is on: a graver finding sharpens it and calls
    again from the first rung, an equal one adds nothing. Once somebody is on it, a new P0 or P1 is a new alert, so that it rings again.

    Raises ValueError for a complaint (P4): it has its own clock and calls nobody.
    """
    if finding.level is Level.P4:
        raise ValueError("a complaint raises no alert")
    now = timezone.now()
    with writing():  # somebody may be saying, at this moment, that they are on it
        known = list(Alert.objects.unclosed().select_for_update().filter(about=about).order_by("raised_at", "pk"))
        alert = next((one for one in known if one.acknowledged_at is None), None)
        if alert is not None and finding.level >= alert.level:
            return alert
        somebody_is_on = [one for one in known if one.acknowledged_at and one.level <= finding.level]
        if alert is None and somebody_is_on and finding.level not in RINGING:
            return somebody_is_on[-1]
        due = due_at(finding.level, now)
        alert = alert or Alert(about=about, raised_at=now, due_at=due)
        alert.level, alert.level_at, alert.kind = finding.level, now, finding.kind
        alert.due_at, alert.reached_at = min(alert.due_at, due), None
        alert.rung, alert.climbs_at = 0, _climbs_at(finding.level, alert.due_at, now)
        alert.save()
        ring()
    return alert


def due_at(level: Level, now: datetime) -> datetime:
    """P3: before the organisation's day ends, and within its hours at most."""
    due = now + WITHIN[level]
    if level is not Level.P3:
        return due
    here = now.astimezone(ZoneInfo(organisation().timezone))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(min(due, midnight.astimezone(now.tzinfo)), now + SOONEST_TODAY)


def _climbs_at(level: Level, due: datetime, now: datetime) -> datetime:
    return now if level in RINGING else max(now, due - QUIET_UNTIL)


def acknowledge(alert: Alert, *, by: User) -> None:
    """Somebody is on it: nobody else is called, and within a day they ask how the person is. A second one changes nothing."""
    now = timezone.now()
    with writing():
        row = Alert.objects.select_for_update().get(pk=alert.pk)
        if row.acknowledged_at is None and row.closed_at is None:
            row.acknowledged_at, row.acknowledged_by = now, by
            row.reached_at = row.reached_at or now
            row.climbs_at, row.follow_up_due_at = None, now + FOLLOW_UP_WITHIN
            row.save()
            Call.objects.filter(alert=row, user=by, answered_at=None).update(answered_at=now)
            audit(by, "alert.acknowledged", row, about=row.about)
            ring()
    alert.refresh_from_db()


def unclosed_about(kind: str) -> set[int]:
    """Ids of what has an alert that only a person may close (P0 to P2): of this kind, "conversation" or another. It is not erased."""
    rows = Alert.objects.unclosed().filter(level__in=NEVER_BY_POLICY, about__startswith=f"{kind}:")
    numbers = (about.partition(":")[2] for about in rows.values_list("about", flat=True))
    return {int(number) for number in numbers if number.isdecimal()}


def sign(texts: Sequence[CrisisText], *, by: User) -> int:
    """By one person, for the words as they are now. Returns how many she had not signed before."""
    signed = 0
    with writing():
        for text in texts:
            row, is_new = CrisisSignature.objects.get_or_create(text=text, words=text.words, by=by)
            if is_new:
                audit(by, "danger_text.signed", row, about=f"{text.kind} {text.language} {text.country or '--'}")
            signed += is_new
        shelf_changed()
    return signed
