"""Agreeing and taking back by word, joining doors and undoing it, through WhatsApp's own door, down to the rows."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import actions as conversations
from baquiano.conversations import owning, receiving, turns, wishes
from baquiano.conversations.models import Conversation, Message
from baquiano.conversations.tools import tools
from baquiano.engine import her_record
from baquiano.lib import codes
from baquiano.lib.turnstile import writing
from baquiano.people import consenting, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.models import Address, Consent, JoinCode, Joining, Person
from baquiano.people.models.consent import Evidence, Purpose
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db

REMINDERS = Asked(Purpose.REMINDERS, (Data.CONTACT,), "es", Evidence.SPOKEN)
CONTACT = Asked(Purpose.CONTACT, (Data.NAME, Data.CONTACT), "es", Evidence.SPOKEN)


@pytest.fixture
def yuli(rosa: User) -> Person:
    return register(Described(name="Yulimar CANARIO-31 Rojas", called="Yuli"), by=rosa)


@pytest.fixture
def hers(phone: Phone, yuli: Person, rosa: User) -> Phone:
    """Her telephone, joined to her record."""
    heard(phone, "hola")
    joining.join_orally(yuli, Address.objects.get(), by=rosa)
    return phone


def heard(phone: Phone, *texts: str) -> str:
    """What is answered last."""
    for text in texts:
        phone.says(text)
        work()
    return phone.heard[-1]


def test_what_was_agreed_at_a_desk_is_taken_back_by_word(hers: Phone, yuli: Person, rosa: User) -> None:
    consent = consenting.give(yuli, CONTACT, by=rosa)
    day = timezone.localdate(consent.given_at).strftime("%d-%m-%Y")
    assert f"1. Mi contacto {day}" in heard(hers, "Retirar")
    assert "no lo usamos más" in heard(hers, "1")
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None
    assert consent.withdrawn_to is None
    entry = AuditEntry.objects.get(verb="consent.withdrawn")
    assert (entry.actor, entry.about) == (None, str(yuli.pk))
    assert "No queda nada" in heard(hers, "retirar")


@pytest.fixture
def with_rosa(hers: Phone, rosa: User) -> Phone:
    """She asked for a person, and Rosa answers her."""
    heard(hers, "persona")
    owning.take_over(Conversation.objects.get(), by=rosa)
    work()
    return hers


def test_nobody_who_answers_her_stands_between_her_and_taking_back(with_rosa: Phone, yuli: Person, rosa: User) -> None:
    consents = [consenting.give(yuli, CONTACT, by=rosa), consenting.give(yuli, REMINDERS, by=rosa)]
    assert "1. " in heard(with_rosa, "retirar")
    assert "Menú" not in with_rosa.heard[-1]
    assert "no lo usamos más" in heard(with_rosa, "2")
    assert [Consent.objects.get(pk=one.pk).withdrawn_at is None for one in consents].count(True) == 1
    assert Message.objects.filter(author="machine").latest("id").is_automatic
    assert Conversation.objects.get().owner == rosa


def test_a_number_said_to_whoever_answers_takes_nothing_back(with_rosa: Phone, yuli: Person, rosa: User) -> None:
    consent = consenting.give(yuli, CONTACT, by=rosa)
    heard(with_rosa, "retirar", "no, espere")
    before = len(with_rosa.letters)
    heard(with_rosa, "1")
    assert len(with_rosa.letters) == before
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


def test_separar_and_borrar_hold_while_a_person_answers(with_rosa: Phone) -> None:
    assert "ya no" in heard(with_rosa, "SEPARAR").lower()
    assert joining.person_behind(Address.objects.get()) is None
    assert "¿Borro" in heard(with_rosa, "soy de prueba", "BORRAR")
    assert heard(with_rosa, "sí").startswith("Borré")
    assert not any(Message.objects.filter(author="person").values_list("text", flat=True))
    assert Conversation.objects.get().owner is not None


def test_danger_comes_before_it_and_a_menu_is_not_answered(with_rosa: Phone) -> None:
    assert "(Mensaje automático)" in heard(with_rosa, "me voy a matar")
    before = len(with_rosa.letters)
    heard(with_rosa, "menu", "recordatorios", "salir")
    assert len(with_rosa.letters) == before


def test_neither_the_list_nor_its_buttons_name_anybody(hers: Phone, yuli: Person, rosa: User) -> None:
    consenting.give(yuli, CONTACT, by=rosa)
    heard(hers, "retirar")
    assert "CANARIO-31" not in str(hers.letters[-1].body)
    assert "Yuli" not in str(hers.letters[-1].body)


def test_reminders_are_agreed_to_by_word_with_the_message_as_evidence(hers: Phone, yuli: Person) -> None:
    heard(hers, "recordatorios", "Sí")
    consent = Consent.objects.get()
    said = Message.objects.inbound().order_by("-id").first()
    assert said is not None
    assert (consent.person, consent.purpose, consent.evidence, consent.asked_by) == (yuli, "reminders", "message", None)
    assert (consent.text_version, consent.language, consent.given_by) == ("reminders.v1", "es", "self")
    assert consent.proof == f"message {said.pk} {said.provider_hash}"
    assert consenting.may(yuli, Purpose.REMINDERS, data=(Data.CONTACT,), at=timezone.now()).is_yes
    heard(hers, "retirar", "1")
    assert not consenting.may(yuli, Purpose.REMINDERS, data=(Data.CONTACT,), at=timezone.now()).is_yes


def test_the_question_of_the_engine_is_the_text_in_force() -> None:
    """The engine knows no room above it: the version it names is compared here."""
    asked = f"consent.{consenting.text_version(Purpose.REMINDERS)}"
    assert asked in her_record.reminders.__code__.co_consts


def test_a_stranger_is_told_the_truth_and_agrees_to_nothing(phone: Phone) -> None:
    assert "no guardamos nada con" in heard(phone, "retirar")
    heard(phone, "recordatorios", "sí")
    assert not Consent.objects.exists()


def test_a_code_from_the_record_joins_the_chat_and_shows_nothing_of_it(phone: Phone, yuli: Person, rosa: User) -> None:
    code = joining.make_code(person=yuli, by=rosa)
    answer = heard(phone, "juntar", "1", code.lower())
    assert "quedó unido" in answer
    assert "CANARIO-31" not in " ".join(phone.heard)
    assert joining.person_behind(Address.objects.get()) == yuli
    heard(phone, "separar")
    assert joining.person_behind(Address.objects.get()) is None


def test_a_code_from_the_chat_is_taken_at_the_desk(phone: Phone, yuli: Person, rosa: User) -> None:
    said = heard(phone, "juntar", "2")
    code = next(word.strip(".") for word in said.split() if codes.is_code(word.strip(".")))
    assert joining.take_code(code, yuli, by=rosa).person == yuli


def test_a_code_of_one_chat_joins_another_without_a_name(phone: Phone, webchat: Channel) -> None:
    said = heard(phone, "juntar", "2")
    code = next(word.strip(".") for word in said.split() if codes.is_code(word.strip(".")))
    conversations.say(webchat, SeenAlias(Scheme.WEB, "a browser"), text=f"juntar {code}", client_id="a" * 24)
    (person,) = Person.objects.all()
    assert {joined.person for joined in Joining.objects.all()} == {person}
    assert Joining.objects.count() == 2
    assert person.name == person.called == ""


def test_wrong_codes_say_the_same_and_after_five_the_right_one_does_not_fit(
    phone: Phone, yuli: Person, rosa: User
) -> None:
    heard(phone, "juntar")
    answers = {heard(phone, "W9RT4D") for _time in range(joining.TRIES)}
    assert JoinCode.objects.get(code_hash="").tries == joining.TRIES
    answers.add(heard(phone, joining.make_code(person=yuli, by=rosa)))
    assert len(answers) == 1
    assert not Joining.objects.exists()


def test_several_messages_at_once_are_one_story(hers: Phone, yuli: Person, rosa: User) -> None:
    consenting.give(yuli, CONTACT, by=rosa)
    hers.says("retirar", "1", "separar")
    work()
    assert Consent.objects.get().withdrawn_at is not None
    assert joining.person_behind(Address.objects.get()) is None


def test_a_yes_is_kept_by_nobody_when_the_door_was_taken_apart_meanwhile(hers: Phone, rosa: User) -> None:
    hers.says("recordatorios", "separar", "sí")
    work()
    assert not Consent.objects.exists()
    hers.says("juntar", "separar")
    work()
    assert "no está unido" in hers.heard[-1]


def test_what_is_no_longer_so_is_not_said(hers: Phone) -> None:
    """Between thinking and writing somebody took the door apart: nothing is written, and a person looks instead."""
    heard(hers, "recordatorios")
    hers.says("sí")
    receiving.take_in()
    (claimed,) = turns.claim(1)
    thought = turns.think(claimed, tools())
    joining.end_at(Address.objects.all(), by=None)
    with pytest.raises(wishes.NobodyBehind), writing():
        turns.settle(thought, wishes.Ledger())
    assert not Consent.objects.exists()
    assert Message.objects.waiting().count() == 1


def test_a_recycled_number_takes_back_nothing_of_whoever_had_it(phone: Phone, yuli: Person, rosa: User) -> None:
    phone.user_id = "CO.aaaaaaaa1"
    heard(phone, "hola")
    joining.join_orally(yuli, Address.objects.get(), by=rosa)
    consent = consenting.give(yuli, CONTACT, by=rosa)
    phone.user_id = "CO.bbbbbbbb2"
    assert "no guardamos nada con" in heard(phone, "retirar")
    consent.refresh_from_db()
    assert consent.withdrawn_at is None


# -- a child -------------------------------------------------------------------------------------------------------------


def test_a_child_agrees_to_no_reminders_without_whoever_looks_after_her(hers: Phone, yuli: Person) -> None:
    yuli.birth_year = timezone.localdate().year - 12
    yuli.save()
    heard(hers, "recordatorios", "sí")
    assert not Consent.objects.exists()


def test_a_door_she_joined_stays_hers_after_the_words_are_gone(hers: Phone, yuli: Person) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        work()
        assert not Conversation.objects.exists()
        assert [one.person for one in joining.doors_of(yuli, timezone.now())] == [yuli]


def test_a_door_is_forgotten_180_days_after_she_left_it(hers: Phone, yuli: Person) -> None:
    began = timezone.now()
    for days in (181, 200):
        with time_machine.travel(began + timedelta(days=days)):
            work()
            joining.end_at(Address.objects.all(), by=None)
    with time_machine.travel(began + timedelta(days=350)):
        work()
        assert Address.objects.count() == 1
    with time_machine.travel(began + timedelta(days=365)):
        work()
        assert Address.objects.count() == 0
        assert Person.objects.filter(pk=yuli.pk).exists()
