"""Which screens are looking: a signed-in browser that asks for alerts, at most ten seconds ago. It says nothing about who sits there."""

from datetime import datetime, timedelta

from baquiano.accounts.models import User
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing
from baquiano.safety.models import Screen

WRITTEN_EVERY = timedelta(seconds=3)
"""A screen asks each second or two. Written so often, it still counts as looking between two writings, and as gone within ten seconds."""

FORGOTTEN_AFTER = timedelta(days=1)


def polled(user: User, session_key: str, *, has_sound: bool, now: datetime) -> None:
    """This browser asked for alerts. Never writes more than once in three seconds, unless its sound was turned on or off."""
    key = crypto.keyed_hash(session_key, "screen")
    fresh = Screen.objects.filter(key=key, user=user, has_sound=has_sound, polled_at__gt=now - WRITTEN_EVERY)
    if fresh.exists():
        return
    with writing():
        Screen.objects.update_or_create(key=key, defaults={"user": user, "polled_at": now, "has_sound": has_sound})


def present(now: datetime) -> set[int]:
    """Ids of the colleagues with a screen that is looking."""
    return set(Screen.objects.present(now).values_list("user", flat=True))


def last_seen(user_id: int, now: datetime) -> datetime | None:
    """When a screen of theirs last asked; None: not within a day."""
    recent = Screen.objects.filter(user=user_id, polled_at__gt=now - FORGOTTEN_AFTER)
    return recent.order_by("-polled_at").values_list("polled_at", flat=True).first()


def left(session_key: str) -> None:
    """Signed out, or the shift was ended here: this screen looks no more."""
    with writing():
        Screen.objects.filter(key=crypto.keyed_hash(session_key, "screen")).delete()


def forget(now: datetime) -> int:
    """Screens that have not asked for a day. For the background loop."""
    old = Screen.objects.filter(polled_at__lt=now - FORGOTTEN_AFTER)
    if not old.exists():
        return 0
    with writing():
        deleted, _ = old.delete()
    return deleted
