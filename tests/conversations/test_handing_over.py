"""From the machine to a person and back: one owner at a time, for a time; danger is watched all along."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.queue import inbox
from baquiano.conversations.thread import thread
from baquiano.post.models import Letter
from baquiano.safety.models import Alert
from tests.conversations.conftest import Phone, looks, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(phone: Phone) -> Conversation:
    """Somebody asked for a person and waits."""
    phone.says("persona")
    work()
    return Conversation.objects.get()


def test_whoever_asked_for_a_person_waits_in_the_inbox_with_what_was_said(
    waiting: Conversation, phone: Phone, rosa: User
) -> None:
    (row,) = inbox(rosa).rows
    assert (row.conversation, row.reason, row.last_words) == (waiting.pk, Handoff.Reason.ASKED, "persona")
    assert [line.author for line in thread(waiting)] == ["person", "machine"]


def test_what_the_machine_answers_alone_is_seen_by_nobody(phone: Phone, rosa: User) -> None:
    phone.says("menu")
    work()
    assert inbox(rosa).rows == ()
    assert not Conversation.objects.visible_to(rosa).exists()


def test_systems_sees_no_conversation(waiting: Conversation, bruno: User) -> None:
    assert inbox(bruno).rows == ()


def test_while_a_person_owns_it_the_machine_is_silent(waiting: Conversation, phone: Phone, rosa: User) -> None:
    owning.take_over(waiting, by=rosa)
    work()
    before = len(phone.letters)
    phone.says("menu")
    work()
    assert len(phone.letters) == before
    assert Message.objects.inbound().latest("id").state == Message.State.OWNED


def test_danger_while_a_person_owns_it_is_answered_at_once_and_marked_as_automatic(
    waiting: Conversation, phone: Phone, rosa: User
) -> None:
    owning.take_over(waiting, by=rosa)
    work()
    phone.says("me voy a matar")
    work()
    assert "(Mensaje automático)" in phone.heard[-1]
    assert Alert.objects.get().level == "P0"
    waiting.refresh_from_db()
    assert waiting.owner == rosa


def test_an_answer_leaves_once_even_when_it_is_sent_twice(waiting: Conversation, phone: Phone, rosa: User) -> None:
    owning.take_over(waiting, by=rosa)
    for _ in range(2):
        owning.answer(waiting, "Hola, soy Rosa.", client_id="borrador-1", by=rosa)
    work()
    assert phone.heard.count("Hola, soy Rosa.") == 1
    assert AuditEntry.objects.filter(verb="conversation.answered").count() == 1


def test_two_people_never_own_one_conversation(waiting: Conversation, rosa: User, carla: User) -> None:
    owning.take_over(waiting, by=rosa)
    with pytest.raises(owning.CannotDoThat):
        owning.take_over(waiting, by=carla)
    with pytest.raises(owning.CannotDoThat):
        owning.answer(waiting, "Hola", client_id="a", by=carla)


def test_whoever_owns_it_and_does_not_answer_loses_it_and_the_person_is_told(
    waiting: Conversation, phone: Phone, rosa: User
) -> None:
    owning.take_over(waiting, by=rosa)
    phone.says("¿sigue ahí?")
    work()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        work()
        waiting.refresh_from_db()
        assert waiting.owner is None
        assert Handoff.objects.open().get().taken_by is None
        assert "Otra persona del equipo" in phone.heard[-1]
        with pytest.raises(owning.CannotDoThat):
            owning.answer(waiting, "Ya volví", client_id="tarde", by=rosa)


def test_writing_keeps_it(waiting: Conversation, rosa: User) -> None:
    owning.take_over(waiting, by=rosa)
    began = timezone.now()
    with time_machine.travel(began + timedelta(minutes=9)):
        owning.keep_owning(waiting, by=rosa)
    with time_machine.travel(began + timedelta(minutes=18)):
        looks(rosa)
        assert owning.release_deserted(timezone.now()) == 0


def test_handed_back_the_machine_goes_on_where_it_was(waiting: Conversation, phone: Phone, rosa: User) -> None:
    owning.take_over(waiting, by=rosa)
    owning.hand_back(waiting, by=rosa)
    phone.says("menu")
    work()
    assert "1. Me siento en peligro" in phone.heard[-1]
    assert inbox(rosa).rows == ()


def test_closed_the_next_message_begins_anew(waiting: Conversation, phone: Phone, rosa: User) -> None:
    owning.take_over(waiting, by=rosa)
    owning.close(waiting, by=rosa)
    phone.says("menu")
    work()
    assert Conversation.objects.alive().get() != waiting
    assert Letter.objects.filter(state="failed").count() == 0


def test_a_complaint_is_not_read_by_the_team_it_may_be_about(phone: Phone, rosa: User, carla: User) -> None:
    phone.says("queja")
    work()
    conversation = Conversation.objects.get()
    assert not Conversation.objects.visible_to(rosa).exists()
    assert Conversation.objects.visible_to(carla).get() == conversation
    owning.take_over(conversation, by=carla)
    owning.close(conversation, by=carla)
    assert not Conversation.objects.visible_to(rosa).exists()
