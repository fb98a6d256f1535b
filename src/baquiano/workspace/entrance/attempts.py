"""Waiting after wrong tries: the same for a name that exists and one that does not, so that trying tells nothing.

A try is counted before the password is looked at, so that many at once cannot slip past the count; the right
password takes the count away. While a name waits, nothing is looked at and nothing is counted.
"""

from datetime import datetime, timedelta

from baquiano.accounts.audit import refused
from baquiano.accounts.models import LoginAttempts
from baquiano.lib import crypto
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


class TooManyTries(Exception):
    """Come back later. `wait` is how long, whoever asks."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


def count_try(name: str, *, now: datetime) -> None:
    """One more try for this name. Raises `TooManyTries` while it has to wait."""
    key = _key(name)
    with writing():
        tries, _ = LoginAttempts.objects.get_or_create(name_hash=key, defaults={"last_at": now})
        if tries.last_at < now - FORGOTTEN_AFTER:
            tries.failures = 0
        wait = tries.last_at + wait_after(tries.failures) - now
        if wait > timedelta(0):
            raise TooManyTries(wait)
        tries.failures += 1
        tries.last_at = now
        tries.save()
    if tries.failures == FREE_TRIES:
        refused(None, "login", f"accounts.name:{key[:12]}")


def forget_tries(name: str) -> None:
    """The right person came in."""
    with writing():
        LoginAttempts.objects.filter(name_hash=_key(name)).delete()


def wait_after(failures: int) -> timedelta:
    """Nothing for the first five; then it doubles, up to a quarter of an hour."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doubled = FIRST_WAIT * (1 << min(failures - FREE_TRIES, 10))
    return min(doubled, LONGEST_WAIT)


def _key(name: str) -> str:
    return crypto.keyed_hash(fold(name), "login")
