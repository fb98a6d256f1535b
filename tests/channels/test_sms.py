"""What is SMS's own: segments, Twilio's signature and codes, and gateways described by templates."""

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
from baquiano.channels.segments import segments, transliterated
from baquiano.channels.sms import ADAPTER
from baquiano.channels.sms.errors import classify, reason_of
from baquiano.channels.sms.gateway import BadGateway, as_text, described, filled, of_text
from baquiano.channels.sms.gateway import Gateway as Description
from baquiano.channels.sms.verify import twilio_signature
from tests.channels.cases.sms import PERSON
from tests.fakes.provider import Said
from tests.fakes.sms import LINE, Gateway, Twilio, description


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio() as server:
        yield server
        client.close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        yield server
        client.close()


# Words


@given(st.text(max_size=2000))
def test_no_message_is_more_than_six_segments(text: str) -> None:
    wires = ADAPTER.render(OutMessage(text), PERSON)
    assert all(1 <= segments(wire["text"]).count <= 6 for wire in wires)
    assert "".join("".join(wire["text"].split()) for wire in wires) == "".join(text.split())


def test_choices_are_numbered_lines() -> None:
    (wire,) = ADAPTER.render(OutMessage("Elige", (Choice("a", "Uno"), Choice("b", "Dos", "con nota"))), PERSON)
    assert wire == {"to": PERSON.value, "text": "Elige\n\n1. Uno\n2. Dos · con nota"}


@given(st.text(st.sampled_from("aáéíóúñü¿“… ·😀€"), max_size=300))
def test_without_accents_is_never_dearer_and_touches_no_letter_of_the_small_alphabet(text: str) -> None:
    plain = transliterated(text)
    assert segments(plain).count < segments(text).count or plain == text
    assert [c for c in plain if c in "ñü¿é€"] == [c for c in text if c in "ñü¿é€"]


# Twilio


def test_the_signature_is_that_of_twilios_own_example() -> None:
    """Twilio, "Validating Signatures from Twilio": the address, the fields and the token of its page."""
    body = b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio_signature(url, body, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (201, {"sid": "SM1"}, Accepted("SM1")),
        (201, {}, Uncertain("unreadable answer")),
        (400, {"code": 21610}, Rejected(21610, "blocked")),
        (400, {"code": 21211}, Rejected(21211, "undeliverable")),
        (400, {"code": 21614}, Rejected(21614, "undeliverable")),
        (400, {"code": 21617}, Rejected(21617, "invalid")),
        (400, {"code": 99999}, Rejected(99999, "unknown")),
        (400, {"code": 21606}, Dead(21606, "account")),
        (401, {"code": 20003}, Dead(20003, "token")),
        (403, {}, Dead(403, "token")),
        (404, {"code": 20404}, Dead(20404, "settings")),
        (429, {"code": 20429}, Retry(10, 20429, whole_line=True)),
        (429, {}, Retry(60, 429, whole_line=True)),
        (503, {}, Retry(30, 503)),
    ],
)
def test_each_answer_has_one_meaning(status: int, body: dict[str, object], verdict: Verdict) -> None:
    assert classify(status, json.dumps(body).encode()) == verdict


@pytest.mark.parametrize(
    ("code", "reason"),
    [(30003, "undeliverable"), (30007, "ecosystem"), (21610, "blocked"), (30001, "later"), (None, "")],
)
def test_the_code_of_a_status_means_the_same(code: int | None, reason: str) -> None:
    assert reason_of(code) == reason


def test_a_messaging_service_sends_instead_of_the_number(twilio: Twilio) -> None:
    wire = {"to": PERSON.value, "text": "Hola"}
    assert isinstance(ADAPTER.send(wire, twilio.settings | {"messaging_service": "MG1"}, "1:0"), Accepted)
    assert b"MessagingServiceSid=MG1" in twilio.asked[0].body
    assert b"From=" not in twilio.asked[0].body


def test_a_picture_is_fetched_from_twilio_and_the_token_stays_there(twilio: Twilio) -> None:
    twilio.stores("MM1/ME1", b"jpeg")
    assert ADAPTER.fetch("MM1/ME1", twilio.settings, 100) == File(b"jpeg")
    assert [("Authorization" in asked.headers) for asked in twilio.asked] == [True, False]
    assert ADAPTER.fetch("MM1/ME1", twilio.settings, 3) == TooLarge()
    assert ADAPTER.fetch("MM1/ME2", twilio.settings, 100) == Missing()
    twilio.meets(Said(401))
    assert ADAPTER.fetch("MM1/ME1", twilio.settings, 100) == NotNow(60.0, "token")


# Gateways


def gateway_of(**send: object) -> Description:
    told = description("https://gateway.example.org")
    return described(told | {"send": told["send"] | send})


def test_a_description_is_kept_as_text_and_read_back() -> None:
    assert of_text(as_text(gateway_of())) == gateway_of()


@given(st.text(max_size=60))
def test_a_description_that_somebody_broke_raises_nothing(text: str) -> None:
    of_text(text)
    of_text(json.dumps({"send": {"url": text}, "receive": {"charset": text}, "reports": text}))


@given(st.text(max_size=40))
def test_a_value_in_a_template_stays_a_value(value: str) -> None:
    values = dict.fromkeys(("to", "text", "id", "from", "key", "coding"), value)
    assert json.loads(filled('{"a": "{text}", "b": 1}', values, "application/json")) == {"a": value, "b": 1}
    assert not set(filled("{text}", values, "url")) & set("&=?#/ {}")
    assert not set(filled("{text}", values, "application/x-www-form-urlencoded")) & set("&=+ ")
    assert not set(filled("{text}", values, "text/xml")) & set("<>\"'")
    assert not set(filled("{key}", values, "header")) & set("\r\n")


def test_what_is_no_place_is_left_as_it_is() -> None:
    assert filled("{nada} {0} {", {}, "url") == "{nada} {0} {"


def test_a_gateway_that_takes_our_id_needs_none_of_its_own(gateway: Gateway) -> None:
    told = description(gateway.url)
    without_id = as_text(described(told | {"send": told["send"] | {"id": ""}}))
    wire = {"to": PERSON.value, "text": "Hola"}
    assert ADAPTER.send(wire, gateway.settings, "12:0") == Accepted("gw-1")
    assert ADAPTER.send(wire, gateway.settings | {"gateway": without_id}, "12:0") == Accepted("12:0")


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, Dead(401, "token")),
        (404, Dead(404, "settings")),
        (422, Rejected(422, "unknown")),
        (429, Retry(60, 429, whole_line=True)),
        (500, Retry(30, 500)),
    ],
)
def test_each_status_of_a_gateway_has_one_meaning(gateway: Gateway, status: int, verdict: Verdict) -> None:
    gateway.refuse(status)
    assert ADAPTER.send({"to": PERSON.value, "text": "Hola"}, gateway.settings, "12:0") == verdict


def test_a_gateway_that_is_asked_by_its_address_gets_no_body(gateway: Gateway) -> None:
    told = description(gateway.url)
    url = f"{gateway.url}/cgi-bin/sendsms?to={{to}}&text={{text}}&coding={{coding}}"
    asked = as_text(described(told | {"send": {"url": url, "method": "GET"}}))
    gateway.meets(Said(202, b"0: Accepted for delivery"))
    assert ADAPTER.send({"to": "57300", "text": "¿Sí? a&b"}, gateway.settings | {"gateway": asked}, "1:0") == Accepted(
        "1:0"
    )
    (one,) = gateway.asked
    assert (one.method, one.body) == ("GET", b"")
    assert one.path == "/cgi-bin/sendsms?to=57300&text=%C2%BFS%C3%AD%3F%20a%26b&coding=2"


def test_our_own_number_may_be_a_word_of_the_template(gateway: Gateway) -> None:
    ADAPTER.send({"to": PERSON.value, "text": "Hola"}, gateway.settings, "12:0")
    assert gateway.asked[0].path == f"/send?line={LINE}"


def test_a_description_says_what_is_wrong_with_it() -> None:
    with pytest.raises(BadGateway, match="method"):
        gateway_of(method="DELETE")
    with pytest.raises(BadGateway, match="headers"):
        gateway_of(headers={"a b": "x"})
