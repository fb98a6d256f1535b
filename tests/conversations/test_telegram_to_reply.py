"""From Telegram's webhook to Telegram's API: one answer to each message, danger before anything, and what a block means."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import Client

from baquiano.accounts.models import Organisation
from baquiano.channels import client
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Handoff, Message
from baquiano.post.models import Letter, OptOut, State
from baquiano.safety.models import Alert
from tests.conversations.conftest import work
from tests.fakes.provider import Json
from tests.fakes.telegram import (
    BEGAN,
    BOT,
    CHAT,
    SECRET,
    Sent,
    Telegram,
    block_update,
    tap_update,
    text_update,
    voice_update,
)

pytestmark = pytest.mark.django_db


@dataclass
class Phone:
    """Somebody's Telegram: what it says goes through the webhook of our bot, what it hears came through the Bot API."""

    telegram: Telegram
    channel: Channel
    chat: str = CHAT
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))  # type: ignore[type-arg]

    def says(self, text: str) -> int:
        number = next(self.numbers)
        return self.posts(text_update(text, update=number, message=number, chat=self.chat, at=BEGAN + number))

    def taps(self, on: Sent, place: int) -> int:
        return self.posts(tap_update(on.buttons[place]["callback_data"], on, update=next(self.numbers)))

    def posts(self, update: Json, *, secret: str = SECRET) -> int:
        answer = Client().post(
            f"/webhooks/telegram/{self.channel.pk}/",
            json.dumps(update).encode(),
            content_type="application/json",
            headers={"x-telegram-bot-api-secret-token": secret},
        )
        return answer.status_code

    @property
    def letters(self) -> list[Sent]:
        return [sent for sent in self.telegram.sent if sent.chat == self.chat]

    @property
    def heard(self) -> list[str]:
        return [sent.words for sent in self.letters]


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    with Telegram() as server:
        yield server
        client.close()


@pytest.fixture
def phone(telegram: Telegram, house: Organisation) -> Phone:
    return Phone(telegram, Channel.objects.create(kind="telegram", line=BOT, name="Bot", settings=telegram.settings))


def test_danger_is_answered_before_anything_and_calls_somebody(phone: Phone) -> None:
    assert phone.says("me quiero matar") == 200
    work()
    assert "106" in phone.heard[0] or "123" in phone.heard[0] or "*4141" in phone.heard[0]
    assert Alert.objects.get().level == "P0"
    assert Handoff.objects.get().priority == 0


def test_the_first_button_of_telegram_is_a_greeting_and_a_tap_is_read_by_its_id(phone: Phone) -> None:
    phone.says("/start")
    work()
    assert "asistente automático" in phone.heard[0]
    place = next(
        n
        for n, button in enumerate(phone.letters[-1].buttons)
        if "persona" in button["callback_data"] or "person" in button["callback_data"]
    )
    assert phone.taps(phone.letters[-1], place) == 200
    work()
    assert "persona" in phone.heard[-1]
    assert Handoff.objects.exists()
    tapped = Message.objects.inbound().order_by("id")[1]
    assert (tapped.kind, tapped.choice_id) == ("choice", phone.letters[0].buttons[place]["callback_data"])


def test_a_number_is_an_answer_too(phone: Phone) -> None:
    phone.says("ayuda")
    work()
    phone.says("2")
    work()
    assert "1. Me siento en peligro" in phone.heard[-1]


def test_the_same_update_twice_is_one_message_and_one_letter(phone: Phone) -> None:
    update = text_update("hola", update=7, message=7)
    assert [phone.posts(update), phone.posts(update), phone.posts(update | {"nobody_knows": 1})] == [200, 200, 200]
    work()
    assert RawWebhook.objects.count() == 2
    assert Message.objects.inbound().count() == Letter.objects.count() == len(phone.letters) == 1


def test_a_wrong_secret_or_another_bots_door_is_refused(phone: Phone) -> None:
    update = text_update("hola", update=1, message=1)
    assert phone.posts(update, secret="otro") == phone.posts(update, secret="") == 403
    assert Client().get(f"/webhooks/telegram/{phone.channel.pk}/").status_code == 403
    assert (
        Client().post(f"/webhooks/sms/{phone.channel.pk}/", b"{}", content_type="application/json").status_code == 404
    )
    assert Client().post("/webhooks/webchat/1/", b"{}", content_type="application/json").status_code == 404
    assert Client().put(f"/webhooks/telegram/{phone.channel.pk}/").status_code == 405
    assert RawWebhook.objects.count() == 0


def test_a_voice_note_waits_for_a_person_with_danger_one_tap_away(phone: Phone) -> None:
    phone.posts(voice_update("V1", update=1, message=1))
    work()
    assert "1. Me siento en peligro" in phone.heard[0]
    assert Handoff.objects.get().priority == 2


def test_whoever_blocked_the_bot_is_not_written_to_and_may_come_back(phone: Phone) -> None:
    phone.says("hola")
    work()
    phone.posts(block_update("kicked", update=101))
    work()
    assert OptOut.objects.in_force().get().is_all
    phone.posts(block_update("member", update=102))
    work()
    assert not OptOut.objects.in_force().exists()


def test_a_letter_to_whoever_blocked_us_fails_and_is_not_repeated(phone: Phone) -> None:
    phone.telegram.blocked.add(CHAT)
    phone.says("hola")
    work()
    letter = Letter.objects.get()
    assert (letter.state, letter.error_code, letter.error) == (State.FAILED, 403, "blocked")
    assert OptOut.objects.in_force().get().is_all


def test_a_limit_of_telegram_makes_the_line_wait_and_loses_nothing(phone: Phone) -> None:
    phone.telegram.refuse(429, "Too Many Requests: retry after 7", retry_after=7)
    phone.says("hola")
    work()
    phone.channel.refresh_from_db()
    assert phone.channel.paused_until is not None
    assert Letter.objects.get().state == State.QUEUED


def test_an_answer_that_never_came_is_waited_for(phone: Phone) -> None:
    phone.telegram.cut()
    phone.says("hola")
    work()
    assert Letter.objects.get().state == State.UNCERTAIN
    assert len(phone.letters) == 1


def test_a_group_is_kept_and_not_answered(phone: Phone) -> None:
    update = text_update("hola a todos", update=1, message=1)
    update["message"]["chat"] = {"id": -100123, "type": "supergroup", "title": "Barrio"}
    assert phone.posts(update) == 200
    work()
    assert phone.telegram.sent == []
    assert RawWebhook.objects.get().unparsed == 0
