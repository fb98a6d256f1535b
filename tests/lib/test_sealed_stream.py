"""A long encrypted stream: it comes back as it went in, or it does not come back at all."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from baquiano.lib import crypto
from baquiano.lib.sealed_stream import CHUNK, MARK, SALT, TAG, Damaged, Opener, Sealer, read_header

HEADER = {"format": "1", "made_at": "2026-11-24"}
SECRET = b"me llamo Yuli "


@pytest.fixture(autouse=True)
def the_keys_of_the_tests() -> Iterator[None]:
    yield
    crypto.hand_over(settings.KEYS.encryption, settings.KEYS.hash)


def _sealed(plain: bytes) -> bytes:
    out = BytesIO()
    with Sealer(out, HEADER, purpose="test") as sealer:
        sealer.write(plain)
    return out.getvalue()


def _opened(sealed: bytes, purpose: str = "test") -> bytes:
    return Opener(BytesIO(sealed), purpose=purpose).readall()


THREE_CHUNKS = SECRET * (2 * CHUNK // len(SECRET) + 700)
SEALED = _sealed(THREE_CHUNKS)
BODY = len(SEALED) - 3 * TAG - len(THREE_CHUNKS)  # where the first chunk begins


def _chunks() -> list[bytes]:
    size = CHUNK + TAG
    return [SEALED[at : at + size] for at in range(BODY, len(SEALED), size)]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
def test_every_length_comes_back(size: int) -> None:
    plain = (SECRET * (size // len(SECRET) + 1))[:size]
    assert _opened(_sealed(plain)) == plain


@given(st.lists(st.integers(0, 2 * CHUNK), max_size=6))
def test_it_does_not_matter_in_what_pieces_it_was_written(sizes: list[int]) -> None:
    out = BytesIO()
    with Sealer(out, HEADER, purpose="test") as sealer:
        for number, size in enumerate(sizes):
            sealer.write(bytes([number]) * size)
    assert _opened(out.getvalue()) == b"".join(bytes([number]) * size for number, size in enumerate(sizes))


def test_the_header_can_be_read_by_everybody_and_the_content_by_nobody() -> None:
    header, _ = read_header(BytesIO(SEALED))
    assert header == {**HEADER, "key": crypto.fingerprints()[0]}
    assert b"Yuli" not in SEALED
    assert settings.KEYS.encryption[0].encode() not in SEALED


def test_equal_contents_do_not_look_alike() -> None:
    assert _sealed(SECRET)[-TAG:] != _sealed(SECRET)[-TAG:]


@given(st.integers(0, len(SEALED) - 1), st.integers(0, 7))
def test_one_flipped_bit_is_noticed_wherever_it_is(at: int, bit: int) -> None:
    altered = bytearray(SEALED)
    altered[at] ^= 1 << bit
    with pytest.raises((Damaged, crypto.WrongKey)):
        _opened(bytes(altered))


@given(st.integers(0, len(SEALED) - 1))
def test_a_cut_is_noticed_wherever_it_is(at: int) -> None:
    with pytest.raises((Damaged, crypto.WrongKey)):
        _opened(SEALED[:at])


def test_a_cut_between_two_chunks_is_noticed() -> None:
    with pytest.raises(Damaged):
        _opened(SEALED[: BODY + 2 * (CHUNK + TAG)])


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2), (0, 0, 1, 2), (0, 1, 1, 2), (0, 1, 2, 2), (1, 2), (2,)])
def test_chunks_that_are_moved_left_out_or_doubled_are_noticed(order: tuple[int, ...]) -> None:
    chunks = _chunks()
    assert len(chunks) == 3
    with pytest.raises(Damaged):
        _opened(SEALED[:BODY] + b"".join(chunks[number] for number in order))


def test_something_added_at_the_end_is_noticed() -> None:
    with pytest.raises(Damaged):
        _opened(SEALED + b"\0")


def test_nothing_of_a_damaged_chunk_comes_out() -> None:
    altered = bytearray(SEALED)
    altered[-1] ^= 1
    opener = Opener(BytesIO(bytes(altered)), purpose="test")
    assert len(opener.read(CHUNK)) == CHUNK
    assert len(opener.read(CHUNK)) == CHUNK
    with pytest.raises(Damaged):
        opener.read(1)


def test_a_stream_that_was_given_up_does_not_open() -> None:
    out = BytesIO()
    sealer = Sealer(out, HEADER, purpose="test")
    sealer.write(THREE_CHUNKS)
    sealer.give_up()
    with pytest.raises(Damaged):
        _opened(out.getvalue())


def test_what_was_sealed_for_one_purpose_opens_for_no_other() -> None:
    with pytest.raises(Damaged):
        _opened(SEALED, "another")


def test_a_wrong_key_is_said_before_anything_is_read() -> None:
    crypto.hand_over([Fernet.generate_key().decode()], "hash")
    with pytest.raises(crypto.WrongKey) as refusal:
        _opened(SEALED)
    assert "Yuli" not in str(refusal.value)


def test_an_older_key_that_is_still_here_opens_it() -> None:
    crypto.hand_over([Fernet.generate_key().decode(), *settings.KEYS.encryption], "hash")
    assert _opened(SEALED) == THREE_CHUNKS


@given(st.binary(max_size=300))
def test_bytes_that_are_none_of_ours_are_damaged_and_nothing_worse(junk: bytes) -> None:
    for stream in (
        junk,
        MARK + junk,
        MARK + len(junk).to_bytes(2, "big") + junk,
        MARK + b"\0\2{}" + b"s" * SALT + junk,
    ):
        with pytest.raises((Damaged, crypto.WrongKey)):
            _opened(stream)
