"""How two spellings of one word are compared, and how a text is made to fit."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.lib.text import clip, fold, squeeze


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  ¿Dónde   saco\nel PPT?  ", "¿donde saco el ppt?"),
        ("MAÑANA", "manana"),
        ("cédula", "cédula".replace("é", "e")),
        ("cédula", "cedula"),
        ("ＰＰＴ", "ppt"),
        ("Kreyòl ayisyen", "kreyol ayisyen"),
        ("São João", "sao joao"),
        ("İstanbul", "istanbul"),
        ("", ""),
    ],
)
def test_two_spellings_of_one_word_become_one(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_folded_text_has_no_accent_no_capital_and_no_double_space(text: str) -> None:
    folded = fold(text)
    assert not any(unicodedata.combining(letter) for letter in folded)
    assert folded == folded.strip()
    assert "  " not in folded
    assert folded.lower() == folded


@given(st.text("abcñáü "))
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("typed", "squeezed"),
    [
        ("holaaaa", "hola"),
        ("siiii porfaaa", "si porfa"),
        ("llamar", "llamar"),
        ("correo", "correo"),
        ("!!!!", "!!!!"),
        ("", ""),
    ],
)
def test_a_stretched_word_is_let_go(typed: str, squeezed: str) -> None:
    assert squeeze(typed) == squeezed


@given(st.text())
def test_squeezing_never_adds_and_ends_with_no_triple(text: str) -> None:
    squeezed = squeeze(text)
    assert len(squeezed) <= len(text)
    assert not any(a == b == c and a.isalnum() for a, b, c in zip(squeezed, squeezed[1:], squeezed[2:], strict=False))


def units(text: str) -> int:
    """UTF-16 code units, as Meta counts."""
    return len(text.encode("utf-16-le")) // 2


@given(st.text(), st.integers(1, 60))
def test_a_clipped_text_fits_and_is_the_beginning_of_the_whole(text: str, room: int) -> None:
    clipped = clip(text, room)
    assert units(clipped) <= room
    if units(text) <= room:
        assert clipped == text
    else:
        assert clipped.endswith("…")
        assert text.startswith(clipped.removesuffix("…"))


def test_a_character_of_two_units_is_never_cut_in_two() -> None:
    assert clip("👍👍👍", 4) == "👍…"
    assert clip("👍👍", 4) == "👍👍"
