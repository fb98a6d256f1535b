"""What `directory.near` finds, found again the plain way: row by row, with nothing remembered. The order is that of its docstring."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from baquiano.accounts.models import organisation
from baquiano.directory import timetables, trust
from baquiano.directory.hours import State, Timetable, at
from baquiano.directory.models import Location, Reach, Service, ServiceAtLocation
from baquiano.directory.near import Wanted
from baquiano.territory.finding import nearest
from baquiano.territory.models import Division

EARTH_KM = 6371.0088


@dataclass(frozen=True)
class Row:
    service: Service
    at: ServiceAtLocation | None
    is_line: bool


@dataclass(frozen=True)
class Told:
    service: UUID
    at: UUID | None
    distance_km: float | None
    is_sure: bool
    state: State


class PlainLoop:
    """What that reach may know of at that moment; asked as often as one likes."""

    def __init__(self, reach: Reach, now: datetime) -> None:
        self._now = now
        self._zones = timetables.zones_of_countries()
        notices = timetables.Notices(now)
        self._rows = [(row, self._table(row, notices)) for row in rows(reach, now)]
        self._standings, self._on = _standings(now), _day(now)

    def _table(self, row: Row, notices: timetables.Notices) -> Timetable:
        return timetables.timetable(row.service, row.at, notices.of(row.service, row.at), self._zones)

    def _has_old_hours(self, row: Row) -> bool:
        standing = self._standings.get(row.service.pk, trust.UNKNOWN)
        return "hours" in trust.ended(standing.parts_at(row.at.pk if row.at else None), self._on)

    def find(self, wanted: Wanted) -> list[Told]:
        where = _where(wanted)
        ranked = []
        for row, table in self._rows:
            sure = _fits(wanted, row, table)
            place = _place(wanted, where, row)
            if sure is None or place is None:
                continue
            group, metres, serves_all = place
            sure = sure and not (wanted.open_at is not None and self._has_old_hours(row))
            ranked.append((group, not (sure and serves_all), metres, _name(row), row, table))
        ranked.sort(key=lambda one: one[:4])
        near_ones = {row.service.pk for group, *_, row, _ in ranked if group < 2}
        ranked = [one for one in ranked if one[0] != 2 or one[4].service.pk not in near_ones]
        lines = {row.service.pk for group, *_, row, _ in ranked if group == 2}
        ranked = [one for one in ranked if one[0] != 3 or one[4].service.pk not in lines]
        return [
            Told(
                row.service.pk,
                row.at.pk if row.at else None,
                metres / 1000 if math.isfinite(metres) else None,
                not unsure,
                _state(row, table, self._now),
            )
            for _, unsure, metres, _, row, table in ranked
        ]


# -- which rows there are ------------------------------------------------------------------------------------------------


def rows(reach: Reach, now: datetime) -> Iterator[Row]:
    standings = _standings(now)
    for service in Service.objects.select_related("organization"):
        standing = standings.get(service.pk, trust.UNKNOWN)
        if not trust.is_served(standing, is_emergency=service.is_emergency, proposals=settings.IS_DEMO):
            continue
        if service.status not in (Service.Status.ACTIVE, Service.Status.CLOSED) or service.is_withheld:
            continue
        if service.visibility not in reach.value or not service.organization.is_active:
            continue
        yield from _rows_of(service, reach)


def _standings(now: datetime) -> dict[UUID, trust.Standing]:
    return trust.standings(None, _day(now))


def _day(now: datetime) -> date:
    return now.astimezone(ZoneInfo(organisation().timezone)).date()


def _rows_of(service: Service, reach: Reach) -> Iterator[Row]:
    everywhere = list(service.at.filter(is_active=True).select_related("location").order_by("pk"))
    seen = [at for at in everywhere if at.location.is_active and at.location.visibility in reach.value]
    if everywhere and not seen:
        return
    for one in seen:
        if one.location.kind == Location.Type.PHYSICAL:
            yield Row(service, one, False)
    virtual = [one for one in seen if one.location.kind == Location.Type.VIRTUAL]
    if virtual or service.areas:
        yield Row(service, virtual[0] if virtual else None, True)


def _name(row: Row) -> tuple[str, UUID, bool, UUID]:
    return row.service.name.lower(), row.service.pk, row.is_line, row.at.pk if row.at else row.service.pk


# -- what fits -----------------------------------------------------------------------------------------------------------


def _fits(wanted: Wanted, row: Row, table: Timetable) -> bool | None:
    """True: for sure; False: maybe; None: not."""
    answers = [*_of_the_service(wanted, row, table), *_of_the_person(wanted, row)]
    return None if None in answers else all(answers)


def _of_the_service(wanted: Wanted, row: Row, table: Timetable) -> Iterator[bool | None]:
    service, place = row.service, row.at.location if row.at else None
    if wanted.need:
        yield wanted.need in service.needs or None
    if wanted.emergency:
        yield service.is_emergency or "emergency" in service.needs or None
    if wanted.accepts:
        yield _takes(wanted.accepts, service)
    if wanted.status_not_asked:
        yield {"no": True, "unknown": False, "yes": None}[service.asks_status]
    if wanted.free:
        yield {"free": True, "unknown": False}.get(service.cost)
    if wanted.step_free:
        yield {"yes": True, "unknown": False, "no": None}[place.step_free if place else "unknown"]
    if wanted.open_at is not None:
        yield {State.OPEN: True, State.PARTLY: True, State.UNKNOWN: False}.get(_state(row, table, wanted.open_at))


def _of_the_person(wanted: Wanted, row: Row) -> Iterator[bool | None]:
    service = row.service
    if wanted.language:
        spoken = {*service.languages, *(row.at.location.languages if row.at else ())}
        yield wanted.language in spoken or (None if spoken and not service.interpretation else False)
    if wanted.population:
        meant = {wanted.population, "everyone"}
        if wanted.population in ("venezuelans", "haitians"):
            meant.add("migrants")
        yield bool(meant.intersection(service.populations)) or (None if service.populations else False)
    if wanted.sex:
        yield service.sex in ("", wanted.sex) or None
    if wanted.age is not None:
        youngest, oldest = service.minimum_age or 0, 999 if service.maximum_age is None else service.maximum_age
        yield youngest <= wanted.age <= oldest or None
    if wanted.family:
        yield wanted.family in service.family or (None if service.family else False)


def _takes(papers: Iterable[str], service: Service) -> bool | None:
    held = set(papers)
    if service.asks_documents == "no" or "none" in service.accepts or held.intersection(service.accepts):
        return True
    if held == {"none"}:
        return False if service.asks_documents == "unknown" else None
    if "any" in service.accepts:
        return True
    return None if service.accepts else False


def _state(row: Row, table: Timetable, moment: datetime) -> State:
    return State.TEMPORARILY_CLOSED if row.service.status == Service.Status.CLOSED else at(table, moment).state


# -- where ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Where:
    point: tuple[float, float] | None
    division: Division | None
    pcode: str
    country: str


def _where(wanted: Wanted) -> Where:
    point = (wanted.point.lat, wanted.point.lon) if wanted.point else None
    division = Division.objects.get(pk=wanted.division) if wanted.division else None
    if division is None and point:
        pk = nearest(*point)
        division = Division.objects.get(pk=pk) if pk else None
    if point is None and division is not None and division.latitude is not None and division.longitude is not None:
        point = division.latitude, division.longitude
    pcode = division.pcode if division else wanted.country
    return Where(point, division, pcode, wanted.country or (division.country_id if division else ""))


def _place(wanted: Wanted, where: Where, row: Row) -> tuple[int, float, bool] | None:
    """The group, the metres, and whether all of where somebody may be is served."""
    is_nowhere = where.point is not None and not where.pcode and not where.country
    if row.is_line:
        return None if is_nowhere else _line(where.pcode, row)
    place = row.at.location if row.at else None
    assert place is not None
    if where.point is not None:
        return _by_distance(wanted, where, place)
    if where.division is None or place.division is None:
        return None
    if place.division.pcode.startswith(where.division.pcode):
        return 0, math.inf, True
    return (1, math.inf, True) if place.division.pcode.startswith(where.division.pcode[:4]) else None


def _line(pcode: str, row: Row) -> tuple[int, float, bool] | None:
    areas = row.service.areas or ((row.at.location.country,) if row.at and row.at.location.country else ())
    if any(pcode.startswith(area) or (not pcode and len(area) == 2) for area in areas):
        return 2, math.inf, True
    return (2, math.inf, False) if any(area.startswith(pcode) for area in areas) else None


def _by_distance(wanted: Wanted, where: Where, place: Location) -> tuple[int, float, bool] | None:
    pin = place.latitude, place.longitude
    if pin[0] is None and place.division is not None:
        pin = place.division.latitude, place.division.longitude
    assert where.point is not None
    metres = math.inf if pin[0] is None or pin[1] is None else round(1000 * kilometres(where.point, (pin[0], pin[1])))
    limit = 1000 * min(50 if wanted.radius_km is None else wanted.radius_km, 100)
    if metres <= limit:
        return 1, metres, True
    if not where.country:
        return None
    country = place.country or (place.division.country_id if place.division else "")
    return None if country and where.country and country != where.country else (3, metres, True)


def kilometres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Haversine."""
    lat, other = math.radians(here[0]), math.radians(there[0])
    up, across = math.sin((other - lat) / 2), math.sin(math.radians(there[1] - here[1]) / 2)
    part = up * up + math.cos(lat) * math.cos(other) * across * across
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, part)))
