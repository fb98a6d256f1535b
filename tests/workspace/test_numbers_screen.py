"""Emergency numbers on screen, and opening a country: who may, what is missing, what was found."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from baquiano.accounts.models import Organisation, Role, User
from baquiano.safety import book, golive
from baquiano.safety.actions import sign
from baquiano.safety.models import CrisisText, EmergencyNumber, GoLive, NumberVerification
from baquiano.safety.numbers import verify
from baquiano.workspace.duties import duties_of
from tests import house_full
from tests.conftest import Joins, browser_of

pytestmark = pytest.mark.django_db

NUMBERS = "/workspace/numbers/"
OPENING = "/workspace/golive/"


@pytest.fixture(autouse=True)
def house(organisation: Organisation, packs_kept: None, now: time_machine.Traveller) -> None:
    house_full.fill()


@pytest.fixture
def dora(joins: Joins) -> User:
    return joins("dora", "Dora", Role.DIRECTOR)


def page(browser: Client, address: str) -> str:
    return " ".join(browser.get(address).content.decode().split())


def test_each_number_says_whether_it_was_called_and_what_is_not_known(carlas_browser: Client) -> None:
    body = page(carlas_browser, NUMBERS)
    assert "10 números de los textos de peligro esperan una llamada." in body
    assert "nadie de aquí lo ha llamado" in body
    assert "No se sabe: desde un prepago, sin saldo, gratis, horario, idiomas, quién contesta" in body
    assert "Bogotá" in body or "CO11" in body  # a line of one place only


def test_somebody_called_it_today_and_says_what_they_found(carlas_browser: Client, carla: User) -> None:
    answer = carlas_browser.post(
        f"{NUMBERS}co_mujeres/",
        {"how": "Desde un prepago, a las 10.", "from_prepaid": "yes", "without_credit": "no", "is_free": "",
         "languages": ["es"], "hours": "a toda hora", "whose": "línea de mujeres"},
    )  # fmt: skip
    assert answer.status_code == 302
    row = NumberVerification.objects.get()
    assert (row.number_id, row.by, row.from_prepaid, row.without_credit, row.is_free) == (
        "co_mujeres",
        carla,
        True,
        False,
        None,
    )
    body = page(carlas_browser, NUMBERS)
    assert "llamado hace 0 días" in body
    assert "sin saldo: no" in body
    assert "Desde un prepago, a las 10." in page(carlas_browser, f"{NUMBERS}co_mujeres/")


def test_without_saying_how_nothing_is_written_and_what_was_typed_stays(carlas_browser: Client) -> None:
    answer = carlas_browser.post(f"{NUMBERS}co_mujeres/", {"how": "", "hours": "a toda hora"})
    assert answer.status_code == 409
    assert "a toda hora" in answer.content.decode()
    assert not NumberVerification.objects.exists()


def test_ages_are_shown(carlas_browser: Client, carla: User, now: time_machine.Traveller) -> None:
    verify(EmergencyNumber.objects.get(pk="co_mujeres"), by=carla, how="Llamé.")
    now.shift(timedelta(days=31))
    assert "llamado hace 31 días: se da con esa fecha" in page(browser_of(carla), NUMBERS)
    now.shift(timedelta(days=30))
    assert "llamado hace 61 días: se da con el número general" in page(browser_of(carla), NUMBERS)


def test_a_number_of_a_country_we_do_not_serve_is_no_page(carlas_browser: Client) -> None:
    Organisation.objects.update(countries=["CO"])
    assert carlas_browser.get(f"{NUMBERS}cl_samu/").status_code == 404
    assert "Carabineros" not in page(carlas_browser, NUMBERS)


def test_who_may_not_verify_sees_no_numbers(edus_browser: Client, rosas_browser: Client) -> None:
    assert edus_browser.get(NUMBERS).status_code == 404
    assert rosas_browser.get(NUMBERS).status_code == 200


def test_in_production_the_first_screen_says_that_numbers_wait(rosa: User, carla: User, settings: Any) -> None:
    settings.IS_DEMO = False
    assert [duty.words for duty in duties_of(carla) if "número" in duty.words] == [
        "10 números de emergencia esperan una llamada"
    ]
    for number in book.said_numbers(["CO", "CL"]):
        verify(EmergencyNumber.objects.get(pk=number.id), by=carla, how="Llamé.")
    assert not [duty for duty in duties_of(carla) if "número" in duty.words]


# -- opening ------------------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_listed_and_the_button_comes_when_nothing_is(
    carlas_browser: Client, carla: User, dora: User
) -> None:
    body = page(carlas_browser, OPENING)
    assert "Faltan 9 cosas:" in body
    assert "Nadie de aquí ha llamado al 155 (para mujeres)." in body
    assert 'name="country"' not in body
    _nothing_is_missing(carla, dora)
    assert 'name="country" value="CO"' in page(carlas_browser, OPENING)


def _nothing_is_missing(*users: User) -> None:
    for number in book.said_numbers(["CO", "CL"]):
        verify(EmergencyNumber.objects.get(pk=number.id), by=users[0], how="Llamé.")
    for user in users:
        sign(list(CrisisText.objects.all()), by=user)


def test_it_is_opened_by_name_and_not_while_something_is_missing(
    carlas_browser: Client, carla: User, dora: User
) -> None:
    carlas_browser.post(OPENING, {"country": "CO"})
    assert not GoLive.objects.exists()
    _nothing_is_missing(carla, dora)
    browser_of(dora).post(OPENING, {"country": "CO"})
    assert golive.opened("CO") is not None
    assert "Abierto desde el 24-11-2026." in page(carlas_browser, OPENING)
    assert carlas_browser.post(OPENING, {"country": "PE"}).status_code == 404


def test_only_who_answers_for_it_may_open(rosas_browser: Client, brunos_browser: Client) -> None:
    for browser in (rosas_browser, brunos_browser):
        assert browser.post(OPENING, {"country": "CO"}).status_code == 404
