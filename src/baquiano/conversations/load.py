"""How the work goes: who waits and how long, how long people waited, and what each colleague has in hand. Only counts and times."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Count
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.accounts.policy import holders
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.safety import presence
from baquiano.safety.models import Shift

WEEK = timedelta(days=7)
A_DAY = 24
SMALL = 5
"""Fewer than so many are shown as "fewer than 5" to whoever does not answer people: one woman who speaks Creole is somebody."""


@dataclass(frozen=True)
class Bar:
    """One line of a picture: `code` is a level or a language. `oldest`: minutes. `share`: of the longest line, in hundredths."""

    code: str
    count: int
    oldest: int
    share: int


@dataclass(frozen=True)
class Waits:
    """Minutes from asking for a person until one came. None: nobody did. `left`: who asked then and still waits."""

    answered: int
    median: int | None
    p90: int | None
    left: int


@dataclass(frozen=True)
class Hour:
    """How many asked for a person in one hour of the last day."""

    at: datetime
    count: int
    share: int


@dataclass(frozen=True)
class Working:
    """One colleague. `shift_until` None: none now. `is_covered`: the test of that shift was answered."""

    user: User
    owned: int
    answered: int
    lost: int
    is_present: bool
    shift_until: datetime | None
    is_covered: bool


@dataclass(frozen=True)
class Load:
    waiting: int
    oldest: int
    levels: tuple[Bar, ...]
    languages: tuple[Bar, ...]
    today: Waits
    week: Waits
    hours: tuple[Hour, ...]
    colleagues: tuple[Working, ...]


def load(now: datetime) -> Load:
    waiting = _waiting()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return Load(
        waiting=len(waiting),
        oldest=max((_minutes(now - since) for _level, _language, since in waiting), default=0),
        levels=_bars([(level, since) for level, _language, since in waiting], now),
        languages=_bars([(language, since) for _level, language, since in waiting], now),
        today=waits_since(midnight),
        week=waits_since(now - WEEK),
        hours=_hours(now),
        colleagues=tuple(_colleagues(now, midnight)),
    )


def waits_since(since: datetime) -> Waits:
    rows = list(Handoff.objects.filter(opened_at__gte=since).values_list("opened_at", "taken_at", "closed_at"))
    waits = sorted((taken - opened).total_seconds() / 60 for opened, taken, _closed in rows if taken)
    left = sum(taken is None and closed is None for _opened, taken, closed in rows)
    if not waits:
        return Waits(0, None, None, left)
    return Waits(len(waits), round(median(waits)), round(_percentile(waits, 0.9)), left)


def _percentile(ordered: Sequence[float], share: float) -> float:
    """The nearest rank: a wait that somebody really had."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _waiting() -> list[tuple[str, str, datetime]]:
    """Level, language and since when, of everybody nobody has come to."""
    open_now = Handoff.objects.open().filter(conversation__owner=None, conversation__closed_at=None)
    return list(open_now.values_list("level", "conversation__language", "opened_at"))


def _bars(waiting: Iterable[tuple[str, datetime]], now: datetime) -> tuple[Bar, ...]:
    since: dict[str, list[datetime]] = defaultdict(list)
    for code, at in waiting:
        since[code].append(at)
    longest = max((len(times) for times in since.values()), default=1)
    return tuple(
        Bar(code, len(times), _minutes(now - min(times)), round(100 * len(times) / longest))
        for code, times in sorted(since.items(), key=lambda one: (one[0] == "", one[0]))
    )


def _hours(now: datetime) -> tuple[Hour, ...]:
    this_hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    first = this_hour - timedelta(hours=A_DAY - 1)
    opened = Handoff.objects.filter(opened_at__gte=first).values_list("opened_at", flat=True)
    counted = Counter(int((at - first).total_seconds() // 3600) for at in opened)
    longest = max(counted.values(), default=1)
    return tuple(
        Hour(first + timedelta(hours=hour), counted[hour], round(100 * counted[hour] / longest))
        for hour in range(A_DAY)
    )


def _colleagues(now: datetime, midnight: datetime) -> list[Working]:
    answering = set(holders("conversation.answer", now))
    owned = Counter(Conversation.objects.filter(owner__isnull=False).values_list("owner", flat=True))
    said = Message.objects.filter(author=Message.Author.STAFF, sent_at__gte=midnight, staff__isnull=False)
    answered = dict(said.values_list("staff").annotate(n=Count("conversation", distinct=True)))
    lost = Counter(
        AuditEntry.objects.filter(verb="conversation.lost", at__gte=midnight).values_list("about", flat=True)
    )
    present = presence.present(now)
    shifts = {shift.user_id: shift for shift in Shift.objects.now(now).order_by("ends_at")}
    found = [
        Working(
            user=user,
            owned=owned[user.pk],
            answered=answered.get(user.pk, 0),
            lost=lost[f"user:{user.pk}"],
            is_present=user.pk in present,
            shift_until=shifts[user.pk].ends_at if user.pk in shifts else None,
            is_covered=user.pk in shifts and shifts[user.pk].tested_at is not None,
        )
        for user in User.objects.filter(pk__in=answering | set(owned), is_active=True)
    ]
    return sorted(found, key=lambda one: (not one.is_present, -one.owned, one.user.display_name))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
