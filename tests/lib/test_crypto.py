"""Keys are handed over once; a wrong one opens nothing; a new one is taken into use without losing what was written before."""

from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from baquiano.lib import crypto

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture(autouse=True)
def keys_of_the_house() -> Iterator[None]:
    yield
    crypto.hand_over(settings.KEYS.encryption, settings.KEYS.hash)


@given(st.binary())
def test_what_goes_in_comes_out(plain: bytes) -> None:
    assert crypto.decrypt(crypto.encrypt(plain)) == plain


def test_a_token_shows_nothing_and_is_never_the_same_twice() -> None:
    first, second = crypto.encrypt(b"me llamo Yuli"), crypto.encrypt(b"me llamo Yuli")
    assert b"Yuli" not in first
    assert first != second


def test_a_wrong_key_fails_closed_and_says_nothing_of_the_content() -> None:
    crypto.hand_over([OLD], "hash")
    token = crypto.encrypt(b"me llamo Yuli")
    crypto.hand_over([NEW], "hash")
    with pytest.raises(crypto.WrongKey) as refusal:
        crypto.decrypt(token)
    assert "Yuli" not in str(refusal.value)
    assert token.decode() not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    "token", [b"", b"\x00", b"not a token", Fernet(NEW).encrypt(b"x")[:-1]], ids=["empty", "zero", "words", "cut"]
)
def test_a_damaged_token_fails_closed(token: bytes) -> None:
    crypto.hand_over([NEW], "hash")
    with pytest.raises(crypto.WrongKey):
        crypto.decrypt(token)


def test_a_changed_token_is_noticed() -> None:
    token = bytearray(crypto.encrypt(b"100"))
    token[40] ^= 1
    with pytest.raises(crypto.WrongKey):
        crypto.decrypt(bytes(token))


def test_a_new_key_is_taken_into_use_without_losing_anything() -> None:
    """New key first, both read; turn the stored value over; then the old key may go."""
    crypto.hand_over([OLD], "hash")
    before = crypto.encrypt(b"antes")
    crypto.hand_over([NEW, OLD], "hash")
    after = crypto.encrypt(b"despues")
    turned = MultiFernet([Fernet(NEW), Fernet(OLD)]).rotate(before)
    assert (crypto.decrypt(before), crypto.decrypt(after)) == (b"antes", b"despues")
    crypto.hand_over([NEW], "hash")
    assert (crypto.decrypt(turned), crypto.decrypt(after)) == (b"antes", b"despues")
    with pytest.raises(crypto.WrongKey):
        crypto.decrypt(before)
    crypto.hand_over([OLD], "hash")
    with pytest.raises(crypto.WrongKey):
        crypto.decrypt(after)


@pytest.mark.parametrize(("keys", "hash_key"), [((), "hash"), ((NEW,), ""), ((), "")])
def test_without_keys_nothing_starts(keys: tuple[str, ...], hash_key: str) -> None:
    with pytest.raises(crypto.KeysMissing):
        crypto.hand_over(keys, hash_key)


def test_equal_values_are_found_again_and_columns_are_kept_apart() -> None:
    number = "573000000001"
    assert crypto.keyed_hash(number, "alias:phone") == crypto.keyed_hash(number, "alias:phone")
    assert crypto.keyed_hash(number, "alias:phone") != crypto.keyed_hash(number, "alias:user")
    assert crypto.keyed_hash(number, "alias:phone") != crypto.keyed_hash("573000000002", "alias:phone")
    assert len(crypto.keyed_hash(number, "alias:phone")) == 64


def test_a_purpose_and_a_value_cannot_be_shifted_into_each_other() -> None:
    assert crypto.keyed_hash("b", "a") != crypto.keyed_hash("", "ab")
    assert crypto.keyed_hash("ab", "") != crypto.keyed_hash("b", "a")


def test_without_the_hash_key_a_guess_cannot_be_confirmed() -> None:
    ours = crypto.keyed_hash("573000000001", "alias:phone")
    crypto.hand_over(settings.KEYS.encryption, "the hash key of somebody else")
    assert crypto.keyed_hash("573000000001", "alias:phone") != ours
