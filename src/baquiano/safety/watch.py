"""May we say that somebody was told? Only while the clock goes round and somebody is looking."""

from datetime import datetime

from baquiano.accounts.models import Tick
from baquiano.accounts.policy import holders
from baquiano.safety import presence

ACKNOWLEDGES = "alert.acknowledge"


def is_ticking(now: datetime) -> bool:
    """The clock has gone round within thirty seconds: alerts climb, leases end. A clock that has never gone round does not tick."""
    tick = Tick.objects.filter(name="clock").first()
    return tick is not None and not tick.is_silent(now)


def is_watched(now: datetime) -> bool:
    """The clock ticks, and a colleague who may answer alerts has a screen that is looking: on a covered shift or not."""
    looking = presence.present(now)
    return bool(looking) and is_ticking(now) and not looking.isdisjoint(holders(ACKNOWLEDGES, now))
