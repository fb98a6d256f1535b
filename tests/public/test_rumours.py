"""“¿Es verdad que…?” in the chat and on the page of rumours: only what two people answered, and only until its day."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from baquiano.accounts.models import User
from baquiano.conversations.models import Message
from baquiano.knowledge import rumours
from baquiano.knowledge.models import Rumour

HEARD = "Que van a cerrar la entrega del PPT el 31 de diciembre"
ANSWER = "No. Ninguna autoridad ha dicho que se cierre."
ASKED = "¿Es verdad que van a cerrar la entrega del PPT el 31 de diciembre?"
PAGE = "/es/rumores/"


@pytest.fixture
def rumour(edu: User, rita: User, now: time_machine.Traveller) -> Rumour:
    noted = rumours.hear(rumours.Heard(HEARD, "CO", "", date(2026, 11, 20)), by=edu)
    rumours.check(noted, by=edu)
    noted.refresh_from_db()
    said = rumours.Answer(ANSWER, "Migración", "https://migracion.example/", date(2026, 12, 1), ())
    rumours.answer(noted, said, by=edu)
    noted.refresh_from_db()
    rumours.approve(noted, by=rita)
    return noted


def asks(phone: Client, text: str = ASKED, language: str = "es") -> str:
    phone.post(f"/{language}/chat/say/", {"text": text, "client_id": "c" * 24, "country": "CO"})
    return "\n".join(
        Message.objects.filter(author=Message.Author.MACHINE).order_by("id").values_list("text", flat=True)
    )


def test_the_chat_says_that_it_is_a_rumour_what_is_true_when_and_who_says_so(
    yulis_phone: Client, rumour: Rumour
) -> None:
    told = asks(yulis_phone)
    assert f"Es un rumor que revisamos: «{HEARD}»" in told
    assert ANSWER in told
    assert "Verificada el 24-11-2026" in told
    assert "Fuente: Migración: https://migracion.example/" in told


def test_in_another_language_it_says_that_the_answer_is_in_spanish(yulis_phone: Client, rumour: Rumour) -> None:
    told = asks(yulis_phone, language="ht")
    assert "Se yon rimè nou te verifye" in told
    assert "Nou gen repons sa a an panyòl sèlman." in told


def test_an_expired_answer_is_never_said_again(
    yulis_phone: Client, rumour: Rumour, now: time_machine.Traveller
) -> None:
    now.shift(timedelta(days=8))
    assert ANSWER not in asks(yulis_phone)
    assert ANSWER not in yulis_phone.get(PAGE).text


def test_taken_back_it_is_gone_from_the_next_turn(yulis_phone: Client, rumour: Rumour, edu: User) -> None:
    assert ANSWER in yulis_phone.get(PAGE).text
    rumours.take_back(rumour, by=edu)
    assert ANSWER not in asks(yulis_phone)
    assert ANSWER not in yulis_phone.get(PAGE).text


def test_before_the_second_person_nobody_is_told(yulis_phone: Client, rumour: Rumour) -> None:
    Rumour.objects.update(answered_at=None, approved_by=None)
    assert ANSWER not in asks(yulis_phone)


def test_danger_comes_before_any_rumour(yulis_phone: Client, rumour: Rumour) -> None:
    told = asks(yulis_phone, "mi marido me pega y es verdad que van a cerrar la entrega del PPT el 31 de diciembre")
    assert "Llama ya al 123" in told
    assert ANSWER not in told


@pytest.mark.parametrize("language", ["es", "ht", "fr"])
def test_the_page_has_what_was_heard_the_answer_its_date_and_its_source(
    yulis_phone: Client, rumour: Rumour, language: str
) -> None:
    text = yulis_phone.get(f"/{language}/rumores/").text
    for part in (HEARD, ANSWER, "24-11-2026", 'href="https://migracion.example/"', 'lang="es"'):
        assert part in text


def test_without_any_the_page_says_so_and_the_foot_leads_there(yulis_phone: Client) -> None:
    assert "no hay ningún rumor" in yulis_phone.get(PAGE).text
    assert f'href="{PAGE}"' in yulis_phone.get("/es/").text
