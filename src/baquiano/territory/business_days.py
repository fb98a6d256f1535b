"""Working days of a country: Monday to Friday without its public holidays. Legal terms are counted with them."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

SATURDAY = 5


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_business_day(day: date, country: str) -> bool:
    """`country` as ISO 3166-1 alpha-2. Raises NotImplementedError for one whose holidays nobody wrote down."""
    return day.weekday() < SATURDAY and day not in _holidays(country, day.year)


def add(day: date, count: int, country: str) -> date:
    """The `count`-th business day after `day`; the day itself is not counted, as the laws say ("the day after it was received").

    0 gives the day itself if it is one, else the next that is.
    """
    if count < 0:
        raise ValueError("terms are counted forwards")
    left, found = count, day
    while left or not is_business_day(found, country):
        found += timedelta(days=1)
        left -= is_business_day(found, country) and left > 0
    return found
