"""Served from afar as if she were here, through WhatsApp's own door: her yes, her voice, one document by photo."""

import itertools
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import asking, documents, owning, remote, seeing
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message
from baquiano.conversations.owning import CannotDoThat
from baquiano.files.models import Purpose as KeptFor
from baquiano.people import from_afar, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.from_afar import Question, Wanted
from baquiano.people.models import Address, Consent, ConsentQuestion, KeptPaper, PaperRequest, Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.models.particulars import DocumentKind
from baquiano.safety.models import Alert
from tests.conversations.conftest import Phone, work
from tests.fakes.graph import Graph, picture, webhook
from tests.files import samples

pytestmark = pytest.mark.django_db

CONTACT = Question(Purpose.CONTACT, (Data.NAME, Data.CONTACT))
PASSPORT = Wanted(DocumentKind.PASSPORT, KeptFor.PROCEDURE)


@pytest.fixture
def yuli(rosa: User) -> Person:
    return register(Described(name="Yulimar CANARIO-31 Rojas", called="Yuli"), by=rosa)


@pytest.fixture
def hers(phone: Phone, yuli: Person, rosa: User) -> Phone:
    """Her telephone, joined to her record, with a clock that is ours."""
    phone.clock = itertools.count(int(timezone.now().timestamp()), 1)
    heard(phone, "hola")
    joining.join_orally(yuli, Address.objects.get(), by=rosa)
    return phone


@pytest.fixture
def talk(hers: Phone) -> Conversation:
    return Conversation.objects.get()


def in_a_second() -> int:
    """By her own clock, after whatever was said before."""
    return int(timezone.now().timestamp()) + 1


def heard(phone: Phone, *texts: str) -> str:
    """What is answered last."""
    for text in texts:
        phone.says(text, at=in_a_second())
        work()
    return phone.heard[-1]


def asked(phone: Phone, question: Question, by: User) -> str:
    asking.ask(Conversation.objects.get(), question, by=by)
    work()
    return phone.heard[-1]


def test_her_yes_is_the_consent_and_her_message_its_proof(hers: Phone, yuli: Person, rosa: User) -> None:
    assert "guardar" in asked(hers, CONTACT, rosa)
    assert "Lo anoté" in heard(hers, "Sí")
    said = Message.objects.inbound().latest("id")
    consent = Consent.objects.get()
    assert (consent.person, consent.purpose, consent.evidence) == (yuli, "contact", Evidence.MESSAGE)
    assert consent.proof == f"message {said.pk} {said.provider_hash}"
    assert (consent.asked_by, consent.text_version, consent.language) == (rosa, "contact.v1", "es")
    assert ConsentQuestion.objects.get().consent == consent
    entry = AuditEntry.objects.get(verb="consent.given")
    assert (entry.actor, entry.about) == (None, str(yuli.pk))


def test_retirar_takes_it_back(hers: Phone, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    heard(hers, "sí", "retirar", "1")
    assert Consent.objects.get().withdrawn_at is not None


def test_a_yes_that_was_on_its_way_before_we_asked_answers_something_else(hers: Phone, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    hers.says("sí", at=int(timezone.now().timestamp()) - 60)
    work()
    assert not Consent.objects.exists()


def test_danger_ends_the_question_and_the_yes_after_it_is_about_the_place(hers: Phone, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    heard(hers, "mi marido me está pegando y tengo miedo", "sí")
    assert not Consent.objects.exists()
    assert Handoff.objects.filter(reason="danger").exists()


def test_also_while_a_colleague_answers(hers: Phone, talk: Conversation, rosa: User) -> None:
    owning.take_over(talk, by=rosa)
    asked(hers, CONTACT, rosa)
    heard(hers, "me voy a matar")
    assert "(Mensaje automático)" in hers.heard[-1]
    heard(hers, "sí")
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    "text", ["sí, y mi marido me está pegando ahora", "sí pero no se lo digan a mi marido que me pega"]
)
def test_a_yes_with_danger_beside_it_is_danger(hers: Phone, rosa: User, text: str) -> None:
    asked(hers, CONTACT, rosa)
    heard(hers, text)
    assert not Consent.objects.exists()
    assert Handoff.objects.filter(reason="danger").exists()


def test_nobody_in_danger_is_asked_for_anything(hers: Phone, talk: Conversation, rosa: User) -> None:
    heard(hers, "mi marido me está pegando y tengo miedo")
    with pytest.raises(CannotDoThat):
        asking.ask(talk, CONTACT, by=rosa)
    with pytest.raises(CannotDoThat):
        documents.ask(talk, PASSPORT, by=rosa)
    assert not PaperRequest.objects.exists()


def test_borrar_empties_it(hers: Phone, talk: Conversation, rosa: User) -> None:
    remote.say_why(talk, "disability", by=rosa)
    heard(hers, "BORRAR", "sí")
    talk.refresh_from_db()
    assert (talk.remote_why, talk.remote_by) == ("", None)


def test_a_creole_yes_to_a_creole_question(hers: Phone, rosa: User) -> None:
    heard(hers, "kreyòl")
    assert "Èske nou ka kenbe" in asked(hers, CONTACT, rosa)
    assert "Mèsi" in heard(hers, "Wi")
    assert Consent.objects.get().language == "ht"


# -- said aloud ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def voice(hers: Phone, graph: Graph) -> Enclosure:
    """She answered with a voice note, and it has come."""
    graph.stores("media-1", samples.opus())
    hers.says_aloud(at=in_a_second())
    work()
    return Enclosure.objects.get()


def test_a_voice_note_is_a_proof_once_somebody_has_heard_it(
    talk: Conversation, voice: Enclosure, yuli: Person, rosa: User
) -> None:
    with pytest.raises(CannotDoThat):
        asking.agreed_aloud(talk, CONTACT, voice, "sí, de acuerdo", by=rosa)
    seeing.see_no_danger(voice, "", by=rosa)
    with pytest.raises(CannotDoThat):
        asking.agreed_aloud(talk, CONTACT, voice, "  ", by=rosa)
    consent = asking.agreed_aloud(talk, CONTACT, voice, "sí, de acuerdo", by=rosa)
    assert (consent.person, consent.evidence, consent.was_read_aloud) == (yuli, Evidence.VOICE, True)
    assert consent.proof == (
        f"voice message {voice.message_id}, heard by {rosa.pk}, confirmed by {rosa.pk}: “sí, de acuerdo”"
    )
    assert AuditEntry.objects.get(verb="consent.given").actor == rosa


def test_the_sound_goes_on_its_day_and_the_proof_stays(
    talk: Conversation, voice: Enclosure, yuli: Person, rosa: User
) -> None:
    seeing.see_no_danger(voice, "", by=rosa)
    asking.agreed_aloud(talk, CONTACT, voice, "sí, de acuerdo", by=rosa)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        work()
        voice.refresh_from_db()
        assert voice.attachment is not None
        assert voice.attachment.erased_at is not None
        assert asking.voices_heard(talk) == []
    assert "sí, de acuerdo" in Consent.objects.get().proof


def test_a_voice_note_that_told_of_danger_is_no_yes(talk: Conversation, voice: Enclosure, rosa: User) -> None:
    seeing.see(voice, "sí, pero mi marido me está pegando ahora", by=rosa)
    with pytest.raises(CannotDoThat):
        asking.agreed_aloud(talk, CONTACT, voice, "sí", by=rosa)
    assert not Consent.objects.exists()


def test_a_voice_note_of_another_conversation_is_no_yes(
    hers: Phone, talk: Conversation, voice: Enclosure, rosa: User
) -> None:
    seeing.see_no_danger(voice, "", by=rosa)
    other = Conversation.objects.create(address=Address.objects.create(channel=hers.channel))
    Message.objects.filter(pk=voice.message_id).update(conversation=other)
    with pytest.raises(CannotDoThat):
        asking.agreed_aloud(talk, CONTACT, voice, "sí", by=rosa)


# -- a document by photo -------------------------------------------------------------------------------------------------


def sends(phone: Phone, graph: Graph, media: str, data: bytes, *, kind: str = "image") -> Enclosure:
    """A picture or a file, fetched and kept."""
    graph.stores(media, data)
    phone.posts(webhook(messages=[picture(media, id=f"wamid.{media}", kind=kind, at=in_a_second(), sha256="")]))
    work()
    return Enclosure.objects.get(message__sent_at__isnull=False, message=Message.objects.inbound().latest("id"))


def test_she_is_asked_in_words_that_leave_her_free(hers: Phone, talk: Conversation, rosa: User) -> None:
    request = documents.ask(talk, PASSPORT, by=rosa)
    work()
    words = hers.heard[-1]
    for part in (
        "pasaporte",
        "solo si quieres",
        request.erase_on.strftime("%d-%m-%Y"),
        "en un punto",
        "ayudamos igual",
    ):
        assert part in words
    assert request.erase_on == timezone.localdate() + timedelta(days=30)
    assert AuditEntry.objects.filter(verb="paper.asked").exists()


def test_the_photo_is_her_paper_only_once_a_colleague_says_so(
    hers: Phone, graph: Graph, talk: Conversation, yuli: Person, rosa: User
) -> None:
    request = documents.ask(talk, PASSPORT, by=rosa)
    photo = sends(hers, graph, "media-7", samples.jpeg())
    assert not KeptPaper.objects.exists()
    with pytest.raises(CannotDoThat):
        documents.file(talk, request, photo, by=rosa)
    seeing.see_no_danger(photo, "", by=rosa)
    paper = documents.file(talk, request, photo, by=rosa)
    assert (paper.person, paper.attachment.purpose) == (yuli, KeptFor.PROCEDURE)
    assert timezone.localdate(paper.attachment.expires_at) == request.erase_on
    photo.refresh_from_db()
    assert photo.attachment is not None
    assert photo.attachment.erased_at is not None
    assert documents.request_of(talk) is None
    with pytest.raises(CannotDoThat):
        documents.file(talk, request, photo, by=rosa)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        work()
        paper.attachment.refresh_from_db()
        assert paper.attachment.erased_at is not None


def test_a_pdf_fits_and_a_voice_note_does_not(
    hers: Phone, graph: Graph, talk: Conversation, voice: Enclosure, rosa: User
) -> None:
    seeing.see_no_danger(voice, "", by=rosa)
    request = documents.ask(talk, PASSPORT, by=rosa)
    sent = sends(hers, graph, "media-8", samples.pdf(), kind="document")
    assert list(documents.candidates(talk, request)) == [sent]


def test_what_came_before_or_too_late_is_an_ordinary_picture(
    hers: Phone, graph: Graph, talk: Conversation, rosa: User
) -> None:
    early = sends(hers, graph, "media-1", samples.jpeg())
    seeing.see_no_danger(early, "", by=rosa)
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        request = documents.ask(talk, PASSPORT, by=rosa)
    with time_machine.travel(timezone.now() + from_afar.LASTS + timedelta(hours=1)):
        late = sends(hers, graph, "media-2", samples.jpeg())
        assert list(documents.candidates(talk, request)) == []
        with pytest.raises(CannotDoThat):
            documents.file(talk, request, late, by=rosa)
    assert not KeptPaper.objects.exists()


def test_one_document_at_a_time_and_it_may_be_needed_no_more(hers: Phone, talk: Conversation, rosa: User) -> None:
    request = documents.ask(talk, PASSPORT, by=rosa)
    with pytest.raises(CannotDoThat):
        documents.ask(talk, PASSPORT, by=rosa)
    from_afar.end_request(request, by=rosa)
    documents.ask(talk, Wanted(DocumentKind.CO_PPT, KeptFor.PROCEDURE), by=rosa)
    work()
    assert "PPT" in hers.heard[-1]


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(DocumentKind.REFUGE, KeptFor.PROCEDURE),
        Wanted(DocumentKind.PASSPORT, KeptFor.PROTECTION),
        Wanted(DocumentKind.PASSPORT, KeptFor.PROCEDURE, days=365),
    ],
)
def test_some_papers_are_never_asked_for_by_photo(talk: Conversation, rosa: User, wanted: Wanted) -> None:
    with pytest.raises(CannotDoThat):
        documents.ask(talk, wanted, by=rosa)


def test_a_picture_that_nobody_has_seen_may_be_a_cry_for_help_and_nothing_is_asked_meanwhile(
    hers: Phone, graph: Graph, talk: Conversation, rosa: User
) -> None:
    sends(hers, graph, "media-1", samples.jpeg())
    assert Alert.objects.unclosed().exists()
    with pytest.raises(CannotDoThat):
        documents.ask(talk, PASSPORT, by=rosa)
