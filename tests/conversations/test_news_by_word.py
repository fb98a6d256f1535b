"""A broadcast through WhatsApp's own door: it arrives, and BAJA or RETIRAR closes the door before the next letter leaves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.people import consenting, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.models import Address, Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.models.particulars import Basis
from baquiano.post import audience, broadcasting
from baquiano.post.broadcasting import Draft
from baquiano.post.models import Broadcast, Template
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db

NEWS = Asked(Purpose.NEWS, (Data.CONTACT,), "es", Evidence.SPOKEN)
WORDS = "Hay una jornada el sábado."


@pytest.fixture
def hers(phone: Phone, house: Organisation, rosa: User) -> Phone:
    """She joined her telephone to her record, agreed to news, and wrote a moment ago."""
    house.letter_hours = "24/7"
    house.save()
    says(phone, "hola")
    person = register(Described(called="Yuli", language="es"), by=rosa)
    joining.join_orally(person, Address.objects.get(), by=rosa)
    consenting.give(person, NEWS, by=rosa)
    return phone


def says(phone: Phone, text: str) -> None:
    phone.says(text, at=int(timezone.now().timestamp()))
    work()


def broadcast(edu: User) -> Broadcast:
    written = broadcasting.write(Draft("Jornada", {"es": WORDS}), by=edu)
    broadcasting.begin_alone(written, seen=audience.dry_run(written, timezone.now()).digest, by=edu)
    return written


def test_it_arrives_once(hers: Phone, edu: User) -> None:
    begun = broadcast(edu)
    work()
    work()
    assert hers.heard.count(WORDS) == 1
    assert Broadcast.objects.get(pk=begun.pk).state == Broadcast.Stage.DONE


@pytest.mark.parametrize("answers", [("BAJA",), ("STOP",), ("retirar", "1")])
def test_a_word_of_hers_closes_the_door_before_the_next_letter_leaves(
    hers: Phone, edu: User, answers: tuple[str, ...]
) -> None:
    begun = broadcast(edu)
    broadcasting.pause(begun, by=edu)
    for answer in answers:
        says(hers, answer)
    broadcasting.go_on(begun, by=edu)
    work()
    assert WORDS not in hers.heard
    assert begun.lines.get().why_not in ("opted_out", "no_consent")
    again = broadcasting.write(Draft("Otra", {"es": WORDS}), by=edu)
    assert len(audience.dry_run(again, timezone.now())) == 0


def test_after_a_day_of_silence_she_is_told_and_reads_it_when_she_writes(hers: Phone, edu: User) -> None:
    line = hers.channel
    Template.objects.create(
        channel=line, name="noticia", language="es", use=Template.Use.NEWS, text="Tenemos un aviso para ti.",
        state=Template.Status.APPROVED,
    )  # fmt: skip
    hers.graph.approve("noticia", "Tenemos un aviso para ti.", language="es")
    Address.objects.update(heard_at=timezone.now() - timedelta(days=2))
    broadcast(edu)
    work()
    assert WORDS not in hers.heard
    assert any("noticia" in words for words in hers.heard)
    says(hers, "hola")
    assert hers.heard.count(WORDS) == 1


def test_news_need_her_own_consent_and_nothing_else(hers: Phone, rosa: User) -> None:
    person = Person.objects.get()
    duty = Asked(Purpose.NEWS, (Data.CONTACT,), "es", Evidence.SPOKEN, basis=Basis.LEGAL_DUTY, reason="porque sí")
    with pytest.raises(consenting.CannotConsent, match="no hay excepción"):
        consenting.give(person, duty, by=rosa)
