"""Opening hours and holidays of a country. Hours are written as in OpenStreetMap ("Mo-Fr 08:00-17:00")."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from opening_hours import OpeningHours

HORIZON = timedelta(days=14)
_CLOSED_ON_HOLIDAYS = re.compile(r";\s*PH\s+(?:off|closed)\b")  # says what is the rule here anyway


class HoursNotUnderstood(ValueError):
    """The hours are not written as OpenStreetMap writes them."""


@dataclass(frozen=True)
class Staffing:
    """Is somebody there now, and if not, when next. `opens_at` None: not within a fortnight."""

    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None = None


def check(hours: str) -> None:
    try:
        OpeningHours(hours)
    except Exception as problem:  # the library raises its own parser errors
        raise HoursNotUnderstood(hours) from problem


def staffing(hours: str, *, country: str, timezone: str, now: datetime) -> Staffing:
    """`now` is aware. A public holiday of the country counts as closed unless the hours open on it ("PH 09:00-13:00")."""
    zone = ZoneInfo(timezone)
    return _staffing(hours, country, zone, now.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None))


@lru_cache(maxsize=256)
def _staffing(hours: str, country: str, zone: ZoneInfo, local: datetime) -> Staffing:
    """Once a minute: nothing opens or closes within one, and every answer asks."""
    ordinary = _CLOSED_ON_HOLIDAYS.sub("", hours)
    table = OpeningHours(ordinary)
    closed_days = frozenset() if "PH" in ordinary else _holidays(country, local.year)

    def works(moment: datetime) -> bool:
        return table.is_open(moment) and moment.date() not in closed_days

    is_open = works(local)
    for moment in _moments(table, local):
        if works(moment) != is_open:
            there = moment.replace(tzinfo=zone)
            return Staffing(True, None, there) if is_open else Staffing(False, there)
    return Staffing(is_open, None)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    """Of that year and the next."""
    return frozenset(holidays.country_holidays(country, years=[year, year + 1]))


def _moments(table: OpeningHours, start: datetime) -> list[datetime]:
    """When it can open or close within a fortnight: the changes of the table, and each midnight (a holiday begins or ends).

    `intervals` and not `next_change`: for hours that never close the latter searches for two seconds.
    """
    changes = {begins.replace(tzinfo=None) for begins, *_ in table.intervals(start, start + HORIZON)}
    midnights = {datetime.combine(start.date() + timedelta(days=days), time()) for days in range(1, HORIZON.days + 1)}
    return sorted(moment for moment in changes | midnights if moment > start)
