"""On WhatsApp: the alert comes once, after the greeting, and a rumour is answered only when two people answered it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.knowledge import frauds, rumours
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db

ALERT = "Las citas son gratis: nadie cobra por ellas."
ANSWER = "No. Ninguna autoridad lo ha dicho."


@pytest.fixture(autouse=True)
def what_goes_round(phone: Phone, edu: User, rita: User) -> None:
    today = timezone.localdate()
    alert = frauds.write(frauds.AlertWords({"es": ALERT}, "CO", "", today, today + timedelta(days=3)), by=edu)
    frauds.approve(alert, by=rita)
    noted = rumours.hear(
        rumours.Heard("Que van a cerrar la entrega del PPT el 31 de diciembre", "CO", "", today), by=edu
    )
    rumours.check(noted, by=edu)
    noted.refresh_from_db()
    said = rumours.Answer(ANSWER, "Migración", "https://migracion.example/", today + timedelta(days=30), ())
    rumours.answer(noted, said, by=edu)
    noted.refresh_from_db()
    rumours.approve(noted, by=rita)


def says(phone: Phone, *texts: str) -> str:
    for text in texts:
        phone.says(text)
        work()
    return "\n".join(phone.heard)


def test_the_alert_is_said_once_and_only_when_the_country_is_known(phone: Phone) -> None:
    assert ALERT not in says(phone, "hola")
    assert says(phone, "Colombia", "menú", "menú").count(ALERT) == 1


def test_after_a_danger_it_is_not_said(phone: Phone) -> None:
    assert ALERT not in says(phone, "mi marido me está pegando ahora", "Colombia", "menú")


def test_a_rumour_is_answered_with_its_date_and_its_source(phone: Phone) -> None:
    told = says(phone, "me dijeron que van a cerrar la entrega del PPT el 31 de diciembre")
    assert "Es un rumor que revisamos" in told
    assert ANSWER in told
    assert "Fuente: Migración" in told
