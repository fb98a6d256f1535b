"""A file in pieces: any piece that is not the one written at this place does not open."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.files import pieces
from baquiano.files.pieces import PIECE, PieceAltered

KEY = bytes(range(32))
DATA = bytes(range(251)) * (3 * PIECE // 251 + 7)  # a little more than three pieces


def _opened(sealed: list[bytes], key: bytes = KEY) -> bytes:
    return b"".join(pieces.unseal(piece, key, number, len(sealed)) for number, piece in enumerate(sealed))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, len(DATA)])
def test_what_was_sealed_opens_again(size: int) -> None:
    sealed = list(pieces.seal(DATA[:size], KEY))
    assert len(sealed) == pieces.count(size)
    assert _opened(sealed) == DATA[:size]


def test_no_piece_shows_anything_of_the_file() -> None:
    assert all(DATA[:32] not in piece for piece in pieces.seal(DATA, KEY))
    assert len(set(pieces.seal(bytes(2 * PIECE), KEY))) == 2


@pytest.mark.parametrize(
    "changed",
    [
        lambda sealed: sealed[:-1],
        lambda sealed: sealed[1:],
        lambda sealed: [sealed[1], sealed[0], *sealed[2:]],
        lambda sealed: [sealed[0], sealed[0], *sealed[2:]],
        lambda sealed: [*sealed, sealed[-1]],
        lambda sealed: [sealed[0][:-1], *sealed[1:]],
        lambda sealed: [b"", *sealed[1:]],
        lambda sealed: [next(pieces.seal(DATA, bytes(32))), *sealed[1:]],
    ],
    ids=["cut", "beheaded", "swapped", "doubled", "lengthened", "shortened", "emptied", "of another file"],
)
def test_pieces_that_are_not_the_file_do_not_open(changed: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(PieceAltered):
        _opened(changed(list(pieces.seal(DATA, KEY))))


def test_with_another_key_nothing_opens() -> None:
    with pytest.raises(PieceAltered):
        _opened(list(pieces.seal(DATA, KEY)), pieces.new_key())


@given(data=st.binary(min_size=1, max_size=300), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_turned_bit_is_noticed(data: bytes, place: int, bit: int) -> None:
    (piece,) = pieces.seal(data, KEY)
    altered = bytearray(piece)
    altered[place % len(piece)] ^= 1 << bit
    with pytest.raises(PieceAltered):
        pieces.unseal(bytes(altered), KEY, 0, 1)
