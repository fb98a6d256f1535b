"""Reading ease: the arithmetic of Szigriszt-Pazos, on syllables that a reader hears."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.packs.readable import EASIEST, reading_ease, sentences, syllables, words_a_sentence

LETTERS = st.text(alphabet="abcdefghijklmnñopqrstuvwxyzáéíóúü", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("word", "heard"),
    [
        ("pan", 1),
        ("amigo", 3),
        ("oficina", 4),
        ("agua", 2),
        ("país", 2),
        ("policía", 4),
        ("ahora", 3),
        ("prohibir", 2),
        ("búho", 2),
        ("vehículo", 4),
        ("cigüeña", 3),
        ("que", 1),
        ("muy", 1),
        ("y", 1),
        ("idea", 3),
        ("oír", 2),
        ("aeropuerto", 5),
        ("CIUDAD", 2),
        ("PPT", 1),
    ],
)
def test_syllables_are_counted_as_they_are_heard(word: str, heard: int) -> None:
    assert syllables(word) == heard


def test_an_accent_written_as_two_signs_counts_the_same() -> None:
    assert syllables("pai\N{COMBINING ACUTE ACCENT}s") == syllables("país") == 2


@pytest.mark.parametrize(
    ("text", "count"),
    [("Uno. Dos.", 2), ("Cuesta $65.000 hoy.", 1), ("¿Puede? Sí.", 2), ("Una lista:\n- a\n- b", 3), ("…", 0), ("", 0)],
)
def test_a_sentence_ends_where_a_reader_stops(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_the_formula_is_the_published_one() -> None:
    """Two sentences, six words, eight syllables."""
    assert reading_ease(["El pan es bueno.", "Come pan."]) == pytest.approx(206.835 - 62.3 * 8 / 6 - 6 / 2)


def test_office_language_is_hard_and_plain_language_easy() -> None:
    hard = [
        "La inadmisibilidad administrativa de la solicitud procederá previa notificación fundamentada a los interesados."
    ]
    assert reading_ease(hard) < 30
    assert reading_ease(["Lleve su papel. Pida una cita. Es gratis."]) > 80


@given(LETTERS)
def test_a_word_has_at_least_one_syllable_and_never_more_than_letters(word: str) -> None:
    assert 1 <= syllables(word) <= len(word)
    assert syllables(word) == syllables(word.upper().lower())


@given(LETTERS, LETTERS)
def test_two_words_kept_apart_by_a_consonant_add_up(first: str, second: str) -> None:
    if any(letter in "aeiouáéíóúü" for letter in first) and any(letter in "aeiouáéíóúü" for letter in second):
        assert syllables(f"{first}t{second}") == syllables(first) + syllables(second)


@given(st.lists(st.text(max_size=80), max_size=8))
def test_any_text_can_be_measured_and_saying_it_twice_is_no_harder(lines: list[str]) -> None:
    ease = reading_ease(lines)
    assert ease <= EASIEST
    assert reading_ease([*lines, *lines]) == pytest.approx(ease)
    assert words_a_sentence([*lines, *lines]) == pytest.approx(words_a_sentence(lines))
