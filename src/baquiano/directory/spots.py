"""Every service at every place as columns of numbers, so that what is near, open and suitable is found without reading a row.

One `Spots` for each reach, made of what that reach may know and of nothing else: what is hidden is not in it, and cannot be counted.
No name and no address is kept: ids, coordinates, codes and hours.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings
from django.db.models import Exists, OuterRef
from numpy.typing import NDArray

from baquiano.directory import timetables, trust, version
from baquiano.directory.hours import Now, State, Timetable, at
from baquiano.directory.hours.timetable import span
from baquiano.directory.models import Answer, Location, Reach, Service, ServiceAtLocation
from baquiano.lib.text import fold
from baquiano.territory import finding

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Numbers = NDArray[np.float64]
Small = NDArray[np.int8]

UNKNOWN, NO, YES = 0, 1, 2
_ANSWERS = {Answer.UNKNOWN: UNKNOWN, Answer.NO: NO, Answer.YES: YES}
_OFFERED = (Service.Status.ACTIVE, Service.Status.CLOSED)
_STATES = tuple(State)
_BITS = 64
_NOWHERE = bytes(16)
_OLDEST = 200


class Marks:
    """A list of codes for each row, as bits: sixty-four codes to a column, so that any number of them has room."""

    def __init__(self, lists: Sequence[tuple[str, ...]]) -> None:
        self._bit_of: dict[str, int] = {}
        for codes in set(lists):
            for code in codes:
                self._bit_of.setdefault(code, len(self._bit_of))
        self._columns = np.zeros((1 + len(self._bit_of) // _BITS, len(lists)), np.uint64)
        for row, codes in enumerate(lists):
            for code in codes:
                column, bit = divmod(self._bit_of[code], _BITS)
                self._columns[column, row] |= np.uint64(1 << bit)
        self.none: Flags = np.asarray(~self._columns.any(axis=0), np.bool_)

    def any_of(self, codes: Collection[str]) -> Flags:
        """The rows whose list holds one of them."""
        found = np.zeros(self._columns.shape[1], np.bool_)
        wanted: dict[int, int] = {}
        for code in codes:
            if code in self._bit_of:
                column, bit = divmod(self._bit_of[code], _BITS)
                wanted[column] = wanted.get(column, 0) | 1 << bit
        for column, bits in wanted.items():
            found |= (self._columns[column] & np.uint64(bits)) != 0
        return found


class States:
    """How each timetable stands at a moment. What was found is kept from when it began to hold until it ends; asked in any order."""

    def __init__(self, tables: Sequence[Timetable]) -> None:
        self._tables = tables
        self._state = np.zeros(len(tables), np.int8)
        self._from = np.full(len(tables), np.inf)
        self._until = np.full(len(tables), -np.inf)
        self._lock = threading.Lock()

    def at(self, wanted: NDArray[np.int32], moment: datetime) -> Small:
        """Places in `_STATES`, one for each of the `wanted` tables (which may repeat)."""
        when = moment.timestamp()
        with self._lock:
            old = (self._from[wanted] > when) | (self._until[wanted] <= when)
            for table in np.unique(wanted[old]).tolist() if old.any() else ():
                holds = span(self._tables[table], when)
                self._state[table] = _STATES.index(holds.state)
                self._from[table], self._until[table] = holds.begins, holds.ends
            found: Small = self._state[wanted]
            return found


_IS_OPEN = np.array([state in (State.OPEN, State.PARTLY) for state in _STATES], np.bool_)
_IS_UNKNOWN = np.array([state is State.UNKNOWN for state in _STATES], np.bool_)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the columns are made of, for as long as that takes."""

    order: str
    service: UUID
    at: UUID | None
    point: tuple[float, float] | None
    is_line: bool
    division: int
    country: str
    areas: tuple[str, ...]
    table: int
    codes: tuple[tuple[str, ...], ...]  # needs, populations, papers, families, languages
    answers: tuple[int, ...]  # asks_documents, asks_status, is free, is step-free, interprets
    sex: str
    ages: tuple[int, int]
    is_emergency: bool
    is_closed: bool


class Spots:
    """Columns, one entry a row; rows are ordered by the service's name. A row is a service at a place, or (`is_line`) a service without one:
    by telephone, on the internet, or wherever its `areas` say it goes.
    """

    def __init__(self, rows: Sequence[_Row], tables: Sequence[Timetable], zone: str = "UTC") -> None:
        """`zone`: of the organisation, whose midnight ends what is believed."""
        rows = sorted(rows, key=lambda row: (row.order, row.service, row.is_line, row.at or row.service))
        self.count = len(rows)
        self._services = b"".join(row.service.bytes for row in rows)
        self._ats = b"".join(row.at.bytes if row.at else _NOWHERE for row in rows)
        numbers: dict[UUID, int] = {}
        self._service = np.array([numbers.setdefault(row.service, len(numbers)) for row in rows], np.int32)
        self._first_row = np.unique(self._service, return_index=True)[1]
        points = np.radians(np.array([row.point or (np.nan, np.nan) for row in rows], np.float64).reshape(-1, 2))
        self._lat, self._lon, self._cos = points[:, 0].copy(), points[:, 1].copy(), np.cos(points[:, 0])
        self.is_line: Flags = np.array([row.is_line for row in rows], np.bool_)
        self.division = np.array([row.division for row in rows], np.int64)
        self._set_countries(rows)
        self._set_areas(rows)
        self._set_conditions(rows)
        self._tables = tables
        self._table = np.array([row.table for row in rows], np.int32)
        self._now, self._then = States(tables), States(tables)
        self._zone = ZoneInfo(zone)
        self._trusted: tuple[date, Flags, Flags] | None = None

    def _set_countries(self, rows: Sequence[_Row]) -> None:
        countries = sorted({"", *(row.country for row in rows)})
        self._country_of = {country: number for number, country in enumerate(countries)}
        self._country = np.array([self._country_of[row.country] for row in rows], np.uint8)

    def _set_areas(self, rows: Sequence[_Row]) -> None:
        """By line only: which rows serve each p-code."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            for area in row.areas if row.is_line else ():
                found.setdefault(area, []).append(number)
        self._by_area = {area: np.array(numbers, np.int32) for area, numbers in found.items()}

    def _set_conditions(self, rows: Sequence[_Row]) -> None:
        marks = [Marks([row.codes[place] for row in rows]) for place in range(5)]
        self.needs, self.populations, self.papers, self.families, self.languages = marks
        answers = np.array([row.answers for row in rows], np.int8).reshape(-1, 5).T.copy()
        self.asks_documents, self.asks_status, self.is_free, self.step_free, self.interprets = answers
        self.only_women: Flags = np.array([row.sex == Service.Sex.WOMEN for row in rows], np.bool_)
        self.only_men: Flags = np.array([row.sex == Service.Sex.MEN for row in rows], np.bool_)
        ages = np.array([row.ages for row in rows], np.int16).reshape(-1, 2)
        self.youngest, self.oldest = ages[:, 0].copy(), ages[:, 1].copy()
        self.is_emergency: Flags = np.array([row.is_emergency for row in rows], np.bool_)
        self._is_closed: Flags = np.array([row.is_closed for row in rows], np.bool_)

    # -- what is asked of it -------------------------------------------------------------------------------------------

    def trusted(self, now: datetime) -> tuple[Flags, Flags]:
        """The rows that may be shown today, as trust says, and those whose hours nobody has confirmed for too long. Asked once a day."""
        on = now.astimezone(self._zone).date()
        if self._trusted is None or self._trusted[0] != on:
            self._trusted = on, *self._trusted_on(on)
        return self._trusted[1:]

    def _trusted_on(self, on: date) -> tuple[Flags, Flags]:
        known = trust.standings(None, on)
        services = [known.get(self.service_of(row), trust.UNKNOWN) for row in self._first_row.tolist()]
        served = [
            trust.is_served(standing, is_emergency=bool(self.is_emergency[row]), proposals=settings.IS_DEMO)
            for standing, row in zip(services, self._first_row.tolist(), strict=True)
        ]
        old = [
            "hours" in trust.ended(services[number].parts_at(self.at_of(row)), on)
            for row, number in enumerate(self._service.tolist())
        ]
        return np.array(served, np.bool_)[self._service], np.array(old, np.bool_)

    def metres(self, rows: Rows, lat: float, lon: float) -> Numbers:
        """From that point to each of the rows; infinite where nobody knows where they are (haversine, to the metre)."""
        here_lat, here_lon = np.radians(lat), np.radians(lon)
        up, across = np.sin((self._lat[rows] - here_lat) / 2), np.sin((self._lon[rows] - here_lon) / 2)
        part = up * up + np.cos(here_lat) * self._cos[rows] * across * across
        metres = np.rint(2000 * finding.EARTH_KM * np.arcsin(np.sqrt(np.minimum(part, 1.0))))
        return np.asarray(np.where(np.isnan(metres), np.inf, metres), np.float64)

    def abroad(self, rows: Rows, country: str) -> Flags:
        """Those of the rows known to be in another country."""
        where, here = self._country[rows], self._country_of.get(country, -1)
        return np.asarray((where != here) & (where != self._country_of[""]), np.bool_)

    def cover(self, pcode: str) -> tuple[Flags, Flags]:
        """The lines that serve all of that division ("" = wherever it may be), and those that serve a part of it."""
        whole, part = np.zeros(self.count, np.bool_), np.zeros(self.count, np.bool_)
        for area, rows in self._by_area.items():
            if pcode.startswith(area) or (not pcode and len(area) == 2):
                whole[rows] = True
            elif area.startswith(pcode):
                part[rows] = True
        return whole, part & ~whole

    def open_at(self, rows: Rows, moment: datetime, *, is_now: bool) -> tuple[Flags, Flags]:
        """Of each row whether it is open then, at least for some, and whether nobody knows.

        Two moments are remembered apart: now, which moves on, and another one that somebody asked about.
        """
        found = (self._now if is_now else self._then).at(self._table[rows], moment)
        is_offered = ~self._is_closed[rows]
        return _IS_OPEN[found] & is_offered, _IS_UNKNOWN[found] & is_offered

    def of_services_of(self, rows: Rows, these: Rows) -> Flags:
        """Which of `rows` are of the service of one of `these`."""
        marked = np.zeros(len(self._first_row), np.bool_)
        marked[self._service[these]] = True
        return np.asarray(marked[self._service[rows]], np.bool_)

    def read_hours(self, now: datetime) -> None:
        """Of all of them, so that not each of the first questions has to read some."""
        self._now.at(np.arange(len(self._tables), dtype=np.int32), now)

    def now(self, row: int, moment: datetime) -> Now:
        if self._is_closed[row]:
            return Now(State.TEMPORARILY_CLOSED, None, "")
        return at(self._tables[self._table[row]], moment)

    def service_of(self, row: int) -> UUID:
        return UUID(bytes=self._services[16 * row : 16 * row + 16])

    def at_of(self, row: int) -> UUID | None:
        found = self._ats[16 * row : 16 * row + 16]
        return None if found == _NOWHERE else UUID(bytes=found)


# -- reading the tables --------------------------------------------------------------------------------------------------

_OF_SERVICE = (
    "organization_id name needs populations asks_documents asks_status accepts sex minimum_age maximum_age family cost languages "
    "interpretation hours holidays areas is_emergency status"
).split()
_OF_PLACE = "kind country division_id latitude longitude zone languages hours holidays step_free".split()


class _Reading:
    def __init__(self, reach: Reach, now: datetime) -> None:
        self._reach = reach
        self._notices = timetables.Notices(now)
        self._zones = timetables.zones_of_countries()
        self._tables: dict[Timetable, int] = {}

    def spots(self) -> Spots:
        rows = [row for service, ats in self._offered() for row in self._rows(service, ats)]
        return Spots(rows, list(self._tables), self._zones[""])

    def _offered(self) -> Iterator[tuple[Service, list[ServiceAtLocation]]]:
        """Each service with those of its places that this reach may know of; without any only if it has none at all."""
        placed = ServiceAtLocation.objects.within(self._reach).filter(service__status__in=_OFFERED)
        names = [f"service__{name}" for name in _OF_SERVICE] + [f"location__{name}" for name in _OF_PLACE]
        placed = placed.select_related("service", "location").only("hours", "holidays", *names)
        ordered = placed.order_by("service_id", "pk").iterator(chunk_size=500)
        for _, group in groupby(ordered, key=lambda row: row.service_id):
            ats = list(group)
            yield ats[0].service, ats
        # Known or hidden, only to refuse: a service whose every place is hidden is hidden.
        somewhere = ServiceAtLocation.objects.filter(service=OuterRef("pk"), is_active=True)
        lines = Service.objects.within(self._reach).filter(~Exists(somewhere), status__in=_OFFERED).only(*_OF_SERVICE)
        for service in lines.order_by("pk").iterator(chunk_size=500):
            yield service, []

    def _rows(self, service: Service, ats: Sequence[ServiceAtLocation]) -> Iterator[_Row]:
        for at_place in ats:
            if at_place.location.kind == Location.Type.PHYSICAL:
                yield self._row(service, at_place, is_line=False)
        virtual = next((one for one in ats if one.location.kind == Location.Type.VIRTUAL), None)
        if virtual is not None or service.areas:
            yield self._row(service, virtual, is_line=True)

    def _row(self, service: Service, at_place: ServiceAtLocation | None, *, is_line: bool) -> _Row:
        location = at_place.location if at_place else None
        table = timetables.timetable(service, at_place, self._notices.of(service, at_place), self._zones)
        country = _country(location)
        return _Row(
            order=fold(service.name),
            service=service.pk,
            at=at_place.pk if at_place else None,
            point=None if is_line or location is None else _point(location),
            is_line=is_line,
            division=(location.division_id if location else None) or 0,
            country=country,
            areas=service.areas or ((country,) if country else ()),
            table=self._tables.setdefault(table, len(self._tables)),
            codes=(service.needs, service.populations, service.accepts, service.family, _languages(service, location)),
            answers=_answers(service, location),
            sex=service.sex,
            ages=(service.minimum_age or 0, _OLDEST if service.maximum_age is None else service.maximum_age),
            is_emergency=service.is_emergency,
            is_closed=service.status == Service.Status.CLOSED,
        )


def _country(location: Location | None) -> str:
    if location is None:
        return ""
    division = finding.place(location.division_id) if location.division_id else None
    return location.country or (division.country if division else "")


def _point(location: Location) -> tuple[float, float] | None:
    """Where nobody set a pin, the middle of its municipality."""
    if location.latitude is not None and location.longitude is not None:
        return location.latitude, location.longitude
    return finding.middle(location.division_id) if location.division_id else None


def _languages(service: Service, location: Location | None) -> tuple[str, ...]:
    return (*service.languages, *(location.languages if location else ()))


def _answers(service: Service, location: Location | None) -> tuple[int, ...]:
    costs = {Service.Cost.UNKNOWN: UNKNOWN, Service.Cost.FREE: YES}
    return (
        _ANSWERS[Answer(service.asks_documents)],
        _ANSWERS[Answer(service.asks_status)],
        costs.get(Service.Cost(service.cost), NO),
        _ANSWERS[Answer(location.step_free)] if location else UNKNOWN,
        YES if service.interpretation else UNKNOWN,
    )


# -- the ones of this process --------------------------------------------------------------------------------------------

_lock = threading.Lock()
_current: dict[Reach, tuple[int, Spots]] = {}


def current(reach: Reach, now: datetime) -> Spots:
    """What that reach may know, as it is at this moment: one query when nothing changed, and all of it anew when something did."""
    number = version.number()
    with _lock:
        kept = _current.get(reach)
        if kept is None or kept[0] != number:
            kept = _current[reach] = number, _Reading(reach, now).spots()
            kept[1].read_hours(now)
        return kept[1]
