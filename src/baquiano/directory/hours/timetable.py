"""Is it open at a moment, and until when. Hours are those of the clock on the wall there; answers are moments, also on the nights clocks change.

What is not known stays unknown: hours nobody told or nobody can read, and a public holiday of which the hours say nothing. Never raises.
"""

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays as public_holidays
from opening_hours import OpeningHours
from opening_hours import State as Said

from baquiano.directory.hours.notation import DAY, HoursNotUnderstood, Rule, Shift, rules_of, text_of

HORIZON = timedelta(days=14)  # how far the next change is looked for
SHORT = 4  # days: a rule or notice for no longer was written with the holidays in it in mind
_WEEK = 7 * 24 * 3600
_ONE_DAY = timedelta(days=1)
_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "BO": "America/La_Paz",
    "BR": "America/Sao_Paulo",
    "CL": "America/Santiago",
    "CO": "America/Bogota",
    "EC": "America/Guayaquil",
    "PA": "America/Panama",
    "PE": "America/Lima",
    "VE": "America/Caracas",
}


class State(Enum):
    """The order is that of what wins where two hours overlap: who is open is open."""

    OPEN = "open"
    PARTLY = "partly"  # open, on a condition: "con cita"
    UNKNOWN = "unknown"
    TEMPORARILY_CLOSED = "temporarily closed"
    CLOSED = "closed"

    @property
    def is_shut(self) -> bool:
        return self in (State.CLOSED, State.TEMPORARILY_CLOSED)


@dataclass(frozen=True)
class Closure:
    """From a moment (aware) to a moment it is closed (`hours` None) or has other hours; before and after the ordinary ones hold."""

    begins_at: datetime
    ends_at: datetime
    hours: str | None
    text: str = ""


@dataclass(frozen=True)
class Timetable:
    """`hours` as OpenStreetMap writes them, "" = not known. `zone` IANA, "" = that of the country. `holidays`: unknown, closed or open.

    Of two `closures` at once one that closes wins, then the first.
    """

    hours: str
    zone: str
    country: str
    holidays: str = "unknown"
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True)
class Now:
    """`changes_at`: when it opens, closes or becomes unknown, in the time of the place; None: not within a fortnight. `then`: what it becomes.

    Closed by its hours and closed for a while count as one for that: what matters is when the door opens. `comment` is the condition or
    the reason in the words of whoever wrote it. `is_holiday`: unknown because of that; `then_is_holiday`: will be.
    """

    state: State
    changes_at: datetime | None = None
    comment: str = ""
    then: State | None = None
    is_holiday: bool = False
    then_is_holiday: bool = False


@dataclass(frozen=True)
class Span:
    """The same all the while, from `begins` to `ends` (seconds since 1970)."""

    begins: float
    ends: float
    state: State
    comment: str = ""
    is_holiday: bool = False


_NOBODY_KNOWS = (State.UNKNOWN, "", False)


def at(table: Timetable, moment: datetime) -> Now:
    """`moment` is aware. Fast: the spans of a week are kept, for each different timetable."""
    now = moment.timestamp()
    here = span(table, now)
    following = _following(table, here, now)
    return Now(
        here.state,
        datetime.fromtimestamp(following.begins, clock_of(zone_of(table)) or UTC) if following else None,
        here.comment,
        following.state if following else None,
        here.is_holiday,
        following.is_holiday if following else False,
    )


def state(table: Timetable, moment: datetime) -> State:
    """Only that: for asking of very many at once."""
    return span(table, moment.timestamp()).state


def span(table: Timetable, moment: float) -> Span:
    """What holds at a moment (seconds since 1970) and from when to when; it may go on the same after its end."""
    found = _ordinary(table, moment)
    for closure in reversed(table.closures):
        found = _changed(table, found, closure, moment)
    return found


def spans(table: Timetable, begins: datetime, ends: datetime) -> list[Span]:
    """Everything between two moments, without a gap, neighbours that are alike joined."""
    found: list[Span] = []
    for one in _walk(table, begins.timestamp(), ends.timestamp()):
        if found and (found[-1].state, found[-1].comment, found[-1].is_holiday) == (
            one.state,
            one.comment,
            one.is_holiday,
        ):
            found[-1] = replace(found[-1], ends=one.ends)
        else:
            found.append(one)
    return found


def zone_of(table: Timetable) -> str:
    """ "" where neither the place nor its country says."""
    return table.zone or _ZONES.get(table.country, "")


@lru_cache(maxsize=256)
def clock_of(zone: str) -> ZoneInfo | None:
    """None for a name that no clock has: somebody may have imported it."""
    try:
        return ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _following(table: Timetable, here: Span, now: float) -> Span | None:
    """The first span in which something else holds for whoever stands at the door."""
    if table.hours == "" and not table.closures:
        return None
    last = max([now, *(closure.ends_at.timestamp() for closure in table.closures)]) + HORIZON.total_seconds()
    for one in _walk(table, here.ends, last):
        same = one.state is here.state and one.is_holiday == here.is_holiday
        if not same and not (one.state.is_shut and here.state.is_shut):
            return one
    return None


def _walk(table: Timetable, begins: float, ends: float) -> Iterator[Span]:
    moment = begins
    while moment < ends:
        one = span(table, moment)
        one = replace(one, begins=max(one.begins, begins), ends=min(one.ends, ends))
        yield one
        moment = one.ends


def _changed(table: Timetable, found: Span, closure: Closure, moment: float) -> Span:
    """The span with one closure laid over it: cut where it begins or ends, replaced while it holds."""
    begins, ends = closure.begins_at.timestamp(), closure.ends_at.timestamp()
    if moment >= ends:
        return replace(found, begins=max(found.begins, ends))
    if moment < begins:
        return replace(found, ends=min(found.ends, begins))
    if found.state is State.TEMPORARILY_CLOSED:  # of two notices the one that closes wins
        return replace(found, ends=min(found.ends, ends)) if closure.hours is not None else found
    if closure.hours is None:
        return Span(begins, ends, State.TEMPORARILY_CLOSED, closure.text)
    is_short = ends - begins <= SHORT * 24 * 3600
    other = _ordinary(replace(table, hours=closure.hours, holidays="open" if is_short else table.holidays), moment)
    return replace(other, begins=max(other.begins, begins), ends=min(other.ends, ends))


def _ordinary(table: Timetable, moment: float) -> Span:
    number = int(moment // _WEEK)
    begins, said = _week(table.hours, zone_of(table), table.country, table.holidays, number)
    position = bisect.bisect_right(begins, moment) - 1
    state, comment, is_holiday = said[position]
    ends = begins[position + 1] if position + 1 < len(begins) else (number + 1) * _WEEK
    return Span(begins[position], ends, state, comment, is_holiday)


@lru_cache(maxsize=32768)
def _week(
    hours: str, zone: str, country: str, policy: str, number: int
) -> tuple[list[float], list[tuple[State, str, bool]]]:
    """The week of that number since 1970, in UTC: when each span begins, and what holds then."""
    first, last = float(number * _WEEK), float((number + 1) * _WEEK)
    unknown = [first], [_NOBODY_KNOWS]
    there = clock_of(zone)
    if not hours or there is None:
        return unknown
    try:
        compiled = _compiled(hours)
    except HoursNotUnderstood:
        return unknown
    begin_day = datetime.fromtimestamp(first, there).date()
    end_day = datetime.fromtimestamp(last, there).date() + _ONE_DAY
    pieces = compiled.pieces(begin_day, end_day, country, policy)
    return _timeline([_placed(piece, there) for piece in pieces], first, last)


@dataclass(frozen=True)
class _Piece:
    """On the wall clock, from minute to minute; never one that is simply closed."""

    begins: datetime
    ends: datetime
    state: State
    comment: str
    is_holiday: bool = False


@dataclass(frozen=True)
class _Table:
    """Rules as the library reads them, in two halves: until midnight, and the morning after of each day. So a night belongs to the
    day on which it began, whatever the day after is."""

    evening: OpeningHours
    morning: OpeningHours | None

    def of(self, begins: date, ends: date) -> list[_Piece]:
        """Of the days from `begins` up to, not including, `ends`: each shift whole, also beyond the last midnight."""
        found = _pieces(self.evening, begins, ends, timedelta())
        return [*found, *_pieces(self.morning, begins, ends, _ONE_DAY)] if self.morning else found


@dataclass(frozen=True)
class _Compiled:
    """`holidays` None: the hours say nothing of them. `dates`: days an exception was written for."""

    rules: tuple[Rule, ...]
    ordinary: _Table
    holidays: _Table | None

    def pieces(self, begins: date, ends: date, country: str, policy: str) -> list[_Piece]:
        """Everything that is not simply closed, from the day before `begins` (its night) to `ends`."""
        days = [begins - _ONE_DAY + timedelta(days=n) for n in range((ends - begins).days + 1)]
        special = [day for day in days if day in _holidays(country, day.year) and self._is_another_day(day, policy)]
        found: list[_Piece] = []
        start = days[0]
        for day in [*special, ends]:
            if start < day:
                found += self.ordinary.of(start, day)
            if day < ends:
                found += self._on_holiday(day, policy)
            start = day + _ONE_DAY
        return found

    def _is_another_day(self, day: date, policy: str) -> bool:
        return self.holidays is not None or (policy != "open" and not self._is_spoken_of(day))

    def _is_spoken_of(self, day: date) -> bool:
        """An exception for a few days was written by somebody who looked at the calendar."""
        return any(dates.length <= SHORT and dates.covers(day) for rule in self.rules for dates in rule.dates)

    def _on_holiday(self, day: date, policy: str) -> list[_Piece]:
        if self.holidays:
            return self.holidays.of(day, day + _ONE_DAY)
        usual = [piece for piece in self.ordinary.of(day, day + _ONE_DAY) if not piece.state.is_shut]
        if policy == "closed" or not usual:
            return []
        ends = max(datetime.combine(day + _ONE_DAY, time()), *(piece.ends for piece in usual))
        return [_Piece(datetime.combine(day, time()), ends, State.UNKNOWN, "", is_holiday=True)]


@lru_cache(maxsize=16384)
def _compiled(hours: str) -> _Compiled:
    rules = rules_of(hours)
    ordinary = tuple(rule for rule in rules if not rule.is_for_holidays)
    if not any(_is_of_ordinary_days(rule) for rule in rules):  # "PH off": of the other days nothing was said
        seasons = (Rule(dates=rule.dates) for rule in rules if rule.dates and (rule.weekdays or rule.nth))
        ordinary = (Rule(shifts=(Shift(0, DAY),), is_sure=False), *seasons, *ordinary)
    festive = tuple(replace(rule, is_for_holidays=False) for rule in rules if _holds_on_holidays(rule))
    speaks = any(rule.is_for_holidays for rule in rules)
    return _Compiled(rules, _table(ordinary), _table(festive) if speaks else None)


def _is_of_ordinary_days(rule: Rule) -> bool:
    return not (rule.is_for_holidays or rule.dates) and (bool(rule.shifts) or rule.is_always)


def _holds_on_holidays(rule: Rule) -> bool:
    """Those for holidays; and exceptions of a few days and closed seasons, which were written over everything else."""
    is_season = bool(rule.dates or rule.months)
    return rule.is_for_holidays or (is_season and not rule.shifts) or any(dates.length <= SHORT for dates in rule.dates)


def _table(rules: tuple[Rule, ...]) -> _Table:
    has_nights = any(shift.closes > DAY for rule in rules for shift in rule.shifts)
    evening = tuple(
        replace(rule, shifts=tuple(replace(s, closes=min(s.closes, DAY)) for s in rule.shifts)) for rule in rules
    )
    return _Table(_read(evening), _read(tuple(_mornings(rules))) if has_nights else None)


def _mornings(rules: tuple[Rule, ...]) -> Iterator[Rule]:
    for rule in rules:
        shifts = tuple(Shift(0, shift.closes - DAY) for shift in rule.shifts if shift.closes > DAY)
        if shifts or not rule.adds:  # one without a night still replaces the nights of those before it
            yield replace(rule, shifts=shifts)


def _read(rules: tuple[Rule, ...]) -> OpeningHours:
    return OpeningHours(text_of(rules) or "24/7 off", auto_country=False, auto_timezone=False)


def _pieces(table: OpeningHours, begins: date, ends: date, later: timedelta) -> list[_Piece]:
    """`intervals` with an end, and not `next_change`: of hours that never close the latter searches for seconds."""
    found = table.intervals(datetime.combine(begins, time()), datetime.combine(ends, time()))
    return [
        _Piece(opens + later, closes + later, _state(said, comment), comment)
        for opens, closes, said, comment in found
        if comment or said != Said.CLOSED
    ]


def _state(said: Said, comment: str) -> State:
    if said == Said.CLOSED:
        return State.CLOSED
    if said == Said.UNKNOWN:
        return State.UNKNOWN
    return State.PARTLY if comment else State.OPEN


@lru_cache(maxsize=128)
def _holidays(country: str, year: int) -> frozenset[date]:
    """The national ones. None for a country whose calendar we do not have."""
    try:
        return frozenset(public_holidays.country_holidays(country, years=[year]))
    except NotImplementedError:
        return frozenset()


def _placed(piece: _Piece, zone: ZoneInfo) -> Span:
    return Span(_instant(piece.begins, zone), _instant(piece.ends, zone), piece.state, piece.comment, piece.is_holiday)


def _instant(wall: datetime, zone: ZoneInfo) -> float:
    """Of an hour that comes twice the first; of one that the clocks leave out, the moment they jump."""
    moment = wall.replace(tzinfo=zone)
    stamp = moment.timestamp()
    if datetime.fromtimestamp(stamp, zone).replace(tzinfo=None) == wall:
        return stamp
    earlier, later = int(moment.replace(fold=1).timestamp()), int(stamp)
    before = datetime.fromtimestamp(earlier, zone).utcoffset()
    while later - earlier > 1:
        middle = (earlier + later) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            earlier = middle
        else:
            later = middle
    return float(later)


_RANK = {known: rank for rank, known in enumerate(State)}


def _timeline(pieces: list[Span], first: float, last: float) -> tuple[list[float], list[tuple[State, str, bool]]]:
    edges = {first, *(edge for piece in pieces for edge in (piece.begins, piece.ends) if first < edge < last)}
    begins: list[float] = []
    said: list[tuple[State, str, bool]] = []
    ordered = sorted(pieces, key=lambda piece: _RANK[piece.state])
    for edge in sorted(edges):
        holds = next((piece for piece in ordered if piece.begins <= edge < piece.ends), None)
        what = (holds.state, holds.comment, holds.is_holiday) if holds else (State.CLOSED, "", False)
        if not said or said[-1] != what:
            begins.append(edge)
            said.append(what)
    return begins, said
