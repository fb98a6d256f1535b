"""Is it open? Worked out by hand with a calendar: days on which clocks change, holidays, nights, islands, notices. "unknown" is not "closed".

In November 2026 the 24th is a Tuesday. Clocks in Chile: on Sunday 5 April 2026 at 0:00 it is 23:00 of Saturday again (-3 → -4), on
Sunday 6 September at 0:00 it is 1:00 (-4 → -3); on Easter Island at the same moments. Moments without an offset are of the place.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from baquiano.directory.hours import Closure, Now, State, Timetable, at, spans, state

OPEN, PARTLY, AWAY, CLOSED, UNKNOWN = State.OPEN, State.PARTLY, State.TEMPORARILY_CLOSED, State.CLOSED, State.UNKNOWN
NEVER = ""  # no change within a fortnight

SANTIAGO = Timetable("", "America/Santiago", "CL")
EASTER_ISLAND = Timetable("", "Pacific/Easter", "CL")
PUNTA_ARENAS = Timetable("", "America/Punta_Arenas", "CL")
COYHAIQUE = Timetable("", "America/Coyhaique", "CL")
BOGOTA = Timetable("", "America/Bogota", "CO")
SHUT_ON_HOLIDAYS = replace(SANTIAGO, holidays="closed")
OPEN_ON_HOLIDAYS = replace(SANTIAGO, holidays="open")

OFFICE = "Mo-Fr 08:00-17:00"
LUNCH = "Mo-Fr 08:00-12:00,14:00-17:00"
NIGHT = "Mo-Su 20:00-06:00"

# place, hours, when, what it is then, when that changes, what it becomes
CASES = {
    # an ordinary week
    "a weekday morning": (SANTIAGO, OFFICE, "2026-11-24 10:00", OPEN, "2026-11-24 17:00", CLOSED),
    "the minute of opening": (SANTIAGO, OFFICE, "2026-11-24 08:00", OPEN, "2026-11-24 17:00", CLOSED),
    "a minute before": (SANTIAGO, OFFICE, "2026-11-24 07:59", CLOSED, "2026-11-24 08:00", OPEN),
    "the minute of closing": (SANTIAGO, OFFICE, "2026-11-24 17:00", CLOSED, "2026-11-25 08:00", OPEN),
    "Friday night": (SANTIAGO, OFFICE, "2026-11-27 22:00", CLOSED, "2026-11-30 08:00", OPEN),
    "the pause at noon": (SANTIAGO, LUNCH, "2026-11-24 12:30", CLOSED, "2026-11-24 14:00", OPEN),
    "noon sharp": (SANTIAGO, LUNCH, "2026-11-24 12:00", CLOSED, "2026-11-24 14:00", OPEN),
    "before the pause": (SANTIAGO, LUNCH, "2026-11-24 11:59", OPEN, "2026-11-24 12:00", CLOSED),
    "shifts that touch are one": (SANTIAGO, "Mo 08:00-12:00,12:00-17:00", "2026-11-23 10:00", OPEN, "2026-11-23 17:00", CLOSED),
    # always
    "always, holidays too": (SANTIAGO, "24/7; PH open", "2026-12-24 23:00", OPEN, NEVER, None),
    "always, the form says holidays too": (OPEN_ON_HOLIDAYS, "24/7", "2026-12-25 03:00", OPEN, NEVER, None),
    "always, of holidays nothing is known": (SANTIAGO, "24/7", "2026-12-24 10:00", OPEN, "2026-12-25 00:00", UNKNOWN),
    "always, on such a holiday": (SANTIAGO, "24/7", "2026-12-25 12:00", UNKNOWN, "2026-12-26 00:00", OPEN),
    "always but on holidays": (SHUT_ON_HOLIDAYS, "24/7", "2026-12-25 12:00", CLOSED, "2026-12-26 00:00", OPEN),
    "always on weekdays": (SANTIAGO, "Mo-Fr 00:00-24:00", "2026-11-27 23:59", OPEN, "2026-11-28 00:00", CLOSED),
    # past midnight
    "in the evening": (SANTIAGO, NIGHT, "2026-11-24 23:30", OPEN, "2026-11-25 06:00", CLOSED),
    "before dawn": (SANTIAGO, NIGHT, "2026-11-25 05:59", OPEN, "2026-11-25 06:00", CLOSED),
    "at dawn": (SANTIAGO, NIGHT, "2026-11-25 06:00", CLOSED, "2026-11-25 20:00", OPEN),
    "Friday night goes on on Saturday": (SANTIAGO, "Fr 22:00-04:00", "2026-11-28 03:00", OPEN, "2026-11-28 04:00", CLOSED),
    "Saturday night is none": (SANTIAGO, "Fr 22:00-04:00", "2026-11-29 03:00", CLOSED, "2026-12-04 22:00", OPEN),
    "until midnight": (SANTIAGO, "Mo-Fr 08:00-00:00", "2026-11-27 23:59", OPEN, "2026-11-28 00:00", CLOSED),
    # public holidays
    "18 September, nobody said": (SANTIAGO, OFFICE, "2026-09-18 10:00", UNKNOWN, "2026-09-19 00:00", CLOSED),
    "the evening before it": (SANTIAGO, OFFICE, "2026-09-17 18:00", CLOSED, "2026-09-18 00:00", UNKNOWN),
    "18 September, PH off": (SANTIAGO, f"{OFFICE}; PH off", "2026-09-18 10:00", CLOSED, "2026-09-21 08:00", OPEN),
    "18 September, closed by the form": (SHUT_ON_HOLIDAYS, OFFICE, "2026-09-18 10:00", CLOSED, "2026-09-21 08:00", OPEN),
    "18 September, open by the form": (OPEN_ON_HOLIDAYS, OFFICE, "2026-09-18 10:00", OPEN, "2026-09-18 17:00", CLOSED),
    "18 September, other hours": (SANTIAGO, f"{OFFICE}; PH 09:00-13:00", "2026-09-18 10:00", OPEN, "2026-09-18 13:00", CLOSED),
    "the hours win over the form": (SHUT_ON_HOLIDAYS, f"{OFFICE}; PH 09:00-13:00", "2026-09-18 10:00", OPEN, "2026-09-18 13:00", CLOSED),
    "PH off written first": (SANTIAGO, f"PH off; {OFFICE}", "2026-09-18 10:00", CLOSED, "2026-09-21 08:00", OPEN),
    "18 September in Colombia": (BOGOTA, OFFICE, "2026-09-18 10:00", OPEN, "2026-09-18 17:00", CLOSED),
    "a holiday on a Saturday without hours": (SANTIAGO, OFFICE, "2026-09-19 10:00", CLOSED, "2026-09-21 08:00", OPEN),
    "20 July in Colombia": (BOGOTA, OFFICE, "2026-07-20 10:00", UNKNOWN, "2026-07-21 00:00", CLOSED),
    "20 July in Colombia, PH off": (BOGOTA, f"{OFFICE}; PH off", "2026-07-20 10:00", CLOSED, "2026-07-21 08:00", OPEN),
    "20 July in Chile": (SANTIAGO, OFFICE, "2026-07-20 10:00", OPEN, "2026-07-20 17:00", CLOSED),
    "Epiphany is kept on Monday": (BOGOTA, f"{OFFICE}; PH off", "2027-01-11 10:00", CLOSED, "2027-01-12 08:00", OPEN),
    "and not on the 6th": (BOGOTA, f"{OFFICE}; PH off", "2027-01-06 10:00", OPEN, "2027-01-06 17:00", CLOSED),
    "the last evening of the year": (BOGOTA, f"{OFFICE}; PH off", "2026-12-31 18:00", CLOSED, "2027-01-04 08:00", OPEN),
    "only holidays are known: an ordinary day": (SANTIAGO, "PH off", "2026-11-24 10:00", UNKNOWN, "2026-12-08 00:00", CLOSED),
    "only holidays are known: a holiday": (SANTIAGO, "PH off", "2026-12-25 10:00", CLOSED, "2026-12-26 00:00", UNKNOWN),
    # a holiday and a night
    "the night into Christmas began before": (SANTIAGO, NIGHT, "2026-12-25 03:00", OPEN, "2026-12-25 06:00", UNKNOWN),
    "the night out of Christmas began on it": (SANTIAGO, NIGHT, "2026-12-26 03:00", UNKNOWN, "2026-12-26 06:00", CLOSED),
    "into Christmas, closed on it": (SANTIAGO, f"{NIGHT}; PH off", "2026-12-25 03:00", OPEN, "2026-12-25 06:00", CLOSED),
    "out of Christmas, closed on it": (SANTIAGO, f"{NIGHT}; PH off", "2026-12-26 03:00", CLOSED, "2026-12-26 20:00", OPEN),
    "the night of a day that is closed": (SANTIAGO, f"{NIGHT}; 2026 Nov 24 off", "2026-11-25 03:00", CLOSED, "2026-11-25 20:00", OPEN),
    "the night before a day that is closed": (SANTIAGO, f"{NIGHT}; 2026 Nov 24 off", "2026-11-24 03:00", OPEN, "2026-11-24 06:00", CLOSED),
    # clocks go forward in the night to Sunday 6 September 2026
    "forward: the night is an hour shorter": (SANTIAGO, NIGHT, "2026-09-05 23:30-04:00", OPEN, "2026-09-06 06:00-03:00", CLOSED),
    "forward: until midnight": (SANTIAGO, "Sa 20:00-24:00", "2026-09-05 23:59-04:00", OPEN, "2026-09-06 01:00-03:00", CLOSED),
    "forward: it closes in the hour there is not": (SANTIAGO, "Sa 20:00-00:30", "2026-09-05 23:59-04:00", OPEN, "2026-09-06 01:00-03:00", CLOSED),
    "forward: it opens in the hour there is not": (SANTIAGO, "Su 00:30-02:00", "2026-09-05 23:59-04:00", CLOSED, "2026-09-06 01:00-03:00", OPEN),
    "forward: over the weekend": (SANTIAGO, OFFICE, "2026-09-04 18:00-04:00", CLOSED, "2026-09-07 08:00-03:00", OPEN),
    # clocks go back in the night to Sunday 5 April 2026 (Good Friday is the 3rd)
    "back: the night is an hour longer": (SANTIAGO, NIGHT, "2026-04-04 23:30-04:00", UNKNOWN, "2026-04-05 06:00-04:00", CLOSED),
    "back: the same hour, first": (OPEN_ON_HOLIDAYS, "Sa 18:00-23:30", "2026-04-04 23:15-03:00", OPEN, "2026-04-04 23:30-03:00", CLOSED),
    "back: the same hour, again": (OPEN_ON_HOLIDAYS, "Sa 18:00-23:30", "2026-04-04 23:15-04:00", CLOSED, "2026-04-11 18:00-04:00", OPEN),
    "back: until midnight comes": (OPEN_ON_HOLIDAYS, "Sa 18:00-24:00", "2026-04-04 23:15-03:00", OPEN, "2026-04-05 00:00-04:00", CLOSED),
    "back: over the weekend": (SHUT_ON_HOLIDAYS, OFFICE, "2026-04-02 18:00-03:00", CLOSED, "2026-04-06 08:00-04:00", OPEN),
    # other clocks
    "Easter Island has its own hour": (EASTER_ISLAND, OFFICE, "2026-11-24 21:30+00:00", OPEN, "2026-11-24 17:00-05:00", CLOSED),
    "at that moment in Santiago": (SANTIAGO, OFFICE, "2026-11-24 21:30+00:00", CLOSED, "2026-11-25 08:00-03:00", OPEN),
    "Easter Island: clocks go back at ten": (replace(EASTER_ISLAND, holidays="open"), "Sa 18:00-23:00", "2026-04-04 21:30-05:00", OPEN, "2026-04-04 23:00-06:00", CLOSED),
    "Punta Arenas keeps its clocks": (PUNTA_ARENAS, OFFICE, "2026-07-21 11:00+00:00", OPEN, "2026-07-21 17:00-03:00", CLOSED),
    "Coyhaique too": (COYHAIQUE, OFFICE, "2026-07-21 11:00+00:00", OPEN, "2026-07-21 17:00-03:00", CLOSED),
    "in Santiago it is an hour earlier": (SANTIAGO, OFFICE, "2026-07-21 11:00+00:00", CLOSED, "2026-07-21 08:00-04:00", OPEN),
    "the zone of the country": (Timetable("", "", "CO"), OFFICE, "2026-11-24 14:00+00:00", OPEN, "2026-11-24 17:00-05:00", CLOSED),
    # on a condition, or not known
    "with an appointment": (SANTIAGO, f'{OFFICE} "con cita"', "2026-11-24 10:00", PARTLY, "2026-11-24 17:00", CLOSED),
    "ask before": (SANTIAGO, f'{OFFICE} unknown "llamar antes"', "2026-11-24 10:00", UNKNOWN, "2026-11-24 17:00", CLOSED),
    "only a comment": (OPEN_ON_HOLIDAYS, '"con cita"', "2026-11-24 10:00", UNKNOWN, NEVER, None),
    "nobody told us": (SANTIAGO, "", "2026-11-24 10:00", UNKNOWN, NEVER, None),
    "nobody can read it": (SANTIAGO, "cuando haya luz", "2026-11-24 10:00", UNKNOWN, NEVER, None),
    "no clock has that name": (Timetable("", "America/Macondo", "CO"), OFFICE, "2026-11-24 10:00-05:00", UNKNOWN, NEVER, None),
    "nobody knows where it is": (Timetable("", "", ""), OFFICE, "2026-11-24 10:00-03:00", UNKNOWN, NEVER, None),
    # months, and days of the month
    "the first Saturday": (SANTIAGO, "Sa[1] 09:00-13:00", "2026-12-05 10:00", OPEN, "2026-12-05 13:00", CLOSED),
    "the second is none": (SANTIAGO, "Sa[1] 09:00-13:00", "2026-12-12 10:00", CLOSED, NEVER, None),
    "a week before the first": (SANTIAGO, "Sa[1] 09:00-13:00", "2026-11-28 10:00", CLOSED, "2026-12-05 09:00", OPEN),
    "the last Friday": (SANTIAGO, "Fr[-1] 14:00-17:00", "2026-11-27 15:00", OPEN, "2026-11-27 17:00", CLOSED),
    "closed in February": (SANTIAGO, f"{OFFICE}; Feb off", "2027-02-22 10:00", CLOSED, "2027-03-01 08:00", OPEN),
    "from March to December": (SANTIAGO, f"Mar-Dec {OFFICE}", "2027-01-12 10:00", CLOSED, NEVER, None),
    # days with a date, written into the hours
    "Christmas Eve until noon": (SHUT_ON_HOLIDAYS, f"{OFFICE}; 2026 Dec 24 08:00-12:00", "2026-12-24 13:00", CLOSED, "2026-12-28 08:00", OPEN),
    "an exception on the holiday itself": (SANTIAGO, f"{OFFICE}; 2026 Sep 18 09:00-12:00", "2026-09-18 10:00", OPEN, "2026-09-18 12:00", CLOSED),
    "a fortnight's holidays over Christmas": (SANTIAGO, f"{OFFICE}; 2026 Dec 21-2027 Jan 3 off", "2026-12-25 10:00", CLOSED, "2027-01-04 08:00", OPEN),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_open_now(name: str) -> None:
    place, hours, when, expected, changes_at, then = CASES[name]
    now = at(replace(place, hours=hours), _moment(when, place))
    assert (now.state, now.then) == (expected, then)
    assert _in_utc(now.changes_at) == _in_utc(_moment(changes_at, place) if changes_at else None)


def _in_utc(moment: datetime | None) -> datetime | None:
    """Two zones never agree about an hour that comes twice (PEP 495)."""
    return moment.astimezone(UTC) if moment else None


def _moment(written: str, place: Timetable) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(place.zone))


def test_there_are_at_least_49_cases() -> None:
    assert len(CASES) + len(NOTICES) >= 49


# -- notices, which end by themselves -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notice:
    begins: str
    ends: str
    hours: str | None = None

    def closure(self) -> Closure:
        return Closure(_moment(self.begins, SANTIAGO), _moment(self.ends, SANTIAGO), self.hours, "inventario")


TWO_DAYS = Notice("2026-11-24 00:00", "2026-11-26 00:00")
AFTERNOON = Notice("2026-11-24 15:00", "2026-11-24 23:59")
TWO_MONTHS = Notice("2026-11-24 00:00", "2027-01-20 00:00")
ONE_MORNING = Notice("2026-11-24 00:00", "2026-11-25 00:00", "Mo-Su 10:00-12:00")
NATIONAL_DAYS = Notice("2026-09-17 00:00", "2026-09-20 00:00", "Mo-Su 10:00-12:00")
A_MONTH = Notice("2026-12-01 00:00", "2027-01-01 00:00", "Mo-Fr 10:00-12:00")
NOT_TOLD = Notice("2026-11-24 00:00", "2026-11-25 00:00", "")

NOTICES = {
    "closed for two days": ((TWO_DAYS,), "2026-11-24 10:00", AWAY, "2026-11-26 08:00", OPEN),
    "it has ended": ((TWO_DAYS,), "2026-11-26 10:00", OPEN, "2026-11-26 17:00", CLOSED),
    "the minute it ends is not closed for it": ((TWO_DAYS,), "2026-11-26 00:00", CLOSED, "2026-11-26 08:00", OPEN),
    "it has not begun": ((TWO_DAYS,), "2026-11-23 10:00", OPEN, "2026-11-23 17:00", CLOSED),
    "closed tonight, and then closed for it": ((TWO_DAYS,), "2026-11-23 18:00", CLOSED, "2026-11-26 08:00", OPEN),
    "from three o'clock on": ((AFTERNOON,), "2026-11-24 10:00", OPEN, "2026-11-24 15:00", AWAY),
    "for two months": ((TWO_MONTHS,), "2026-11-24 10:00", AWAY, "2027-01-20 08:00", OPEN),
    "other hours: before": ((ONE_MORNING,), "2026-11-24 09:00", CLOSED, "2026-11-24 10:00", OPEN),
    "other hours: then": ((ONE_MORNING,), "2026-11-24 11:00", OPEN, "2026-11-24 12:00", CLOSED),
    "other hours: after": ((ONE_MORNING,), "2026-11-24 16:00", CLOSED, "2026-11-25 08:00", OPEN),
    "other hours for a holiday are meant": ((NATIONAL_DAYS,), "2026-09-18 11:00", OPEN, "2026-09-18 12:00", CLOSED),
    "other hours for a month say nothing of it": ((A_MONTH,), "2026-12-25 11:00", UNKNOWN, "2026-12-26 00:00", CLOSED),
    "other hours that nobody told": ((NOT_TOLD,), "2026-11-24 11:00", UNKNOWN, "2026-11-25 00:00", CLOSED),
    "of two the one that closes wins": ((ONE_MORNING, TWO_DAYS), "2026-11-24 11:00", AWAY, "2026-11-26 08:00", OPEN),
    "in whatever order": ((TWO_DAYS, ONE_MORNING), "2026-11-24 11:00", AWAY, "2026-11-26 08:00", OPEN),
    "of two with hours the first": ((ONE_MORNING, NOT_TOLD), "2026-11-24 11:00", OPEN, "2026-11-24 12:00", CLOSED),
}


@pytest.mark.parametrize("name", NOTICES)
def test_notices_end_by_themselves(name: str) -> None:
    notices, when, expected, changes_at, then = NOTICES[name]
    table = replace(SANTIAGO, hours=OFFICE, closures=tuple(notice.closure() for notice in notices))
    now = at(table, _moment(when, SANTIAGO))
    assert (now.state, now.changes_at, now.then) == (expected, _moment(changes_at, SANTIAGO), then)


def test_the_reason_of_a_closure_is_told() -> None:
    table = replace(SANTIAGO, hours=OFFICE, closures=(TWO_DAYS.closure(),))
    assert at(table, _moment("2026-11-24 10:00", SANTIAGO)).comment == "inventario"


def test_a_closure_of_a_place_whose_hours_nobody_knows_is_known() -> None:
    table = replace(SANTIAGO, closures=(TWO_DAYS.closure(),))
    assert at(table, _moment("2026-11-24 10:00", SANTIAGO)) == Now(
        AWAY, _moment("2026-11-26 00:00", SANTIAGO), "inventario", UNKNOWN
    )


# -- what else it answers -------------------------------------------------------------------------------------------------


def test_a_condition_is_told_with_the_words_of_whoever_wrote_it() -> None:
    assert (
        at(replace(SANTIAGO, hours=f'{OFFICE} "con cita"'), _moment("2026-11-24 10:00", SANTIAGO)).comment == "con cita"
    )


def test_it_says_that_it_is_unknown_because_of_a_holiday() -> None:
    table = replace(SANTIAGO, hours=OFFICE)
    assert at(table, _moment("2026-09-18 10:00", SANTIAGO)).is_holiday
    assert at(table, _moment("2026-09-17 18:00", SANTIAGO)).then_is_holiday
    assert not at(replace(SANTIAGO, hours=""), _moment("2026-09-18 10:00", SANTIAGO)).is_holiday


def test_changes_are_told_in_the_time_of_the_place() -> None:
    now = at(replace(SANTIAGO, hours=OFFICE), datetime(2026, 11, 24, 13, 0, tzinfo=UTC))
    assert now.changes_at is not None
    assert now.changes_at.isoformat() == "2026-11-24T17:00:00-03:00"


def test_a_country_without_a_calendar_of_holidays_has_its_hours() -> None:
    table = Timetable(OFFICE, "America/Port-au-Prince", "ZZ")
    assert state(table, datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) is OPEN


@pytest.mark.parametrize("place", [SANTIAGO, EASTER_ISLAND, BOGOTA])
@pytest.mark.parametrize("hours", [OFFICE, NIGHT, LUNCH, "24/7", f"{NIGHT}; PH off", "Sa[1] 22:00-04:00", ""])
def test_spans_leave_no_gap_and_say_the_same_as_each_moment(place: Timetable, hours: str) -> None:
    """Over both changes of clocks: what holds in the middle of a span is what is answered then."""
    table = replace(place, hours=hours)
    for begins in (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)):
        found = spans(table, begins, begins + timedelta(days=21))
        assert found[0].begins == begins.timestamp()
        assert found[-1].ends == (begins + timedelta(days=21)).timestamp()
        assert all(one.ends == other.begins for one, other in pairwise(found))
        for one in found:
            assert state(table, datetime.fromtimestamp((one.begins + one.ends) / 2, UTC)) is one.state
