"""An answer as a page: never without its date, closed before anything else, and useful or not."""

import pytest
from django.test import Client
from pytest_django import Settings

from baquiano.conversations.models import Conversation, Message, Rating
from baquiano.knowledge.models import ArticleVersion
from tests.public.house import FIRST_SENTENCE

PAGE = "/es/co/co_sisben/"


def rate(phone: Client, useful: str) -> str:
    version = ArticleVersion.objects.get(article="co_sisben")
    response = phone.post(f"{PAGE}servir/", {"version": version.pk, "useful": useful, "client_id": "c" * 24})
    return str(response.url)  # type: ignore[attr-defined]


def test_an_answer_shows_its_sentence_steps_doubts_source_and_date(yulis_phone: Client) -> None:
    text = yulis_phone.get(PAGE).text
    for part in (
        FIRST_SENTENCE,
        "Información de referencia con fecha 01-02-2022 (sin verificar).",
        "<li>Pide la encuesta.</li>",
        "Lo que no sabemos",
        "Confirma qué se usa hoy.",
        'href="https://autoridad.example/"',
        "DEMO",
    ):
        assert part in text


def test_what_comes_next_leaves_out_what_we_cannot_answer(yulis_phone: Client) -> None:
    text = yulis_phone.get(PAGE).text
    assert 'href="/es/co/gen_violencia/"' in text
    assert "co_nada" not in text


def test_a_closed_window_is_said_before_the_answer(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/co/co_pep_tutor/").text
    assert text.index("CERRADA: la fecha era el 31-12-2024.") < text.index(FIRST_SENTENCE)


def test_an_answer_in_spanish_is_announced_in_her_language_and_marked_as_spanish(yulis_phone: Client) -> None:
    text = yulis_phone.get("/ht/co/co_sisben/").text
    assert '<article class="card sheet" lang="es">' in text
    assert text.index('class="notice no-print"') < text.index("<article")


@pytest.mark.parametrize("page", ["/es/co/nada/", "/es/cl/co_sisben/"])
def test_what_may_not_be_answered_says_so_and_offers_a_person(yulis_phone: Client, page: str) -> None:
    response = yulis_phone.get(page)
    assert response.status_code == 404
    assert "No tenemos una respuesta aprobada" in response.text
    assert "Hablar con una persona" in response.text


def test_in_production_a_proposal_is_never_a_page(yulis_phone: Client, settings: Settings) -> None:
    settings.IS_DEMO = False
    response = yulis_phone.get(PAGE)
    assert response.status_code == 404
    assert FIRST_SENTENCE not in response.text


def test_a_yes_from_somebody_in_conversation_is_kept_and_thanked(yulis_phone: Client) -> None:
    yulis_phone.post("/es/chat/say/", {"text": "menú", "client_id": "a" * 24})
    assert rate(yulis_phone, "yes") == f"{PAGE}?gracias#gracias"
    assert Rating.objects.get().is_useful
    assert "Gracias: nos sirve saberlo." in yulis_phone.get(f"{PAGE}?gracias").text


def test_a_no_opens_the_chat_where_a_person_is_offered(yulis_phone: Client) -> None:
    assert rate(yulis_phone, "no") == "/es/chat/"
    assert not Rating.objects.get().is_useful
    assert "Hablar con alguien" in yulis_phone.get("/es/chat/").text


def test_rating_twice_from_one_page_is_one_message(yulis_phone: Client) -> None:
    rate(yulis_phone, "no")
    rate(Client(), "no")
    assert Conversation.objects.count() == 1
    assert Message.objects.inbound().count() == 1


@pytest.mark.parametrize("version", ["", "0", "x", "999999999999999999999"])
def test_a_rating_of_nothing_changes_nothing(yulis_phone: Client, version: str) -> None:
    response = yulis_phone.post(f"{PAGE}servir/", {"version": version, "useful": "yes", "client_id": "c" * 24})
    assert response.status_code == 302
    assert not Rating.objects.exists()
