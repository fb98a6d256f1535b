"""docs/reference/hours.md says what is so."""

import re
from pathlib import Path

import pytest

from baquiano.directory.hours import HoursNotUnderstood, State, understand

PAGE = (Path(__file__).parents[3] / "docs/reference/hours.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[tuple[str, ...]]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+) \|$", section, re.MULTILINE)
    return [tuple(cell.strip("` ") for cell in row.split(" | ")) for row in rows[1:]]


def test_what_may_be_typed_is_understood_as_it_says() -> None:
    rows = _rows("What may be typed")
    assert len(rows) > 15
    assert [(text, understand(text)) for text, _ in rows] == rows


@pytest.mark.parametrize("text", [row[0] for row in _rows("What is refused")])
def test_what_is_refused_is_refused(text: str) -> None:
    with pytest.raises(HoursNotUnderstood):
        understand(text)


def test_there_are_as_many_states_as_it_says() -> None:
    assert len(_rows("Five states")) == len(State) == 5
