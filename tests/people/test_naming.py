"""What is kept of a name, what sounds the same, and what people are called for short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.people.naming import MOST_WORDS, also_called, is_one_slip, read_nicknames, sound, words, words_of

LETTERS = st.text("abcdeñáz", max_size=7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("María Fernanda GONZÁLEZ", ["maria", "fernanda", "gonzalez"]),
        ("Ana de la Cruz y Peña", ["ana", "cruz", "pena"]),
        ("João dos Santos", ["joao", "santos"]),
        ("Jean-Baptiste D'Angelo", ["jean", "baptiste", "dangelo"]),
        ("José J. Pérez", ["jose", "perez"]),
        ("Ana Ana", ["ana"]),
        ("J.", ["j"]),
        ("De la", ["de", "la"]),
        ("  ", []),
        ("محمد علي", ["محمد", "علي"]),
        ("王 小明", ["王", "小明"]),
        ("Иван Петров", ["иван", "петров"]),
        ("Ana \ud800 Ruiz 🙂", ["ana", "ruiz"]),
    ],
)
def test_a_name_is_its_words(text: str, said: list[str]) -> None:
    assert words(text) == said


def test_what_somebody_prefers_to_be_called_is_kept_too() -> None:
    assert words_of("José Pérez", "Pepe") == {"jose", "perez", "pepe"}


def test_a_name_without_end_keeps_its_first_words() -> None:
    kept = words_of(" ".join(f"nombre{number}" for number in range(500)))
    assert len(kept) == MOST_WORDS
    assert "nombre0" in kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gonzalez", "gonsales"),
        ("yessica", "jesica"),
        ("wilmer", "vilmer"),
        ("humberto", "umverto"),
        ("jhon", "yon"),
        ("katherine", "caterine"),
        ("villegas", "biyegas"),
        ("quintero", "kintero"),
        ("philippe", "filipe"),
        ("leidy", "leydi"),
        ("nuñez".replace("ñ", "n"), "nunes"),
        ("djenny", "yenny"),
        ("ouanaminthe", "uanaminte"),
        ("priscila", "prisila"),
    ],
)
def test_two_spellings_of_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other"), [("rosa", "rosaura"), ("marta", "maria"), ("gomez", "jomez"), ("luis", "luz")]
)
def test_what_sounds_different_stays_apart(one: str, other: str) -> None:
    assert sound(one) != sound(other)


@given(st.text(max_size=30))
def test_any_text_has_words_and_each_word_a_sound(text: str) -> None:
    for word in words(text):
        assert word == words(word)[0]  # folding a second time changes nothing
        assert isinstance(sound(word), str)
    assert words_of(text) <= set(words(text))


@given(LETTERS, LETTERS)
def test_one_slip_is_what_the_textbook_says(one: str, other: str) -> None:
    assert is_one_slip(one, other) == (_textbook(one, other) <= 1)


def _textbook(one: str, other: str) -> int:
    """Damerau–Levenshtein with neighbours swapped once (optimal string alignment), by its table."""
    table = [[max(a, b) if not a or not b else 0 for b in range(len(other) + 1)] for a in range(len(one) + 1)]
    for a in range(1, len(one) + 1):
        for b in range(1, len(other) + 1):
            table[a][b] = min(
                table[a - 1][b] + 1, table[a][b - 1] + 1, table[a - 1][b - 1] + (one[a - 1] != other[b - 1])
            )
            if a > 1 and b > 1 and one[a - 1] == other[b - 2] and one[a - 2] == other[b - 1]:
                table[a][b] = min(table[a][b], table[a - 2][b - 2] + 1)
    return table[-1][-1]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("jose", "pepe"), ("francisco", "paco"), ("guadalupe", "lupe"), ("consuelo", "chelo"), ("yulimar", "yuli"),
        ("yuliana", "yuli"), ("jesus", "chucho"), ("joao", "joaozinho"), ("francois", "fanfan"), ("joseph", "jojo"),
        ("sebastiao", "tiao"), ("therese", "tete"),
    ],
)  # fmt: skip
def test_short_forms_go_both_ways(name: str, short: str) -> None:
    assert short in also_called(name)
    assert name in also_called(short)


def test_the_file_of_short_forms_holds_only_pairs_of_single_words() -> None:
    pairs = list(read_nicknames())
    assert len(set(pairs)) > 500
    for name, short in pairs:
        assert words(name) == [name]
        assert short and " " not in short


def test_who_has_no_short_form_has_none() -> None:
    assert also_called("xyz") == frozenset()
