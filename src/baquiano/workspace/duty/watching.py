"""What an open screen asks again and again: who is in danger, whether the clock goes round, and whether this colleague's shift counts.

Answering it is what makes a screen "present". It says levels, kinds and numbers, never a word of anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, may
from baquiano.safety import chain, presence, watch
from baquiano.safety.actions import RINGING
from baquiano.safety.models import Alert, Shift
from baquiano.safety.shifts import BEGINS_BEFORE, TEST_LASTS
from baquiano.workspace.codes import DANGERS
from baquiano.workspace.duty.seeing import PERMISSION, Seen, seen_by

EVERY = 2
"""Seconds between two questions of a screen that answers alerts. Two at most: an alert must be on it within the next two seconds."""
EVERY_OF_OTHERS = 15
"""Of a screen that only says whether the clock goes round."""
SHOWN_AT_ONCE = 5
"""More than these on top of a page are a number and a link: the answer stays below a kilobyte."""


@dataclass(frozen=True)
class Watched:
    """What one colleague is told at one moment. `ringing`: nobody goes yet; `mine`: they went, and have not said how the person is."""

    ringing: tuple[Seen, ...]
    mine: tuple[Alert, ...]
    shift: Shift | None


@require_safe
def watch_for(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    said: dict[str, Any] = {"now": _stamp(now), "ticking": watch.is_ticking(now)}
    if may(request.user, PERMISSION):
        key = request.session.session_key or ""
        presence.polled(request.user, key, has_sound=request.GET.get("sound") == "1", now=now)
        watched = watched_by(request.user, now)
        chain.show([one.alert for one in watched.ringing[:SHOWN_AT_ONCE]], request.user, now)
        said |= _in_short(watched, now)
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


def watched_by(user: User, now: datetime) -> Watched:
    """P0 and P1 ring at once; the others once somebody had to be called. The gravest first.

    All are looked at: a limit before it is known which of them this colleague may see would hide hers behind others'.
    """
    ringing = Q(acknowledged_at=None) & (Q(level__in=RINGING) | Q(rung__gt=0))
    mine = Q(acknowledged_by=user, followed_up_at=None)
    rows = list(Alert.objects.unclosed().filter(ringing | mine).order_by("level", "due_at", "pk"))
    return Watched(
        ringing=tuple(seen_by(user, [row for row in rows if row.acknowledged_at is None])),
        mine=tuple(row for row in rows if row.acknowledged_at is not None),
        shift=shift_of(user, now),
    )


def shift_of(user: User, now: datetime) -> Shift | None:
    """The one that runs, or may be begun."""
    soon = Shift.objects.filter(user=user, ended_at=None, ends_at__gt=now, starts_at__lte=now + BEGINS_BEFORE)
    return soon.order_by("starts_at", "pk").first()


def awaits_test(shift: Shift, now: datetime) -> bool:
    """Its test alert is under way: nobody has answered it, and it can still be answered."""
    return shift.tested_at is None and shift.test_sent_at is not None and now - shift.test_sent_at <= TEST_LASTS


def _in_short(watched: Watched, now: datetime) -> Mapping[str, Any]:
    shift = watched.shift
    return {
        "alerts": [_line(one) for one in watched.ringing[:SHOWN_AT_ONCE]],
        "more": len(watched.ringing[SHOWN_AT_ONCE:]),
        "shift": shift and _of_shift(shift),
        "test": shift.pk if shift and awaits_test(shift, now) else 0,
        "follow": len(watched.mine),
        "late": sum(bool(row.follow_up_due_at and row.follow_up_due_at < now) for row in watched.mine),
    }


def _line(seen: Seen) -> Mapping[str, Any]:
    alert = seen.alert
    return {
        "id": alert.pk,
        "level": alert.level,
        "kind": str(DANGERS.get(seen.kind, seen.kind)),
        "since": _stamp(alert.raised_at),
        "due": _stamp(alert.due_at),
        "link": seen.address,
    }


def _of_shift(shift: Shift) -> Mapping[str, Any]:
    return {
        "begun": shift.begun_at is not None,
        "tested": shift.tested_at is not None,
        "ends": _stamp(shift.ends_at),
    }


def _stamp(at: datetime) -> int:
    return int(at.timestamp())
