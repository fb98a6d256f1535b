"""The grid of the editors: what is drawn is what is kept, and what would not fit is not drawn."""

from datetime import date

import pytest
from hypothesis import given

from baquiano.directory.hours import HoursNotUnderstood, Shift, Special, Week, shift, understand, week, write
from tests.directory.hours.drawing import weeks

WORK = (shift("08:00", "12:00"), shift("14:00", "17:00"))


def weekdays(*shifts: Shift) -> tuple[tuple[Shift, ...], ...]:
    return (*(shifts,) * 5, (), ())


@given(weeks())
def test_what_is_drawn_is_what_is_kept(drawn: Week) -> None:
    hours = write(drawn)
    assert week(hours) == drawn
    assert understand(hours) == hours


def test_a_week_is_written_as_short_as_it_can_be() -> None:
    drawn = Week(weekdays(*WORK), (), (Special(date(2026, 12, 24), date(2026, 12, 24), (shift("08:00", "12:00"),)),))
    assert write(drawn) == "Mo-Fr 08:00-12:00,14:00-17:00; PH off; 2026 Dec 24 08:00-12:00"


def test_a_whole_day_and_a_night() -> None:
    assert write(Week(((shift("00:00", "24:00"),),) * 7)) == "24/7"
    assert write(Week(((shift("20:00", "06:00"),),) * 7)) == "Mo-Su 20:00-06:00"
    assert write(Week(((shift("20:00", "00:00"),),) * 7)) == "Mo-Su 20:00-24:00"


def test_an_empty_grid_is_not_known_and_not_closed() -> None:
    assert write(Week()) == ""
    assert week("") == Week()


def test_holidays_of_which_nothing_is_said_are_not_closed_ones() -> None:
    plain, shut = week("Mo-Fr 08:00-17:00"), week("Mo-Fr 08:00-17:00; PH off")
    assert plain is not None
    assert shut is not None
    assert (plain.holidays, shut.holidays) == (None, ())


@pytest.mark.parametrize(
    "hours",
    [
        "Sa[1] 09:00-13:00",
        "Mo-Fr 08:00-17:00; Feb Mo-Su off",
        'Mo-Fr 08:00-17:00 unknown "llamar antes"',
        '24/7 unknown "con cita"',
        "24/7 off",
        "Mo-Fr 08:00-17:00; Dec 25 off",
        "Mo-Fr 08:00-17:00, 2026 Dec 24 18:00-20:00",
        "2026 Dec 24 off; Mo-Fr 08:00-17:00",
        "cuando haya luz",
    ],
)
def test_what_does_not_fit_the_grid_is_not_drawn(hours: str) -> None:
    assert week(hours) is None


@pytest.mark.parametrize(
    ("drawn", "says"),
    [
        (Week(weekdays(shift("08:00", "12:00"), shift("11:00", "15:00"))), "overlap"),
        (Week(weekdays(Shift(600, 600))), "not an hour"),
        (Week((), ()), "days of the week"),
        (Week(weekdays(*WORK), None, (Special(date(2026, 12, 24), date(2026, 12, 23)),)), "before the first"),
        (Week(weekdays(*WORK), None, (Special(date(2026, 12, 24), date(2026, 12, 26)), Special(date(2026, 12, 26), date(2026, 12, 27)))), "same dates"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(drawn: Week, says: str) -> None:
    with pytest.raises(HoursNotUnderstood, match=says):
        write(drawn)


@pytest.mark.parametrize("clock", ["25:00", "", "ocho", "8:99"])
def test_a_cell_that_is_no_hour_is_refused(clock: str) -> None:
    with pytest.raises(HoursNotUnderstood):
        shift(clock, "17:00")
