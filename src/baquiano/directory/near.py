"""What somebody needs, near where they are. Where people are is never stored, logged or shown in an error: it lives for one question.

The order, documented for the doors and for the API:

1. places within the radius (NEAR_KM when none is asked, never more than FARTHEST_KM), the nearest first;
2. services without a place there that say they serve that municipality, its region or its country ("by line");
3. places farther away in the same country, the nearest first; those of which nobody knows where they are at the very end.

Within each of these what is known to fit comes before what may fit (`Hit.is_sure`): a filter leaves out what is known not to fit and never
what is not known. A service offered at a place near is not offered by line as well, nor one offered by line at places far away.
Where the middle of a division is not known (a department, some municipalities), 1 is what lies in that division and then the rest of its
department, by name, and 3 is left out. Where nobody said where, only 2 is left; of a point that lies in no country we know, only 1. A service that says neither a place nor what it serves is
not offered here. Equal ones come by the name of the service.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np

from baquiano.directory import spots
from baquiano.directory.hours import Now
from baquiano.directory.models import Reach
from baquiano.directory.spots import NO, UNKNOWN, YES, Flags, Marks, Numbers, Rows, Small, Spots
from baquiano.territory import finding

NEAR_KM = 50.0
FARTHEST_KM = 100.0
POINT, MUNICIPALITY, DEPARTMENT, COUNTRY = "point", "municipality", "department", "country"
"""How it was looked for (`Found.how`): from a point, from the middle of a municipality, by the list of a department, by areas alone."""
NO_PAPER, ANY_PAPER, EVERYONE = "none", "any", "everyone"
_ALSO_MEANT = {"venezuelans": ("migrants",), "haitians": ("migrants",)}
"""Who is meant by a wider word."""


@dataclass(frozen=True)
class Point:
    """Degrees (WGS 84). Its repr says nothing: it may be where a person is. Raises ValueError off the globe."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError("not a point on the globe")


def rounded(lat: float, lon: float) -> Point:
    """To two decimals, about a kilometre: all that is kept of a shared location, in memory only. Raises ValueError off the globe."""
    return Point(round(lat, 2), round(lon, 2))


@dataclass(frozen=True)
class Wanted:
    """What is asked; all of it must fit. Codes of `territory.codes`, languages as ISO 639, `division` a primary key.

    `accepts`: the papers the person has, "none" for somebody without any; one that is accepted is enough. `open_at`: then, for sure or maybe.
    `emergency`: only services for emergencies.
    """

    need: str = ""
    point: Point | None = None
    division: int | None = None
    country: str = ""
    accepts: Sequence[str] = ()
    status_not_asked: bool = False
    language: str = ""
    population: str = ""
    sex: str = ""
    age: int | None = None
    family: str = ""
    open_at: datetime | None = None
    emergency: bool = False
    radius_km: float | None = None
    free: bool = False
    step_free: bool = False


@dataclass(frozen=True)
class Hit:
    """A service at one of its places; `at` None: without one. `is_sure` False: something that was asked for is not known of it."""

    service: UUID
    at: UUID | None
    distance_km: float | None
    now: Now
    is_sure: bool = True


@dataclass(frozen=True)
class Found:
    """`total` counts all there are, of which `hits` are those asked for. `how` is one of the words above."""

    hits: tuple[Hit, ...]
    total: int
    how: str


def find(wanted: Wanted, *, reach: Reach, now: datetime, first: int = 0, count: int = 3) -> Found:
    """The services that fit, the nearest first, from number `first` on. What `reach` may not know is neither found nor counted."""
    all_of_them = spots.current(reach, now)
    where = _where(wanted)
    served, has_old_hours = all_of_them.trusted(now)
    fits = _Fits(all_of_them, served)
    for yes, unknown in _conditions(wanted, all_of_them):
        fits.keep(yes, unknown)
    ranked = _Ranked(all_of_them, fits, where)
    if wanted.open_at is not None:
        ranked.keep_open(wanted.open_at, has_old_hours, is_now=wanted.open_at == now)
    order = ranked.order()
    chosen = order[first : first + count] if count > 0 else order[:0]
    hits = tuple(
        Hit(
            all_of_them.service_of(row),
            all_of_them.at_of(row),
            float(metres) / 1000 if np.isfinite(metres) else None,
            all_of_them.now(row, now),
            is_sure=not unsure,
        )
        for row, metres, unsure in ranked.told(chosen)
    )
    return Found(hits, len(order), where.how)


# -- where ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Where:
    """`pcode` of the deepest division known, or only the country, or "". `own` and `department`: the divisions whose places are listed."""

    how: str
    pcode: str
    country: str
    near_metres: float = 0.0
    lat: float = field(default=0.0, repr=False)
    lon: float = field(default=0.0, repr=False)
    own: Sequence[int] = ()
    department: Sequence[int] = ()

    @property
    def is_nowhere(self) -> bool:
        """A point at sea, or in a country we know nothing of."""
        return self.how == POINT and not self.pcode


def _where(wanted: Wanted) -> _Where:
    point, division = wanted.point, wanted.division
    if division is None and point is not None:
        division = finding.nearest(point.lat, point.lon)
    there = finding.place(division) if division is not None else None
    pcode = there.pcode if there else wanted.country
    country = wanted.country or (there.country if there else "")
    near = 1000 * min(NEAR_KM if wanted.radius_km is None else wanted.radius_km, FARTHEST_KM)
    if point is not None:
        return _Where(POINT, pcode, country, near, point.lat, point.lon)
    if there is None:
        return _Where(COUNTRY, pcode, country)
    middle = finding.middle(there.pk)
    if middle is not None:
        return _Where(MUNICIPALITY, pcode, country, near, *middle)
    department = finding.around(there.pk)[0]
    return _Where(DEPARTMENT, pcode, country, own=finding.inside(there.pk), department=finding.inside(department.pk))


# -- what fits -----------------------------------------------------------------------------------------------------------


class _Fits:
    def __init__(self, all_of_them: Spots, served: Flags) -> None:
        self.fits = served.copy()
        self.unsure: Flags = np.zeros(all_of_them.count, np.bool_)

    def keep(self, yes: Flags, unknown: Flags) -> None:
        self.fits &= yes | unknown
        self.unsure |= unknown & ~yes


Condition = tuple[Flags, Flags]
"""The rows known to fit, and those of which it is not known."""


def _conditions(wanted: Wanted, rows: Spots) -> Iterator[Condition]:
    nowhere: Flags = np.zeros(rows.count, np.bool_)
    if wanted.need:
        yield rows.needs.any_of((wanted.need,)), nowhere
    if wanted.emergency:
        yield rows.is_emergency | rows.needs.any_of(("emergency",)), nowhere
    if wanted.accepts:
        yield _accepts(wanted.accepts, rows)
    if wanted.status_not_asked:
        yield rows.asks_status == NO, rows.asks_status == UNKNOWN
    if wanted.language:
        yield rows.languages.any_of((wanted.language,)), rows.languages.none | (rows.interprets == YES)
    yield from _for_whom(wanted, rows, nowhere)
    if wanted.free:
        yield rows.is_free == YES, rows.is_free == UNKNOWN
    if wanted.step_free:
        yield rows.step_free == YES, rows.step_free == UNKNOWN


def _for_whom(wanted: Wanted, rows: Spots, nowhere: Flags) -> Iterator[Condition]:
    if wanted.population:
        meant = (wanted.population, EVERYONE, *_ALSO_MEANT.get(wanted.population, ()))
        yield rows.populations.any_of(meant), rows.populations.none
    if wanted.sex:
        yield ~(rows.only_men if wanted.sex == "women" else rows.only_women), nowhere
    if wanted.age is not None:
        yield (rows.youngest <= wanted.age) & (rows.oldest >= wanted.age), nowhere
    if wanted.family:
        yield _listed(rows.families, wanted.family)


def _listed(marks: Marks, code: str) -> Condition:
    return marks.any_of((code,)), marks.none


def _accepts(papers: Sequence[str], rows: Spots) -> Condition:
    """Whoever asks for none accepts everybody. Of one that does ask, an empty list is not known; a list without these papers is a no,
    save for somebody without papers where it is not known whether it asks at all.
    """
    has_paper = any(paper != NO_PAPER for paper in papers)
    meant = {*papers, NO_PAPER, *((ANY_PAPER,) if has_paper else ())}
    yes = (rows.asks_documents == NO) | rows.papers.any_of(meant)
    if has_paper:
        return yes, rows.papers.none
    return yes, rows.asks_documents == UNKNOWN


# -- in which order ------------------------------------------------------------------------------------------------------

_OWN, _NEAR, _LINE, _FAR, _OUT = range(5)


class _Ranked:
    """The rows that fit, with how far they are and in which of the groups above."""

    def __init__(self, all_of_them: Spots, fits: _Fits, where: _Where) -> None:
        self._spots = all_of_them
        self._rows: Rows = np.flatnonzero(fits.fits)
        self._unsure: Flags = fits.unsure[self._rows]
        self._metres: Numbers = np.full(len(self._rows), np.inf)
        self._group: Small = np.full(len(self._rows), _OUT, np.int8)
        if where.how == DEPARTMENT:
            self._place_by_list(where)
        elif where.how != COUNTRY:
            self._place_by_distance(where)
        self._place_lines(where)
        self._take(self._group != _OUT)

    def _place_by_distance(self, where: _Where) -> None:
        self._metres = self._spots.metres(self._rows, where.lat, where.lon)
        far = np.full(len(self._rows), _FAR if where.country else _OUT, np.int8)
        if where.country:
            far[self._spots.abroad(self._rows, where.country)] = _OUT
        self._group = np.where(self._metres <= where.near_metres, np.int8(_NEAR), far)

    def _place_by_list(self, where: _Where) -> None:
        division = self._spots.division[self._rows]
        self._group[np.isin(division, where.department)] = _NEAR
        self._group[np.isin(division, where.own)] = _OWN

    def _place_lines(self, where: _Where) -> None:
        lines = self._spots.is_line[self._rows]
        if not lines.any():
            return
        whole, part = (covered[self._rows] for covered in self._spots.cover(where.pcode))
        self._group[lines] = _OUT
        if where.is_nowhere:
            return
        self._group[lines & (whole | part)] = _LINE
        self._unsure = self._unsure | (lines & part)
        self._metres[lines] = np.inf

    def keep_open(self, moment: datetime, has_old_hours: Flags, *, is_now: bool) -> None:
        """Hours that nobody has confirmed for too long do not make it sure."""
        is_open, is_unknown = self._spots.open_at(self._rows, moment, is_now=is_now)
        self._unsure = self._unsure | is_unknown | (is_open & has_old_hours[self._rows])
        self._take(is_open | is_unknown)

    def order(self) -> Rows:
        """Places in the lists of this object, the first to be shown first."""
        by_line = self._group == _LINE
        by_line &= ~self._spots.of_services_of(self._rows, self._rows[self._group < _LINE])
        stays = (self._group < _LINE) | by_line
        stays |= (self._group == _FAR) & ~self._spots.of_services_of(self._rows, self._rows[by_line])
        kept = np.flatnonzero(stays)
        return kept[np.lexsort((kept, self._metres[kept], self._unsure[kept], self._group[kept]))]

    def told(self, places: Rows) -> Iterator[tuple[int, float, bool]]:
        """Row, metres and whether something is not known."""
        yield from zip(
            self._rows[places].tolist(), self._metres[places].tolist(), self._unsure[places].tolist(), strict=True
        )

    def _take(self, these: Flags) -> None:
        if these.all():
            return
        self._rows, self._unsure = self._rows[these], self._unsure[these]
        self._metres, self._group = self._metres[these], self._group[these]
