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
from numpy.typing import NDArray

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.language import possible
from baquiano.engine.safety import compile_rules
from baquiano.engine.safety import scan as scan_rules
from baquiano.engine.spelling import LANGUAGES
from baquiano.knowledge.search import reading, vectors
from baquiano.knowledge.search.normalise import NO_SLANG
from baquiano.knowledge.search.vectors import Packaged, Remembered
from baquiano.lib.text import fold
from baquiano.safety.book import Book
from baquiano.safety.learning import Labels, bars, learn
from baquiano.safety.listening import KINDS, BadMessage, Heard, Learned, Listener, heard_from, mark_of
from tests.fakes.letters import Letters
from tests.phrase_rules import rules
from tests.safety.messages import MESSAGES

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
    return Listener(_learned(), SLANG)


@cache
def _learned() -> Learned:
    return Learned.load(SAFETY / "ear.npz")


SLANG = reading.read_slang(ROOT / "packs")
HELD_OUT = _rows(DATA / "safety_held_out.jsonl")
BLIND = _rows(DATA / "safety_blind.jsonl")
ORDINARY = _rows(DATA / "held_out.jsonl")
LEARNED = frozenset(message.text for message in MESSAGES)
FEW = (
    Heard("me pega mi marido", "es", Danger.VIOLENCE, Level.P1),
    Heard("mi marido me pego otra vez", "es", Danger.VIOLENCE, Level.P1),
    Heard("no tengo leche para la bebe", "es", Danger.NEED, Level.P2),
    Heard("se acabo la leche de mi bebe", "es", Danger.NEED, Level.P2),
    *(Heard(f"quiero sacar el permiso numero {n}", "es", None, None) for n in range(40)),
)


@cache
def _of_few() -> Listener:
    return Listener(learn(FEW), NO_SLANG)


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
    assert len(added) > 500
    assert _share(listener, added) <= 0.05  # .038: many ask about being refused, late or without means
    for rows in (HELD_OUT, BLIND):
        calm = [row for row in rows if row["level"] is None and not _is_alarm(_found(None, row["text"]))]
        assert _share(listener, calm) <= 0.05


@pytest.fixture(scope="module")
def by_meaning() -> Listener:
    if not vectors.available():
        pytest.skip(vectors.available().reason)
    embedder = Remembered(Packaged())
    assert embedder.load(ROOT / "packs" / "comun" / "search" / "vectors.npz"), "run: baquiano learn --vectors-only"
    return Listener(_learned(), SLANG, MESSAGES, embedder)


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
    assert _share(book, added) <= 0.06
    assert _share(book, added, ("P0",)) <= 0.003


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
    by_rules, both = scan_rules(text, rules(), possible(text)), _book(by_words()).scan(text)
    if by_rules is not None:
        assert both is not None
        assert both == by_rules or both.level < by_rules.level


def test_a_graver_rule_wins_and_a_lighter_one_does_not_silence_the_listener() -> None:
    row = {"level": "P0", "kind": "violence", "any": ["me pega"]}
    grave = compile_rules([{"id": "es-grave-01", **row}])
    light = compile_rules([{"id": "es-light-01", **row, "level": "P3", "kind": "distress"}])
    text = "mi marido me pega otra vez"
    listener = _of_few()
    assert Book(1, grave, {}, {}, listener).scan(text) == Finding(Level.P0, Danger.VIOLENCE, "es-grave-01")
    heard = Book(1, light, {}, {}, listener).scan(text)
    assert heard is not None
    assert heard.rule == "heard:violence"


@pytest.mark.soak
def test_the_same_messages_give_the_same_listener() -> None:
    other = Listener(learn(MESSAGES, SLANG), SLANG)
    assert other.bars.alarm == pytest.approx(by_words().bars.alarm, abs=0.01)
    for row in HELD_OUT[::10]:
        again, shipped = other.weigh(row["text"], row["lang"]), by_words().weigh(row["text"], row["lang"])
        assert again.danger == pytest.approx(shipped.danger, abs=0.02)


def test_the_shipped_ear_has_learnt_from_the_shipped_messages() -> None:
    assert _learned().mark == mark_of(MESSAGES), "run: baquiano learn --vectors-only"
    assert _learned().by_meaning is not None
    assert _learned().meanings is not None
    assert len(_learned().meanings) == len(MESSAGES)


def test_what_was_learnt_is_small() -> None:
    """The server is promised in 200 MB: the ear by words may hold five of them."""
    learned = _learned()
    held = learned.terms.hashes.nbytes + learned.terms.rarity.nbytes + learned.shares.nbytes
    assert held < 5_000_000
    assert (SAFETY / "ear.npz").stat().st_size < 4_000_000


@pytest.mark.parametrize(
    "text", ["", "   ", "auxilio", "me pega", "😭😭😭😭", "🔪 🩸 ☠️ 😭", "12 34 56 78", "... ?? !!"]
)
def test_too_little_said_is_not_heard(text: str) -> None:
    assert _of_few().hear(text, "es") is None
    assert by_words().hear(text, "es") is None


# ------------------------------------------------------------------------------------------------ how it decides


def test_kind_and_level() -> None:
    listener = _of_few()
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


def _answers(danger: NDArray[np.float32], crisis: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack([danger, crisis, now], axis=1)


def test_the_alarm_bar_lets_no_more_ordinary_messages_through_than_said() -> None:
    scores = np.linspace(-1, 1, 1000, dtype=np.float32)
    dangerous = np.arange(1000) % 10 > 6  # spread all over: nothing can be told apart
    found = bars(_answers(scores, scores, scores), Labels(dangerous, dangerous, dangerous), 0.05)
    assert 0.04 < (scores[~dangerous] >= found.alarm).mean() <= 0.05
    assert found.now == float("inf") or (scores[~dangerous] >= found.now).mean() <= 0.002


def test_now_needs_dangers_that_stand_clear_of_every_ordinary_message_and_of_other_crises() -> None:
    scores = np.concatenate([np.linspace(-1, 0.5, 1000), np.linspace(0, 0.7, 300), np.linspace(0.4, 1, 300)]).astype(
        np.float32
    )
    place = np.arange(1600)
    labels = Labels(place >= 1000, place >= 1000, place >= 1300)
    found = bars(_answers(scores, scores, scores), labels, 0.05)
    assert 0.5 < found.now < 0.75
    assert found.alarm < found.now


def test_meaning_is_asked_once_and_moved_by_its_language() -> None:
    letters = Letters()
    embedder = Remembered(letters)
    listener = Listener(learn(FEW, NO_SLANG, embedder), NO_SLANG, FEW, embedder)
    assert listener.has_meaning
    made = len(letters.asked)
    assert made == len({message.text for message in FEW})
    assert listener.weigh("otra vez me pego mi marido", "es").kind is Danger.VIOLENCE
    listener.weigh("otra vez me pego mi marido", "es")
    listener.weigh("otra vez me pego mi marido", "qq")  # a language nobody wrote in
    assert len(letters.asked) == made + 1


# ------------------------------------------------------------------------------------------------ what it learns from


def test_the_messages_are_many_balanced_and_once_each() -> None:
    dangers = [message for message in MESSAGES if message.level]
    ordinary = [message for message in MESSAGES if message.kind is None]
    assert len({(message.text, message.language) for message in MESSAGES}) == len(MESSAGES)
    assert len(dangers) >= 2700
    assert len(ordinary) >= 2400
    for language in LANGUAGES:
        assert sum(message.language == language for message in dangers) >= 0.1 * len(dangers)
        assert sum(message.language == language for message in ordinary) >= 0.08 * len(ordinary)
    assert all(sum(message.kind is kind for message in dangers) >= 150 for kind in KINDS)
    assert all(sum(message.level == level for message in dangers) >= 300 for level in URGENT)


@pytest.mark.parametrize(
    "row",
    [
        {"text": "secreto", "lang": "es", "kind": "rain", "level": "P1"},
        {"text": "secreto", "lang": "es", "kind": "violence", "level": "P3"},
        {"text": "secreto", "lang": "es", "kind": "violence"},
        {"text": "secreto", "lang": "es", "kind": "need", "level": "P1"},
        {"text": "secreto", "lang": "es", "kind": None, "level": "P1"},
        {"text": " ", "lang": "es", "kind": None, "level": None},
        {"text": "secreto"},
    ],
)
def test_a_wrong_message_is_named_by_its_line_and_never_quoted(row: dict[str, Any]) -> None:
    good = {"text": "hola", "lang": "es", "kind": None}
    with pytest.raises(BadMessage, match="line 2") as refused:
        heard_from([good, row])
    assert "secreto" not in str(refused.value)


def test_it_needs_both_kinds_of_message() -> None:
    for kind, level in ((None, None), (Danger.NEED, Level.P2)):
        with pytest.raises(BadMessage):
            learn([Heard("una cosa cualquiera", "es", kind, level)])
