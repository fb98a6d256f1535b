"""Is somebody there, and if not, when: an honest time, in the hour of the place, on a day that is not a holiday."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.territory.calendar import HORIZON, HoursNotUnderstood, Staffing, check, staffing

BOGOTA, SANTIAGO = ZoneInfo("America/Bogota"), ZoneInfo("America/Santiago")
OFFICE = "Mo-Fr 08:00-17:00"


def in_colombia(hours: str, *moment: int) -> Staffing:
    return staffing(hours, country="CO", timezone="America/Bogota", now=datetime(*moment, tzinfo=BOGOTA))


def in_chile(hours: str, *moment: int) -> Staffing:
    return staffing(hours, country="CL", timezone="America/Santiago", now=datetime(*moment, tzinfo=SANTIAGO))


def test_on_a_working_morning_somebody_is_there_until_the_evening() -> None:
    assert in_colombia(OFFICE, 2026, 11, 24, 10, 0) == Staffing(
        True, None, datetime(2026, 11, 24, 17, 0, tzinfo=BOGOTA)
    )


def test_before_the_doors_open_it_is_today() -> None:
    assert in_colombia(OFFICE, 2026, 11, 24, 7, 59) == Staffing(False, datetime(2026, 11, 24, 8, 0, tzinfo=BOGOTA))


def test_the_minute_of_closing_is_closed() -> None:
    assert in_colombia(OFFICE, 2026, 11, 24, 16, 59).is_open
    assert in_colombia(OFFICE, 2026, 11, 24, 17, 0) == Staffing(False, datetime(2026, 11, 25, 8, 0, tzinfo=BOGOTA))


def test_on_friday_night_it_is_monday() -> None:
    assert in_chile(OFFICE, 2026, 11, 20, 22, 0).opens_at == datetime(2026, 11, 23, 8, 0, tzinfo=SANTIAGO)


def test_the_day_of_independence_of_colombia_is_closed_there_and_open_in_chile() -> None:
    assert in_colombia(OFFICE, 2026, 7, 20, 10, 0) == Staffing(False, datetime(2026, 7, 21, 8, 0, tzinfo=BOGOTA))
    assert in_chile(OFFICE, 2026, 7, 20, 10, 0).is_open


def test_the_national_days_of_chile_are_closed_there_and_open_in_colombia() -> None:
    assert in_chile(OFFICE, 2026, 9, 18, 10, 0) == Staffing(False, datetime(2026, 9, 21, 8, 0, tzinfo=SANTIAGO))
    assert in_colombia(OFFICE, 2026, 9, 18, 10, 0).is_open


def test_a_holiday_that_colombia_moves_to_monday_is_closed_on_that_monday() -> None:
    """The Epiphany of 2027 falls on a Wednesday and is kept on Monday the 11th (Ley 51 de 1983)."""
    assert in_colombia(OFFICE, 2027, 1, 6, 10, 0).is_open
    assert in_colombia(OFFICE, 2027, 1, 11, 10, 0) == Staffing(False, datetime(2027, 1, 12, 8, 0, tzinfo=BOGOTA))


def test_the_last_night_of_the_year_looks_into_the_next_one() -> None:
    assert in_colombia(OFFICE, 2026, 12, 31, 18, 0).opens_at == datetime(2027, 1, 4, 8, 0, tzinfo=BOGOTA)


def test_a_line_that_says_it_works_on_holidays_does() -> None:
    assert in_colombia("24/7; PH open", 2026, 12, 25, 3, 0) == Staffing(True, None, None)


def test_a_night_shift_goes_past_midnight() -> None:
    night = "Mo-Su 20:00-06:00"
    assert in_chile(night, 2026, 11, 24, 23, 30) == Staffing(True, None, datetime(2026, 11, 25, 6, 0, tzinfo=SANTIAGO))
    assert in_chile(night, 2026, 11, 25, 5, 59).is_open
    assert in_chile(night, 2026, 11, 25, 6, 0).opens_at == datetime(2026, 11, 25, 20, 0, tzinfo=SANTIAGO)


def test_a_pause_at_noon_is_a_pause() -> None:
    hours = "Mo-Fr 09:00-13:00,14:00-18:00"
    assert in_chile(hours, 2026, 11, 24, 13, 30) == Staffing(False, datetime(2026, 11, 24, 14, 0, tzinfo=SANTIAGO))


def test_nobody_for_a_fortnight_is_said_and_not_guessed() -> None:
    assert in_colombia("Feb Mo-Fr 08:00-17:00", 2026, 11, 24, 10, 0) == Staffing(False, None)


def test_a_night_shift_ends_at_midnight_when_a_holiday_begins() -> None:
    night = "Mo-Su 20:00-06:00"
    assert in_colombia(night, 2026, 12, 24, 23, 0).closes_at == datetime(2026, 12, 25, 0, 0, tzinfo=BOGOTA)


def test_a_night_shift_begins_at_midnight_when_a_holiday_ends() -> None:
    night = "Mo-Su 20:00-06:00"
    assert in_colombia(night, 2026, 12, 25, 12, 0).opens_at == datetime(2026, 12, 26, 0, 0, tzinfo=BOGOTA)


def test_a_line_that_never_sleeps_but_on_holidays_is_back_at_midnight() -> None:
    assert in_colombia("24/7", 2026, 12, 25, 12, 0).opens_at == datetime(2026, 12, 26, 0, 0, tzinfo=BOGOTA)


def test_holidays_that_are_written_as_closed_are_closed() -> None:
    assert not in_colombia("Mo-Fr 08:00-17:00; PH off", 2026, 12, 25, 10, 0).is_open


def test_an_hour_is_the_hour_of_the_place_also_when_chile_moves_its_clocks_forward() -> None:
    """In the night to Sunday 6 September 2026 it goes from -04:00 to -03:00: Monday 08:00 is 11:00 in UTC and no longer 12:00."""
    before = in_chile(OFFICE, 2026, 9, 4, 7, 0).opens_at
    after = in_chile(OFFICE, 2026, 9, 4, 18, 0).opens_at
    assert before == datetime(2026, 9, 4, 12, 0, tzinfo=UTC)
    assert after == datetime(2026, 9, 7, 11, 0, tzinfo=UTC)


def test_an_hour_is_the_hour_of_the_place_also_when_chile_moves_its_clocks_back() -> None:
    """In the night to Sunday 5 April 2026 it goes from -03:00 to -04:00 (Good Friday is the 3rd)."""
    assert in_chile(OFFICE, 2026, 4, 2, 7, 0).opens_at == datetime(2026, 4, 2, 11, 0, tzinfo=UTC)
    assert in_chile(OFFICE, 2026, 4, 2, 18, 0).opens_at == datetime(2026, 4, 6, 12, 0, tzinfo=UTC)


def test_the_clock_of_whoever_asks_does_not_matter() -> None:
    here = datetime(2026, 11, 24, 10, 0, tzinfo=BOGOTA)
    there = here.astimezone(ZoneInfo("Europe/Madrid"))
    answers = [staffing(OFFICE, country="CO", timezone="America/Bogota", now=now) for now in (here, there)]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("hours", ["de lunes a viernes", "Mo-Fr 8 a 17", "Mo-Fr 08:00-17:00 y sábados", "25:99"])
def test_hours_that_cannot_be_read_are_refused_when_they_are_written(hours: str) -> None:
    with pytest.raises(HoursNotUnderstood):
        check(hours)


@pytest.mark.parametrize("hours", [OFFICE, "24/7", "Mo-Su,PH 00:00-24:00", "Mo-Th 08:00-17:00; Fr 08:00-16:00; PH off"])
def test_hours_as_openstreetmap_writes_them_are_taken(hours: str) -> None:
    check(hours)


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.sampled_from([("CO", "America/Bogota"), ("CL", "America/Santiago")]),
    st.sampled_from([OFFICE, "Mo-Fr 09:00-13:00,14:00-18:00", "Sa 10:00-12:00", "Mo-Su 20:00-06:00"]),
)
def test_the_time_that_is_promised_is_kept(now: datetime, place: tuple[str, str], hours: str) -> None:
    """Whoever comes at the promised minute finds somebody; whoever comes the minute before does not."""
    country, timezone = place
    answer = staffing(hours, country=country, timezone=timezone, now=now)
    if answer.is_open:
        assert answer.closes_at is not None
        assert not staffing(hours, country=country, timezone=timezone, now=answer.closes_at).is_open
        return
    if answer.opens_at is None:  # two holidays on two Saturdays
        assert hours == "Sa 10:00-12:00"
        return
    assert now < answer.opens_at <= now + HORIZON + timedelta(hours=1)
    assert staffing(hours, country=country, timezone=timezone, now=answer.opens_at).is_open
    earlier = answer.opens_at - timedelta(minutes=1)
    assert not staffing(hours, country=country, timezone=timezone, now=earlier).is_open
