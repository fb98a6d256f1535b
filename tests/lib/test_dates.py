from datetime import date

from baquiano.lib.dates import written


def test_a_day_is_written_as_people_read_it_here() -> None:
    assert written(date(2026, 4, 3)) == "03-04-2026"
