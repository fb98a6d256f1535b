"""A letter nobody just asked for goes only to whoever agreed, at her hours, saying no more than she allowed; an answer always goes."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given as for_all
from hypothesis import strategies as st

from baquiano.accounts.models import Organisation, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.people import consenting, contact, identity, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked, Restrictions
from baquiano.people.contact import UNREACHABLE, SafeContact
from baquiano.people.models import Address, Consent, Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.post import actions as post
from baquiano.post import leaving, unasked
from baquiano.post.models import Letter, State
from baquiano.post.unasked import CannotWrite, Unasked

pytestmark = pytest.mark.django_db

NEUTRAL = OutMessage("Tienes un recordatorio.")
PLAIN = OutMessage("Organización de prueba: mañana a las 10, con la psicóloga.")
REMINDED = Asked(Purpose.REMINDERS, (Data.CONTACT,), "es", Evidence.SPOKEN)


@pytest.fixture(autouse=True)
def daytime(now: time_machine.Traveller) -> None:
    """10:00 in Bogotá, where nobody sleeps."""


@pytest.fixture
def phone(whatsapp: Channel) -> Address:
    """She wrote a moment ago: her window is open."""
    address = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address
    identity.heard({address.pk: timezone.now()})
    return address


@pytest.fixture
def yuli(rosa: User, phone: Address, organisation: Organisation) -> Person:
    """She joined her telephone to her record and wants reminders."""
    person = register(Described(called="Yuli"), by=rosa)
    joining.join_orally(person, phone, by=rosa)
    consenting.give(person, REMINDED, by=rosa)
    return person


def reachable(person: Person, safe: SafeContact) -> None:
    person.safe_contact = contact.dump(safe)
    person.save(update_fields=["safe_contact"])


def remind(address: Address, cause: str = "reminder:1", at: datetime | None = None) -> Letter:
    return unasked.write(Unasked(address, NEUTRAL, cause, Purpose.REMINDERS, message=PLAIN, not_before=at))


def text(letter: Letter) -> str:
    return str(letter.body["text"])


def refused(address: Address) -> bool:
    try:
        remind(address)
    except CannotWrite as reason:
        assert str(reason)
        assert not Letter.objects.exists()
        return True
    return False


def test_whoever_agreed_is_reminded_in_neutral_words(yuli: Person, phone: Address) -> None:
    assert text(remind(phone)) == NEUTRAL.text
    assert [one.letter.cause for one in leaving.lease(timezone.now(), 9)] == ["reminder:1"]


def test_only_whoever_says_so_is_told_who_writes(yuli: Person, phone: Address) -> None:
    reachable(yuli, SafeContact(may_say_who=True))
    assert text(remind(phone)) == PLAIN.text


def test_nobody_is_written_to_without_a_consent(yuli: Person, phone: Address, rosa: User) -> None:
    consenting.withdraw(Consent.objects.get(), by=rosa)
    assert refused(phone)


def test_a_consent_to_be_helped_is_none_to_be_reminded(yuli: Person, phone: Address, rosa: User) -> None:
    consenting.withdraw(Consent.objects.get(), by=rosa)
    consenting.give(yuli, Asked(Purpose.CONTACT, (Data.NAME, Data.CONTACT), "es", Evidence.SPOKEN), by=rosa)
    assert refused(phone)


def test_nobody_known_is_written_to_out_of_the_blue(whatsapp: Channel, organisation: Organisation) -> None:
    stranger = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550009999")]).address
    assert refused(stranger)


def test_a_page_cannot_be_written_to(webchat: Channel, yuli: Person, rosa: User) -> None:
    web = identity.recognise(webchat, [SeenAlias(Scheme.WEB, "token")]).address
    joining.join_orally(yuli, web, by=rosa)
    assert refused(web)


@pytest.mark.parametrize("safe", [SafeContact(may_write=False), SafeContact(hours="cuando él no está"), UNREACHABLE])
def test_safe_contact_closes_the_way(yuli: Person, phone: Address, safe: SafeContact) -> None:
    reachable(yuli, safe)
    assert refused(phone)


def test_what_she_restricted_is_kept(yuli: Person, phone: Address, rosa: User) -> None:
    consenting.withdraw(Consent.objects.get(), by=rosa)
    strict = Asked(
        Purpose.REMINDERS, (Data.CONTACT,), "es", Evidence.SPOKEN, restrictions=Restrictions(no_messages=True)
    )
    consenting.give(yuli, strict, by=rosa)
    assert refused(phone)


def test_outside_her_hours_it_waits_and_holds_up_no_answer(
    yuli: Person, phone: Address, now: time_machine.Traveller
) -> None:
    reachable(yuli, SafeContact(hours="Mo-Su 18:00-20:00"))
    letter = remind(phone)  # it is 10:00 in Bogotá
    assert letter.not_before == timezone.now() + timedelta(hours=8)
    post.send(phone, OutMessage("respuesta"), cause="turn:1:0")
    assert [one.letter.cause for one in leaving.lease(timezone.now(), 9)] == ["turn:1:0"]


def test_what_she_took_back_before_it_left_does_not_leave(yuli: Person, phone: Address, rosa: User) -> None:
    letter = remind(phone)
    consenting.withdraw(Consent.objects.get(), by=None)
    assert leaving.lease(timezone.now(), 9) == []
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.FAILED, unasked.WITHHELD)


def test_a_door_that_changed_hands_before_it_left_gets_nothing(yuli: Person, phone: Address) -> None:
    letter = remind(phone)
    joining.end_at([phone], by=None)
    assert leaving.lease(timezone.now(), 9) == []
    letter.refresh_from_db()
    assert letter.error == unasked.WITHHELD


def test_hours_that_changed_before_it_left_are_kept(yuli: Person, phone: Address, now: time_machine.Traveller) -> None:
    letter = remind(phone)
    reachable(yuli, SafeContact(hours="Mo-Su 18:00-20:00"))
    assert leaving.lease(timezone.now(), 9) == []
    letter.refresh_from_db()
    assert (letter.state, letter.not_before) == (State.QUEUED, timezone.now() + timedelta(hours=8))


def test_an_answer_goes_whatever_was_said_about_letters(yuli: Person, phone: Address, rosa: User) -> None:
    reachable(yuli, UNREACHABLE)
    consenting.withdraw(Consent.objects.get(), by=rosa)
    post.send(phone, OutMessage("respuesta"), cause="turn:1:0")
    assert [one.letter.cause for one in leaving.lease(timezone.now(), 9)] == ["turn:1:0"]


@for_all(
    st.builds(SafeContact, st.booleans(), st.booleans(), st.text(), st.booleans(), st.booleans(), st.text(), st.text())
)
def test_safe_contact_comes_back_as_it_was_written(safe: SafeContact) -> None:
    assert contact.parse(contact.dump(safe)) == safe


@for_all(st.text())
def test_a_damaged_safe_contact_closes_every_way_but_the_careful_ones(text: str) -> None:
    read = contact.parse(text)
    assert not text or read == UNREACHABLE or (read.may_call, read.may_write) == (False, False) or text.startswith("{")


def test_an_odd_yes_is_a_no() -> None:
    assert contact.parse('{"may_write": "no", "may_say_who": 1, "hours": 7}') == UNREACHABLE
