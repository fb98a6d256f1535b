"""Only Meta's own signature opens the door, over exactly the bytes that came."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.whatsapp.verify import challenge, signature_is_valid

BODY = '{"object":"whatsapp_business_account","á":"\\u00e1"}'.encode()
SECRET = "secreto-de-prueba"


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_a_digest_known_from_elsewhere_is_accepted() -> None:
    known = "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"  # the usual HMAC example
    fox = b"The quick brown fox jumps over the lazy dog"
    assert signature_is_valid(fox, known, ["key"])


def test_both_secrets_count_while_one_is_replaced() -> None:
    assert signature_is_valid(BODY, signed(BODY), ["nuevo", SECRET])
    assert signature_is_valid(BODY, signed(BODY), [SECRET, "nuevo"])
    assert not signature_is_valid(BODY, signed(BODY), ["nuevo", "otro"])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        signed(BODY).upper(),
        signed(BODY).replace("sha256=", "SHA256="),
        signed(BODY).replace("sha256=", "sha1="),
        "sha256=" + signed(BODY)[7:].upper(),
        signed(BODY)[7:],
        signed(BODY) + " ",
        signed(BODY) + "\n",
        signed(BODY)[:-1],
        signed(BODY)[:-1] + "é",
        signed(BODY + b" "),
        "sha256=" + "٠" * 64,
    ],
)
def test_anything_meta_does_not_send_is_refused(header: str | None) -> None:
    assert not signature_is_valid(BODY, header, [SECRET])


def test_an_empty_secret_signs_nothing() -> None:
    assert not signature_is_valid(BODY, signed(BODY, ""), [""])
    assert not signature_is_valid(BODY, signed(BODY, ""), ["", SECRET])
    assert not signature_is_valid(BODY, signed(BODY), [])


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_fits_one_body_only(body: bytes, other: bytes) -> None:
    assert signature_is_valid(other, signed(body), [SECRET]) == (body == other)


def asked(**changes: str) -> dict[str, str]:
    return {"hub.mode": "subscribe", "hub.verify_token": "palabra", "hub.challenge": "<1158201444>"} | changes


def test_metas_question_is_answered_with_its_own_words() -> None:
    assert challenge(asked(), "palabra") == "<1158201444>"


@pytest.mark.parametrize(
    "params",
    [
        asked(**{"hub.verify_token": "Palabra"}),
        asked(**{"hub.verify_token": ""}),
        asked(**{"hub.verify_token": "palabrá\ud83d"}),
        asked(**{"hub.mode": "unsubscribe"}),
        asked(**{"hub.challenge": ""}),
        {"hub.mode": "subscribe", "hub.challenge": "1"},
        {},
    ],
)
def test_a_wrong_question_is_not_answered(params: dict[str, str]) -> None:
    assert challenge(params, "palabra") is None


def test_a_line_without_a_token_answers_nobody() -> None:
    assert challenge(asked(**{"hub.verify_token": ""}), "") is None
