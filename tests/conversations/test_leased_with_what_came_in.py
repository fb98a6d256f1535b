"""Of a few that write, the conversations are leased with what is stored; whoever has waited longer is never forgotten for them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.conversations import receiving, turns
from baquiano.conversations.models import Conversation, Message
from baquiano.terminal.loops import Messages
from tests.conversations.conftest import Phone
from tests.fakes.graph import text_message, webhook

pytestmark = pytest.mark.django_db


def many_say(phone: Phone, count: int, text: str = "hola") -> None:
    """Each from a telephone of their own, in one webhook."""
    numbers = [f"5730000{next(phone.ids):05}" for _ in range(count)]
    messages = [text_message(text, id=f"wamid.{number}", phone=number, at=next(phone.clock)) for number in numbers]
    assert phone.posts(webhook(messages=messages)) == 200


def test_a_few_are_leased_with_what_they_wrote(phone: Phone) -> None:
    phone.says("hola", "menu")
    taken = receiving.take_in_and_lease()
    assert (taken.bodies, taken.others_wait) == (1, False)
    (leased,) = taken.leased
    assert [message.text for message in leased.messages] == ["hola", "menu"]
    assert turns.claim(9) == []  # nobody else answers them meanwhile
    assert turns.answer(taken.leased) == 1
    assert not Message.objects.waiting().exists()


def test_in_a_rush_nobody_is_leased_and_the_longest_waiting_comes_first(phone: Phone) -> None:
    many_say(phone, receiving.A_FEW + 1)
    taken = receiving.take_in_and_lease()
    assert (taken.leased, taken.others_wait) == ((), True)
    assert turns.work() == receiving.A_FEW + 1


def test_what_another_worker_holds_is_not_leased_and_is_looked_for_again(phone: Phone) -> None:
    phone.says("hola")
    receiving.take_in()
    Conversation.objects.update(claimed_until=timezone.now() + timedelta(seconds=30))
    phone.says("menu")
    taken = receiving.take_in_and_lease()
    assert (taken.leased, taken.others_wait) == ((), True)


def test_more_messages_than_one_turn_takes_are_looked_for_again(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MESSAGES_AT_ONCE", 2)
    phone.says("hola", "menu", "idioma")
    taken = receiving.take_in_and_lease()
    assert taken.others_wait
    assert [len(one.messages) for one in taken.leased] == [2]


def test_a_reaction_asks_for_no_answer_and_leases_nobody(phone: Phone) -> None:
    phone.says("hola")
    Messages()()
    body = phone.message("x")
    body |= {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}
    phone.posts(webhook(messages=[body]))
    assert receiving.take_in_and_lease() == receiving.TakenIn(1)


def test_after_a_lone_message_nobody_asks_again_who_waits_if_nobody_did(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, work = list[int](), turns.work

    def counted() -> int:
        asked.append(work())
        return asked[-1]

    monkeypatch.setattr(turns, "work", counted)
    messages = Messages()
    phone.says("hola")
    messages()
    messages()
    assert asked == [0, 0]
    phone.says("menu")
    messages()
    assert asked == [0, 0]
    assert not Message.objects.waiting().exists()


def test_whoever_waits_behind_lone_messages_is_answered(phone: Phone) -> None:
    """More waited than one round answers: those who write alone from then on do not keep them waiting."""
    messages = Messages()
    many_say(phone, 40)
    messages()
    assert Message.objects.waiting().count() == 8
    phone.says("hola")
    messages()
    assert not Message.objects.waiting().exists()
