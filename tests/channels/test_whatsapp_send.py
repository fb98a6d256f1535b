"""Sending against a server that behaves like Meta's on its bad days: each answer has one meaning for the letter."""

import http.server
import json
import logging
import random
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.events import Alias, Delivery, Kind, Received, Scheme, StatusChanged, TemplateChanged
from baquiano.channels.protocol import Accepted, Choice, Dead, OutMessage, Rejected, Retry, Uncertain, Verdict
from baquiano.channels.whatsapp import ADAPTER
from baquiano.channels.whatsapp.errors import classify, reason_of
from baquiano.channels.whatsapp.parse import parse
from baquiano.channels.whatsapp.send import mark_read, send, show_typing
from baquiano.channels.whatsapp.verify import signature_is_valid
from tests.fakes.graph import (
    ACCOUNT,
    BEGAN,
    LINE,
    PHONE,
    SECRET,
    USER_ID,
    Graph,
    button_reply,
    http_courier,
    list_reply,
    text_message,
    voice_note,
    webhook,
)

TO = Alias(Scheme.WHATSAPP_PHONE, PHONE)
HELLO = OutMessage(
    "Hola, soy el asistente de prueba.", (Choice("1:menu:ppt", "Permiso"), Choice("1:menu:fin", "Salir"))
)


def wire(message: OutMessage = HELLO) -> Mapping[str, Any]:
    (only,) = ADAPTER.render(message, TO)
    return only


class Door:
    """Our webhook, as a courier sees it: it keeps what came, and answers what the test says."""

    def __init__(self, *answers: int) -> None:
        self.bodies: list[bytes] = []
        self._answers = list(answers)

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> int:
        assert signature_is_valid(body, headers["X-Hub-Signature-256"], [SECRET])
        self.bodies.append(body)
        return self._answers.pop(0) if self._answers else 200


def test_an_accepted_message_has_metas_id_and_our_echo(graph: Graph) -> None:
    assert ADAPTER.send(wire(), graph.settings, "carta-1") == Accepted("wamid.out000001")
    assert [(sent.to, sent.line, sent.echo) for sent in graph.sent] == [(PHONE, LINE, "carta-1")]
    assert graph.sent[0].words.endswith("1. Permiso\n2. Salir")


def test_a_user_id_is_accepted_as_recipient(graph: Graph) -> None:
    (only,) = ADAPTER.render(OutMessage("Hola"), Alias(Scheme.WHATSAPP_USER, USER_ID))
    assert send(only, graph.settings, "carta-1") == Accepted("wamid.out000001")
    assert graph.sent[0].to == USER_ID


def test_a_body_meta_would_refuse_is_refused_for_good(graph: Graph) -> None:
    assert send({**wire(), "type": "holograma"}, graph.settings, "carta-1") == Rejected(100, "invalid")
    assert graph.sent == []


def test_a_wrong_token_stops_the_line(graph: Graph) -> None:
    assert send(wire(), graph.settings | {"access_token": "otro"}, "carta-1") == Dead(190, "token")


def test_a_number_that_is_not_ours_stops_the_line(graph: Graph) -> None:
    assert send(wire(), graph.settings | {"phone_number_id": "999"}, "carta-1") == Dead(100, "account")


def test_too_much_for_one_person_waits_longer_each_time_and_holds_back_nobody_else(graph: Graph) -> None:
    graph.refuse(131056)
    verdict = send(wire(), graph.settings, "carta-1")
    assert isinstance(verdict, Retry)
    assert not verdict.whole_line
    assert [verdict.wait(times) for times in (1, 2, 3, 4)] == [4, 16, 64, 256]
    assert verdict.wait(1000) <= 3604


def test_a_throttle_of_the_number_holds_back_the_whole_line_and_passes(graph: Graph) -> None:
    graph.refuse(130429, status=429, times=2)
    verdicts = [send(wire(), graph.settings, "carta-1") for _ in range(3)]
    assert verdicts == [Retry(2, 130429, whole_line=True)] * 2 + [Accepted("wamid.out000001")]


@pytest.mark.parametrize("accepts", [True, False])
def test_a_request_cut_off_after_it_left_is_uncertain(graph: Graph, accepts: bool) -> None:
    graph.cut(accepts=accepts)
    assert send(wire(), graph.settings, "carta-1") == Uncertain("RemoteProtocolError")
    assert len(graph.sent) == accepts


@pytest.mark.parametrize("accepts", [True, False])
def test_silence_after_the_request_is_uncertain(graph: Graph, accepts: bool) -> None:
    graph.hang(accepts=accepts)
    assert send(wire(), graph.settings | {"timeout_s": "0.05"}, "carta-1") == Uncertain("ReadTimeout")
    assert graph.fell_silent.wait(30), "the request is read, however late"
    assert (graph.requests, len(graph.sent)) == (1, accepts), "an uncertain request is never repeated here"


def test_nobody_listening_means_nothing_was_sent() -> None:
    with Graph() as graph:
        settings = graph.settings
    assert send(wire(), settings, "carta-1") == Retry(5.0, 0, whole_line=True)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"messages": []}', b'{"messages": [{"id": 5}]}', b"[" * 100_000]
)
def test_an_unreadable_yes_is_uncertain(graph: Graph, body: bytes) -> None:
    graph.answer(200, body)
    assert send(wire(), graph.settings, "carta-1") == Uncertain("unreadable answer")


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": ""},
        {"access_token": "con\nsalto"},
        {"access_token": "contraseña"},
        {"phone_number_id": ""},
        {"phone_number_id": "1/../2"},
        {"graph_version": "25"},
        {"graph_url": "ftp://localhost"},
        {"graph_url": "localhost"},
        {"graph_url": "http://[localhost"},
        {"graph_url": "https://persona@graph.facebook.com"},
        {"graph_url": "http://graph.facebook.com"},
        {"timeout_s": "mucho"},
        {"timeout_s": "nan"},
        {"timeout_s": "0"},
    ],
)
def test_settings_that_cannot_work_stop_the_line_before_anything_is_sent(graph: Graph, change: dict[str, str]) -> None:
    assert send(wire(), graph.settings | change, "carta-1") == Dead(0, "settings")
    assert graph.requests == 0


def test_the_graph_version_is_a_setting(graph: Graph) -> None:
    assert send(wire(), graph.settings | {"graph_version": "v26.0"}, "carta-1") == Accepted("wamid.out000001")


def test_proxies_of_the_environment_are_not_used(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(wire(), graph.settings, "carta-1") == Accepted("wamid.out000001")


def test_nothing_personal_and_no_token_reaches_the_log(graph: Graph, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    graph.cut()
    send(wire(), graph.settings, "carta-1")
    send(wire(), graph.settings, "carta-1")
    assert "no answer from a provider: RemoteProtocolError" in caplog.text
    assert not any(secret in caplog.text for secret in (PHONE, "asistente de prueba", graph.token, "carta-1"))


def test_a_message_is_marked_as_read(graph: Graph) -> None:
    assert mark_read("wamid.1", graph.settings)
    assert (graph.read, graph.typing) == (["wamid.1"], [])


def test_typing_is_shown_on_the_message_it_answers(graph: Graph) -> None:
    assert show_typing("wamid.1", graph.settings)
    assert (graph.read, graph.typing) == (["wamid.1"], ["wamid.1"])


def test_a_mark_that_meta_refuses_is_only_not_made(graph: Graph) -> None:
    graph.refuse(131000, status=500)
    assert not mark_read("wamid.1", graph.settings)
    graph.cut()
    assert not show_typing("wamid.1", graph.settings)


# What an answer means


def error(code: object, **more: object) -> bytes:
    return json.dumps({"error": {"message": "x", "code": code} | more}).encode()


MEANINGS: dict[int, Verdict] = {
    # wait and try again: this person only
    1: Retry(30, 1),
    131000: Retry(30, 131000),
    131053: Retry(30, 131053, times=2),
    131056: Retry(4, 131056, growth=4.0),
    # wait and try again: the whole line
    2: Retry(30, 2, whole_line=True),
    4: Retry(60, 4, whole_line=True),
    80007: Retry(60, 80007, whole_line=True),
    130429: Retry(2, 130429, whole_line=True),
    131016: Retry(60, 131016, whole_line=True),
    131048: Retry(1800, 131048, whole_line=True),
    131057: Retry(300, 131057, whole_line=True),
    131064: Retry(60, 131064, whole_line=True),
    133016: Retry(1800, 133016, whole_line=True),
    # another way: a template
    131047: Rejected(131047, "window"),
    # another way: a person looks at the template
    132000: Rejected(132000, "template"),
    132001: Rejected(132001, "template"),
    132005: Rejected(132005, "template"),
    132007: Rejected(132007, "template"),
    132012: Rejected(132012, "template"),
    132015: Rejected(132015, "template"),
    132016: Rejected(132016, "template"),
    132068: Rejected(132068, "template"),
    # another way: the other alias
    131062: Rejected(131062, "user id"),
    # given up
    100: Rejected(100, "invalid"),
    131008: Rejected(131008, "invalid"),
    131009: Rejected(131009, "invalid"),
    131051: Rejected(131051, "invalid"),
    130472: Rejected(130472, "experiment"),
    130497: Rejected(130497, "country"),
    131021: Rejected(131021, "undeliverable"),
    131026: Rejected(131026, "undeliverable"),
    131030: Rejected(131030, "not allowed"),
    131042: Rejected(131042, "payment"),
    131049: Rejected(131049, "ecosystem"),
    131050: Rejected(131050, "opt-out"),
    137000: Rejected(137000, "identity"),
    # a person of the organisation must act
    0: Dead(0, "token"),
    3: Dead(3, "token"),
    10: Dead(10, "token"),
    190: Dead(190, "token"),
    200: Dead(200, "token"),
    299: Dead(299, "token"),
    131005: Dead(131005, "token"),
    33: Dead(33, "account"),
    131037: Dead(131037, "account"),
    131045: Dead(131045, "account"),
    133010: Dead(133010, "account"),
    368: Dead(368, "policy"),
    131031: Dead(131031, "policy"),
}


@pytest.mark.parametrize("code", MEANINGS)
def test_every_code_has_one_meaning_for_the_letter(code: int) -> None:
    assert classify(400, error(code)) == MEANINGS[code]
    assert classify(400, error(str(code))) == MEANINGS[code], "also written as text"
    assert classify(500, error(code)) == MEANINGS[code], "the code decides, not the status"


@pytest.mark.parametrize("code", MEANINGS)
def test_a_status_that_failed_has_the_same_reason_as_a_refusal(code: int) -> None:
    meaning = MEANINGS[code]
    assert reason_of(code) == (meaning.reason if isinstance(meaning, Rejected | Dead) else "later")


def test_a_code_nobody_knows_is_given_up_and_has_no_word() -> None:
    assert classify(400, error(999999)) == Rejected(999999, "unknown")
    assert (reason_of(999999), reason_of(None)) == ("", "")


def test_every_code_of_the_table_is_in_the_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "whatsapp.md").read_text()
    missing = [
        code
        for code in MEANINGS
        if not 132000 <= code <= 132999 and not 200 <= code <= 299 and f"`{code}`" not in guide
    ]
    assert missing == []


@pytest.mark.parametrize("body", [b"", b"Bad Gateway", error(None), error(True), error(999999), b'{"error": "x"}'])
def test_a_server_in_trouble_is_tried_again(body: bytes) -> None:
    assert isinstance(classify(502, body), Retry)


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, Dead(401, "token")),
        (403, Dead(403, "token")),
        (404, Rejected(404, "unknown")),
        (429, Retry(60, 429, whole_line=True)),
        (302, Uncertain("unreadable answer")),
    ],
)
def test_without_a_code_the_status_decides(status: int, verdict: Verdict) -> None:
    assert classify(status, b"") == verdict


def test_a_code_that_is_no_number_is_no_code() -> None:
    assert classify(400, error(True)) == Rejected(400, "unknown")


def test_an_error_inside_a_yes_is_an_error() -> None:
    assert classify(200, error(131047)) == Rejected(131047, "window")


@given(st.integers(100, 599), st.binary(max_size=60) | st.integers().map(error) | st.text().map(error))
def test_any_answer_has_a_verdict_and_only_metas_id_is_a_yes(status: int, body: bytes) -> None:
    assert not isinstance(classify(status, body), Accepted)


# Webhooks of the fake server are the ones the parser knows


def test_a_status_carries_the_echo_back_even_before_the_answer(graph: Graph) -> None:
    door = Door()
    graph.report_first(door)
    verdict = send(wire(), graph.settings, "carta-1")
    assert isinstance(verdict, Accepted)
    (event,) = parse(door.bodies[0])
    assert isinstance(event, StatusChanged)
    assert (event.provider_id, event.echo, event.delivery) == (verdict.provider_id, "carta-1", Delivery.SENT)


def test_statuses_arrive_twice_and_in_any_order(graph: Graph) -> None:
    send(wire(), graph.settings, "carta-1")
    graph.report(graph.sent[0], "sent", "delivered", "read")
    graph.report(graph.sent[0], "failed", code=131026)
    door = Door()
    assert graph.knock(door, copies=2, shuffled_by=random.Random(7)) == [200] * 8
    events = [event for body in door.bodies for event in parse(body)]
    told = [event.delivery for event in events if isinstance(event, StatusChanged)]
    assert sorted(told) == sorted([*Delivery, *Delivery])
    assert told[::2] != told[1::2], "the seed leaves the order as it was: choose another"
    assert {event.error_code for event in events if isinstance(event, StatusChanged)} == {None, 131026}


def test_a_webhook_that_was_not_taken_comes_again(graph: Graph) -> None:
    door = Door(503, 200)
    graph.hear(webhook(messages=[text_message("Hola", id="wamid.1")]))
    assert graph.knock(door) == [503]
    assert graph.knock(door) == [200]
    assert graph.knock(door) == []
    assert door.bodies[0] == door.bodies[1]


def test_what_people_send_through_the_fake_is_read() -> None:
    messages = [
        text_message("Hola", id="wamid.1", user_id=USER_ID),
        button_reply("1:menu:ppt", "Permiso", id="wamid.2", reply_to="wamid.out000001"),
        list_reply("1:menu:salud", "Salud", id="wamid.3", phone="", user_id=USER_ID),
        voice_note("904", id="wamid.4"),
    ]
    events = [event for message in messages for event in parse(json.dumps(webhook(messages=[message])).encode())]
    user, phone = Alias(Scheme.WHATSAPP_USER, USER_ID), Alias(Scheme.WHATSAPP_PHONE, PHONE)
    assert [(event.kind, event.aliases) for event in events if isinstance(event, Received)] == [
        (Kind.TEXT, (user, phone)),
        (Kind.CHOICE, (phone,)),
        (Kind.CHOICE, (user,)),
        (Kind.AUDIO, (phone,)),
    ]


def test_one_webhook_that_names_both_ids_ties_them_for_all_its_messages() -> None:
    messages = [text_message("Hola", id="wamid.1", user_id=USER_ID), text_message("¿Están?", id="wamid.2")]
    first, second = parse(json.dumps(webhook(messages=messages)).encode())
    assert isinstance(first, Received)
    assert isinstance(second, Received)
    assert first.aliases == second.aliases
    assert len(first.aliases) == 2


class _Listener(http.server.BaseHTTPRequestHandler):
    seen: list[bytes] = []

    def do_POST(self) -> None:
        self.seen.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if len(self.seen) > 1 else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def test_webhooks_travel_over_http_until_they_are_taken(graph: Graph) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), _Listener)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    courier = http_courier(f"http://127.0.0.1:{server.server_address[1]}/")
    graph.hear(webhook(messages=[text_message("Hola", id="wamid.1")]))
    assert [graph.knock(courier), graph.knock(courier)] == [[500], [200]]
    server.shutdown()
    server.server_close()
    thread.join()
    assert graph.knock(courier) == []
    graph.hear(webhook())
    assert graph.knock(courier) == [503], "nobody listens any more"
    assert len(_Listener.seen) == 2


# The fake server, as others rely on it


def template_wire(name: str, *values: str, language: str = "es") -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    template = {
        "name": name,
        "language": {"code": language},
        "components": [{"type": "body", "parameters": parameters}],
    }
    return {"messaging_product": "whatsapp", "to": PHONE, "type": "template", "template": template}


def test_the_window_is_the_servers_own_book(graph: Graph) -> None:
    graph.keeps_the_window(now=lambda: BEGAN + 24 * 3600)
    graph.hear(webhook(messages=[text_message("Hola", id="wamid.1", at=BEGAN)]))
    assert send(wire(), graph.settings, "carta-1") == Rejected(131047, "window")
    graph.hear(webhook(messages=[text_message("¿Siguen?", id="wamid.2", user_id=USER_ID, at=BEGAN + 1)]))
    assert isinstance(send(wire(), graph.settings, "carta-1"), Accepted)
    to_user = ADAPTER.render(OutMessage("Hola"), Alias(Scheme.WHATSAPP_USER, USER_ID))[0]
    assert isinstance(send(to_user, graph.settings, "carta-1"), Accepted)


def test_a_closed_window_takes_an_approved_template_with_its_values(graph: Graph) -> None:
    graph.keeps_the_window(now=lambda: BEGAN)
    graph.approve("aviso", "Cambió algo, {{1}}. Responde 1 para verlo.")
    assert isinstance(send(template_wire("aviso", "hola"), graph.settings, "carta-1"), Accepted)
    assert (graph.sent[0].words, graph.sent[0].values) == ("[aviso] hola", ["hola"])
    assert send(template_wire("aviso"), graph.settings, "carta-1") == Rejected(132000, "template")
    assert send(template_wire("aviso", "hola", language="pt"), graph.settings, "c") == Rejected(132001, "template")
    graph.tell_template("aviso", "PAUSED")
    assert send(template_wire("aviso", "hola"), graph.settings, "carta-1") == Rejected(132015, "template")
    (news,) = parse(graph.waiting[0])
    assert isinstance(news, TemplateChanged)
    assert (news.account, news.name, news.language, news.state) == (ACCOUNT, "aviso", "es", "paused")
