"""Whom to call first to ask whether all is still so: the older what we know, the more people go there, the more say it is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from baquiano.directory import desk, trust
from baquiano.directory.models import Experience, Problem, Reach, Service
from baquiano.directory.trust import PARTS, Standing, Status

DEMAND_DAYS = 90
NEVER = 2.0
"""The age of what nobody ever confirmed, in the time for which it would be believed."""
OLDEST = 4.0
EMERGENCY = 3
"""As many as if three people had gone: whoever needs it cannot try another."""
DUE = 1 - trust.AGING


@dataclass(frozen=True)
class Call:
    """`age`: how much of its time the oldest part has used up (1: all of it). `demand`: how many people we know went there lately. `doors`: how
    many who do not know of each other said that something is wrong. `urgency`: age × demand × reports. `ended`: the parts past their time.
    """

    service: Service
    standing: Standing
    age: float
    demand: int
    doors: int
    ended: tuple[str, ...]

    @property
    def urgency(self) -> float:
        return self.age * (1 + self.demand) * (1 + self.doors)


def to_call(reach: Reach, on: date) -> list[Call]:
    """Everything that is due or that people complain of, the most urgent first. Those with fresh news and no complaint are left out."""
    rows = desk.with_places(desk.services(reach), reach).filter(is_withheld=False, organization__is_active=True)
    services = list(rows.exclude(status=Service.Status.DEFUNCT))
    standings = trust.standings([service.pk for service in services], on)
    went, doors = _went(on), _doors()
    calls = (_call(service, standings.get(service.pk, trust.UNKNOWN), on, went, doors) for service in services)
    return sorted((call for call in calls if call.age >= DUE or call.doors), key=lambda call: -call.urgency)


def _call(service: Service, standing: Standing, on: date, went: Mapping[UUID, int], doors: Mapping[UUID, int]) -> Call:
    demand = went.get(service.pk, 0) + (EMERGENCY if service.is_emergency else 0)
    return Call(
        service=service,
        standing=standing,
        age=_age(standing, on),
        demand=demand,
        doors=doors.get(service.pk, 0),
        ended=trust.ended(standing.parts, on),
    )


def _age(standing: Standing, on: date) -> float:
    if standing.on is None or standing.status is Status.UNVERIFIABLE:
        return NEVER
    used = [_used(day, PARTS[part], on) for part, day in standing.parts.items()]
    return min(OLDEST, max([*used, _used(standing.on, trust.REACHED_DAYS, on)]))


def _used(day: date, days: int, on: date) -> float:
    return (on - day).days / days


def _went(on: date) -> dict[UUID, int]:
    rows = Experience.objects.filter(on__gt=on - timedelta(days=DEMAND_DAYS), on__lte=on)
    return dict(rows.values_list("service").annotate(n=Count("pk")))


def _doors() -> dict[UUID, int]:
    since = timezone.make_aware(datetime.combine(timezone.localdate() - timedelta(days=trust.WARNING_DAYS), time()))
    rows = Problem.objects.filter(settled_at=None, reported_at__gte=since)
    return dict(rows.values_list("service").annotate(n=Count("door_hash", distinct=True)))


def phones(service: Service) -> Iterable[str]:
    """Where to call: of the service, of its places that the reader may know of (`shown_at`), of the organisation."""
    said = [*service.phones, *(phone for at in service.shown_at for phone in (*at.phones, *at.location.phones))]  # type: ignore[attr-defined]
    numbers = [str(phone["number"]) for phone in said if phone.get("number")]
    own = [service.organization.phone] if service.organization.phone else []
    return dict.fromkeys([*numbers, *own])
