"""Fetching what somebody sent: asked where it lies, read from there, never more than allowed, the token nowhere else."""

import base64
import hashlib
import logging
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.protocol import Fetched, File, Missing, NotNow, TooLarge
from baquiano.channels.whatsapp.media import fetch
from tests.fakes.graph import LINE, Graph

SOUND = b"OggS and the rest of it" * 100
MOST = 10_000


def _fetch(graph: Graph, media: str = "media-1", **settings: str) -> Fetched:
    return fetch(media, {**graph.settings, **settings}, MOST)


def test_it_is_asked_where_it_lies_and_read_from_there(graph: Graph) -> None:
    graph.stores("media-1", SOUND)
    assert _fetch(graph) == File(SOUND, hashlib.sha256(SOUND).hexdigest())
    asked, brought = graph.visits
    assert asked.path == f"/v25.0/media-1?phone_number_id={LINE}"
    assert brought.path == "/store/media-1"


@pytest.mark.parametrize("media", ["", ".", "..", "../messages", "a/b", "a?b", "a b", "ñ", "a" * 201])
def test_what_is_no_id_is_never_asked_for(graph: Graph, media: str) -> None:
    assert _fetch(graph, media) == Missing()
    assert graph.visits == []


@pytest.mark.parametrize(
    "settings",
    [{"access_token": ""}, {"graph_url": "http://example.org"}, {"phone_number_id": "x"}, {"timeout_s": "no"}],
)
def test_with_half_of_the_settings_nothing_is_tried(graph: Graph, settings: dict[str, str]) -> None:
    graph.stores("media-1", SOUND)
    assert isinstance(_fetch(graph, **settings), NotNow)
    assert graph.visits == []


Trouble = Callable[[Graph], None]


@pytest.mark.parametrize(
    ("trouble", "came"),
    [
        (lambda graph: graph.loses("media-1"), Missing),
        (lambda graph: graph.refuse_media(100), Missing),
        (lambda graph: graph.refuse_media(131000, 500), NotNow),
        (lambda graph: graph.refuse_media(190, 401), NotNow),
        (lambda graph: graph.answer_bytes(404), Missing),
        (lambda graph: graph.answer_bytes(410), Missing),
        (lambda graph: graph.answer_bytes(500), NotNow),
        (lambda graph: graph.answer_bytes(200, bytes(MOST + 1)), TooLarge),
        (lambda graph: graph.stores("media-1", SOUND, claims=MOST + 1), TooLarge),
        (lambda graph: graph.stores("media-1", SOUND, place="ftp://example.org/x"), NotNow),
        (lambda graph: graph.cut_media(), NotNow),
        (lambda graph: graph.hang_media(), NotNow),
    ],
)
def test_whatever_goes_wrong_is_an_answer(graph: Graph, trouble: Trouble, came: type) -> None:
    graph.stores("media-1", SOUND)
    trouble(graph)
    assert isinstance(_fetch(graph, timeout_s="0.3"), came)


def test_a_limit_of_meta_says_how_long_to_wait(graph: Graph) -> None:
    graph.refuse_media(80007)
    assert _fetch(graph) == NotNow(60.0, "error 80007")


def test_nobody_there_is_no_error(graph: Graph) -> None:
    assert isinstance(_fetch(graph, graph_url="http://127.0.0.1:9"), NotNow)


def test_neither_token_nor_address_nor_id_stands_in_the_log(graph: Graph, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    graph.stores("media-1", SOUND, place="https://example.org/secreto")
    graph.refuse_media(131000)
    _fetch(graph)
    _fetch(graph)
    said = caplog.text
    assert "media not fetched" in said
    assert not any(word in said for word in (graph.token, "secreto", "media-1", "127.0.0.1"))


def test_bytes_and_their_hash_are_compared_however_it_is_written() -> None:
    digest = hashlib.sha256(SOUND).digest()
    other = hashlib.sha256(b"other").digest()
    for written in (digest.hex(), digest.hex().upper(), base64.b64encode(digest).decode(), "", "nothing we know"):
        assert File(SOUND, digest.hex()).is_whole(written)
    assert not File(SOUND, other.hex()).is_whole("")
    assert not File(SOUND).is_whole(base64.b64encode(other).decode())


@given(st.text(max_size=80))
def test_a_hash_of_any_letters_raises_nothing(written: str) -> None:
    File(SOUND, written).is_whole(written)


def test_what_somebody_sent_is_not_printed() -> None:
    assert "OggS" not in repr(File(SOUND))
