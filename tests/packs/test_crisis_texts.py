"""The danger texts of the packs: complete, short, neutral on a lock screen, with the right number first."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from baquiano.engine.danger import Danger
from baquiano.lib.text import fold

PACKS = Path(__file__).parents[2] / "packs"
LANGUAGES = ("es", "en", "pt", "fr", "ht")
COUNTRIES = {"colombia": "CO", "chile": "CL"}
KINDS = [kind.value for kind in Danger if kind is not Danger.COMPLAINT]
FILES = [(pack, language) for pack in ("colombia", "chile", "comun") for language in LANGUAGES]
LONGEST = 320
GLANCE = 40

NOT_ON_A_LOCK_SCREEN = (
    "violen viol abus suici muert morir matar mata golpe polic police polis carabiner pdi migra imigra deten deport expul "
    "secuest trata trafic traffick sex vih hiv sida refug asil kill death die dead rape assault danger peligro perigo danje "
    "tuer mort mouri touye vyol kadejak arrest arete denunc plent plainte complain queja queixa culpa fault faute"
).split()

FIRST = {
    "colombia": {"child": "141"},
    "chile": {
        "medical": "131",
        "self_harm": "*4141",
        "child": "147",
        "violence": "133",
        "captivity": "133",
        "sexual": "131",
    },
}
QUESTION = {
    "es": "en un lugar seguro ahora? Respond",
    "en": "Are you in a safe place now? Answer YES or NO.",
    "pt": "Você está em um lugar seguro",
    "fr": "Êtes-vous en lieu sûr",
    "ht": "Èske ou ",
}
TAIL = {"es": "si estás en otro país", "en": "if you are in another country", "pt": "se você está em outro país"}
TAIL |= {"fr": "si vous êtes dans un autre pays", "ht": "si ou nan yon lòt peyi"}


def _file(pack: str, language: str) -> dict[str, Any]:
    loaded = yaml.load((PACKS / pack / "safety" / f"crisis.{language}.yaml").read_bytes(), yaml.CSafeLoader)
    assert isinstance(loaded, dict)
    return loaded


def _numbers() -> dict[str, dict[str, Any]]:
    rows = [
        row
        for pack in COUNTRIES
        for row in yaml.load((PACKS / pack / "safety" / "numbers.yaml").read_bytes(), yaml.CSafeLoader)["numbers"]
    ]
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: row for row in rows}


NUMBERS = _numbers()


def _rendered(pack: str, language: str, row: dict[str, Any]) -> str:
    fixed = _file(pack, language)["fixed"]
    said = [f"{NUMBERS[i]['number']} ({NUMBERS[i]['name'][language]})" for i in row["numbers"]]
    if pack == "comun":
        places = [fixed["countries"][NUMBERS[i]["country"]] for i in row["numbers"]]
        said = [
            fixed["in_country"].format(numbers=number, country=place)
            for number, place in zip(said, places, strict=True)
        ]
    return str(row["text"].format(numbers=fixed["between_numbers"].join(said)))


def _unverified(pack: str, language: str, row: dict[str, Any]) -> str:
    return str(row["text"].format(numbers=_file(pack, language)["fixed"]["call_local"]))


def _words_of(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_every_kind_has_one_text_in_every_language_and_country(pack: str, language: str) -> None:
    kinds = [row["kind"] for row in _file(pack, language)["texts"]]
    assert sorted(kinds) == sorted(KINDS)


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_a_text_fits_with_numbers_and_without(pack: str, language: str) -> None:
    for row in _file(pack, language)["texts"]:
        for text in (_rendered(pack, language, row), _unverified(pack, language, row)):
            assert len(text) <= LONGEST, (row["kind"], len(text))


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_the_lock_screen_shows_nothing_that_betrays(pack: str, language: str) -> None:
    for row in _file(pack, language)["texts"]:
        glance = _words_of(_rendered(pack, language, row)[:GLANCE])
        assert not [word for word in glance if word.startswith(tuple(NOT_ON_A_LOCK_SCREEN))], row["kind"]
        assert not re.search(r"\d", row["text"].format(numbers="")[:GLANCE]), row["kind"]


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_a_text_gives_only_known_numbers_meant_for_its_kind_in_their_order(pack: str, language: str) -> None:
    for row in _file(pack, language)["texts"]:
        assert row["text"].count("{numbers}") == 1
        assert row["numbers"]
        for number in row["numbers"]:
            assert row["kind"] in NUMBERS[number]["kinds"], (row["kind"], number)
            if pack in COUNTRIES:
                assert NUMBERS[number]["country"] == COUNTRIES[pack]
        digits = set(re.findall(r"\d+", row["text"].replace("{numbers}", "")))
        assert digits <= {"72"}, f"a number written by hand in {row['kind']}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pack", list(COUNTRIES))
def test_the_right_number_comes_first(pack: str, language: str) -> None:
    default = "123" if pack == "colombia" else None
    for row in _file(pack, language)["texts"]:
        expected = FIRST[pack].get(row["kind"], default)
        if expected is not None:
            assert NUMBERS[row["numbers"][0]]["number"] == expected, row["kind"]


def test_all_languages_give_the_same_numbers() -> None:
    for pack in ("colombia", "chile", "comun"):
        given = [{row["kind"]: row["numbers"] for row in _file(pack, language)["texts"]} for language in LANGUAGES]
        assert all(numbers == given[0] for numbers in given)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_country_both_are_named_and_any_other_is_thought_of(language: str) -> None:
    for row in _file("comun", language)["texts"]:
        assert [NUMBERS[number]["country"] for number in row["numbers"]] == ["CO", "CL"], row["kind"]
        text = _rendered("comun", language, row)
        countries = _file("comun", language)["fixed"]["countries"]
        assert countries["CO"] in text
        assert countries["CL"] in text
        assert TAIL[language] in text[text.rindex("{numbers}") if "{numbers}" in text else 0 :].lower()
        assert "?" not in text[text.lower().index(TAIL[language]) :]


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_a_text_asks_at_most_whether_the_place_is_safe_and_a_child_nothing(pack: str, language: str) -> None:
    for row in _file(pack, language)["texts"]:
        asked = row["text"].count("?")
        assert asked <= 1
        if row["kind"] == "child":
            assert asked == 0
        if asked:
            assert QUESTION[language] in row["text"], row["kind"]


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_a_text_has_no_link_no_menu_and_does_not_say_that_somebody_was_told(pack: str, language: str) -> None:
    told = {"avise", "avisamos", "alerted", "avisei", "prevenu", "aveti", "avisando"}
    for row in _file(pack, language)["texts"]:
        text = row["text"]
        assert not re.search(r"https?:|www\.|menú|menu|\n", text.lower())
        words = set(_words_of(text))
        if not (language == "ht" and row["kind"] == "child"):  # "nenpòt moun ka avèti": anybody may tell
            assert not words & told, row["kind"]


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_the_fixed_sentences_are_there(pack: str, language: str) -> None:
    fixed = _file(pack, language)["fixed"]
    for name in ("told", "not_told", "automatic", "call_local", "number_confirmed_on", "between_numbers"):
        assert fixed[name].strip(), name
    assert "{date}" in fixed["number_confirmed_on"]
    assert fixed == {**_file("colombia", language)["fixed"], **fixed}, "a fixed sentence differs between packs"


def test_a_police_line_says_so_and_another_way_comes_first() -> None:
    police = {"es": "polic", "en": "police", "pt": "polic", "fr": "police", "ht": "polis"}
    for number in ("cl_carabineros", "cl_ninez", "cl_pdi", "cl_familia"):
        for language in LANGUAGES:
            assert police[language] in fold(NUMBERS[number]["name"][language])
    for language in LANGUAGES:
        for row in _file("chile", language)["texts"]:
            if NUMBERS[row["numbers"][0]]["id"] in {"cl_carabineros", "cl_ninez"}:
                before = row["text"].split("{numbers}")[0]
                assert len(before) > 110, f"no other way before the police line in {row['kind']}.{language}"


def test_migration_police_and_unconfirmed_lines_are_never_in_a_text() -> None:
    given = {n for pack, language in FILES for row in _file(pack, language)["texts"] for n in row["numbers"]}
    assert "cl_pdi" not in given
    everything = " ".join(row["number"].replace(" ", "") for row in NUMBERS.values())
    for never in ("192", "018000180588", "3057341182"):
        assert never not in everything


def test_every_number_row_is_complete_and_nothing_claims_to_be_verified() -> None:
    for row in NUMBERS.values():
        assert set(row) == {
            *("id", "country", "number", "name", "kinds", "whose", "free"),
            *("hours", "source_ficha", "confidence", "last_known_on", "note"),
        }, row["id"]
        assert set(row["name"]) == set(LANGUAGES)
        assert set(row["kinds"]) <= set(KINDS)
        assert row["confidence"] in {"A", "B", "C", "M"}
        assert row["source_ficha"][:2] == row["country"]
