from hypothesis import given
from hypothesis import strategies as st

from baquiano.knowledge.search.normalise import (
    ABROAD,
    NO_SLANG,
    READ_AT_MOST,
    Slang,
    countries_named,
    grams,
    slang_from,
    stem,
    words,
)

LANGUAGES = ("es", "en", "pt", "fr", "ht")


@given(st.text(), st.sampled_from(LANGUAGES))
def test_words_are_plain_whatever_the_text(text: str, language: str) -> None:
    for word in words(text, language, NO_SLANG):
        assert word
        assert word == word.lower()
        assert not set(word) & set(" \t\n.,;!?'\"áéíóúñ_")


@given(st.text(alphabet=st.characters(codec="ascii")), st.sampled_from(LANGUAGES))
def test_words_of_words_are_the_same_words(text: str, language: str) -> None:
    once = words(text, language, NO_SLANG)
    assert words(" ".join(once), language, NO_SLANG) == once or len(" ".join(once)) > READ_AT_MOST


def test_accents_case_and_dragged_letters_make_no_difference() -> None:
    assert words("¿CÓMO SACO mi PPTTTT?", "es", NO_SLANG) == words("como saco mi ppt", "es", NO_SLANG)


def test_short_forms_are_spelt_out_only_in_their_language(slang: Slang) -> None:
    assert words("q hago xfa", "es", slang) == ["que", "hago", "por", "favor"]
    assert words("q hago xfa", "pt", slang) == ["q", "hago", "xfa"]


def test_a_regional_word_keeps_its_place_and_brings_the_plain_one(slang: Slang) -> None:
    assert words("mi carajito llora", "es", slang) == ["mi", "carajito", "nino", "llora"]


def test_being_hit_is_not_a_job(slang: Slang) -> None:
    assert "trabajo" in words("perdí la pega", "es", slang)
    assert "trabajo" not in words("mi marido me pega", "es", slang)


def test_in_the_pack_being_hit_is_not_a_job_either(pack_slang: Slang) -> None:
    assert "trabajo" not in words("mi esposo me pega todas las noches", "es", pack_slang)


def test_countries_are_told_by_names_and_papers(slang: Slang) -> None:
    assert countries_named("saqué el PPT", slang) == {"CO"}
    assert countries_named("¿en Chile sirve el ppt?", slang) == {"CL", "CO"}
    assert countries_named("voy para Estados Unidos", slang) == {ABROAD}
    assert countries_named("estados y más unidos", slang) == frozenset()


def test_a_nationality_does_not_tell_where_somebody_is(pack_slang: Slang) -> None:
    assert countries_named("soy colombiana y mi esposo es chileno", pack_slang) == frozenset()


def test_a_short_form_of_two_words_is_refused() -> None:
    data = {"version": 1, "short": {"es": {"por fa": "por favor"}}, "same": {}, "countries": {}, "abroad": []}
    try:
        slang_from(data)
    except ValueError:
        return
    raise AssertionError("a short form of two words was taken")


def test_stems_meet_in_a_language_that_inflects_and_not_in_creole() -> None:
    assert stem("trabajando", "es") == stem("trabajo", "es")
    assert stem("travay", "ht") == "travay"


def test_letters_know_where_a_word_begins_and_ends() -> None:
    assert grams("ppt") == (" pp", "ppt", "pt ", " ppt", "ppt ", " ppt ")


@given(st.text(alphabet="abcñ", min_size=1, max_size=30))
def test_every_row_of_letters_has_three_to_five(word: str) -> None:
    assert all(3 <= len(gram) <= 5 and gram in f" {word} " for gram in grams(word))
