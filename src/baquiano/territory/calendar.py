"""Opening hours and holidays of a country. Hours are written as in OpenStreetMap ("Mo-Fr 08:00-17:00")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from opening_hours import OpeningHours

HORIZON = timedelta(days=14)


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
    """`now` is aware. A public holiday of the country counts as closed unless the hours say otherwise ("PH")."""
    zone = ZoneInfo(timezone)
    local = now.astimezone(zone).replace(tzinfo=None)
    table = OpeningHours(hours)
    closed_days = holidays.country_holidays(country, years=[local.year, local.year + 1])

    def works(moment: datetime) -> bool:
        return table.is_open(moment) and ("PH" in hours or moment.date() not in closed_days)

    if works(local):
        closes = table.next_change(local)
        return Staffing(True, None, closes.replace(tzinfo=zone) if closes else None)
    moment, last = local, local + HORIZON
    while moment < last:
        change = table.next_change(moment)
        if change is None:
            return Staffing(False, None)
        moment = change.replace(tzinfo=None)
        if works(moment):
            return Staffing(False, moment.replace(tzinfo=zone))
    return Staffing(False, None)
