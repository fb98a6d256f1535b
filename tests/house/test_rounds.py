"""What the second round of tests, on PostgreSQL, leaves out."""

import re

from tests.house.stairs import PROJECT

_ASKS_FOR_THE_DATABASE = re.compile(r"django_db|\b(?:transactional_)?db\b|live_server|TestCase|\bobjects\b")


def _left_out() -> list[str]:
    line = re.search(r"^WITHOUT_DATABASE := (.+)$", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert line
    return line[1].split()


def test_only_what_touches_no_database_is_left_out_on_postgresql() -> None:
    files = [
        file
        for place in _left_out()
        if place != "tests/house"
        for file in ([PROJECT / place] if place.endswith(".py") else sorted((PROJECT / place).rglob("*.py")))
    ]
    assert len(files) > len(_left_out())
    asking = [file.name for file in files if _ASKS_FOR_THE_DATABASE.search(file.read_text(encoding="utf-8"))]
    assert asking == []
