"""Letting go of what has been kept long enough: listed first, then run, then told.

What each room erases by itself within the hour (raw webhooks, conversations, questions, drafts) needs nobody. What goes here is a person's
file, and what proves things about it. A director sees the list and approves it once; from then on it runs by itself every day, until
somebody ends it. Two things stop it: a hold (the law obliges us to keep somebody's data), and a list that is suddenly much longer than
what was approved (a wrong clock, a load of old data): then nothing goes until a director has looked again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accountability import actions as accountability
from baquiano.accountability.models import KEEP_DAYS as REQUEST_DAYS
from baquiano.accountability.models import DataRequest
from baquiano.accounts.audit import audit, empty_reasons
from baquiano.accounts.models import AuditEntry, User, organisation
from baquiano.conversations import enclosures
from baquiano.conversations.models import Conversation
from baquiano.custody import forgotten, free_pages
from baquiano.custody.actions import CannotKeep
from baquiano.custody.forgetting import CannotForget, Why, forget
from baquiano.custody.models import Hold, KeepingOrder, KeepingRun
from baquiano.lib.turnstile import writing
from baquiano.people.models import Consent, Joining, KeptPaper, Person
from baquiano.people.models.consent import PROOF_DAYS
from baquiano.people.models.person import KEEP_DAYS as PERSON_DAYS
from baquiano.safety.actions import unclosed_about

A_FEW = 20
RARE_UNDER = 5
REASON_DAYS = 1825
MAJORITY = 18


class Due(StrEnum):
    ADULTS = "adults"
    CHILDREN = "children"
    PROOFS = "proofs"
    REASONS = "reasons"
    REQUESTS = "requests"


@dataclass(frozen=True)
class Preview:
    """What would go today, as counts. `held`: people whose time is over and who stay: by a hold, because they are blocked, or because
    nobody has closed a danger alert about them."""

    counts: dict[Due, int]
    held: int
    order: KeepingOrder | None

    @property
    def people(self) -> int:
        return self.counts[Due.ADULTS] + self.counts[Due.CHILDREN]

    @property
    def everything(self) -> int:
        return sum(self.counts.values())

    @property
    def is_too_much(self) -> bool:
        return self.order is not None and self.people > ceiling(self.order)


def ceiling(order: KeepingOrder) -> int:
    """More people than this at once were not what was approved."""
    return max(A_FEW, 2 * order.people)


def order() -> KeepingOrder | None:
    """The one that holds; None: nobody has let it run."""
    return KeepingOrder.objects.filter(ended_at=None).order_by("-pk").first()


def due(today: date) -> Preview:
    """Writes nothing."""
    people = people_due(today)
    children = people.filter(birth_year__gt=today.year - MAJORITY).count()
    counts = {
        Due.ADULTS: people.count() - children,
        Due.CHILDREN: children,
        Due.PROOFS: len(_proofs(today)),
        Due.REASONS: _reasons(today).count(),
        Due.REQUESTS: len(_requests(today)),
    }
    return Preview(counts, _past(today).count() - people.count(), order())


def people_due(today: date) -> "QuerySet[Person]":
    """Whoever has not been in touch for as long as we keep, and whom nothing holds: neither the law, nor a danger nobody has closed."""
    stays = Q(pk__in=_held()) | Q(pk__in=Joining.objects.filter(address__in=_in_danger()).values("person"))
    under_another = Person.objects.filter(stays, same_as__isnull=False).values("same_as")
    return _past(today).filter(blocked_at=None).exclude(stays).exclude(pk__in=under_another)


def _past(today: date) -> "QuerySet[Person]":
    """One row per person, whose records all rest since then."""
    limit = today - timedelta(days=PERSON_DAYS)
    rests = Q(last_seen_on__lt=limit) | Q(last_seen_on=None, registered_at__date__lt=limit)
    awake = Person.objects.filter(same_as__isnull=False).exclude(rests).values("same_as")
    return Person.objects.here().filter(rests).exclude(pk__in=awake)


def _proofs(today: date) -> list[Consent]:
    """What proves consents that ended long ago: the row stays, its words go. Encrypted columns cannot be asked: each is opened."""
    limit = today - timedelta(days=PROOF_DAYS)
    ended = Q(withdrawn_at__date__lt=limit) | Q(expires_at__date__lt=limit)
    rows = Consent.objects.filter(ended).exclude(person__in=_held())
    return [row for row in rows if row.restrictions or row.proof or row.reason or row.withdrawn_why]


def _reasons(today: date) -> "QuerySet[AuditEntry]":
    held = [str(person) for person in _held()]
    old = AuditEntry.objects.filter(at__date__lt=today - timedelta(days=REASON_DAYS), reason__isnull=False)
    return old.exclude(reason_mac="").exclude(about__in=held)


def _requests(today: date) -> list[DataRequest]:
    rows = DataRequest.objects.filter(closed_at__date__lt=today - timedelta(days=REQUEST_DAYS))
    rows = rows.filter(Q(person=None) | ~Q(person__in=_held()))
    return [row for row in rows if row.asked or row.contact or row.extended_why or row.answer]


def _held() -> "QuerySet[Hold, int]":
    return Hold.objects.current(timezone.now()).values_list("person", flat=True)


def held_addresses(now: datetime) -> frozenset[int]:
    """Whose conversations stay although their days are over: by law, or because only a person closes what may be a danger. For the
    loop, which hands it down to the rooms below."""
    return _by_law(now) | frozenset(_in_danger())


def held_conversations(now: datetime) -> frozenset[int]:
    """What was found about them stays, as they do, by law."""
    return frozenset(Conversation.objects.filter(address__in=_by_law(now)).values_list("pk", flat=True))


def _by_law(now: datetime) -> frozenset[int]:
    return frozenset(Joining.objects.filter(person__in=held_people(now)).values_list("address", flat=True))


def _in_danger() -> "QuerySet[Conversation, int]":
    """Addresses with an alert, P0 to P2, that nobody has closed."""
    return Conversation.objects.filter(pk__in=unclosed_about("conversation")).values_list("address", flat=True)


def held_files(now: datetime) -> frozenset[int]:
    """What was kept of somebody on hold: nobody can open it past its day, and it is not erased."""
    papers = KeptPaper.objects.filter(person__in=held_people(now)).values_list("attachment", flat=True)
    return frozenset(papers) | frozenset(enclosures.files_of(held_addresses(now)))


def held_people(now: datetime) -> frozenset[int]:
    """Every row of whoever is on hold."""
    held = Hold.objects.current(now).values("person")
    return frozenset(Person.objects.filter(Q(pk__in=held) | Q(same_as__in=held)).values_list("pk", flat=True))


# Letting it run ---------------------------------------------------------------------------------------------------------


def approve(seen: int, *, by: User) -> KeepingOrder:
    """A director has seen the list (`seen` people) and lets it run by itself from now on. Raises `CannotKeep`."""
    preview = due(this_day())
    if preview.people != seen:
        raise CannotKeep(_("The list has changed since you saw it. Look at it again."))
    now = timezone.now()
    with writing():
        KeepingOrder.objects.filter(ended_at=None).update(ended_at=now, ended_by=by)
        made = KeepingOrder.objects.create(approved_by=by, approved_at=now, people=preview.people)
        audit(by, "keeping.approved", made)
    return made


def stop(*, by: User) -> None:
    """Nothing goes by itself any more, until somebody approves again."""
    with writing():
        row = order()
        if row is None:
            raise CannotKeep(_("It does not run by itself: there is nothing to stop."))
        KeepingOrder.objects.filter(ended_at=None).update(ended_at=timezone.now(), ended_by=by)
        audit(by, "keeping.stopped", row)


def work(now: datetime) -> int:
    """The daily round, found by the background loop. Returns how many rows went. Without an order nothing goes."""
    holds = order()
    if holds is None or holds.runs.filter(at__gte=now - timedelta(days=1)).exists():
        return 0
    return sum(run(holds, now).counts.values())


def run(holds: KeepingOrder, now: datetime) -> KeepingRun:
    """What is due now goes, and what it came to is written down, as counts."""
    today = timezone.localdate(now, timezone=ZoneInfo(organisation().timezone))
    preview = due(today)
    if preview.people > ceiling(holds):
        with writing():
            stopped = KeepingRun.objects.create(order=holds, at=now, held=preview.held, was_stopped=True)
            audit(None, "keeping.held_back", stopped)
        return stopped
    counts = Counter(_let_go_of_people(today))
    counts.update(_let_go_of_words(today))
    with writing():
        made = KeepingRun.objects.create(order=holds, at=now, counts=dict(counts), held=preview.held, rare=rare_rows())
        audit(None, "keeping.run", made)
    free_pages.empty()
    return made


def _let_go_of_people(today: date) -> Iterator[str]:
    for person in list(people_due(today).order_by("pk")):
        child = person.birth_year is not None and person.birth_year > today.year - MAJORITY
        try:
            forget(person, why=Why.TIME, by=None)
        except CannotForget:  # an alert or a broken glass that nobody looked at: the list goes on showing her
            continue
        yield Due.CHILDREN.value if child else Due.ADULTS.value


def _let_go_of_words(today: date) -> dict[str, int]:
    proofs, requests = _proofs(today), _requests(today)
    with writing():
        Consent.objects.filter(pk__in=[row.pk for row in proofs]).update(
            restrictions=None, proof="", reason="", withdrawn_why=""
        )
        DataRequest.objects.filter(pk__in=[row.pk for row in requests]).update(
            asked="", contact="", extended_why="", answer=""
        )
        reasons = empty_reasons(_reasons(today), by=None)
    gone = {Due.PROOFS: len(proofs), Due.REQUESTS: len(requests), Due.REASONS: reasons}
    return {kind.value: count for kind, count in gone.items() if count}


def rare_rows() -> int:
    """Forgotten rows that share year of birth, gender and municipality with fewer than five people: counted, so that nobody publishes
    them (reports suppress such cells); they stay, because figures must not change.
    """
    cells = Person.objects.values("birth_year", "gender", "municipality").annotate(
        people=Count("pk"), forgotten=Count("pk", filter=Q(forgotten_at__isnull=False))
    )
    return sum(cell["forgotten"] for cell in cells.filter(people__lt=RARE_UNDER, forgotten__gt=0))


def this_day() -> date:
    return timezone.localdate(timezone=ZoneInfo(organisation().timezone))


def watch(now: datetime) -> int:
    """Once a day: the list beside the keys and the tables say the same, and codes that nobody can use go. Returns how many rows."""
    if not _watched.is_due(now):
        return 0
    free_pages.empty()
    return forgotten.replay() + forgotten.keep_in_step() + accountability.forget_codes(now)


class _OnceADay:
    """In each process: it costs a look at every number, and another process doing it too does no harm."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        if self._last is not None and now - self._last < timedelta(days=1):
            return False
        self._last = now
        return True


_watched = _OnceADay()
