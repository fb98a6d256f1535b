from datetime import date
from pathlib import Path
from typing import Any

import pytest

from baquiano.engine.tools import Decision
from baquiano.knowledge.search.decision import judge_from
from baquiano.knowledge.search.entries import Elsewhere, Entry, Message
from baquiano.knowledge.search.fit import FOLDS, calibrate, see_all
from baquiano.knowledge.search.index import Found, Index
from baquiano.knowledge.search.measure import Share, coverage, measure, report, wilson
from baquiano.knowledge.search.normalise import Slang
from baquiano.knowledge.search.reading import read_messages
from baquiano.knowledge.search.vectors import Remembered, available

SIX = tuple(
    Entry(
        f"{country.lower()}_{thing}",
        country,
        {"es": thing},
        {"es": (thing,)},
        {"es": tuple(f"{verb} {thing} {rest}" for verb, rest in zip(VERBS, RESTS, strict=True))},
    )
    for country in ("CL", "CO")
    for thing in ("permiso", "arriendo", "colegio")
    for VERBS, RESTS in [
        (("quiero", "busco", "perdi mi", "necesito", "sobre el"), ("ya", "urgente", "ayer", "hoy", "aqui"))
    ]
)
ELSEWHERE = Elsewhere(
    tuple(
        Message(text, "es")
        for text in ("receta de arepas", "partido de futbol", "chiste bueno", "dolar hoy", "lluvia", "bingo") * 5
    ),
    tuple(Message(text, "es") for text in ("hola", "gracias", "ok", "adios", "buenas", "jaja") * 5),
)
VAGUE = (Message("el permiso o el colegio", "es", "CO", ("co_permiso", "co_colegio")),)


def test_a_held_back_example_is_not_in_the_index_that_sees_it(slang: Slang) -> None:
    """ "lluvia" is said once in five folds of nothing else: an index that had met it would see a nearest message at distance one."""
    lonely = (
        Entry("co_x", "CO", {"es": "x"}, {}, {"es": ("palabra unica", "otra cosa", "tercera", "cuarta", "quinta")}),
        *SIX,
    )
    seen = see_all(lonely, slang, ELSEWHERE, VAGUE)
    alone = next(one for one in seen if one.message.text == "palabra unica")
    assert alone.features["nearest_topic"] < 0.5


def test_every_labelled_message_is_seen_once(slang: Slang) -> None:
    seen = see_all(SIX, slang, ELSEWHERE, VAGUE)
    assert len(seen) == 6 * FOLDS + 30 + 30 + 1
    assert {one.message.kind for one in seen} == {"in_scope", "out_of_scope", "chitchat", "ambiguous"}


def test_calibrating_twice_gives_the_same_file_and_it_can_be_used(slang: Slang) -> None:
    fitted = calibrate(SIX, slang, ELSEWHERE, VAGUE, on=date(2026, 1, 2))
    assert fitted == calibrate(SIX, slang, ELSEWHERE, VAGUE, on=date(2026, 1, 2))
    assert fitted["fitted_on"] == "2026-01-02"
    assert fitted["counts"]["examples"] == 30
    assert 0 <= judge_from(fitted["lexical"]).thresholds.answer_scope <= 1
    index = Index.build(SIX, slang, elsewhere=ELSEWHERE, calibration=fitted)
    assert index.find("gracias", country="CO", language="es").decision is not Decision.ANSWER


def test_the_calibration_in_the_packs_counts_what_is_there(
    calibration: dict[str, Any], entries: tuple[Entry, ...]
) -> None:
    assert calibration["counts"]["topics"] == len(entries)
    for name in ("lexical", "semantic"):
        limits = judge_from(calibration[name]).thresholds
        assert limits.answer_scope >= limits.choices_scope >= limits.outside_scope
        assert calibration[name]["out_of_fold"]["decisions"]["out_of_scope"].get("answer", 0) == 0


def test_wilson_agrees_with_the_published_values() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-4)  # Newcombe 1998, table I
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert Share(0, 0).value == 0.0


def _found(topic: str, decision: Decision = Decision.ANSWER, sure: float = 0.9) -> Found:
    return Found(decision, topic if decision is Decision.ANSWER else None, (topic, "z"), sure, 1.0)


def test_a_report_counts_first_three_and_the_error_that_must_not_happen() -> None:
    pairs = [
        (Message("1", "es", "CO", ("a",), "in_scope", ("sms",)), _found("a")),
        (Message("2", "ht", "CL", ("z",), "in_scope"), _found("b")),
        (Message("3", "es", None, ("c", "d"), "ambiguous"), _found("d", Decision.CHOICES)),
        (Message("4", "es", None, (), "out_of_scope"), _found("a")),
        (Message("5", "es", None, (), "out_of_scope"), _found("a", Decision.OUTSIDE)),
    ]
    scored = report(pairs)
    assert (scored.hits.first.right, scored.hits.first.total) == (2, 3)
    assert scored.hits.three.right == 3
    assert scored.by_language["ht"].first.value == 0
    assert scored.by_tag["sms"].first.value == 1
    assert scored.by_country["unknown"].first.value == 1
    assert (scored.plain_outside.right, scored.plain_outside.total) == (1, 2)
    assert (scored.wrong_answers.right, scored.wrong_answers.total) == (2, 3)
    assert any("0.667" in line for line in scored.lines())


def test_coverage_goes_down_the_surest_until_one_in_twenty_is_wrong() -> None:
    assert coverage([(1 - i / 100, i != 10) for i in range(40)], 50) == pytest.approx(40 / 50)
    assert coverage([(0.9, True), (0.8, False), (0.7, True)], 2) == pytest.approx(0.5)
    assert coverage([], 0) == 0.0


def test_a_jsonl_file_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(
        '{"text": "hola", "lang": "es"}\n\n{"text": "bonjou", "lang": "ht", "country": "CL"}\n', encoding="utf-8"
    )
    assert [message.country for message in read_messages(path)] == [None, "CL"]


# The floors are some standard errors below what was measured; the held-out messages are never used for fitting.


def test_by_words_the_right_topic_is_found_often_enough(whole: Index, held_out: tuple[Message, ...]) -> None:
    scored = measure(whole, held_out)
    assert scored.hits.first.value >= 0.88
    assert scored.hits.three.value >= 0.95
    assert scored.by_language["ht"].three.value >= 0.85
    assert scored.plain_outside.right == 0
    assert scored.wrong_answers.value <= 0.10


@pytest.mark.soak
@pytest.mark.skipif(not available(), reason="search by meaning cannot run here")
def test_by_meaning_the_right_topic_is_found_often_enough(
    entries: tuple[Entry, ...],
    pack_slang: Slang,
    elsewhere: Elsewhere,
    calibration: dict[str, Any],
    held_out: tuple[Message, ...],
    embedder: Remembered,
) -> None:
    index = Index.build(entries, pack_slang, elsewhere=elsewhere, calibration=calibration, embedder=embedder)
    scored = measure(index, held_out)
    assert scored.hits.first.value >= 0.90
    assert scored.hits.three.value >= 0.95
    assert scored.plain_outside.right == 0
    assert scored.wrong_answers.value <= 0.08
