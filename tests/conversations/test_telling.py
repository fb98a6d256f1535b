"""After the danger text she is told that somebody of the team knows only when somebody does, and once; and when nobody does, that too."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baquiano.accounts.models import Organisation, Tick, User
from baquiano.conversations import owning, telling
from baquiano.conversations.models import Conversation, Message
from baquiano.safety import chain
from baquiano.safety.actions import acknowledge
from baquiano.safety.models import Alert
from tests.conversations.conftest import Phone, looks, work

pytestmark = pytest.mark.django_db

TOLD = "Ya avisé a una persona del equipo."
NOBODY = "Ahora no hay una persona del equipo conectada"
DANGER = "mi marido me acaba de golpear y está afuera con un cuchillo"


@pytest.fixture
def clock(house: Organisation) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def ticks() -> None:
    Tick.objects.update_or_create(name="clock", defaults={"at": timezone.now(), "worker": "here"})


def watched_by(user: User) -> None:
    ticks()
    looks(user)


def sees(user: User) -> None:
    """The screen of this colleague asks, and shows every alert."""
    looks(user)
    chain.show(Alert.objects.open(), user, timezone.now())


def goes_by(clock: time_machine.Traveller, seconds: int) -> None:
    clock.shift(timedelta(seconds=seconds))
    work()


def told(phone: Phone) -> int:
    return sum(TOLD in heard for heard in phone.heard)


def told_nobody(phone: Phone) -> int:
    return sum(NOBODY in heard for heard in phone.heard)


def test_she_is_told_once_a_screen_has_shown_it_and_only_once(
    phone: Phone, clock: time_machine.Traveller, rosa: User
) -> None:
    watched_by(rosa)
    phone.says(DANGER)
    work()
    assert (told(phone), told_nobody(phone)) == (0, 0)
    sees(rosa)
    goes_by(clock, 1)
    assert phone.heard[-1] == TOLD
    goes_by(clock, 5)
    acknowledge(Alert.objects.get(), by=rosa)
    goes_by(clock, 60)
    assert (told(phone), told_nobody(phone)) == (1, 0)


def test_with_nobody_at_a_screen_the_answer_says_so_and_it_is_not_said_again(
    phone: Phone, clock: time_machine.Traveller
) -> None:
    phone.says(DANGER)
    work()
    assert told_nobody(phone) == 1
    for _ in range(4):
        goes_by(clock, 20)
    assert (told(phone), told_nobody(phone)) == (0, 1)


def test_somebody_at_a_screen_who_does_not_see_it_within_half_a_minute_is_nobody(
    phone: Phone, clock: time_machine.Traveller, rosa: User
) -> None:
    watched_by(rosa)
    phone.says(DANGER)
    work()
    goes_by(clock, 29)
    assert told_nobody(phone) == 0
    goes_by(clock, 1)
    assert told_nobody(phone) == 1
    goes_by(clock, 30)
    assert told_nobody(phone) == 1
    sees(rosa)
    goes_by(clock, 1)
    assert (told(phone), told_nobody(phone)) == (1, 1)


def test_whoever_answered_on_the_duty_phone_has_been_told(
    phone: Phone, clock: time_machine.Traveller, rosa: User
) -> None:
    phone.says(DANGER)
    work()
    acknowledge(Alert.objects.get(), by=rosa)
    goes_by(clock, 1)
    assert phone.heard[-1] == TOLD


def test_a_clock_that_stands_still_claims_nothing(phone: Phone, clock: time_machine.Traveller, rosa: User) -> None:
    """A screen looks, and the clock has not gone round for a minute: the answer says that nobody is there."""
    ticks()
    clock.shift(timedelta(seconds=60))
    looks(rosa)
    phone.says(DANGER)
    work()
    assert told_nobody(phone) == 1


def test_it_is_said_in_her_language(phone: Phone, clock: time_machine.Traveller, rosa: User) -> None:
    watched_by(rosa)
    phone.says("mwen vle mouri, mwen pa kapab ankò")
    work()
    sees(rosa)
    goes_by(clock, 1)
    assert phone.heard[-1] == "Mwen gentan avèti yon moun nan ekip la."


def test_hours_later_nothing_comes_out_of_nothing(phone: Phone, clock: time_machine.Traveller, rosa: User) -> None:
    phone.says(DANGER)
    work()
    heard = len(phone.heard)
    clock.shift(timedelta(hours=3))
    sees(rosa)
    goes_by(clock, 1)
    assert len(phone.heard) == heard


def test_after_she_erased_what_she_wrote_nothing_reminds_of_it(
    phone: Phone, clock: time_machine.Traveller, rosa: User
) -> None:
    watched_by(rosa)
    phone.says(DANGER)
    work()
    phone.says("BORRAR", "BORRAR")
    work()
    if any(message.text for message in Message.objects.inbound()):  # it asks once
        phone.says("1")
        work()
    sees(rosa)
    goes_by(clock, 31)
    assert (told(phone), told_nobody(phone)) == (0, 0)
    assert Alert.objects.open().exists()


def test_after_she_has_left_nothing_is_said(phone: Phone, clock: time_machine.Traveller, rosa: User) -> None:
    watched_by(rosa)
    phone.says(DANGER)
    work()
    Conversation.objects.update(closed_at=timezone.now())
    sees(rosa)
    goes_by(clock, 31)
    assert (told(phone), told_nobody(phone)) == (0, 0)


def test_once_a_colleague_has_written_the_machine_need_not(
    phone: Phone, clock: time_machine.Traveller, rosa: User
) -> None:
    watched_by(rosa)
    phone.says(DANGER)
    work()
    conversation = Conversation.objects.get()
    owning.take_over(conversation, by=rosa)
    owning.answer(conversation, "Soy Rosa. ¿Puedes salir de ahí?", client_id="1", by=rosa)
    sees(rosa)
    goes_by(clock, 1)
    assert told(phone) == 0


def test_in_a_conversation_that_somebody_owns_it_is_marked_as_automatic(
    phone: Phone, clock: time_machine.Traveller, rosa: User
) -> None:
    watched_by(rosa)
    phone.says("persona")
    work()
    owning.take_over(Conversation.objects.get(), by=rosa)
    phone.says(DANGER)
    work()
    sees(rosa)
    goes_by(clock, 1)
    assert phone.heard[-1] == TOLD
    assert Message.objects.exclude(author=Message.Author.PERSON).latest("id").is_automatic


def test_what_does_not_ring_is_not_told(phone: Phone, clock: time_machine.Traveller, rosa: User) -> None:
    watched_by(rosa)
    phone.says("se me acaba la insulina y no tengo cómo comprar más")
    work()
    assert Alert.objects.filter(level="P2").exists()
    sees(rosa)
    goes_by(clock, 31)
    assert (told(phone), told_nobody(phone)) == (0, 0)


def test_the_clock_asks_one_question_when_nobody_is_in_danger(house: Organisation) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert telling.tell(timezone.now()) == 0
    assert len(asked) == 1
