"""The second ear: what it adds to the phrase rules, what it must never do, and at what price in false alarms.

`make soak` measures it by meaning too, with the vectors that the packs ship.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.safety import compile_rules
from baquiano.engine.safety import scan as scan_rules
from baquiano.engine.spelling import LANGUAGES
from baquiano.knowledge.search import reading, vectors
from baquiano.knowledge.search.vectors import Packaged, Remembered
from baquiano.lib.text import fold
from baquiano.safety.book import Book
from baquiano.safety.listening import KINDS, BadMessage, Heard, Listener, bars, heard_from
from tests.fakes.letters import Letters
from tests.once import once_per_run
from tests.phrase_rules import rules

ROOT = Path(__file__).parents[2]
SAFETY = ROOT / "packs" / "comun" / "safety"
DATA = ROOT / "tests" / "data"
URGENT = ("P0", "P1", "P2")
OF_DANGER = frozenset(
    "gen_violencia_genero gen_trata_trafico gen_ninez_sola gen_salud_mental gen_ayuda_humanitaria gen_discriminacion "
    "co_multa_expulsion cl_expulsion co_refugio cl_refugio co_salud_urgencias cl_salud_urgencia_embarazo "
    "co_victimas_conflicto co_custodia_alimentos cl_alimentos_cuidado gen_salud_sexual gen_retorno_voluntario".split()
)
"""Topics whose examples often tell of a danger or an urgent need: an alarm there is mostly right."""


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


@cache
def _book(listener: Listener | None) -> Book:
    return Book(1, rules(), {}, {}, listener)


@cache
def by_words() -> Listener:
    """Made when a test asks, not while collecting: it takes seconds."""
    return once_per_run("by-words", lambda: Listener(MESSAGES, SLANG))


MESSAGES = heard_from(_rows(SAFETY / "heard.jsonl"))
SLANG = reading.read_slang(ROOT / "packs")
HELD_OUT = _rows(DATA / "safety_held_out.jsonl")
BLIND = _rows(DATA / "safety_blind.jsonl")
ORDINARY = _rows(DATA / "held_out.jsonl")
LEARNED = frozenset(message.text for message in MESSAGES)
FEW = (
    Heard("me pega mi marido", "es", Danger.VIOLENCE),
    Heard("mi marido me pego otra vez", "es", Danger.VIOLENCE),
    Heard("no tengo leche para la bebe", "es", Danger.NEED),
    Heard("se acabo la leche de mi bebe", "es", Danger.NEED),
    *(Heard(f"quiero sacar el permiso numero {n}", "es", None) for n in range(40)),
)


# ------------------------------------------------------------------------------------------------ figures


@cache
def _examples() -> list[dict[str, Any]]:
    """Every third example of the topics that are about no danger, some thousand, save those the listener learned from."""
    found = [
        {"text": text, "lang": language}
        for entry in reading.read_entries(ROOT / "packs")
        if entry.topic not in OF_DANGER
        for language, texts in entry.examples.items()
        for text in texts
        if text not in LEARNED
    ]
    return found[::3]


def _is_alarm(finding: Finding | None, levels: Sequence[str] = URGENT) -> bool:
    return finding is not None and finding.level in levels


def _share(book: Book, rows: Sequence[dict[str, Any]], levels: Sequence[str] = URGENT) -> float:
    return sum(_is_alarm(_found(book.listener, row["text"]), levels) for row in rows) / max(len(rows), 1)


@cache
def _found(listener: Listener | None, text: str) -> Finding | None:
    """Each message once: the same ones are counted by language, by level and all together."""
    return _book(listener).scan(text)


def _told(title: str, book: Book, rows: Sequence[dict[str, Any]]) -> str:
    """A line a set: rules alone → rules and listener, P0–P2; crises are those labelled P0 or P1."""
    alone = _book(None)
    lines = [title]
    for language in (*LANGUAGES, ""):
        own = [row for row in rows if row["lang"] == language or not language]
        urgent = [row for row in own if row["level"] in URGENT]
        crises = [row for row in own if row["level"] in ("P0", "P1")]
        calm = [row for row in own if row["level"] is None]
        lines.append(
            f"  {language or 'all'}: urgent {_share(alone, urgent):.3f} → {_share(book, urgent):.3f} ({len(urgent)}), "
            f"crises {_share(alone, crises):.3f} → {_share(book, crises):.3f} ({len(crises)}), "
            f"false alarms {_share(alone, calm):.3f} → {_share(book, calm):.3f} ({len(calm)})"
        )
    return "\n".join(lines)


def _ordinary_told(book: Book) -> str:
    alone = _book(None)
    quiet = [row for row in ORDINARY if row.get("topic") not in OF_DANGER]
    lines = []
    for title, rows in (("topic examples", _examples()), ("ordinary held-out", quiet), ("  with all topics", ORDINARY)):
        both, rules = _share(book, rows), _share(alone, rows)
        lines.append(
            f"{title}: alarms {rules:.3f} → {both:.3f}, P1 {_share(book, rows, ('P0', 'P1')):.3f} ({len(rows)})"
        )
    return "\n".join(lines)


def _tell(listener: Listener) -> None:
    book = _book(listener)
    print(_told("held-out", book, HELD_OUT))
    print(_told("blind", book, BLIND))
    print(_ordinary_told(book))


def _urgent(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["level"] in URGENT]


def test_by_words_it_hears_what_the_rules_miss() -> None:
    _tell(by_words())
    book = _book(by_words())
    assert _share(book, _urgent(HELD_OUT)) >= 0.64  # .700; rules alone .549
    assert _share(book, _urgent(BLIND)) >= 0.86  # .913; rules alone .800


def test_by_words_ordinary_messages_stay_ordinary() -> None:
    listener = _book(by_words())
    added = [row for row in _examples() if not _is_alarm(_found(None, row["text"]))]
    assert len(added) > 1000
    assert _share(listener, added) <= 0.03
    for rows in (HELD_OUT, BLIND):
        calm = [row for row in rows if row["level"] is None and not _is_alarm(_found(None, row["text"]))]
        assert _share(listener, calm) <= 0.03


@pytest.fixture(scope="module")
def by_meaning() -> Listener:
    if not vectors.available():
        pytest.skip(vectors.available().reason)
    embedder = Remembered(Packaged())
    assert embedder.load(ROOT / "packs" / "comun" / "search" / "vectors.npz"), "run: baquiano learn --vectors-only"
    return Listener(MESSAGES, SLANG, embedder)


@pytest.mark.soak
def test_by_meaning_it_hears_more(by_meaning: Listener) -> None:
    _tell(by_meaning)
    book = _book(by_meaning)
    assert _share(book, _urgent(HELD_OUT)) >= 0.8  # .859
    assert _share(book, _urgent(BLIND)) >= 0.9  # .947
    assert _share(book, [row for row in (*HELD_OUT, *BLIND) if row["level"] is None]) <= 0.12  # .083


@pytest.mark.soak
def test_by_meaning_ordinary_messages_stay_ordinary(by_meaning: Listener) -> None:
    book = _book(by_meaning)
    added = [row for row in _examples() if not _is_alarm(_found(None, row["text"]))]
    assert _share(book, added) <= 0.03
    assert _share(book, added, ("P0", "P1")) <= 0.01


def test_it_has_not_read_what_it_is_measured_on() -> None:
    measured = {fold(row["text"]) for row in (*HELD_OUT, *BLIND, *ORDINARY)}
    assert not [number for number, message in enumerate(MESSAGES, 1) if fold(message.text) in measured]


# ------------------------------------------------------------------------------------------------ what it may never do


@given(st.text(max_size=300), st.sampled_from((*LANGUAGES, "", "xx")))
@settings(max_examples=40, deadline=None)
def test_no_text_ever_raises(text: str, language: str) -> None:
    finding = by_words().hear(text, language)
    assert finding is None or (finding.kind in KINDS and finding.rule == f"heard:{finding.kind}")


@given(st.sampled_from([row["text"] for row in (*HELD_OUT, *ORDINARY)]))
@settings(max_examples=40, deadline=None)
def test_a_finding_of_the_rules_is_never_lowered(text: str) -> None:
    by_rules, both = scan_rules(text, rules()), _book(by_words()).scan(text)
    if by_rules is not None:
        assert both is not None
        assert both == by_rules or both.level < by_rules.level
    if both is not None and both.level == "P0":
        assert both == by_rules


def test_a_graver_rule_wins_and_a_lighter_one_does_not_silence_the_listener() -> None:
    row = {"level": "P0", "kind": "violence", "any": ["me pega"]}
    grave = compile_rules([{"id": "es-grave-01", **row}])
    light = compile_rules([{"id": "es-light-01", **row, "level": "P3", "kind": "distress"}])
    text = "mi marido me pega otra vez"
    listener = Listener(FEW)
    assert Book(1, grave, {}, {}, listener).scan(text) == Finding(Level.P0, Danger.VIOLENCE, "es-grave-01")
    heard = Book(1, light, {}, {}, listener).scan(text)
    assert heard is not None
    assert heard.rule == "heard:violence"


@pytest.mark.soak
def test_the_same_messages_give_the_same_listener() -> None:
    other = Listener(MESSAGES, SLANG)
    assert other.bars == by_words().bars
    for row in HELD_OUT[::10]:
        assert other.weigh(row["text"], row["lang"]) == by_words().weigh(row["text"], row["lang"])


@pytest.mark.parametrize(
    "text", ["", "   ", "auxilio", "me pega", "😭😭😭😭", "🔪 🩸 ☠️ 😭", "12 34 56 78", "... ?? !!"]
)
def test_too_little_said_is_not_heard(text: str) -> None:
    assert Listener(FEW).hear(text, "es") is None
    assert by_words().hear(text, "es") is None


# ------------------------------------------------------------------------------------------------ how it decides


def test_kind_and_level() -> None:
    listener = Listener(FEW)
    assert listener.hear("otra vez me pego mi marido", "es") is not None
    assert listener.weigh("otra vez me pego mi marido", "es").kind is Danger.VIOLENCE
    assert listener.weigh("se acabo la leche", "es").kind is Danger.NEED
    assert listener.hear("quiero sacar el permiso numero 7", "es") is None


def test_a_need_is_never_more_than_p2() -> None:
    assert {
        finding.level
        for message in MESSAGES
        if (finding := by_words().hear(message.text, message.language)) and finding.kind is Danger.NEED
    } == {Level.P2}


def test_the_chance_grows_with_the_score() -> None:
    opinions = sorted(
        (by_words().weigh(row["text"], row["lang"]) for row in HELD_OUT), key=lambda opinion: opinion.score
    )
    chances = [opinion.chance for opinion in opinions]
    assert chances == sorted(chances)
    assert chances[0] < 0.02 < 0.5 < chances[-1]


def test_the_alarm_bar_lets_no_more_ordinary_messages_through_than_said() -> None:
    scores = np.linspace(-1, 1, 1000, dtype=np.float32)
    dangerous = np.arange(1000) % 10 > 6  # spread all over: nothing can be told apart
    found = bars(scores, dangerous)
    assert 0.02 < (scores[~dangerous] >= found.alarm).mean() <= 0.03
    assert found.sure == float("inf")


def test_p1_needs_dangers_that_stand_clear_of_every_ordinary_message() -> None:
    scores = np.concatenate([np.linspace(-1, 0.5, 1000), np.linspace(0, 1, 600)]).astype(np.float32)
    dangerous = np.arange(1600) >= 1000
    found = bars(scores, dangerous)
    assert 0.4 < found.sure <= 0.51
    assert found.alarm < found.sure


def test_meaning_is_asked_once_and_moved_by_its_language() -> None:
    letters = Letters()
    listener = Listener(FEW, embedder=Remembered(letters))
    assert listener.has_meaning
    made = len(letters.asked)
    assert made == len({message.text for message in FEW})
    assert listener.weigh("otra vez me pego mi marido", "es").kind is Danger.VIOLENCE
    listener.weigh("otra vez me pego mi marido", "es")
    listener.weigh("otra vez me pego mi marido", "qq")  # a language nobody wrote in
    assert len(letters.asked) == made + 1


# ------------------------------------------------------------------------------------------------ what it learns from


def test_the_messages_are_many_balanced_and_once_each() -> None:
    dangers = [message for message in MESSAGES if message.kind]
    ordinary = [message for message in MESSAGES if message.kind is None]
    assert len({(message.text, message.language) for message in MESSAGES}) == len(MESSAGES)
    assert len(dangers) >= 650
    assert len(ordinary) >= 450
    for language in LANGUAGES:
        assert sum(message.language == language for message in dangers) >= 0.1 * len(dangers)
        assert sum(message.language == language for message in ordinary) >= 0.08 * len(ordinary)
    assert all(sum(message.kind is kind for message in dangers) >= 50 for kind in KINDS)


@pytest.mark.parametrize(
    "row",
    [{"text": "secreto", "lang": "es", "kind": "rain"}, {"text": " ", "lang": "es", "kind": None}, {"text": "secreto"}],
)
def test_a_wrong_message_is_named_by_its_line_and_never_quoted(row: dict[str, Any]) -> None:
    good = {"text": "hola", "lang": "es", "kind": None}
    with pytest.raises(BadMessage, match="line 2") as refused:
        heard_from([good, row])
    assert "secreto" not in str(refused.value)


def test_it_needs_both_kinds_of_message() -> None:
    for kind in (None, Danger.NEED):
        with pytest.raises(BadMessage):
            Listener([Heard("una cosa cualquiera", "es", kind)])
