"""STOP by WhatsApp, and what a person of the team is told when our words did not arrive."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.conversations import owning, undelivered
from baquiano.conversations.models import Conversation, Handoff
from baquiano.post import actions as post
from baquiano.post.models import Letter, OptOut, State
from baquiano.post.window import CLOSED
from tests.conversations.conftest import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(phone: Phone) -> Conversation:
    phone.says("menu")
    call_command("work", once=True)
    return Conversation.objects.get()


def test_stop_by_whatsapp_is_confirmed_once_and_questions_are_still_answered(phone: Phone) -> None:
    phone.says("STOP")
    call_command("work", once=True)
    assert "ALTA" in phone.heard[-1]
    assert OptOut.objects.in_force().get().how == OptOut.How.WORD
    phone.says("menu")
    call_command("work", once=True)
    assert len(phone.heard) == 2
    phone.says("ALTA")
    call_command("work", once=True)
    assert not OptOut.objects.in_force().exists()


def test_it_holds_while_a_colleague_answers(phone: Phone, conversation: Conversation, rosa: User) -> None:
    owning.take_over(conversation, by=rosa)
    phone.says("alto")
    call_command("work", once=True)
    assert OptOut.objects.in_force().exists()


def test_words_past_the_window_go_before_a_person_once(conversation: Conversation, organisation: Organisation) -> None:
    """The assistant was down for a day; no text is approved that could tell her."""
    letter = Letter.objects.latest("pk")
    Letter.objects.filter(pk=letter.pk).update(state=State.QUEUED, parts_sent=0, settled_at=None)
    with time_machine.travel(timezone.now() + timedelta(hours=40)):
        post.deliver()
        letter.refresh_from_db()
        assert (letter.state, letter.error) == (State.FAILED, CLOSED)
        assert [undelivered.tell_the_team(timezone.now()) for _ in range(2)] == [1, 0]
        assert Handoff.objects.open().get().reason == Handoff.Reason.UNDELIVERED
        Handoff.objects.update(closed_at=timezone.now())
        assert undelivered.tell_the_team(timezone.now()) == 0
