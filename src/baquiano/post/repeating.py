"""A letter that did not arrive is tried again because a person says so, after mending what was wrong. Never one that may be there already."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import ring, writing
from baquiano.post.fate import IN_DOUBT, RESTORED
from baquiano.post.models import Letter, LetterQuerySet, State
from baquiano.post.unasked import WITHHELD
from baquiano.post.window import CLOSED

WORTH_IT = timedelta(hours=24)
"""Later it answers something the person no longer waits for, and WhatsApp's window is closed."""
HOPELESS = (
    "uncertain_twice", IN_DOUBT, RESTORED, WITHHELD, CLOSED, "no_address", "undeliverable", "opt-out", "blocked", "identity",
)  # fmt: skip
"""It may have arrived, must not leave, or will fail in the same way."""


def repeatable(now: datetime) -> LetterQuerySet:
    failed = Letter.objects.filter(state=State.FAILED, parts_sent=0, created_at__gt=now - WORTH_IT)
    return failed.filter(~Q(error__in=HOPELESS), possibly_doubled=False)


def try_again(error: str, code: int | None, *, by: User) -> int:
    """All that failed for this reason within a day. Returns how many."""
    now = timezone.now()
    with writing():
        letters = list(repeatable(now).filter(error=error, error_code=code))
        for letter in letters:
            letter.state, letter.attempts, letter.not_before = State.QUEUED, 0, now
            letter.error, letter.error_code, letter.settled_at = "", None, None
            letter.save()
            audit(by, "letter.repeated", letter)
        ring()
    return len(letters)
