"""What a colleague may ask of somebody through a chat, in which words, and what an answer there is worth."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
import yaml
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from baquiano.accounts.models import Area, AuditEntry, Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations import asking, documents, owning, remote
from baquiano.conversations.models import Conversation, Handoff, Message, Wording
from baquiano.conversations.owning import CannotDoThat
from baquiano.custody import actions as custody
from baquiano.custody import copies, forgetting
from baquiano.directory.models import Organization
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.universal import plain_answer
from baquiano.files.models import Purpose as KeptFor
from baquiano.lib.turnstile import writing
from baquiano.people import consenting, from_afar, holding, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.contact import SafeContact, dump
from baquiano.people.from_afar import Question, Wanted
from baquiano.people.models import Address, Consent, ConsentQuestion, PaperRequest, Person
from baquiano.people.models.consent import Purpose
from baquiano.people.models.particulars import DocumentKind
from baquiano.safety.actions import raise_alert
from tests.workspace.visitors import Visitor, comes_in

pytestmark = pytest.mark.django_db

PACK = Path(__file__).parents[2] / "packs" / "comun" / "wording"
LANGUAGES = ("es", "en", "pt", "fr", "ht")
CONTACT = Question(Purpose.CONTACT, (Data.NAME, Data.CONTACT))
PASSPORT = Wanted(DocumentKind.PASSPORT, KeptFor.PROCEDURE)


def until(days: int = 30) -> datetime:
    return timezone.now() + timedelta(days=days)


def health() -> Question:
    return Question(Purpose.SENSITIVE, (Data.HEALTH,), area=Area.MEDICAL, ends_at=until(), nobody_else_reads=True)


@pytest.fixture
def clinic(db: None) -> Organization:
    return Organization.objects.create(name="Centro Arrayán")


def to_share(clinic: Organization) -> Question:
    data = (Data.NAME, Data.NEED)
    return Question(Purpose.SHARE, data, clinic, share_for="care", ends_at=until(), nobody_else_reads=True)


@pytest.fixture
def yuli(rosa: User) -> Person:
    return register(Described(name="Yulimar CANARIO-31 Rojas", called="Yuli"), by=rosa)


@dataclass
class Chat:
    """Her web chat."""

    visitor: Visitor

    @property
    def heard(self) -> list[str]:
        said = Message.objects.exclude(author="person").order_by("id")
        return [message.text for message in said]

    def says(self, *texts: str) -> str:
        """What is answered last."""
        for text in texts:
            self.visitor.says(text)
        return self.heard[-1]


@pytest.fixture
def hers(webchat: Channel, organisation: Organisation, yuli: Person, rosa: User) -> Chat:
    """Her chat, joined to her record, in the words of the shipped packs."""
    for language in LANGUAGES:
        texts = yaml.safe_load((PACK / f"{language}.yaml").read_text(encoding="utf-8"))
        Wording.objects.bulk_create(Wording(key=key, language=language, text=text) for key, text in texts.items())
    chat = Chat(comes_in(webchat, "her-token"))
    chat.says("menu")
    joining.join_orally(yuli, Address.objects.get(), by=rosa)
    return chat


@pytest.fixture
def talk(hers: Chat) -> Conversation:
    return Conversation.objects.get()


def asked(chat: Chat, question: Question, by: User) -> str:
    asking.ask(Conversation.objects.get(), question, by=by)
    return chat.heard[-1]


def test_the_words_say_what_with_whom_until_when_that_no_changes_nothing_and_how_to_take_it_back(
    hers: Chat, clinic: Organization, rosa: User
) -> None:
    question = to_share(clinic)
    words = asked(hers, question, rosa)
    assert question.ends_at
    day = timezone.localdate(question.ends_at).strftime("%d-%m-%Y")
    for part in ("Centro Arrayán", "nombre o apodo", "qué se necesita", "recibir atención", day, "no y", "RETIRAR"):
        assert part in words
    assert "CANARIO-31" not in words


def test_what_is_sensitive_is_for_one_area_until_a_day(hers: Chat, yuli: Person, rosa: User) -> None:
    words = asked(hers, health(), rosa)
    assert "salud" in words
    assert "el equipo de salud" in words
    hers.says("sí")
    consent = Consent.objects.get()
    assert (consent.data, consent.text_version) == (["health"], "sensitive.v2")
    assert consent.expires_at is not None
    assert consenting.may(yuli, Purpose.SENSITIVE, data=(Data.HEALTH,), at=timezone.now()).is_yes
    assert not consenting.may(yuli, Purpose.SENSITIVE, data=(Data.DISABILITY,), at=timezone.now()).is_yes


@pytest.mark.parametrize("no", ["no", "No.", "non", "não", "nop", "2"])
def test_any_no_is_a_no_and_changes_nothing(hers: Chat, rosa: User, no: str) -> None:
    asked(hers, CONTACT, rosa)
    assert "ayudamos igual" in hers.says(no)
    assert not Consent.objects.exists()
    assert ConsentQuestion.objects.get().is_yes is False
    assert AuditEntry.objects.filter(verb="consent.refused").exists()


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr", "ht"])
def test_it_is_asked_and_answered_in_her_language(hers: Chat, talk: Conversation, rosa: User, language: str) -> None:
    hers.says({"es": "español", "en": "english", "pt": "português", "fr": "français", "ht": "kreyòl"}[language])
    asked(hers, CONTACT, rosa)
    hers.says({"es": "sí", "en": "Yes", "pt": "sim", "fr": "Oui.", "ht": "Wi"}[language])
    assert Consent.objects.get().language == language


def test_the_button_says_it_too(hers: Chat, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    hers.says("1")
    assert Consent.objects.count() == 1


@pytest.mark.parametrize(
    "doubt", ["sí pero solo hasta el viernes", "ok", "vale", "👍", "sí?", "no sé", "claro que si pero despues", "dakò"]
)
def test_in_doubt_nothing_is_agreed_and_somebody_reads_it(hers: Chat, rosa: User, doubt: str) -> None:
    asked(hers, CONTACT, rosa)
    assert "No anoté nada" in hers.says(doubt)
    assert not Consent.objects.exists()
    assert Handoff.objects.open().exists()
    hers.says("sí")
    assert not Consent.objects.exists()


def test_a_yes_after_something_else_agrees_to_nothing(hers: Chat, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    hers.says("menu", "sí")
    assert not Consent.objects.exists()


def test_a_yes_after_its_time_agrees_to_nothing(hers: Chat, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    with time_machine.travel(timezone.now() + from_afar.LASTS + timedelta(minutes=1)):
        assert "ya pasó" in hers.says("sí")
    assert not Consent.objects.exists()


def test_words_that_changed_meanwhile_were_not_agreed_to(
    hers: Chat, rosa: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(hers, CONTACT, rosa)
    monkeypatch.setitem(consenting.VERSIONS, Purpose.CONTACT, "v9")
    assert "ya pasó" in hers.says("sí")
    assert not Consent.objects.exists()


def test_one_question_at_a_time(hers: Chat, talk: Conversation, clinic: Organization, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    with pytest.raises(CannotDoThat):
        asking.ask(talk, to_share(clinic), by=rosa)
    asking.take_back(talk, by=rosa)
    asked(hers, to_share(clinic), rosa)
    hers.says("sí")
    assert Consent.objects.get().purpose == Purpose.SHARE
    assert [one.answer for one in asking.questions_of(Conversation.objects.get())] == ["yes", "nothing"]


def test_a_question_that_was_taken_back_is_not_answered(hers: Chat, talk: Conversation, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    asking.take_back(talk, by=rosa)
    hers.says("sí")
    assert not Consent.objects.exists()


def test_whoever_left_the_record_meanwhile_agrees_for_nobody(hers: Chat, talk: Conversation, rosa: User) -> None:
    asked(hers, CONTACT, rosa)
    joining.end_at([talk.address], by=None)
    hers.says("sí")
    assert not Consent.objects.exists()


def test_the_question_lives_through_a_restart(hers: Chat, talk: Conversation, rosa: User) -> None:
    """Everything of it is in rows: what a new process reads."""
    asked(hers, CONTACT, rosa)
    talk.refresh_from_db()
    assert asking.state_of(talk).step == "agreement"
    assert [one.answer for one in asking.questions_of(talk)] == ["waiting"]


def test_while_a_colleague_answers_a_plain_yes_is_taken_and_anything_else_is_for_them(
    hers: Chat, talk: Conversation, rosa: User
) -> None:
    owning.take_over(talk, by=rosa)
    asked(hers, CONTACT, rosa)
    before = len(hers.heard)
    hers.says("espere un momento", "sí")
    assert len(hers.heard) == before
    assert not Consent.objects.exists()
    asked(hers, CONTACT, rosa)
    assert "Lo anoté" in hers.says("sí")
    assert Consent.objects.count() == 1


def test_nobody_is_asked_while_another_colleague_answers(talk: Conversation, rosa: User, bruno: User) -> None:
    owning.take_over(talk, by=rosa)
    with pytest.raises(CannotDoThat):
        asking.ask(talk, CONTACT, by=bruno)


def test_an_open_alert_in_another_chat_of_hers_counts(hers: Chat, talk: Conversation, yuli: Person, rosa: User) -> None:
    other = Conversation.objects.create(address=Address.objects.create(channel=talk.address.channel))
    joining.join_orally(yuli, other.address, by=rosa)
    with writing():
        raise_alert(Finding(Level.P1, Danger.VIOLENCE, "test"), about=f"conversation:{other.pk}")
    with pytest.raises(CannotDoThat):
        documents.ask(talk, PASSPORT, by=rosa)


def test_nothing_is_written_to_whoever_must_not_be_written_to(talk: Conversation, yuli: Person, rosa: User) -> None:
    holding.settle_person(yuli, dump(SafeContact(may_write=False)), by=rosa)
    with pytest.raises(CannotDoThat, match=r"(?i)call|llama"):
        asking.ask(talk, CONTACT, by=rosa)


@pytest.mark.parametrize(
    "rule", [SafeContact(may_say_who=False, word="luna"), SafeContact(may_say_who=True, never_tell="él")]
)
def test_where_somebody_else_may_read_only_neutral_words_are_written(
    hers: Chat, talk: Conversation, clinic: Organization, yuli: Person, rosa: User, rule: SafeContact
) -> None:
    holding.settle_person(yuli, dump(rule), by=rosa)
    for question in (health(), to_share(clinic), Question(Purpose.IMAGE, (Data.IMAGE,), nobody_else_reads=True)):
        with pytest.raises(CannotDoThat):
            asking.ask(talk, question, by=rosa)
    asked(hers, Question(Purpose.NEWS, (Data.CONTACT,)), rosa)


def test_what_names_somebody_needs_her_word_that_nobody_else_reads(talk: Conversation, rosa: User) -> None:
    question = Question(Purpose.SENSITIVE, (Data.HEALTH,), area=Area.MEDICAL, ends_at=until())
    with pytest.raises(CannotDoThat):
        asking.ask(talk, question, by=rosa)


@pytest.mark.parametrize("data", [Data.RISK, Data.ORIENTATION, Data.BELIEF])
def test_some_words_are_never_written(talk: Conversation, rosa: User, data: Data) -> None:
    question = Question(Purpose.SENSITIVE, (data,), area=Area.SOCIAL, ends_at=until(), nobody_else_reads=True)
    with pytest.raises(CannotDoThat):
        asking.ask(talk, question, by=rosa)


@pytest.mark.parametrize(
    "question",
    [
        Question(Purpose.RESEARCH, (Data.NEED,)),
        Question(Purpose.SENSITIVE, (Data.HEALTH,), ends_at=until(), nobody_else_reads=True),
        Question(Purpose.SENSITIVE, (Data.HEALTH,), area=Area.LEGAL, ends_at=until(), nobody_else_reads=True),
        Question(Purpose.SENSITIVE, (Data.HEALTH,), area=Area.MEDICAL, nobody_else_reads=True),
        Question(Purpose.SHARE, (Data.NAME,), share_for="care", ends_at=until(), nobody_else_reads=True),
        Question(Purpose.CONTACT, ()),
    ],
)
def test_a_question_without_its_edges_is_not_asked(talk: Conversation, rosa: User, question: Question) -> None:
    with pytest.raises(CannotDoThat):
        asking.ask(talk, question, by=rosa)
    assert not ConsentQuestion.objects.exists()


def test_nobody_is_asked_out_of_the_blue(talk: Conversation, rosa: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(CannotDoThat):
        asking.ask(talk, CONTACT, by=rosa)


def test_nobody_unknown_is_asked(talk: Conversation, rosa: User) -> None:
    joining.end_at([talk.address], by=None)
    with pytest.raises(CannotDoThat):
        asking.ask(talk, CONTACT, by=rosa)


def test_a_child_is_asked_with_whoever_looks_after_her(talk: Conversation, yuli: Person, rosa: User) -> None:
    Person.objects.filter(pk=yuli.pk).update(birth_year=timezone.localdate().year - 12)
    with pytest.raises(CannotDoThat):
        asking.ask(talk, CONTACT, by=rosa)
    with pytest.raises(CannotDoThat):
        documents.ask(talk, PASSPORT, by=rosa)


def test_what_was_just_written_is_read_before_anything_is_asked(hers: Chat, talk: Conversation, rosa: User) -> None:
    Message.objects.filter(conversation=talk).update(state=Message.State.WAITING)
    with pytest.raises(CannotDoThat):
        asking.ask(talk, CONTACT, by=rosa)


def test_why_is_written_down_changed_and_counted(talk: Conversation, yuli: Person, rosa: User) -> None:
    remote.say_why(talk, "care", by=rosa)
    remote.say_why(talk, "distance", by=rosa)
    talk.refresh_from_db()
    assert (talk.remote_why, talk.remote_by) == ("distance", rosa)
    entries = AuditEntry.objects.filter(verb="conversation.remote_why")
    assert [entry.about for entry in entries] == [str(yuli.pk)] * 2
    day = timedelta(days=1)
    assert remote.reasons(timezone.now() - day, timezone.now() + day) == Counter(distance=1)
    assert remote.reasons(timezone.now() + day, timezone.now() + 2 * day) == Counter()


def test_a_reason_that_is_not_one_of_ours_is_refused(talk: Conversation, rosa: User) -> None:
    with pytest.raises(CannotDoThat):
        remote.say_why(talk, "lazy", by=rosa)


def test_it_may_be_left_unsaid_again(talk: Conversation, rosa: User) -> None:
    remote.say_why(talk, "fear", by=rosa)
    remote.say_why(talk, "", by=rosa)
    talk.refresh_from_db()
    assert (talk.remote_why, talk.remote_by, talk.remote_at) == ("", None, None)


def test_a_forgotten_person_leaves_neither_reason_nor_question(
    hers: Chat, talk: Conversation, yuli: Person, rosa: User
) -> None:
    remote.say_why(talk, "disability", by=rosa)
    asked(hers, CONTACT, rosa)
    documents.ask(talk, PASSPORT, by=rosa)
    forgetting.forget(yuli, why=forgetting.Why.ASKED, by=rosa)
    talk.refresh_from_db()
    assert talk.remote_why == ""
    assert not ConsentQuestion.objects.exists()
    assert not PaperRequest.objects.exists()


# -- what a plain answer is ----------------------------------------------------------------------------------------------


@given(st.text(max_size=40))
def test_only_one_bare_word_is_ever_a_plain_yes(text: str) -> None:
    if plain_answer(text):
        assert len(text.split()) == 1


@given(
    st.sampled_from(["sí", "yes", "sim", "oui", "wi"]), st.text(alphabet="abcdefghijklmn ñ?", min_size=2, max_size=30)
)
def test_a_yes_with_anything_beside_it_is_none(yes: str, more: str) -> None:
    assert plain_answer(f"{yes} {more}x") is not True


# -- what she is shown ---------------------------------------------------------------------------------------------------


def test_her_copy_says_why_she_is_served_from_afar_and_what_was_asked(
    hers: Chat, talk: Conversation, yuli: Person, rosa: User, carla: User
) -> None:
    remote.say_why(talk, "fear", by=rosa)
    asked(hers, CONTACT, rosa)
    documents.ask(talk, PASSPORT, by=rosa)
    said = copies.to_json(custody.show(yuli, by=carla))
    for part in ("Por qué te atendemos a distancia", "Lo que te preguntamos en un chat", "contact.v1"):
        assert part in said
