"""Each side of a difference reads as its own text, and words that change together stay together."""

from hypothesis import given
from hypothesis import strategies as st

from baquiano.workspace.editorial.difference import Piece, difference


def test_words_that_change_together_are_one_piece() -> None:
    found = difference("Es gratis: pídela en la oficina.", "Es gratis y se pide por internet.")
    assert [piece for piece in found.before if piece.kind == "gone"] == [Piece("gone", ": pídela en la oficina")]
    assert [piece for piece in found.after if piece.kind == "new"] == [Piece("new", "y se pide por internet")]


@given(st.text(max_size=80), st.text(max_size=80))
def test_each_side_reads_as_its_own_text(before: str, after: str) -> None:
    found = difference(before, after)
    assert "".join(piece.text for piece in found.before) == before
    assert "".join(piece.text for piece in found.after) == after


@given(st.text(max_size=80))
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert difference(text, text).is_same
