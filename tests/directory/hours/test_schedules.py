"""Hours as rows of HSDS and back: the same minutes. What a row cannot say stays in words with its reason, and is not guessed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from baquiano.directory.hours import Read, State, Timetable, Week, from_schedules, spans, to_schedules, write
from tests.directory.hours.drawing import weeks

TODAY = date(2026, 11, 24)
SANTIAGO = "America/Santiago"


def test_an_office_is_one_row() -> None:
    assert to_schedules("Mo-Fr 08:00-17:00", SANTIAGO, TODAY) == [
        {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "08:00", "closes_at": "17:00", "timezone": -3}
    ]


def test_the_offset_is_that_of_the_day() -> None:
    offsets = {
        (zone, day.month): to_schedules("24/7", zone, day)[0]["timezone"]
        for zone in (SANTIAGO, "Pacific/Easter", "America/Punta_Arenas", "America/Bogota")
        for day in (date(2026, 1, 15), date(2026, 7, 15))
    }
    assert list(offsets.values()) == [-3, -4, -5, -6, -3, -3, -5, -5]


def test_always_is_every_day_until_a_minute_before_midnight() -> None:
    row = to_schedules("24/7", SANTIAGO, TODAY)[0]
    assert (row["byday"], row["opens_at"], row["closes_at"]) == ("MO,TU,WE,TH,FR,SA,SU", "00:00", "23:59")
    assert from_schedules([row]).hours == "24/7"


def test_a_pause_is_two_rows_and_a_night_closes_before_it_opens() -> None:
    rows = to_schedules("Mo-Fr 08:00-12:00,14:00-17:00; Sa 20:00-06:00", SANTIAGO, TODAY)
    assert [(row["opens_at"], row["closes_at"]) for row in rows] == [
        ("08:00", "12:00"),
        ("14:00", "17:00"),
        ("20:00", "06:00"),
    ]


def test_the_first_saturday_is_monthly() -> None:
    row = to_schedules("Sa[1] 09:00-13:00", SANTIAGO, TODAY)[0]
    assert (row["freq"], row["byday"]) == ("MONTHLY", "1SA")


def test_an_exception_has_its_dates() -> None:
    rows = to_schedules("Mo-Fr 08:00-17:00; 2026 Dec 24 08:00-12:00; 2026 Dec 28-2026 Dec 31 off", SANTIAGO, TODAY)
    assert [(row.get("valid_from"), row.get("valid_to"), row.get("description")) for row in rows] == [
        (None, None, None),
        ("2026-12-24", "2026-12-24", "Horario especial"),
        ("2026-12-28", "2026-12-31", "Cerrado"),
    ]


def test_hours_that_nobody_knows_have_no_row() -> None:
    assert to_schedules("", SANTIAGO, TODAY) == []
    assert from_schedules([]) == Read("")


@pytest.mark.parametrize(
    "hours",
    [
        "Mo-Fr 08:00-17:00; PH off",
        'Mo-Fr 08:00-17:00 "con cita"',
        "Mo-Fr 08:00-17:00; Feb Mo-Su off",
        "Mo-Fr 08:00-17:00; Dec 25 off",
        '24/7 unknown "con cita"',
        "Mo-Fr 00:00-23:59",
        "24/7; PH 00:00-24:00",
        "PH off",
        "24/7 off",
        "Mo-Fr 08:00-17:00; Su off",
    ],
)
def test_what_rows_cannot_say_is_carried_with_them(hours: str) -> None:
    rows = to_schedules(hours, SANTIAGO, TODAY, "closed")
    assert any(row.get("notes") == f"opening_hours={hours}" for row in rows)
    assert from_schedules(rows).hours == hours


@pytest.mark.parametrize("holidays", ["unknown", "closed", "open"])
def test_what_happens_on_holidays_comes_back(holidays: str) -> None:
    rows = to_schedules("Mo-Fr 08:00-17:00; 2026 Dec 24 09:00-12:00", SANTIAGO, TODAY, holidays)
    assert from_schedules(rows) == Read("Mo-Fr 08:00-17:00; 2026 Dec 24 09:00-12:00", holidays=holidays)


@given(weeks(comments=False))
def test_there_and_back_it_is_open_in_the_same_minutes(drawn: Week) -> None:
    """Without the notes: by the rows alone. Holidays are the one thing they cannot say."""
    hours = write(Week(drawn.days, None, drawn.specials))
    rows = [
        {name: value for name, value in row.items() if name != "notes"} for row in to_schedules(hours, SANTIAGO, TODAY)
    ]
    assert _open_minutes(from_schedules(rows).hours) == _open_minutes(hours)


@given(weeks())
def test_there_and_back_everything_is_the_same(drawn: Week) -> None:
    hours = write(drawn)
    read = from_schedules(to_schedules(hours, SANTIAGO, TODAY))
    assert (read.hours, read.left) == (hours, ())


def _open_minutes(hours: str) -> list[tuple[float, float]]:
    begins = datetime(2026, 11, 20, tzinfo=UTC)
    found = spans(Timetable(hours, SANTIAGO, "CL", "open"), begins, begins + timedelta(days=21))
    return [(one.begins, one.ends) for one in found if one.state is State.OPEN]


# -- rows of others -------------------------------------------------------------------------------------------------------


def row(**values: Any) -> dict[str, Any]:
    return {"opens_at": "09:00", "closes_at": "17:00", **values}


@pytest.mark.parametrize(
    ("rows", "hours"),
    [
        ([row(freq="WEEKLY", byday="MO"), row(freq="WEEKLY", byday="TU")], "Mo,Tu 09:00-17:00"),
        ([row(freq="WEEKLY", byday="MO"), row(freq="WEEKLY", byday="MO", opens_at="18:00", closes_at="20:00")], "Mo 09:00-17:00,18:00-20:00"),
        ([row(freq="WEEKLY", byday="MO"), row(freq="WEEKLY", byday="MO")], "Mo 09:00-17:00"),
        ([row(byday="MO,TU,WE")], "Mo-We 09:00-17:00"),
        ([row(freq="WEEKLY", byday=["MO", "FR"])], "Mo,Fr 09:00-17:00"),
        ([row(freq="WEEKLY", byday="SU", interval=1, wkst="MO")], "Su 09:00-17:00"),
        ([row(freq="WEEKLY", byday="MO", opens_at="09:00:00", closes_at="5:30")], "Mo 09:00-05:30"),
        ([row(freq="WEEKLY", byday="MO", opens_at="09:00-05:00", closes_at="17:00-05:00", timezone=-5)], "Mo 09:00-17:00"),
        ([row(freq="WEEKLY", byday="MO", opens_at="18:00", closes_at="00:00")], "Mo 18:00-24:00"),
        ([row(freq="WEEKLY", byday="MO", opens_at="22:00", closes_at="04:00")], "Mo 22:00-04:00"),
        ([row(freq="MONTHLY", byday="1SA,3SA")], "Sa[1,3] 09:00-17:00"),
        ([row(freq="MONTHLY", byday="-1FR")], "Fr[-1] 09:00-17:00"),
        ([row(freq="WEEKLY", byday="MO"), row(freq="MONTHLY", byday="1SA")], "Mo 09:00-17:00, Sa[1] 09:00-17:00"),
        ([row(freq="WEEKLY", byday="SA"), row(freq="MONTHLY", byday="1SA", opens_at="18:00", closes_at="20:00")], "Sa 09:00-17:00, Sa[1] 18:00-20:00"),
        ([row(freq="WEEKLY", byday="MO", valid_from="2026-12-01", valid_to="2027-02-28")], "2026 Dec 1-2027 Feb 28 Mo 09:00-17:00"),
        ([row(freq="WEEKLY", byday="MO", dtstart="2026-12-01", until="2027-02-28")], "2026 Dec 1-2027 Feb 28 Mo 09:00-17:00"),
        ([row(valid_from="2026-12-24", valid_to="2026-12-24")], "2026 Dec 24 09:00-17:00"),
        ([row(freq="WEEKLY", byday="MO", valid_from="2020-01-01")], "Mo 09:00-17:00"),
    ],
)  # fmt: skip
def test_rows_of_others_are_read(rows: list[dict[str, Any]], hours: str) -> None:
    read = from_schedules(rows, on=TODAY)
    assert (read.hours, read.left) == (hours, ())


def test_days_of_the_month_are_dates_of_every_year() -> None:
    read = from_schedules([row(freq="MONTHLY", bymonthday="1,15")])
    table = Timetable(read.hours, SANTIAGO, "CL", "open")
    found = spans(table, datetime(2026, 11, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC))
    opened = [datetime.fromtimestamp(one.begins, UTC).day for one in found if one.state is State.OPEN]
    assert opened == [1, 15]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row(freq="WEEKLY", byday="MO", interval=2), "every 2"),
        (row(freq="WEEKLY", byday="MO", count=10), "count"),
        (row(freq="WEEKLY", byday="MO", byweekno="1,2"), "byweekno"),
        (row(freq="MONTHLY", bymonthday="31"), "31"),
        (row(freq="DAILY"), "DAILY"),
        (row(freq="WEEKLY"), "which days"),
        (row(), "which days"),
        (row(freq="WEEKLY", byday="LUNES"), "LUNES"),
        (row(freq="WEEKLY", byday="1MO"), "1MO"),
        (row(freq="WEEKLY", byday="MO", opens_at="9am"), "9am"),
        (row(freq="WEEKLY", byday="MO", closes_at=""), "not an hour"),
        (row(freq="WEEKLY", byday="MO", opens_at="12:00Z", closes_at="20:00Z"), "time zone"),
        (row(freq="WEEKLY", byday="MO", closes_at="09:00"), "same hour"),
        (row(freq="WEEKLY", byday="MO", valid_from="mañana"), "mañana"),
        (row(freq="WEEKLY", byday="MO", valid_to="2025-12-31"), "ended"),
        (row(freq="WEEKLY", byday="MO", valid_from="2027-01-02", valid_to="2027-01-01"), "before it begins"),
        ({"freq": "WEEKLY", "byday": "MO"}, "no hours"),
    ],
)
def test_what_cannot_be_said_is_left_with_its_reason(bad: dict[str, Any], why: str) -> None:
    good = row(freq="WEEKLY", byday="TU")
    read = from_schedules([good, bad], on=TODAY)
    assert read.hours == "Tu 09:00-17:00"
    assert len(read.left) == 1
    assert why in read.left[0]
    assert read.note


def test_words_stay_words() -> None:
    read = from_schedules([row(freq="WEEKLY", byday="MO", description="Drop in"), {"description": "Llame antes"}])
    assert read == Read("Mo 09:00-17:00", "Drop in\nLlame antes")
