"""An alert about a swindle: at the head of the pages of its country, once in the chat, between its two days."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.test import Client

from baquiano.accounts.models import User
from baquiano.knowledge import frauds
from baquiano.knowledge.models import FraudAlert

TEXT = "Nadie del gobierno cobra el permiso por teléfono."
CREOLE = "Pèsonn nan gouvènman an pa mande lajan nan telefòn."
Warns = Callable[..., FraudAlert]


@pytest.fixture
def warns(edu: User, rita: User, now: time_machine.Traveller) -> Warns:
    """Edu writes it, Rita approves it."""

    def warn(country: str = "CO", begins: int = 24, ends: int = 26) -> FraudAlert:
        said = frauds.AlertWords({"es": TEXT, "ht": CREOLE}, country, "", date(2026, 11, begins), date(2026, 11, ends))
        alert = frauds.write(said, by=edu)
        frauds.approve(alert, by=rita)
        return alert

    return warn


@pytest.mark.parametrize("page", ["/es/co/", "/es/co/temas/", "/es/co/temas/vivienda_ayuda/", "/es/co/co_sisben/"])
def test_it_heads_the_pages_of_its_country(yulis_phone: Client, warns: Warns, page: str) -> None:
    warns()
    text = yulis_phone.get(page).text
    assert f"<b>Aviso de estafa:</b> {TEXT}" in text


@pytest.mark.parametrize("page", ["/es/", "/es/cl/", "/es/cl/cl_fonasa/", "/es/temas/"])
def test_it_stands_on_no_page_of_another_country(yulis_phone: Client, warns: Warns, page: str) -> None:
    warns()
    assert TEXT not in yulis_phone.get(page).text


def test_it_is_never_beside_what_is_said_about_violence(yulis_phone: Client, warns: Warns) -> None:
    warns()
    assert TEXT not in yulis_phone.get("/es/co/gen_violencia/").text


def test_it_is_in_her_language_and_otherwise_in_spanish(yulis_phone: Client, warns: Warns) -> None:
    warns()
    assert CREOLE in yulis_phone.get("/ht/co/").text
    assert TEXT in yulis_phone.get("/fr/co/").text


def test_it_is_said_from_its_first_day_to_its_last(
    yulis_phone: Client, warns: Warns, now: time_machine.Traveller
) -> None:
    warns(begins=25, ends=26)
    said = []
    for _day in range(24, 29):
        said.append(TEXT in yulis_phone.get("/es/co/").text)
        now.shift(24 * 60 * 60)
    assert said == [False, True, True, False, False]


def test_taken_back_it_is_gone_from_the_next_page(yulis_phone: Client, warns: Warns, edu: User) -> None:
    alert = warns()
    assert TEXT in yulis_phone.get("/es/co/").text
    frauds.withdraw(alert, by=edu)
    assert TEXT not in yulis_phone.get("/es/co/").text


def test_the_chat_says_it_once_after_its_greeting(yulis_phone: Client, warns: Warns) -> None:
    warns()
    for number in range(3):
        yulis_phone.post("/es/chat/say/", {"text": "menú", "client_id": f"{number:024}", "country": "CO"})
    text = yulis_phone.get("/es/chat/").text
    assert text.count(TEXT) == 1
    assert text.index("Hola, soy un asistente automático") < text.index(TEXT) < text.index("Elige un número")


def test_the_chat_never_says_it_beside_a_danger(yulis_phone: Client, warns: Warns) -> None:
    warns()
    for number, said in enumerate(("mi marido me pega", "sí", "menú")):
        yulis_phone.post("/es/chat/say/", {"text": said, "client_id": f"{number:024}", "country": "CO"})
    assert TEXT not in yulis_phone.get("/es/chat/").text
