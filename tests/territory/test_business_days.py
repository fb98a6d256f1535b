"""Terms of law are counted in days on which somebody works."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.territory import business_days

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
counts = st.integers(0, 40)
countries = st.sampled_from(["CO", "CL"])


@given(days, counts, countries)
def test_a_term_never_ends_on_a_day_when_nobody_works(day: date, count: int, country: str) -> None:
    assert business_days.is_business_day(business_days.add(day, count, country), country)


@given(days, counts, countries)
def test_exactly_so_many_business_days_lie_after_the_day_it_was_received(day: date, count: int, country: str) -> None:
    end = business_days.add(day, count, country)
    between = [day + timedelta(days=number) for number in range(1, (end - day).days + 1)]
    worked = sum(business_days.is_business_day(one, country) for one in between)
    assert worked == count or (count == 0 and worked <= 1)


@given(days, st.integers(0, 20), counts, countries)
def test_who_asks_later_is_answered_later(day: date, later: int, count: int, country: str) -> None:
    end = business_days.add(day, count, country)
    assert end <= business_days.add(day + timedelta(days=later), count, country)
    assert end <= business_days.add(day, count + 1, country)


@pytest.mark.parametrize(
    ("received", "count", "country", "end"),
    [
        (date(2026, 11, 24), 10, "CO", date(2026, 12, 9)),  # Tuesday; 8 December is a holiday
        (date(2026, 12, 24), 2, "CO", date(2026, 12, 29)),  # over Christmas and a weekend
        (date(2026, 9, 17), 1, "CL", date(2026, 9, 21)),  # Thursday; 18 and 19 September
        (date(2026, 11, 28), 0, "CO", date(2026, 11, 30)),  # a Saturday is no business day
    ],
)
def test_as_counted_by_hand(received: date, count: int, country: str, end: date) -> None:
    assert business_days.add(received, count, country) == end


def test_terms_are_counted_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        business_days.add(date(2026, 11, 24), -1, "CO")
