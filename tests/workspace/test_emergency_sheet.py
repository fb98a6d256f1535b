"""F9, on the server's side: what stands on the sheet of whom, and one incident with one alert however often the notice arrives."""

import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from baquiano.accounts.models import AuditEntry, Membership, Organisation, Role, User
from baquiano.safety.models import Alert, EmergencyNumber, Incident
from baquiano.safety.numbers import verify
from baquiano.territory.models import Country, Division
from tests import house_full
from tests.conftest import Joins, browser_of

pytestmark = pytest.mark.django_db

KEY = "/workspace/emergency/"


@pytest.fixture(autouse=True)
def house(organisation: Organisation, packs_kept: None, now: time_machine.Traveller) -> None:
    house_full.fill()


def presses(browser: Client, line: str = "Un hombre golpea la puerta", level: str = "now", **other: Any) -> Any:
    data = {"client_id": str(uuid.uuid4()), "line": line, "level": level, **other}
    return browser.post(KEY, data)


def page(browser: Client, address: str = KEY) -> str:
    return browser.get(address).content.decode()


# -- the sheet ------------------------------------------------------------------------------------------------------------


def test_every_role_that_works_here_has_the_key_on_every_screen(joins: Joins) -> None:
    for role in Role:
        browser = browser_of(joins(f"one-{role}", "Alguien", role))
        body = page(browser, "/workspace/may/")
        assert "data-emergency-key" in body, role
        assert 'href="tel:123"' in body, role


def test_who_has_not_signed_in_sees_no_key() -> None:
    assert "data-emergency-key" not in page(Client(), "/workspace/login/")
    assert Client().get(KEY).status_code == 302


def test_the_sheet_shows_numbers_of_every_country_served_and_four_steps(rosas_browser: Client) -> None:
    body = page(rosas_browser)
    assert 'href="tel:123"' in body
    assert 'href="tel:*4141"' in body
    assert body.count("<li><strong>") == 4
    assert "nadie de aquí ha llamado" in body  # a demo
    assert 'href="tel:134"' not in body  # the migration police is in no text


def test_who_works_in_one_place_sees_the_numbers_of_that_place(rosa: User) -> None:
    bogota = Division.objects.filter(pcode="CO11001").first() or _division("CO11001", "Bogotá, D.C.")
    Membership.objects.filter(user=rosa).update(territory=bogota)
    body = page(browser_of(rosa))
    assert 'href="tel:106"' in body
    assert 'href="tel:123"' in body
    assert 'href="tel:131"' not in body


def _division(pcode: str, name: str) -> Division:
    country, _ = Country.objects.get_or_create(code="CO", defaults={"name": "Colombia"})
    return Division.objects.create(country=country, level=2, code="11001", pcode=pcode, name=name)


def test_in_production_only_numbers_that_somebody_called_with_their_age(
    rosa: User, carla: User, settings: Any, now: time_machine.Traveller
) -> None:
    verify(EmergencyNumber.objects.get(pk="co_emergencias"), by=carla, how="Llamé.")
    now.shift(40 * 24 * 3600)
    settings.IS_DEMO = False
    body = page(browser_of(rosa))
    assert 'href="tel:123"' in body
    assert "confirmado el 24-11" in body
    assert 'href="tel:155"' not in body
    assert "Nadie de la organización ha confirmado aún un número aquí" in body  # Chile


def test_the_copy_for_no_connection_names_nobody_and_has_no_form(rosa: User) -> None:
    body = page(browser_of(rosa), KEY + "copy/")
    assert 'href="tel:123"' in body
    assert "Rosa" not in body
    assert "<form" not in body
    assert "csrf" not in body


def test_the_worker_is_served_below_the_page_it_keeps(rosas_browser: Client) -> None:
    answer = rosas_browser.get(KEY + "worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert b"emergency" in answer.content


# -- telling the team -----------------------------------------------------------------------------------------------------------


def test_one_line_makes_one_incident_and_one_alert(rosas_browser: Client, rosa: User) -> None:
    assert presses(rosas_browser).status_code == 302
    incident = Incident.objects.get()
    alert = Alert.objects.get()
    assert (incident.line, incident.by) == ("Un hombre golpea la puerta", rosa)
    assert (alert.about, alert.level) == (f"incident:{incident.pk}", "P0")


def test_needing_help_is_a_lower_level(rosas_browser: Client) -> None:
    presses(rosas_browser, level="help")
    assert Alert.objects.get().level == "P1"


def test_the_same_notice_twice_is_one(rosas_browser: Client) -> None:
    same = str(uuid.uuid4())
    for _ in range(3):
        presses(rosas_browser, client_id=same)
    assert (Incident.objects.count(), Alert.objects.count()) == (1, 1)


def test_the_id_of_one_colleague_hides_nothing_of_another(rosas_browser: Client, carlas_browser: Client) -> None:
    same = str(uuid.uuid4())
    presses(rosas_browser, client_id=same)
    presses(carlas_browser, client_id=same, line="Otra cosa")
    assert Incident.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"line": ""}, {"line": "x" * 281}, {"level": "later"}, {"client_id": "no"}])
def test_a_notice_that_is_not_understood_raises_nothing_and_says_so(
    rosas_browser: Client, wrong: dict[str, str]
) -> None:
    answer = presses(rosas_browser, **wrong)
    assert answer.status_code == 409
    assert not Alert.objects.exists()


def test_a_script_is_answered_in_words_that_promise_nobody(rosas_browser: Client) -> None:
    data = {"client_id": str(uuid.uuid4()), "line": "Ayuda", "level": "now"}
    answer = rosas_browser.post(KEY, data, headers={"accept": "application/json", "hx-request": "true"})
    assert "ninguna pantalla del equipo está mirando ahora" in answer.json()["said"]
    refused = rosas_browser.post(KEY, {**data, "line": ""}, headers={"accept": "application/json"})
    assert refused.status_code == 400
    assert "Escribe una línea" in refused.json()["said"]


def test_a_session_that_ended_is_told_apart_for_the_script() -> None:
    answer = Client().post(KEY, {}, headers={"accept": "application/json", "hx-request": "true"})
    assert answer.status_code == 401


# -- reading it ----------------------------------------------------------------------------------------------------------------------


def test_whoever_may_go_reads_the_line_and_that_is_written_down(
    rosas_browser: Client, carlas_browser: Client, carla: User
) -> None:
    presses(rosas_browser)
    incident = Incident.objects.get()
    body = page(carlas_browser, f"/workspace/incidents/{incident.pk}/")
    assert "Un hombre golpea la puerta" in body
    assert AuditEntry.objects.get(verb="incident.read").actor == carla
    alert = Alert.objects.get()
    assert f"/workspace/incidents/{incident.pk}/" in page(carlas_browser, f"/workspace/alerts/{alert.pk}/")


def test_who_answers_no_alerts_reads_no_line(rosas_browser: Client, brunos_browser: Client) -> None:
    presses(rosas_browser)
    assert brunos_browser.get(f"/workspace/incidents/{Incident.objects.get().pk}/").status_code == 404


def test_who_answers_no_alerts_may_press_the_key(brunos_browser: Client) -> None:
    presses(brunos_browser)
    assert Alert.objects.count() == 1


def test_words_that_were_erased_are_not_missed(rosas_browser: Client, carlas_browser: Client) -> None:
    presses(rosas_browser)
    Incident.objects.update(line=None)
    body = page(carlas_browser, f"/workspace/incidents/{Incident.objects.get().pk}/")
    assert "se borraron cuando se cumplió su tiempo" in body
