"""The danger texts of the packs: complete in every language, with the right number first, and without any fault as they are said."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from baquiano.engine.danger import Danger
from baquiano.lib.text import fold
from baquiano.packs import danger_texts, reading
from baquiano.packs.contents import PackFile

PACKS = Path(__file__).parents[2] / "packs"
LANGUAGES = ("es", "en", "pt", "fr", "ht")
COUNTRIES = {"colombia": "CO", "chile": "CL"}
KINDS = [kind.value for kind in Danger if kind is not Danger.COMPLAINT]
FILES = [(pack, language) for pack in ("colombia", "chile", "comun") for language in LANGUAGES]
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


def _read() -> list[PackFile]:
    found = [reading.read(PACKS / name).pack for name in ("comun", "colombia", "chile")]
    return [pack for pack in found if pack]


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_every_kind_has_one_text_in_every_language_and_country(pack: str, language: str) -> None:
    kinds = [row["kind"] for row in _file(pack, language)["texts"]]
    assert sorted(kinds) == sorted(KINDS)


def test_no_text_of_ours_is_too_long_betrays_itself_or_gives_what_it_should_not() -> None:
    """As said on the worst day: every number named, each two months old, the general number of its country added, both countries."""
    assert [str(problem) for problem in danger_texts.of_packs(_read(), [])] == []


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
def test_without_a_country_both_are_named(language: str) -> None:
    for row in _file("comun", language)["texts"]:
        assert [NUMBERS[number]["country"] for number in row["numbers"]] == ["CO", "CL"], row["kind"]


def test_in_spanish_the_other_country_is_said_as_it_was_promised() -> None:
    for row in _file("comun", "es")["texts"]:
        assert "si estás en otro país, llama al número de emergencias de ese país" in row["text"].lower(), row["kind"]


@pytest.mark.parametrize(("pack", "language"), FILES)
def test_the_fixed_sentences_are_there(pack: str, language: str) -> None:
    fixed = _file(pack, language)["fixed"]
    for name in ("told", "not_told", "automatic", "call_local", "number_confirmed_on", "between_numbers"):
        assert fixed[name].strip(), name
    assert "{date}" in fixed["number_confirmed_on"]
    assert fixed == {**_file("colombia", language)["fixed"], **fixed}, "a fixed sentence differs between packs"


def test_a_police_line_says_so() -> None:
    police = {"es": "polic", "en": "police", "pt": "polic", "fr": "police", "ht": "polis"}
    for number in ("cl_carabineros", "cl_ninez", "cl_pdi", "cl_familia"):
        for language in LANGUAGES:
            assert police[language] in fold(NUMBERS[number]["name"][language])


def test_migration_police_and_unconfirmed_lines_are_never_in_a_text() -> None:
    given = {n for pack, language in FILES for row in _file(pack, language)["texts"] for n in row["numbers"]}
    assert "cl_pdi" not in given
    everything = " ".join(row["number"].replace(" ", "") for row in NUMBERS.values())
    for never in ("192", "018000180588", "3057341182"):
        assert never not in everything


def test_every_number_row_is_complete_and_nothing_claims_to_be_verified() -> None:
    for row in NUMBERS.values():
        assert set(row) - {"territory"} == {
            *("id", "country", "number", "name", "kinds", "whose", "free"),
            *("hours", "source_ficha", "confidence", "last_known_on", "note"),
        }, row["id"]
        assert set(row["name"]) == set(LANGUAGES)
        assert set(row["kinds"]) <= set(KINDS)
        assert row["confidence"] in {"A", "B", "C", "M"}
        assert row["source_ficha"][:2] == row["country"]
