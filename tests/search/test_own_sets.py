"""The own sets of the bench: messages written by somebody who had seen no example. Nothing learns from them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from baquiano.knowledge.search.entries import Elsewhere, Entry
from baquiano.knowledge.search.measure import Share
from baquiano.lib.text import fold
from tests.bench._shares import apart
from tests.bench._typing import hurried

DATA = Path(__file__).parents[1] / "data"
LANGUAGES = ("ht", "en", "pt", "fr")


def rows_of(language: str) -> list[dict[str, Any]]:
    lines = (DATA / f"own_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_set_speaks_of_every_topic_and_of_two_countries_in_halves(language: str, entries: tuple[Entry, ...]) -> None:
    rows = rows_of(language)
    assert len(rows) >= 120
    assert {row["lang"] for row in rows} == {language}
    assert {row["topic"] for row in rows} == {*(entry.topic for entry in entries), None}
    countries = Counter(row["country"] for row in rows)
    assert set(countries) == {"CO", "CL"}
    assert min(countries.values()) > 0.45 * len(rows)
    assert 0.07 < sum(row["topic"] is None for row in rows) / len(rows) < 0.13


def test_no_message_stands_twice() -> None:
    rows = [row for language in LANGUAGES for row in rows_of(language)]
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({fold(row["text"]) for row in rows}) == len(rows)


def test_a_topic_of_one_country_is_asked_there() -> None:
    for row in (row for language in LANGUAGES for row in rows_of(language) if row["topic"]):
        assert row["topic"].startswith((row["country"].lower(), "gen_")), row["id"]


def test_nothing_the_search_learns_from_was_taken_from_them(entries: tuple[Entry, ...], elsewhere: Elsewhere) -> None:
    learned = {fold(text) for entry in entries for texts in entry.examples.values() for text in texts}
    learned |= {fold(message.text) for message in (*elsewhere.outside, *elsewhere.smalltalk)}
    taken = [row["id"] for language in LANGUAGES for row in rows_of(language) if fold(row["text"]) in learned]
    assert not taken, "write these examples in other words"


def test_the_gap_is_newcombes_worked_example() -> None:
    """56 of 70 against 48 of 80, in his table II (a)."""
    gap = apart(Share(56, 70), Share(48, 80))
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_tired_thumb_slips_in_one_letter_of_ten_and_always_in_the_same_ones() -> None:
    plain = "donde me inscribo con mi permiso " * 200
    typed = hurried(plain, "one")
    assert typed == hurried(plain, "one") != hurried(plain, "another")
    assert hurried("Año NÚMERO", "x").isascii()
    words = list(zip(plain.split(), typed.split(), strict=False))
    assert 0.2 < sum(before != after for before, after in words[:30]) / 30 < 0.9
