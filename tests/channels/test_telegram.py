"""What is Telegram's own: ids within 64 bytes, its refusals, files by getFile, and its signs."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels import client
from baquiano.channels.protocol import (
    Accepted,
    Choice,
    Dead,
    File,
    Missing,
    NotNow,
    OutMessage,
    Rejected,
    Retry,
    TooLarge,
    Uncertain,
    Verdict,
)
from baquiano.channels.telegram import ADAPTER
from baquiano.channels.telegram.send import classify
from baquiano.channels.telegram.short_ids import MOST, long_id, short_id
from tests.channels.cases.telegram import LONG, PERSON
from tests.fakes.provider import Said
from tests.fakes.telegram import CHAT, TOKEN, Telegram


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    with Telegram() as server:
        yield server
        client.close()


# Ids


@given(st.text(max_size=90) | st.text("0123456789abcdefghijklmnopqrstuvwxyz:_-.~", max_size=90))
def test_a_short_id_is_within_its_bytes_and_reads_back_exactly(choice_id: str) -> None:
    short = short_id(choice_id)
    if short is not None:
        assert 1 <= len(short.encode()) <= MOST
        assert long_id(short) == choice_id


@pytest.mark.parametrize("choice_id", ["a", "0" * 76, "z" * 76, LONG, "1:12:" + "ñ" * 29])
def test_ids_as_long_as_ours_may_be_fit(choice_id: str) -> None:
    short = short_id(choice_id)
    assert short is not None
    assert long_id(short) == choice_id


@pytest.mark.parametrize("choice_id", ["", " a", "a\n", "~a" * 40, "0" * 78, "ñ" * 33])
def test_an_id_that_does_not_fit_gets_no_button(choice_id: str) -> None:
    assert short_id(choice_id) is None


@given(st.text(max_size=64))
def test_data_that_we_never_wrote_is_its_own_id(data: str) -> None:
    found = long_id(data)
    assert found == data or short_id(found) == data


def test_one_choice_without_a_button_leaves_all_as_numbers() -> None:
    (wire,) = ADAPTER.render(OutMessage("Elige", (Choice("a", "Uno"), Choice("x" * 300, "Dos"))), PERSON)
    assert "reply_markup" not in wire
    assert wire["text"] == "Elige\n\n1. Uno\n2. Dos"


def test_a_link_is_not_previewed_and_no_markup_is_read() -> None:
    (wire,) = ADAPTER.render(OutMessage("<b>*hola*</b>"), PERSON)
    assert wire == {"chat_id": CHAT, "text": "<b>*hola*</b>", "link_preview_options": {"is_disabled": True}}


# Answers


def error(code: int, description: str = "", **parameters: int) -> bytes:
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b'{"ok": true, "result": {"message_id": 9, "chat": {"id": 5}}}', Accepted("5:9")),
        (200, b'{"ok": true, "result": {}}', Uncertain("unreadable answer")),
        (200, b"<html>", Uncertain("unreadable answer")),
        (403, error(403, "Forbidden: bot was blocked by the user"), Rejected(403, "blocked")),
        (403, error(403, "Forbidden: user is deactivated"), Rejected(403, "undeliverable")),
        (403, error(403, "Forbidden: bot can't initiate conversation with a user"), Rejected(403, "undeliverable")),
        (400, error(400, "Bad Request: chat not found"), Rejected(400, "undeliverable")),
        (400, error(400, "Bad Request: message is too long"), Rejected(400, "invalid")),
        (429, error(429, "Too Many Requests", retry_after=7), Retry(7.0, 429, whole_line=True)),
        (429, error(429), Retry(30.0, 429, whole_line=True)),
        (429, b"", Retry(30.0, 429, whole_line=True)),
        (401, error(401, "Unauthorized"), Dead(401, "token")),
        (404, error(404, "Not Found"), Dead(404, "token")),
        (502, b"<html>Bad Gateway", Retry(30, 502)),
    ],
)
def test_each_answer_has_one_meaning(status: int, body: bytes, verdict: Verdict) -> None:
    assert classify(status, body) == verdict


def test_a_sign_of_typing_and_the_end_of_a_tap(telegram: Telegram) -> None:
    assert ADAPTER.seen(f"{CHAT}:11", telegram.settings, types=True)
    assert ADAPTER.seen(f"{CHAT}:tap:4382", telegram.settings, types=False)
    assert not ADAPTER.seen(f"{CHAT}:11", telegram.settings, types=False)
    assert (telegram.typing, telegram.answered) == ([CHAT], ["4382"])


# Files


def test_a_file_is_asked_for_and_read_from_under_our_bot(telegram: Telegram) -> None:
    telegram.stores("V1", b"OggS")
    assert ADAPTER.fetch("V1", telegram.settings, 100) == File(b"OggS")
    assert [asked.path for asked in telegram.asked] == [f"/bot{TOKEN}/getFile", f"/file/bot{TOKEN}/voice/V1.oga"]


def test_whatever_goes_wrong_with_a_file_is_an_answer(telegram: Telegram) -> None:
    telegram.stores("V1", b"OggS" * 100)
    telegram.stores("V2", b"OggS", claims=101)
    telegram.stores("V3", b"OggS" * 100, claims=4)
    assert ADAPTER.fetch("V1", telegram.settings, 100) == TooLarge()
    assert ADAPTER.fetch("V2", telegram.settings, 100) == TooLarge()
    assert ADAPTER.fetch("V3", telegram.settings, 100) == TooLarge()
    assert ADAPTER.fetch("V4", telegram.settings, 100) == Missing()
    telegram.refuse(400, "Bad Request: file is too big")
    assert ADAPTER.fetch("V1", telegram.settings, 100) == TooLarge()
    telegram.refuse(429, "Too Many Requests", retry_after=3)
    assert ADAPTER.fetch("V1", telegram.settings, 100) == NotNow(3.0, "not now")
    telegram.refuse(401, "Unauthorized")
    assert ADAPTER.fetch("V1", telegram.settings, 100) == NotNow(60.0, "token")
    telegram.meets(Said(200, b'{"ok": true, "result": {"file_path": "v/1.oga"}}'), Said(200, b"Ogg", promises=9))
    assert isinstance(ADAPTER.fetch("V1", telegram.settings, 100), NotNow)
