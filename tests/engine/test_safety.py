"""The danger scan: what it must hear, what it must let pass, and that writing it differently changes nothing."""

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.safety import BadRule, RuleBook, compile_rules, scan, scan_all
from baquiano.engine.spelling import LANGUAGES, spell, tidy
from baquiano.lib.text import fold
from tests.phrase_rules import rules

ROOT = Path(__file__).parents[2]
URGENT = (Level.P0, Level.P1, Level.P2)


def _labelled(name: str, folder: str = "tests/data") -> list[dict[str, Any]]:
    lines = (ROOT / folder / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


GOLD = _labelled("gold_dev.jsonl", "packs/comun/safety")
HELD_OUT = _labelled("safety_held_out.jsonl")


@cache
def _crises() -> list[str]:
    return [row["text"] for row in GOLD if (found := scan(row["text"], rules())) and found.level.is_crisis]


A_CRISIS = st.deferred(lambda: st.sampled_from(_crises()))  # while collecting, nothing is compiled


def _book(*rows: dict[str, Any]) -> RuleBook:
    return compile_rules([{"level": "P1", "kind": "violence", **row} if "id" in row else row for row in rows])


def _share(rows: list[dict[str, Any]], levels: tuple[Level, ...]) -> float:
    """How many of the rows raise one of the levels."""
    found = [scan(row["text"], rules()) for row in rows]
    return sum(finding is not None and finding.level in levels for finding in found) / len(rows)


def _of(rows: list[dict[str, Any]], language: str, *levels: str | None) -> list[dict[str, Any]]:
    return [row for row in rows if row["lang"] == language and row["level"] in levels]


# ------------------------------------------------------------------------------------------------ the gates


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_crisis_of_the_gold_set_is_heard(language: str) -> None:
    assert _share(_of(GOLD, language, "P0", "P1"), (Level.P0, Level.P1)) >= 0.97


@pytest.mark.parametrize("language", LANGUAGES)
def test_urgent_needs_of_the_gold_set_are_heard(language: str) -> None:
    assert _share(_of(GOLD, language, "P2"), URGENT) >= 0.93


@pytest.mark.parametrize("language", LANGUAGES)
def test_ordinary_questions_rarely_raise_an_alarm(language: str) -> None:
    assert _share(_of(GOLD, language, None), URGENT) <= 0.05


def test_rules_alone_hear_most_of_what_nobody_wrote_down() -> None:
    """The held-out rows were written in other voices by somebody who never saw a rule, and no rule was changed to win one.

    They are hard on purpose, and the floors are honest: .54 of the crises (.80 on the blind set of another writer).

    It is why a person is always one step away, and why a second listener may add alarms and never take one back.
    """
    crises = [row for row in HELD_OUT if row["level"] in ("P0", "P1")]
    assert _share(crises, URGENT) >= 0.48
    assert _share([row for row in HELD_OUT if row["level"] is None], URGENT) <= 0.12
    blind = _labelled("safety_blind.jsonl")
    assert _share([row for row in blind if row["level"] in URGENT], URGENT) >= 0.72
    assert _share([row for row in blind if row["level"] is None], URGENT) <= 0.1


def test_level_and_kind_are_mostly_exact() -> None:
    dangerous = [row for row in GOLD if row["level"] in ("P0", "P1", "P2")]
    found = [(row, scan(row["text"], rules())) for row in dangerous]
    assert sum(f is not None and f.level == row["level"] for row, f in found) / len(found) >= 0.95
    assert sum(f is not None and f.kind == row["kind"] for row, f in found) / len(found) >= 0.95


def test_the_sets_are_large_balanced_and_apart() -> None:
    texts = [row["text"] for row in GOLD + HELD_OUT]
    assert len(set(texts)) == len(texts) >= 450
    assert len(HELD_OUT) >= 150
    languages = Counter(row["lang"] for row in GOLD + HELD_OUT)
    assert languages["es"] >= 220
    assert all(languages[language] >= 45 for language in LANGUAGES)
    assert sum(row["level"] is None for row in GOLD + HELD_OUT) / len(texts) >= 0.4


def test_every_rule_is_shown_by_a_message_in_its_language() -> None:
    """In the gold set or among the messages that the second ear learns from."""
    heard = (ROOT / "packs" / "comun" / "safety" / "heard.jsonl").read_text(encoding="utf-8").splitlines()
    used: dict[str, set[str]] = defaultdict(set)
    for row in (*GOLD, *(json.loads(line) for line in heard)):
        for finding in scan_all(row["text"], rules()):
            used[finding.rule].add(row["lang"])
    missing = [rule.id for rule in rules().rules if rule.language not in used[rule.id]]
    assert len(missing) <= 0.15 * len(rules().rules), f"write an example for {missing}"


# ------------------------------------------------------------------------------------------------ nothing changes it


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_text_ever_raises(text: str) -> None:
    assert scan(text, rules()) is None or isinstance(scan(text, rules()), Finding)


@given(st.lists(st.sampled_from(" \n.,;!?¿¡…*_'’🔪😂🏽\u200d\u0301aeiouñQk0@$"), max_size=200).map("".join))
@settings(max_examples=80, deadline=None)
def test_no_row_of_signs_ever_raises(text: str) -> None:
    assert scan(text, rules()) is None or scan(text, rules()) in scan_all(text, rules())


@given(A_CRISIS)
@settings(max_examples=120, deadline=None)
def test_accents_case_and_sad_faces_change_nothing(text: str) -> None:
    finding = scan(text, rules())
    for other in (text.upper(), text.capitalize(), fold(text), f"{text} 😭😭🙏", f"😢 {text}", f"*{text}*"):
        assert scan(other, rules()) == finding


@given(A_CRISIS, st.integers(min_value=4, max_value=9))
@settings(max_examples=80, deadline=None)
def test_dragging_the_last_letter_changes_nothing(text: str, times: int) -> None:
    if text[-1].isalpha():
        assert scan(text + text[-1] * times, rules()) == scan(text, rules())


@given(
    A_CRISIS,
    st.sampled_from(["", "Hola buenas tardes. ", "Bonjou. ", "oi, ", "Good morning. "]),
    st.sampled_from(["", ". Gracias", "! Mèsi.", ". Merci beaucoup.", ". Obrigada"]),
)
@settings(max_examples=150, deadline=None)
def test_polite_words_around_hide_nothing(text: str, before: str, after: str) -> None:
    if text[0].isalpha() and text[-1].isalnum():
        finding = scan(before + text + after, rules())
        assert finding is not None
        assert finding.level.is_crisis


def test_a_crisis_in_another_language_than_the_conversation_is_heard() -> None:
    text = "hola necesito el ppt de mi hijo pero mwen vle mouri"
    finding = scan(text, rules())
    assert finding is not None
    assert (finding.level, finding.kind) == (Level.P0, Danger.SELF_HARM)


def test_a_very_long_text_is_read_to_its_end() -> None:
    filler = "quiero saber los papeles para la escuela de mi hijo y cuánto cuesta "
    text = filler * (10_000 // len(filler)) + ". me quiero matar"
    finding = scan(text, rules())
    assert finding is not None
    assert finding.kind is Danger.SELF_HARM


@pytest.mark.parametrize("word", ["no ", "me quiero ", "a", "🔪", "me van a ", "s u i ", "mi hijo no ", "ja"])
def test_ten_thousand_repeated_characters_are_read(word: str) -> None:
    assert len(scan_all(word * (10_000 // len(word)), rules())) < 40


# ------------------------------------------------------------------------------------------------ ways of writing


@pytest.mark.parametrize(
    "text",
    [
        "me kiero matar",
        "ME QUIERO MATAR",
        "me qiero mataaaar",
        "m kiero m4tar",
        "me q u i e r o matar",
        "me quiero *matar*",
    ],
)
def test_one_sentence_typed_in_many_ways(text: str) -> None:
    assert scan(text, rules()) == scan("me quiero matar", rules())


@pytest.mark.parametrize(
    ("denied", "meant"),
    [
        ("no me quiero matar", "no, me quiero matar"),
        ("me quiero morir de la vergüenza 😅", "me quiero morir"),
        ("i don't want to kill myself", "i want to kill myself"),
        ("não quero me matar", "quero me matar"),
        ("je ne veux pas mourir", "je veux mourir"),
        ("mwen pa vle mouri", "mwen vle mouri"),
    ],
)
def test_what_is_denied_is_not_what_is_meant(denied: str, meant: str) -> None:
    finding = scan(meant, rules())
    assert finding is not None
    assert finding.kind is Danger.SELF_HARM
    assert scan(denied, rules()) is None


def test_now_is_more_serious_than_years_ago() -> None:
    now, past = scan("mi ex me está golpeando", rules()), scan("hace tres años mi ex me golpeaba", rules())
    assert (now and now.level, past and past.level) == (Level.P0, Level.P1)


def test_a_threat_left_behind_with_a_question_about_refuge_is_not_a_crisis() -> None:
    finding = scan("me amenazaron en Venezuela y quiero pedir refugio", rules())
    assert finding is not None
    assert (finding.level, finding.kind) == (Level.P2, Danger.NEED)


def test_a_daughter_is_not_a_laugh() -> None:
    assert "jaja" not in spell(tidy("mi hija no ha comido"), "es").words
    assert "jaja" in spell(tidy("me muero 😂"), "es").words


# ------------------------------------------------------------------------------------------------ the language of rules


def test_the_most_serious_wins_and_ties_have_a_fixed_order() -> None:
    book = _book(
        {"id": "es-a", "any": ["uno"], "level": "P2", "kind": "need"},
        {"id": "es-b", "any": ["dos"], "level": "P0", "kind": "violence"},
        {"id": "es-c", "any": ["tres"], "level": "P0", "kind": "medical"},
    )
    assert [finding.rule for finding in scan_all("uno dos tres", book)] == ["es-c", "es-b", "es-a"]
    assert scan("uno dos tres", book) == Finding(Level.P0, Danger.MEDICAL, "es-c")


@pytest.mark.parametrize(
    ("phrase", "heard", "missed"),
    [
        ("traen (pan|un poco de sal) hoy", "traen un poco de sal hoy", "traen poco hoy"),
        ("vino con mi? tio", "vino con tio", "vino mi tio"),
        ("vendo … zapatos", "vendo todos los zapatos", "vendo uno dos tres cuatro zapatos"),
        (
            "vendo …5 zapatos",
            "vendo uno dos tres cuatro zapatos",
            "vendo uno dos tres cuatro cinco seis zapatos",
        ),
        ("vendo … zapatos", "vendo mis zapatos", "vendo. zapatos"),
        ("viol*", "violaron", "vino"),
        ("herid(o|as) aqui", "heridas aqui", "herida aqui"),
        ("puerta(s)? rota", "puertas rota", "puente rota"),
        ("estoy alli $", "ya estoy alli. gracias", "estoy alli contigo"),
        ("^ auxilio", "auxilio por dios", "el auxilio"),
        ("su <quien>", "su hija", "su casa"),
    ],
)
def test_the_signs_of_a_phrase(phrase: str, heard: str, missed: str) -> None:
    book = _book({"words": "es-quien", "any": ["hijo", "hija"]}, {"id": "es-x", "any": [phrase]})
    assert scan(heard, book) is not None
    assert scan(missed, book) is None


def test_near_unless_never_with_and_denial_bound_a_rule() -> None:
    book = _book(
        {"words": "es-not", "any": ["no"]},
        {"id": "es-x", "any": ["pega"], "near": ["marido"], "unless": ["sello"], "never_with": ["taller"]},
        {"id": "es-y", "any": ["respira"], "negatable": False},
    )
    assert scan("mi marido me pega", book) is not None
    assert scan("me pega", book) is None
    assert scan("mi marido pega un sello", book) is None
    assert scan("mi marido pega, dictan taller", book) is None
    assert scan("mi marido no pega", book) is None
    assert scan("no respira", book) is not None


def test_a_long_word_forgives_one_letter_but_not_if_it_is_another_word() -> None:
    book = _book({"id": "es-x", "any": ["pegando"]}, {"plain": "es", "any": ["pagando"]})
    assert scan("me esta pegandp", book) is not None
    assert scan("me esta pagando", book) is None


@pytest.mark.parametrize(
    "row",
    [
        {"id": "es-bad"},
        {"id": "es-bad", "any": []},
        {"id": "es-bad", "any": "una frase"},
        {"id": "es-bad", "any": [False]},
        {"id": "es-bad", "any": ["(a"]},
        {"id": "es-bad", "any": ["a)"]},
        {"id": "es-bad", "any": ["… a"]},
        {"id": "es-bad", "any": ["a …"]},
        {"id": "es-bad", "any": ["(a|)"]},
        {"id": "es-bad", "any": ["<nobody>"]},
        {"id": "es-bad", "any": ["?"]},
        {"id": "es-bad", "any": ["hola(s?|n)"]},
        {"id": "es-bad", "any": ["hola"], "level": "P9"},
        {"id": "es-bad", "any": ["hola"], "kind": "bored"},
        {"id": "es-bad", "any": ["hola"], "unles": ["x"]},
        {"id": "es-bad", "any": ["hola"], "negatable": "no"},
        {"id": "xx-bad", "any": ["hola"]},
    ],
)
def test_a_bad_row_is_refused_by_name(row: dict[str, Any]) -> None:
    with pytest.raises(BadRule, match=str(row["id"])):
        _book(row)


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(BadRule, match="es-x"):
        _book({"id": "es-x", "any": ["uno"]}, {"id": "es-x", "any": ["dos"]})


def test_a_row_that_is_nothing_is_refused() -> None:
    with pytest.raises(BadRule):
        compile_rules([{"any": ["hola"]}])


def test_the_files_say_their_version_and_keep_to_their_language() -> None:
    for language in LANGUAGES:
        loaded = yaml.load((ROOT / "packs/comun/safety" / f"phrases.{language}.yaml").read_bytes(), yaml.CSafeLoader)
        assert loaded["version"] == "2026-11-21"
        for row in loaded["rules"]:
            name = row.get("id") or row.get("words") or row.get("plain")
            assert name == language or name.startswith(f"{language}-")
