"""What the second round of tests, on PostgreSQL, leaves out: only what cannot tell one engine from the other (tests/conftest.py)."""

import re

from tests.house.stairs import PROJECT

_STARTS_BAQUIANO = re.compile(r"\bPopen\(|subprocess\.(run|Popen)|\bgranian\(")
_SAYS_SO = re.compile(r"\bdb\b|django_db|transactional_db|own_server|mark\.sqlite")


def test_whoever_starts_baquiano_itself_says_that_it_runs_on_both_engines() -> None:
    """pytest-django does not know that such a test touches a database: it would be left out without a word."""
    starting = {
        file.relative_to(PROJECT).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted((PROJECT / "tests").rglob("test_*.py"))
        if _STARTS_BAQUIANO.search(file.read_text(encoding="utf-8"))
    }
    assert "tests/soak/test_killed_at_every_point.py" in starting
    assert [name for name, text in starting.items() if not _SAYS_SO.search(text)] == []
