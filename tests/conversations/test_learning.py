"""Through WhatsApp: what nobody could answer is kept, and what told of a danger never is."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Message
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import Article, Question
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db
NONSENSE = "quiero xilofono plutonio para mi zorzal"
SCHOOL = "cómo inscribo a mi hija sin RUN en el colegio, me piden el IPE"


def says(phone: Phone, *texts: str) -> None:
    phone.says(*texts)
    work()


def kept() -> list[str]:
    return [question.text for question in Question.objects.order_by("pk")]


@pytest.fixture
def here(phone: Phone) -> Phone:
    says(phone, "Chile")
    return phone


def test_what_nothing_fitted_is_kept_without_saying_who(here: Phone) -> None:
    says(here, f"{NONSENSE}, mi número es 912345678")
    (question,) = Question.objects.all()
    assert question.text == f"{NONSENSE}, mi número es [#]"
    assert (question.reason, question.country, question.language) == (Question.Reason.UNANSWERED, "CL", "es")
    assert question.asked_at != Message.objects.inbound().latest("pk").received_at


def test_what_was_understood_and_has_no_approved_text_is_kept_with_its_topic(here: Phone) -> None:
    Article.objects.filter(topic="cl_educacion_ipe").update(topic=None)
    shelf_changed()
    says(here, SCHOOL)
    question = Question.objects.get()
    assert (question.text, question.reason) == (SCHOOL, Question.Reason.UNANSWERED)


def answer(phone: Phone) -> None:
    """Until the text itself is said."""
    says(phone, SCHOOL)
    if "¿Te sirvió" not in phone.heard[-1] and "sirvió" not in phone.heard[-1]:
        says(phone, "1")


def test_an_answer_that_did_not_help_is_kept_with_what_was_answered(here: Phone) -> None:
    answer(here)
    assert kept() == []
    says(here, "no")
    question = Question.objects.get()
    assert (question.text, question.reason, question.topic_id) == (SCHOOL, Question.Reason.USELESS, "cl_educacion_ipe")


def test_an_answer_that_helped_is_nobodys_business(here: Phone) -> None:
    answer(here)
    says(here, "sí")
    assert kept() == []


def test_a_danger_is_never_kept(here: Phone) -> None:
    says(here, "mi marido me está pegando ahora")
    assert kept() == []


def test_after_a_danger_nothing_is_kept_for_a_day(here: Phone) -> None:
    says(here, "mi marido me está pegando ahora")
    says(here, NONSENSE)
    assert kept() == []
    Message.objects.update(received_at=timezone.now() - timedelta(hours=25))
    says(here, f"{NONSENSE} hoy")
    assert kept() == [f"{NONSENSE} hoy"]


def test_a_danger_that_comes_together_with_it_keeps_it_out(here: Phone) -> None:
    says(here, NONSENSE, "mi marido me está pegando ahora")
    assert kept() == []


def test_a_danger_in_an_earlier_conversation_of_the_day_counts(here: Phone) -> None:
    says(here, "mi marido me está pegando ahora")
    says(here, "salir")
    says(here, NONSENSE)
    assert Conversation.objects.count() == 2
    assert kept() == []


def test_erasing_ones_words_erases_what_was_kept_of_them(here: Phone) -> None:
    says(here, NONSENSE)
    assert kept() == [NONSENSE]
    says(here, "borrar", "sí")
    assert kept() == []


def test_a_question_and_borrar_in_one_breath_leave_nothing(here: Phone) -> None:
    says(here, NONSENSE, "BORRAR", "BORRAR")
    assert kept() == []


def test_small_talk_menus_and_numbers_are_no_questions(here: Phone) -> None:
    says(here, "muchas gracias")
    says(here, "menú")
    says(here, "77")
    says(here, "persona")
    assert kept() == []


def test_what_is_kept_waits_on_the_editors_screen(here: Phone, client: Client, edu: User) -> None:
    says(here, NONSENSE)
    client.force_login(edu)
    assert NONSENSE in client.get("/workspace/questions/").text
