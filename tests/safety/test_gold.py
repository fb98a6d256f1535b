"""The gold set, in two halves: one to develop on, one that nobody who writes rules or messages has read.

The gates count; no test prints or quotes a message of it.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baquiano.engine.danger import Level
from baquiano.engine.language import possible
from baquiano.engine.safety import scan as scan_rules
from baquiano.engine.spelling import LANGUAGES
from baquiano.knowledge.search import reading, vectors
from baquiano.knowledge.search.vectors import Packaged, Remembered
from baquiano.lib.text import fold
from baquiano.safety.book import Book
from baquiano.safety.listening import Learned, Listener
from baquiano.safety.scoring import Labelled, Score, notice, read_rows, score
from tests.phrase_rules import rules
from tests.safety.messages import MESSAGES

ROOT = Path(__file__).parents[2]
SAFETY = ROOT / "packs" / "comun" / "safety"


@cache
def _rows(half: str) -> tuple[Labelled, ...]:
    return tuple(read_rows((SAFETY / f"gold_{half}.jsonl").read_text(encoding="utf-8").splitlines()))


@cache
def _by_words() -> Book:
    return Book(1, rules(), {}, {}, Listener(Learned.load(SAFETY / "ear.npz"), reading.read_slang(ROOT / "packs")))


@cache
def _by_meaning() -> Book:
    embedder = Remembered(Packaged())
    assert embedder.load(ROOT / "packs" / "comun" / "search" / "vectors.npz"), "run: baquiano learn --vectors-only"
    learned, slang = Learned.load(SAFETY / "ear.npz"), reading.read_slang(ROOT / "packs")
    return Book(1, rules(), {}, {}, Listener(learned, slang, MESSAGES, embedder))


@cache
def _score(half: str) -> Score:
    return score(notice(_rows(half), _by_words().scan))


def _ear_alone(book: Book) -> Score:
    """The rules know the development half by heart: only the ear has not read it."""
    ear = book.listener
    assert ear is not None
    rows = {row.text: row for row in _rows("dev")}
    return score(notice(rows.values(), lambda text: ear.hear(text, rows[text].language)))


# ------------------------------------------------------------------------------------------------ the gates


def test_what_nobody_has_read_is_noticed_by_words() -> None:
    found = _score("test")
    assert found.p0_as_crisis.value >= 0.95
    assert found.p1_as_crisis.value >= 0.90
    assert found.false_alarms.value <= 0.08


def test_the_half_to_develop_on_is_noticed_by_words() -> None:
    found = _score("dev")
    assert found.p0_as_crisis.value >= 0.97
    assert found.p1_as_crisis.value >= 0.93
    assert found.noticed.value >= 0.97
    assert found.false_alarms.value <= 0.07


def test_the_ear_alone_hears_most_of_what_it_has_not_read() -> None:
    found = _ear_alone(_by_words())
    assert found.p0_as_crisis.value >= 0.74
    assert found.p1_as_crisis.value >= 0.66
    assert found.false_alarms.value <= 0.03


@pytest.mark.soak
@pytest.mark.skipif(not vectors.available(), reason="search by meaning cannot run here")
def test_what_nobody_has_read_is_noticed_by_meaning() -> None:
    found = score(notice(_rows("test"), _by_meaning().scan))
    assert found.p0_as_crisis.value >= 0.95
    assert found.p1_as_crisis.value >= 0.90
    assert found.false_alarms.value <= 0.08


@pytest.mark.soak
@pytest.mark.skipif(not vectors.available(), reason="search by meaning cannot run here")
def test_the_ear_alone_hears_nearly_all_by_meaning() -> None:
    found = _ear_alone(_by_meaning())
    assert found.p0_as_crisis.value >= 0.88
    assert found.p1_as_crisis.value >= 0.78
    assert found.false_alarms.value <= 0.05


# ------------------------------------------------------------------------------------------------ the set itself


def test_the_set_is_large_and_balanced() -> None:
    rows = (*_rows("dev"), *_rows("test"))
    counts = Counter((row.language, row.level) for row in rows)
    assert len(rows) >= 700
    assert sum(row.level is None for row in rows) >= 0.4 * len(rows)
    for language in LANGUAGES:
        for level in (Level.P0, Level.P1):
            assert counts[language, level] >= (40 if language == "es" else 20)


def test_neither_half_is_in_the_other_or_among_what_the_ear_learns() -> None:
    """Line numbers only: whoever mends it must not read the other half."""
    dev, test = ({fold(row.text): row.line for row in _rows(half)} for half in ("dev", "test"))
    learnt = {fold(message.text) for message in MESSAGES}
    assert not [line for text, line in test.items() if text in dev]
    assert not [line for text, line in dev.items() if text in learnt]
    assert not [line for text, line in test.items() if text in learnt]


# ------------------------------------------------------------------------------------------------ it only adds


@given(st.one_of(st.text(max_size=200), st.sampled_from([message.text for message in MESSAGES])))
@settings(max_examples=80, deadline=None)
def test_the_ear_never_lowers_what_the_rules_found_and_nothing_raises(text: str) -> None:
    by_rules, both = scan_rules(text, rules(), possible(text)), _by_words().scan(text)
    if by_rules is not None:
        assert both is not None
        assert both == by_rules or both.level < by_rules.level
    if by_rules is not None and by_rules.level.is_crisis:
        assert both == by_rules
