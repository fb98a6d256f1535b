"""The same crisis in every standing of a conversation, and what may leave for that number afterwards: nothing that was not asked for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.conversations import owning
from baquiano.conversations.asking import ask
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.safe_contact import proposal
from baquiano.people import holding, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.from_afar import Question
from baquiano.people.models import Address
from baquiano.people.models.consent import Purpose
from baquiano.safety.models import Alert
from tests.conversations.conftest import Phone, work
from tests.fakes.graph import BEGAN

pytestmark = pytest.mark.django_db

CRISIS = "me está pegando ahora"


def heard(phone: Phone, *said: str, at: int = 0) -> str:
    phone.says(*said, at=at)
    work()
    return phone.heard[-1]


def _nothing(phone: Phone, rosa: User) -> None:
    return


def _asked_for_the_country(phone: Phone, rosa: User) -> None:
    heard(phone, "cómo saco la cédula")


def _about_to_forget(phone: Phone, rosa: User) -> None:
    heard(phone, "borrar")


def _forgotten(phone: Phone, rosa: User) -> None:
    heard(phone, "borrar", "borrar")


def _left(phone: Phone, rosa: User) -> None:
    heard(phone, "salir")


def _waits_for_a_person(phone: Phone, rosa: User) -> None:
    heard(phone, "persona")


def _owned(phone: Phone, rosa: User) -> None:
    heard(phone, "persona")
    owning.take_over(Conversation.objects.get(), by=rosa)
    work()


def _put_aside(phone: Phone, rosa: User) -> None:
    _owned(phone, rosa)
    owning.snooze(Conversation.objects.get(), timezone.now() + timedelta(hours=3), by=rosa)
    work()


def _held(phone: Phone, rosa: User) -> None:
    heard(phone, "mi marido me maltrata")
    Alert.objects.all().delete()


STANDINGS = [
    _nothing,
    _asked_for_the_country,
    _about_to_forget,
    _forgotten,
    _left,
    _waits_for_a_person,
    _owned,
    _put_aside,
    _held,
]


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda one: one.__name__.strip("_"))
def test_the_same_crisis_in_every_standing(phone: Phone, rosa: User, standing: Callable[[Phone, User], None]) -> None:
    standing(phone, rosa)
    before = len(phone.letters)
    owner = Conversation.objects.order_by("-pk").values_list("owner", flat=True).first()
    heard(phone, CRISIS)
    alert = Alert.objects.get()
    assert (alert.level, alert.kind) == ("P0", "violence")
    assert "123" in phone.heard[before] or "133" in phone.heard[before]
    conversation = Conversation.objects.order_by("-pk")[0]
    assert alert.about == f"conversation:{conversation.pk}"
    assert Handoff.objects.open().get(conversation=conversation).level == "P0"
    assert Message.objects.inbound().latest("pk").level == "P0"
    assert conversation.owner_id == owner, "danger takes it from nobody"
    assert holding.is_held(Address.objects.get())


def test_a_crisis_that_comes_late_gives_the_same(phone: Phone) -> None:
    heard(phone, "menú", at=BEGAN + 5000)
    before = len(phone.letters)
    phone.says(CRISIS, at=BEGAN + 100)
    work()
    assert Alert.objects.get().level == "P0"
    assert "marca" in phone.heard[before] or "llama" in phone.heard[before].lower()
    assert holding.is_held(Address.objects.get())


@pytest.mark.parametrize("words", [CRISIS, "mi marido me maltrata"])
def test_while_a_colleague_answers_the_text_leaves_marked_and_the_conversation_stays_theirs(
    phone: Phone, rosa: User, words: str
) -> None:
    _owned(phone, rosa)
    assert "(Mensaje automático)" in heard(phone, words)
    assert Conversation.objects.get().owner == rosa
    assert Message.objects.latest("pk").is_automatic


def test_a_need_told_to_a_colleague_raises_its_alert_and_says_nothing(phone: Phone, rosa: User) -> None:
    _owned(phone, rosa)
    before = len(phone.letters)
    heard(phone, "no tengo dónde dormir hoy con mis hijos")
    assert (Alert.objects.get().level, len(phone.letters)) == ("P2", before)


def test_after_danger_answers_come_without_a_rating(phone: Phone) -> None:
    heard(phone, "Colombia")
    heard(phone, "mi marido me maltrata")
    said = heard(phone, "cómo saco el PPT")
    assert "¿Le sirvió?" not in said and "Me sirvió" not in said


def test_and_once_somebody_has_set_how_it_is_safe_it_is_as_before(phone: Phone, rosa: User) -> None:
    heard(phone, "Colombia")
    heard(phone, "mi marido me maltrata")
    assert "Dejé su mensaje" in heard(phone, "quiero xilofono plutonio para mi zorzal")
    holding.settle(Address.objects.get(), "", by=rosa)
    assert "Dejé su mensaje" not in heard(phone, "quiero xilofono plutonio para mi zorzal")


def test_how_she_says_we_may_write_is_put_before_whoever_answers_and_is_no_rule(phone: Phone) -> None:
    heard(phone, "mi marido me maltrata")
    assert "¿podemos escribirte a este número?" in heard(phone, "sí, estoy a salvo")
    heard(phone, "2")
    heard(phone, "después de las 8 de la noche")
    said = proposal(Conversation.objects.get())
    assert said is not None and said.words == "después de las 8 de la noche"
    assert not said.contact.hours_are_understood
    assert Address.objects.get().safe_contact == ""


def test_after_danger_nobody_is_asked_for_a_consent(phone: Phone, rosa: User) -> None:
    heard(phone, "mi marido me maltrata")
    joining.join_orally(register(Described(birth_year=1990), by=rosa), Address.objects.get(), by=rosa)
    with pytest.raises(CannotDoThat):
        ask(Conversation.objects.get(), Question(Purpose.REMINDERS, (Data.CONTACT,)), by=rosa)


def test_borrar_leaves_the_alert_and_the_hold(phone: Phone) -> None:
    heard(phone, "mi marido me maltrata")
    said = heard(phone, "BORRAR", "BORRAR")
    assert "ese aviso sigue con el equipo" in said
    assert (Alert.objects.unclosed().count(), holding.is_held(Address.objects.get())) == (1, True)
    assert Message.objects.inbound().earliest("pk").text == ""


# The screen --------------------------------------------------------------------------------------------------------------


def test_rosa_sets_how_it_is_safe_from_the_conversation(phone: Phone, rosas_browser: Client) -> None:
    heard(phone, "mi marido me maltrata")
    heard(phone, "sí")
    heard(phone, "solo en la noche")
    screen = f"/workspace/inbox/{Conversation.objects.get().pk}/safe-contact/"
    page = rosas_browser.get(screen).text
    assert "Nada sale por sí solo" in page
    assert "solo en la noche" in page
    rosas_browser.post(screen, {"may_write": "on", "hours": "Mo-Su 20:00-22:00", "word": "girasol"})
    address = Address.objects.get()
    assert (address.held_since, "Mo-Su 20:00-22:00" in address.safe_contact) == (None, True)
    assert "Nada sale por sí solo" not in rosas_browser.get(screen).text


def test_for_a_person_whose_record_rosa_may_change_it_can_hold_for_every_chat(
    phone: Phone, rosa: User, rosas_browser: Client
) -> None:
    heard(phone, "mi marido me maltrata")
    yuli = register(Described(birth_year=1990), by=rosa)
    joining.join_orally(yuli, Address.objects.get(), by=rosa)
    screen = f"/workspace/inbox/{Conversation.objects.get().pk}/safe-contact/"
    assert "for_person" in rosas_browser.get(screen).text
    rosas_browser.post(screen, {"may_call": "on", "for_person": "on"})
    yuli.refresh_from_db()
    assert '"may_write": false' in yuli.safe_contact
    assert not holding.is_held(Address.objects.get())


def test_bruno_finds_no_such_page(phone: Phone, brunos_browser: Client) -> None:
    heard(phone, "mi marido me maltrata")
    assert brunos_browser.get(f"/workspace/inbox/{Conversation.objects.get().pk}/safe-contact/").status_code == 404
