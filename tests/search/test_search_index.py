import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.engine.tools import Decision
from baquiano.knowledge.search.entries import Elsewhere, Entry, Message, entry_from, message_from
from baquiano.knowledge.search.features import features_of
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.normalise import Slang

AWKWARD = (
    "",
    " \n\t ",
    "👍",
    "🙏🙏🙏🏽",
    "?",
    "...",
    "a" * 10_000,
    "permiso " * 2_000,
    "ppt\0ppt\0",
    "\x00\xff\xfe\x80" * 50,
    "\ud83d sola",
    "كيف أحصل على تصريح",
    "我需要帮助",
    "ỉ̴̡̢̧̨n̷̡̢f̸",
    "1234567890",
)


def test_the_topic_spoken_of_comes_first(few: Index) -> None:
    assert few.find("donde saco el permiso", country="CO", language="es").choices[0] == "co_permit"
    assert few.find("mi marido me pega", country="CL", language="es").choices[0] == "gen_violence"


def test_a_topic_of_another_country_is_never_offered_when_the_country_is_known(few: Index) -> None:
    found = few.find("como saco el ppt", country="CL", language="es")
    assert not [topic for topic in found.choices if topic.startswith("co_")]
    assert set(found.choices) == {"cl_rent", "gen_violence"}


@pytest.mark.parametrize("country", ["CO", "CL"])
def test_in_the_packs_no_held_out_message_is_offered_the_other_country(
    whole: Index, held_out: tuple[Message, ...], country: str
) -> None:
    other = {"CO": "cl_", "CL": "co_"}[country]
    for message in held_out:
        offered = whole.find(message.text, country=country, language=message.language).choices
        assert not [topic for topic in offered if topic.startswith(other)], message.tags


def test_twins_come_together_while_nobody_said_the_country(few: Index) -> None:
    found = few.find("problema con el arriendo", country=None, language="es")
    assert {"cl_rent", "co_rent"} <= set(found.choices)
    assert found.decision is not Decision.ANSWER


def test_the_words_tell_the_country(few: Index) -> None:
    found = few.find("arriendo en Chile", country=None, language="es")
    assert found.country == "CL"
    assert found.choices[0] == "cl_rent"
    assert not [topic for topic in found.choices if topic.startswith("co_")]


def test_what_a_person_said_of_the_country_wins_over_words(few: Index) -> None:
    found = few.find("arriendo en Chile", country="CO", language="es")
    assert found.country is None
    assert "cl_rent" not in found.choices


def test_without_a_calibration_nothing_is_answered_plainly(few: Index) -> None:
    found = few.find("como saco el ppt", country="CO", language="es")
    assert found.decision is Decision.CHOICES
    assert found.article is None


@pytest.mark.parametrize("text", AWKWARD, ids=range(len(AWKWARD)))
@pytest.mark.parametrize("language", ["es", "ht", "xx"])
def test_no_text_breaks_it(whole: Index, text: str, language: str) -> None:
    found = whole.find(text, country="CO", language=language)
    assert found.decision is not Decision.ANSWER
    assert 0 <= found.p_right <= 1
    assert 0 <= found.p_scope <= 1
    assert len(found.choices) <= 3


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=300), st.sampled_from([None, "CO", "CL"]), st.sampled_from(["es", "en", "pt", "fr", "ht"]))
def test_any_text_gets_finite_numbers(whole: Index, text: str, country: str | None, language: str) -> None:
    features = features_of(whole.look(text, country=country, language=language))
    assert all(np.isfinite(value) for value in features.values())
    found = whole.find(text, country=country, language=language)
    assert (found.article is not None) == (found.decision is Decision.ANSWER)
    assert len(set(found.choices)) == len(found.choices)


def test_the_same_packs_give_the_same_index(
    entries: tuple[Entry, ...],
    pack_slang: Slang,
    elsewhere: Elsewhere,
    calibration: Mapping[str, Any],
    whole: Index,
    held_out: tuple[Message, ...],
) -> None:
    again = Index.build(entries, pack_slang, elsewhere=elsewhere, calibration=calibration)
    for message in held_out[:60]:
        first = whole.find(message.text, country=message.country, language=message.language)
        assert again.find(message.text, country=message.country, language=message.language) == first


def test_features_have_the_names_the_calibration_was_fitted_on(whole: Index, calibration: Mapping[str, Any]) -> None:
    seen = features_of(whole.look("como saco el ppt", country="CO", language="es"))
    assert set(seen) == set(calibration["lexical"]["right"]["names"])


def test_what_is_found_shows_no_word_of_the_message(whole: Index) -> None:
    found = whole.find("me llamo Zoraida y busco cupo escolar", country="CO", language="es")
    sight = whole.look("me llamo Zoraida y busco cupo escolar", country="CO", language="es")
    assert not re.search("zoraida", repr(found) + repr(sight), re.I)


def test_an_entry_comes_from_a_topic_file() -> None:
    entry = entry_from({"id": "t", "country": None, "title": {"es": "Título", "xx": "no"}, "words": {"es": [2024]}})
    assert entry == Entry("t", None, {"es": "Título"}, {"es": ("2024",)}, {})


def test_a_message_comes_from_any_of_the_three_kinds_of_row() -> None:
    assert message_from({"text": "hola", "lang": "es"}).topics == ()
    assert message_from({"text": "x", "lang": "es", "topics": ["a", "b"]}).topics == ("a", "b")
    assert message_from({"text": "x", "lang": "ht", "topic": "a", "acceptable": ["a"], "country": None}).topics == (
        "a",
    )
