"""Edu warns of a swindle, Rita approves it, and any of them takes it back alone."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.knowledge.models import FraudAlert
from baquiano.territory.models import Country, Division

SCAMS = "/workspace/frauds/"
TEXT = "Nadie del gobierno cobra el permiso por teléfono."


@pytest.fixture(autouse=True)
def places(organisation: Organisation, now: time_machine.Traveller) -> None:
    country = Country.objects.create(code="CO", name="Colombia", timezone="America/Bogota")
    Division.objects.create(
        country=country, level=1, code="05", pcode="CO05", name="Antioquia", name_folded="antioquia"
    )


def writes(browser: Client, **other: str) -> Any:
    given = {"where": "CO-05", "begins_on": "2026-11-24", "ends_on": "2026-12-24", "es": TEXT, "ht": "", **other}
    return browser.post(f"{SCAMS}new/", given)


def test_two_people_publish_and_one_takes_back(edus_browser: Client, ritas_browser: Client, rita: User) -> None:
    assert writes(edus_browser).status_code == 302
    alert = FraudAlert.objects.get()
    assert (alert.country, alert.territory, alert.texts, alert.published_at) == ("CO", "05", {"es": TEXT}, None)
    assert "Antioquia, Colombia" in ritas_browser.get(SCAMS).text
    ritas_browser.post(f"{SCAMS}{alert.pk}/approve/")
    alert.refresh_from_db()
    assert (alert.approved_by, alert.state(alert.begins_on)) == (rita, "said")
    edus_browser.post(f"{SCAMS}{alert.pk}/withdraw/")
    alert.refresh_from_db()
    assert alert.state(alert.begins_on) == "withdrawn"
    verbs = list(AuditEntry.objects.filter(row=f"fraudalert:{alert.pk}").values_list("verb", flat=True))
    assert verbs == ["fraud_alert.written", "fraud_alert.published", "fraud_alert.withdrawn"]


def test_who_wrote_it_cannot_approve_it(ritas_browser: Client, rita: User, edu: User) -> None:
    alert = FraudAlert.objects.create(
        texts={"es": TEXT}, country="CO", begins_on="2026-11-24", ends_on="2026-12-24", written_by=rita
    )
    page = ritas_browser.post(f"{SCAMS}{alert.pk}/approve/", follow=True)
    assert "Otra persona debe aprobarlo" in page.text
    assert not FraudAlert.objects.published().exists()


def test_what_was_decided_cannot_be_decided_again(edus_browser: Client, ritas_browser: Client) -> None:
    writes(edus_browser)
    alert = FraudAlert.objects.get()
    edus_browser.post(f"{SCAMS}{alert.pk}/withdraw/")
    page = ritas_browser.post(f"{SCAMS}{alert.pk}/approve/", follow=True)
    assert "Alguien decidió sobre este aviso" in page.text
    assert not FraudAlert.objects.published().exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends_on": "2026-11-20", "begins_on": "2026-11-19"}, "El último día ya pasó"),
        ({"ends_on": "2026-11-24", "begins_on": "2026-11-25"}, "no puede ser antes del primero"),
        ({"es": ""}, "obligatorio"),
        ({"ht": "a" * 301}, "300"),
        ({"where": "VE"}, "VE"),
    ],
)
def test_what_cannot_be_used_is_given_back_with_the_reason(
    edus_browser: Client, wrong: dict[str, str], words: str
) -> None:
    page = writes(edus_browser, **{"ht": "Pèsonn pa peye.", **wrong})
    assert page.status_code == 200
    assert words in page.text
    assert "Pèsonn pa peye." in page.text or "ht" in wrong
    assert not FraudAlert.objects.exists()


def test_rosa_reads_them_and_decides_nothing(rosas_browser: Client, edus_browser: Client) -> None:
    writes(edus_browser)
    alert = FraudAlert.objects.get()
    assert TEXT in rosas_browser.get(SCAMS).text
    assert rosas_browser.post(f"{SCAMS}{alert.pk}/approve/").status_code == 404
    assert rosas_browser.post(f"{SCAMS}{alert.pk}/withdraw/").status_code == 404


def test_bruno_sees_nothing(brunos_browser: Client) -> None:
    assert brunos_browser.get(SCAMS).status_code == 404
