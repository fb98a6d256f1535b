from hypothesis import given
from hypothesis import strategies as st

from baquiano.knowledge.search.spelling import Spelling

SEEN = {
    "es": ["residencia", "residencia", "permiso", "permiso", "casa", "casa", "unavez", "refujio", "refugio", "refugio"]
}


def test_a_misspelt_word_becomes_the_nearest_known_one() -> None:
    assert Spelling(SEEN).correct(["la", "resdiencia", "permizo"], "es") == ["la", "residencia", "permiso"]


@given(st.lists(st.sampled_from(SEEN["es"])))
def test_a_known_word_is_never_touched(typed: list[str]) -> None:
    assert Spelling(SEEN).correct(typed, "es") == typed


def test_a_word_seen_once_is_known_but_nothing_is_corrected_to_it() -> None:
    assert Spelling(SEEN).correct(["unavex", "unavez"], "es") == ["unavex", "unavez"]


def test_a_word_written_with_care_is_corrected_to_though_seen_once() -> None:
    spelling = Spelling(SEEN, {"es": ["empadronamiento"], "ht": ["randevou"]})
    assert spelling.correct(["enpadronamiento", "unavex"], "es") == ["empadronamiento", "unavex"]
    assert spelling.correct(["randvou"], "ht") == ["randevou"]


def test_two_letters_may_be_wrong_from_seven_on() -> None:
    written = {"es": ["salario", "sueldo"]}
    assert Spelling({}, written).correct(["zalaryo", "zuelbo"], "es") == ["salario", "zuelbo"]


def test_short_words_numbers_and_far_words_are_left_alone() -> None:
    typed = ["caza", "2024", "hallacas", "x" * 400]
    assert Spelling(SEEN).correct(typed, "es") == typed


def test_a_language_without_texts_corrects_nothing() -> None:
    assert Spelling(SEEN).correct(["permizo"], "ht") == ["permizo"]
