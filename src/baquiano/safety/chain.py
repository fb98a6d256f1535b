"""Who is called about an alert, in which order, and when: the rungs of the chain.

First → second → last → everybody whose role may answer. A present screen gets the alert by asking for it (`show`). Whoever of the
rung has no screen that is looking gets a mail and a message at once; when nobody of the rung is looking, the next rung begins at
once too. Each rung has its share of the level's time. The row of the alert, the calls and their mails are written in one
transaction: a process that dies half-way has called nobody, and the next round of the clock calls them.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from baquiano.accounts.models import User
from baquiano.accounts.policy import holders
from baquiano.engine.danger import Level
from baquiano.lib.turnstile import ring, writing
from baquiano.safety import calling, presence, shifts
from baquiano.safety.actions import RINGING
from baquiano.safety.models import Alert, Call, Rung
from baquiano.safety.watch import ACKNOWLEDGES

log = logging.getLogger(__name__)

EVERYBODY = Rung.LAST + 1
"""Above the roster: all whose role may answer."""

SHARE = {
    Level.P0: timedelta(seconds=30),
    Level.P1: timedelta(minutes=4),
    Level.P2: timedelta(minutes=20),
    Level.P3: timedelta(minutes=20),
}
"""How long each rung has before the next is called. Three shares end before the level's time does, so that there is some left for
everybody: P0 1:30 of 2 minutes (reading, and one tap), P1 12 of 15 minutes (walking to a screen). P2 and P3 begin to call
an hour before their time, and the three shares end with it."""


def show(alerts: Iterable[Alert], user: User, now: datetime) -> None:
    """A present screen of `user` showed these: from the first time on, somebody was reached. Never writes the same twice."""
    shown = [alert for alert in alerts if alert.closed_at is None]
    if not shown:
        return
    calls = Call.objects.filter(alert__in=[alert.pk for alert in shown], user=user, way=Call.Way.SCREEN)
    known = set(calls.values_list("alert", "level"))
    fresh = [alert for alert in shown if alert.reached_at is None or (alert.pk, alert.level) not in known]
    if fresh:
        with writing():
            for alert in fresh:
                _shown(alert.pk, user, now)
            ring()


def _shown(alert_id: int, user: User, now: datetime) -> None:
    alert = Alert.objects.select_for_update().filter(pk=alert_id, closed_at=None).first()
    if alert is None:
        return
    seen = {"alert": alert, "user": user, "way": Call.Way.SCREEN, "level": alert.level}
    if not Call.objects.filter(**seen).exists():
        Call.objects.create(**seen, rung=max(alert.rung, Rung.FIRST), at=now)
    if alert.reached_at is None:
        alert.reached_at = now
        alert.save(update_fields=["reached_at"])


def climb(now: datetime) -> int:
    """Calls whoever is next, about every alert that nobody is on. For the clock, each second: one query when nothing waits."""
    rings = Q(level__in=RINGING, rung__gt=0)  # a screen of its rung may have gone since
    waiting = Alert.objects.open().filter(climbs_at__isnull=False).filter(Q(climbs_at__lte=now) | rings)
    ids = list(waiting.order_by("level", "pk").values_list("pk", flat=True))
    if not ids:
        return 0
    picture = _Picture(now)
    return sum(_climb_or_say_so(pk, picture) for pk in ids)


def _climb_or_say_so(alert_id: int, picture: "_Picture") -> int:
    """One that cannot be called about must not hold up the others; it is tried again each second."""
    try:
        return _climb(alert_id, picture)
    except Exception as problem:
        log.error("alert %s: nobody could be called: %s", alert_id, type(problem).__name__)
        return 0


class _Picture:
    """Who is looking, who may answer and who is on each rung, at one moment: asked once for all alerts of a round."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.looking = presence.present(now)
        self._rungs = {EVERYBODY: set(holders(ACKNOWLEDGES, now))}

    def of_rung(self, rung: int) -> set[int]:
        """Never somebody who may no longer answer, whatever was planned."""
        if rung not in self._rungs:
            self._rungs[rung] = shifts.of_rung(rung, self.now) & self._rungs[EVERYBODY]
        return self._rungs[rung]


def _climb(alert_id: int, picture: _Picture) -> int:
    with writing():
        waiting = Alert.objects.open().filter(pk=alert_id, climbs_at__isnull=False)
        alert = waiting.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked).first()
        if alert is None:  # somebody is on it, or another process calls
            return 0
        before = alert.rung
        written = sum(_steps(alert, picture))
        if alert.rung != before:
            alert.save(update_fields=["rung", "climbs_at"])
        if written:
            ring()
    return written + alert.rung - before


def _steps(alert: Alert, picture: _Picture) -> Iterator[int]:
    """Every rung whose turn has come, and how many were written to on each. After a standstill of the clock: all that were due."""
    if alert.rung == 0 and _is_over(alert, picture.now):
        _begin(alert, Rung.FIRST)
    while 0 < alert.rung < EVERYBODY:
        people = picture.of_rung(alert.rung)
        is_over = _is_over(alert, picture.now)
        yield calling.write_for(alert, people if is_over else people - picture.looking, picture.now)
        if not (is_over or _nobody_comes(alert, people & picture.looking, people)):
            return
        alert.climbs_at = min(alert.climbs_at or picture.now, picture.now)
        _begin(alert, alert.rung + 1)
    if alert.rung == EVERYBODY and alert.climbs_at is not None:
        alert.climbs_at = None
        yield calling.write_for(alert, picture.of_rung(EVERYBODY), picture.now)


def _begin(alert: Alert, rung: int) -> None:
    assert alert.climbs_at
    alert.rung, alert.climbs_at = rung, alert.climbs_at + SHARE[Level(alert.level)]


def _is_over(alert: Alert, now: datetime) -> bool:
    return alert.climbs_at is not None and alert.climbs_at <= now


def _nobody_comes(alert: Alert, looking: set[int], people: set[int]) -> bool:
    """What rings does not wait for somebody who is not looking; what does not ring waits for them, if there is anybody."""
    return not looking if alert.level in RINGING else not people
