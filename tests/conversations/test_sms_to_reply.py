"""From the webhook of a provider of SMS to its API, through Twilio and through a gateway: one answer to each message, danger first."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from baquiano.accounts.models import Organisation
from baquiano.channels import client
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Handoff, Message
from baquiano.post.models import Letter, OptOut, State
from baquiano.safety.models import Alert
from tests.conversations.conftest import work
from tests.fakes.sms import (
    LINE,
    PHONE,
    SECRET,
    Gateway,
    Twilio,
    gateway_message,
    gateway_report,
    message_form,
    signed,
    status_form,
)

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with Twilio() as server:
        yield server
        client.close()


@pytest.fixture
def line(twilio: Twilio, house: Organisation) -> Channel:
    line = Channel.objects.create(kind="sms", line=LINE, name="SMS")
    line.settings = twilio.settings | {"status_url": f"{settings.ENVIRONMENT.url}/webhooks/sms/{line.pk}/"}
    line.save()
    return line


def posts(line: Channel, body: bytes, *, url: str = "", signs: bool = True) -> int:
    """As Twilio does: to the public address, signed over it."""
    public = url or f"{settings.ENVIRONMENT.url}/webhooks/sms/{line.pk}/"
    there = urlsplit(public)
    headers = signed(public, body) if signs else {}
    return Client().post(f"{there.path}?{there.query}", body, content_type=FORM, headers=headers).status_code


def test_danger_is_answered_before_anything_and_calls_somebody(line: Channel, twilio: Twilio) -> None:
    assert posts(line, message_form("me quiero matar", id="SM1")) == 200
    work()
    assert any(number in twilio.sent[0].words for number in ("106", "123", "*4141"))
    assert twilio.sent[0].to == PHONE
    assert Alert.objects.get().level == "P0"
    assert Handoff.objects.get().priority == 0


def test_choices_are_numbers_and_a_number_chooses(line: Channel, twilio: Twilio) -> None:
    posts(line, message_form("ayuda", id="SM1"))
    work()
    assert "\n2. " in twilio.sent[-1].words
    posts(line, message_form("2", id="SM2"))
    work()
    assert "1. Me siento en peligro" in twilio.sent[-1].words


def test_the_same_message_twice_is_one_row_and_one_letter(line: Channel, twilio: Twilio) -> None:
    posts(line, message_form("hola", id="SM1"))
    posts(line, message_form("hola", id="SM1"))
    posts(line, message_form("hola", id="SM1", AddOns="{}"))
    work()
    assert RawWebhook.objects.count() == 2
    assert Message.objects.inbound().count() == Letter.objects.count() == 1


def test_what_twilio_did_not_sign_is_refused(line: Channel) -> None:
    assert posts(line, message_form("hola", id="SM1"), signs=False) == 403
    assert posts(line, message_form("hola", id="SM1"), url="https://example.org/webhooks/sms/1/") in (403, 404)
    assert RawWebhook.objects.count() == 0


def test_a_status_finds_its_letter_also_when_its_answer_was_lost(line: Channel, twilio: Twilio) -> None:
    twilio.cut()
    posts(line, message_form("hola", id="SM1"))
    work()
    assert Letter.objects.get().state == State.UNCERTAIN
    (sent,) = twilio.sent
    assert posts(line, status_form(sent, "delivered"), url=sent.report_to) == 200
    work()
    assert Letter.objects.get().state == State.ACCEPTED, "its first part arrived, so what follows it leaves"
    first, second = twilio.sent
    assert first.words != second.words, "and it is not repeated"
    posts(line, status_form(second, "delivered"), url=second.report_to)
    work()
    assert Letter.objects.get().state == State.DELIVERED
    assert len(twilio.sent) == 2


def test_whoever_wrote_stop_to_twilio_is_written_to_no_more(line: Channel, twilio: Twilio) -> None:
    twilio.refuse(21610)
    posts(line, message_form("STOP", id="SM1", OptOutType="STOP"))
    work()
    assert Letter.objects.order_by("id")[0].state == State.FAILED
    by_twilio = OptOut.objects.in_force().filter(how=OptOut.How.PROVIDER)
    assert by_twilio.get().is_all
    posts(line, message_form("START", id="SM2", OptOutType="START"))
    work()
    assert not by_twilio.exists()


def test_a_telephone_that_cannot_be_reached_is_said_so(line: Channel, twilio: Twilio) -> None:
    posts(line, message_form("hola", id="SM1"))
    work()
    posts(line, status_form(twilio.sent[0], "undelivered", code=30003), url=twilio.sent[0].report_to)
    work()
    letter = Letter.objects.get()
    assert (letter.state, letter.error_code) == (State.FAILED, 30003)


def test_a_wrong_token_stops_the_line_and_the_letter_waits(line: Channel, twilio: Twilio) -> None:
    line.settings = {**line.settings, "auth_token": "otro"}
    line.save()
    body = message_form("hola", id="SM1")
    RawWebhook.objects.create(channel=line, digest="1", body=body)
    work()
    line.refresh_from_db()
    assert line.trouble == "token"
    assert Letter.objects.get().state == State.QUEUED


# A gateway


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        yield server
        client.close()


@pytest.fixture
def at_gateway(gateway: Gateway, house: Organisation) -> Channel:
    return Channel.objects.create(kind="sms", line=LINE, name="SMS", settings=gateway.settings)


def brings(line: Channel, body: bytes, secret: str = SECRET) -> int:
    path = f"/webhooks/sms/{line.pk}/{secret}/" if secret else f"/webhooks/sms/{line.pk}/"
    return Client().post(path, body, content_type="application/json").status_code


def test_a_gateway_brings_and_takes_messages_and_reports_them(at_gateway: Channel, gateway: Gateway) -> None:
    assert brings(at_gateway, gateway_message("me quiero matar", id="m1")) == 200
    work()
    assert any(number in gateway.sent[0].words for number in ("106", "123", "*4141"))
    assert gateway.sent[0].to == PHONE
    assert gateway.codings[0] == 2, "these words have accents that the small alphabet lacks"
    assert brings(at_gateway, gateway_report(gateway.sent[0], "DELIVERED_TO_HANDSET")) == 200
    work()
    assert Letter.objects.order_by("id")[0].state == State.DELIVERED


def test_the_same_word_twice_is_two_messages_and_the_same_message_twice_is_one(at_gateway: Channel) -> None:
    brings(at_gateway, gateway_message("hola", id="m1"))
    brings(at_gateway, gateway_message("hola", id="m1"))
    brings(at_gateway, gateway_message("hola", id="m2"))
    work()
    assert Message.objects.inbound().count() == 2


def test_a_wrong_secret_in_the_address_is_refused(at_gateway: Channel) -> None:
    assert brings(at_gateway, gateway_message("hola", id="m1"), "otro") == 403
    assert brings(at_gateway, gateway_message("hola", id="m1"), "") == 403
    assert RawWebhook.objects.count() == 0


def test_words_can_never_become_more_than_words_in_a_template(at_gateway: Channel, gateway: Gateway) -> None:
    words = 'a "b" \\ {to} {key} \n& ñ'
    brings(at_gateway, gateway_message(words, id="m1"))
    work()
    assert Message.objects.inbound().get().text == words
    assert json.loads(gateway.asked[-1].body)["messages"][0]["ref"].partition(":")[2] == str(len(gateway.asked) - 1)


def test_accents_are_left_out_where_that_saves_a_message(at_gateway: Channel, gateway: Gateway) -> None:
    at_gateway.settings = {**at_gateway.settings, "transliterate": "yes"}
    at_gateway.save()
    brings(at_gateway, gateway_message("hola", id="m1"))
    work()
    said = " ".join(sent.words for sent in gateway.sent)
    assert "automatico" in said
    assert gateway.codings[0] == 0
