"""Serving somebody from afar, on the screen: who may ask what, a record from the chat, an agreement, a document and why."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.channels.models import Channel
from baquiano.conversations import seeing
from baquiano.conversations.models import Conversation, Enclosure, Message, Wording
from baquiano.conversations.owning import take_over
from baquiano.directory.models import Organization, Service, Visibility
from baquiano.files.actions import Term, keep
from baquiano.files.models import Purpose as KeptFor
from baquiano.people import joining
from baquiano.people.actions import Described, register
from baquiano.people.contact import SafeContact, dump
from baquiano.people.models import Address, Consent, ConsentQuestion, KeptPaper, PaperRequest, Person
from tests.conftest import Joins, browser_of
from tests.files import samples
from tests.workspace.visitors import Visitor, comes_in

pytestmark = pytest.mark.django_db

PACK = Path(__file__).parents[2] / "packs" / "comun" / "wording" / "es.yaml"
CONTACT = {"purpose": "contact"}


def health() -> dict[str, Any]:
    until = f"{timezone.localdate() + timedelta(days=30):%Y-%m-%d}"
    return {"purpose": "sensitive", "area": "medical", "kinds": ["health"], "until": until}


@pytest.fixture
def ana(joins: Joins) -> User:
    """Orienter: answers people and may keep a paper of them."""
    return joins("ana", "Ana", Role.ORIENTER)


@pytest.fixture
def browser(ana: User) -> Client:
    return browser_of(ana)


@pytest.fixture
def yuli(webchat: Channel, organisation: Organisation) -> Visitor:
    """She hears the words of the shipped packs."""
    texts = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    Wording.objects.bulk_create(Wording(key=key, language="es", text=text) for key, text in texts.items())
    return comes_in(webchat, "yulis-token")


@pytest.fixture
def talk(waiting: Conversation, ana: User) -> Conversation:
    """Ana answers Yuli."""
    take_over(waiting, by=ana)
    waiting.refresh_from_db()
    return waiting


@pytest.fixture
def known(talk: Conversation, ana: User) -> Person:
    """Her chat is joined to a record that Ana wrote."""
    person = register(Described(name="Yulimar CANARIO-31 Rojas", called="Yuli"), by=ana)
    joining.join_orally(person, talk.address, by=ana)
    return person


def at(talk: Conversation, what: str = "") -> str:
    return f"/workspace/inbox/{talk.pk}/{what}"


def page(browser: Client, talk: Conversation) -> str:
    return browser.get(at(talk)).content.decode()


def last_said() -> str:
    return Message.objects.exclude(author="person").latest("id").text


def test_nothing_is_asked_in_a_language_the_text_is_not_written_in(
    browser: Client, talk: Conversation, known: Person, yuli: Visitor
) -> None:
    Conversation.objects.filter(pk=talk.pk).update(state={}, language="fr")
    assert browser.post(at(talk, "consent/"), {**CONTACT, "send": "1"}).status_code == 422
    assert browser.post(at(talk, "document/"), DOCUMENT).status_code == 422


# -- a record ------------------------------------------------------------------------------------------------------------


def test_a_record_is_written_from_the_chat_and_joined_to_it_because_she_wants_it(
    browser: Client, talk: Conversation, ana: User
) -> None:
    assert at(talk, "record/") in page(browser, talk)
    response = browser.post(at(talk, "record/"), {"called": "Yuli", "agreed": "on"})
    assert response.status_code == 302
    person = Person.objects.get()
    assert (person.called, person.name) == ("Yuli", "")
    assert joining.person_behind(talk.address) == person
    assert AuditEntry.objects.filter(verb="joining.made", actor=ana).exists()
    assert at(talk, "record/") not in page(browser, talk)


def test_without_her_agreement_nothing_is_written(browser: Client, talk: Conversation) -> None:
    response = browser.post(at(talk, "record/"), {"called": "Yuli"})
    assert response.status_code == 422
    assert not Person.objects.exists()


def test_the_form_is_that_of_the_desk_and_every_field_is_optional(browser: Client, talk: Conversation) -> None:
    assert 'name="municipality"' in browser.get(at(talk, "record/")).content.decode()
    assert browser.post(at(talk, "record/"), {"agreed": "on"}).status_code == 302
    assert Person.objects.count() == 1


def test_a_chat_that_is_somebodys_gets_no_second_record(browser: Client, talk: Conversation, known: Person) -> None:
    assert browser.post(at(talk, "record/"), {"agreed": "on"}).status_code == 302
    assert Person.objects.count() == 1


# -- an agreement --------------------------------------------------------------------------------------------------------


def test_ana_sees_the_words_and_then_sends_them(
    browser: Client, talk: Conversation, known: Person, yuli: Visitor
) -> None:
    asked = at(talk, "consent/")
    preview = browser.post(asked, {**CONTACT, "see": "1"}).content.decode()
    assert "guardar tu nombre o apodo" in preview
    assert not ConsentQuestion.objects.exists()
    assert browser.post(asked, {**CONTACT, "send": "1"}).status_code == 302
    assert "guardar tu nombre o apodo" in last_said()
    assert "sin respuesta todavía" in page(browser, talk)
    yuli.says("Sí")
    assert Consent.objects.get().person == known
    assert "dijo que sí" in page(browser, talk)


def test_what_she_says_instead_is_shown_as_no_agreement(
    browser: Client, talk: Conversation, known: Person, yuli: Visitor
) -> None:
    browser.post(at(talk, "consent/"), {**CONTACT, "send": "1"})
    yuli.says("sí pero solo hasta el viernes")
    assert "no aceptó nada" in page(browser, talk)
    assert not Consent.objects.exists()


def test_a_question_is_taken_back(browser: Client, talk: Conversation, known: Person, yuli: Visitor) -> None:
    browser.post(at(talk, "consent/"), {**CONTACT, "send": "1"})
    browser.post(at(talk, "consent/back/"))
    yuli.says("Sí")
    assert not Consent.objects.exists()


def test_what_names_somebody_is_not_written_where_others_read(
    browser: Client, talk: Conversation, known: Person
) -> None:
    response = browser.post(at(talk, "consent/"), {**health(), "send": "1"})
    assert response.status_code == 422
    assert "puede leer este teléfono" in response.content.decode()
    assert browser.post(at(talk, "consent/"), {**health(), "nobody_else_reads": "on", "send": "1"}).status_code == 302
    assert "el equipo de salud" in last_said()


def test_safe_contact_says_call_and_nothing_is_sent(browser: Client, talk: Conversation, known: Person) -> None:
    Address.objects.filter(pk=talk.address_id).update(safe_contact=dump(SafeContact(may_write=False)))
    response = browser.post(at(talk, "consent/"), {**CONTACT, "send": "1"})
    assert response.status_code == 422
    assert not ConsentQuestion.objects.exists()


def test_what_a_form_invents_is_not_believed(browser: Client, talk: Conversation, known: Person) -> None:
    for forged in ({"purpose": "research"}, {"purpose": "sensitive", "area": "medical", "kinds": ["risk"]}, {}):
        assert browser.post(at(talk, "consent/"), {**forged, "send": "1"}).status_code == 422
    Organization.objects.create(name="Cerrada", is_active=False)
    shared = {"purpose": "share", "receiver": str(Organization.objects.get().pk), "kinds": ["name"], "send": "1"}
    assert browser.post(at(talk, "consent/"), shared).status_code == 422


def test_a_shelter_is_no_receiver_to_ask_about(browser: Client, talk: Conversation, known: Person) -> None:
    shelter = Organization.objects.create(name="CANARIO-albergue")
    Service.objects.create(organization=shelter, name="Acogida", visibility=Visibility.CONFIDENTIAL)
    assert "CANARIO-albergue" not in browser.get(at(talk, "consent/")).content.decode()
    shared = {"purpose": "share", "receiver": str(shelter.pk), "kinds": ["name"], "send": "1"}
    assert browser.post(at(talk, "consent/"), shared).status_code == 422


def test_a_voice_note_that_was_heard_is_written_down(
    browser: Client, talk: Conversation, known: Person, ana: User
) -> None:
    note = sent(talk, samples.opus(), "audio")
    assert "Lo dijo en una nota de voz" not in browser.get(at(talk, "consent/")).content.decode()
    seeing.see_no_danger(note, "", by=ana)
    asked = {**CONTACT, "aloud": "1", "voice": str(note.pk), "words": "sí, acepto"}
    assert browser.post(at(talk, "consent/"), {**asked, "voice": "999"}).status_code == 422
    assert browser.post(at(talk, "consent/"), {**asked, "words": ""}).status_code == 422
    assert browser.post(at(talk, "consent/"), asked).status_code == 302
    assert Consent.objects.get().evidence == "voice"


# -- a document ----------------------------------------------------------------------------------------------------------


def sent(talk: Conversation, data: bytes, kind: str) -> Enclosure:
    """As the loop leaves it."""
    message = Message.objects.create(
        conversation=talk, channel=talk.address.channel, author="person", kind=kind, text="", state="owned"
    )
    attachment = keep(BytesIO(data), Term(KeptFor.MESSAGE))
    return Enclosure.objects.create(message=message, provider_id="", state="kept", attachment=attachment)


DOCUMENT = {"kind": "passport", "kept_for": "procedure", "days": "30", "area": ""}


def test_a_document_is_asked_for_looked_at_and_filed(
    browser: Client, talk: Conversation, known: Person, ana: User
) -> None:
    assert browser.post(at(talk, "document/"), DOCUMENT).status_code == 302
    assert "pasaporte" in last_said()
    photo = sent(talk, samples.jpeg(), "image")
    assert "di que lo viste" in page(browser, talk)
    browser.post(at(talk, f"document/{photo.message_id}/"))
    assert not KeptPaper.objects.exists()
    seeing.see_no_danger(photo, "", by=ana)
    browser.post(at(talk, f"document/{photo.message_id}/"))
    assert KeptPaper.objects.get().person == known
    assert "se borra el" in page(browser, talk)


def test_it_may_be_needed_no_more(browser: Client, talk: Conversation, known: Person) -> None:
    browser.post(at(talk, "document/"), DOCUMENT)
    assert browser.post(at(talk, "document/end/")).status_code == 302
    assert PaperRequest.objects.get().ended_at is not None
    assert browser.post(at(talk, "document/end/")).status_code == 404


def test_of_another_conversation_nothing_is_filed(browser: Client, talk: Conversation, known: Person) -> None:
    browser.post(at(talk, "document/"), DOCUMENT)
    other = Conversation.objects.create(address=Address.objects.create(channel=talk.address.channel))
    photo = sent(other, samples.jpeg(), "image")
    browser.post(at(talk, f"document/{photo.message_id}/"))
    assert not KeptPaper.objects.exists()


# -- why from afar -------------------------------------------------------------------------------------------------------


def test_why_is_one_choice_that_may_change(browser: Client, talk: Conversation, ana: User) -> None:
    assert browser.post(at(talk, "remote/"), {"why": "care"}).status_code == 302
    talk.refresh_from_db()
    assert (talk.remote_why, talk.remote_by) == ("care", ana)
    assert '<option value="care" selected>' in page(browser, talk)
    browser.post(at(talk, "remote/"), {"why": "lazy"})
    browser.post(at(talk, "remote/"), {"why": ""})
    talk.refresh_from_db()
    assert talk.remote_why == ""


# -- who may ask what ----------------------------------------------------------------------------------------------------

DEEDS = ("remote/", "record/", "consent/", "consent/back/", "document/", "document/end/")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.IT, Role.RECEPTION])
def test_who_answers_nobody_asks_nothing(joins: Joins, talk: Conversation, known: Person, role: Role) -> None:
    other = browser_of(joins("otra", "Otra", role))
    for deed in DEEDS:
        assert other.post(at(talk, deed), {**CONTACT, **DOCUMENT, "why": "care", "send": "1"}).status_code in (403, 404)
    assert not ConsentQuestion.objects.exists()
    assert not PaperRequest.objects.exists()


def test_an_operator_who_does_not_see_the_person_asks_her_nothing(
    rosas_browser: Client, talk: Conversation, known: Person
) -> None:
    for deed in ("consent/", "consent/back/"):
        assert rosas_browser.post(at(talk, deed), {**CONTACT, "send": "1"}).status_code == 404
    assert rosas_browser.post(at(talk, "document/"), DOCUMENT).status_code in (403, 404)
    assert AuditEntry.objects.filter(verb="refused").exists()


def test_without_a_record_there_is_nothing_to_agree_to(browser: Client, talk: Conversation) -> None:
    assert browser.get(at(talk, "consent/")).status_code == 404
    assert browser.get(at(talk, "document/")).status_code == 404
