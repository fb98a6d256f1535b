"""A rumour from the first ear to the answer: Rosa hears it, Edu checks it, Rita approves, and one alone takes it back."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.knowledge.models import Rumour
from baquiano.territory.models import Country, Division

LIST = "/workspace/rumours/"
HEARD = "Que van a cerrar la entrega del PPT"
ANSWER = {
    "answer": "No. Nadie lo ha dicho.",
    "source_title": "Migración",
    "source_url": "https://migracion.example/",
    "good_until": "2026-12-24",
    "examples": "que ya no dan el PPT\r\n\r\nyap fini bay PPT\r\n",
}


@pytest.fixture(autouse=True)
def places(organisation: Organisation, now: time_machine.Traveller) -> None:
    country = Country.objects.create(code="CO", name="Colombia", timezone="America/Bogota")
    Division.objects.create(
        country=country, level=1, code="05", pcode="CO05", name="Antioquia", name_folded="antioquia"
    )


@pytest.fixture
def rumour(rosas_browser: Client) -> Rumour:
    """Rosa heard it."""
    rosas_browser.post(f"{LIST}new/", {"heard": HEARD, "where": "CO-05", "since": "2026-11-20"})
    return Rumour.objects.get()


@pytest.fixture
def answered(rumour: Rumour, edus_browser: Client, ritas_browser: Client) -> Rumour:
    does(edus_browser, rumour, "check")
    does(edus_browser, rumour, "answer", **ANSWER)
    does(ritas_browser, rumour, "approve", answer=ANSWER["answer"])
    rumour.refresh_from_db()
    return rumour


def does(browser: Client, rumour: Rumour, deed: str, **given: str) -> Any:
    return browser.post(f"{LIST}{rumour.pk}/{deed}/", given, follow=True)


def state(rumour: Rumour) -> str:
    rumour.refresh_from_db()
    return rumour.state(rumour.last_heard_on)


def test_heard_checking_answered(
    rumour: Rumour, edus_browser: Client, ritas_browser: Client, edu: User, rita: User
) -> None:
    assert (rumour.heard, rumour.country, rumour.territory, rumour.times, state(rumour)) == (
        HEARD,
        "CO",
        "05",
        1,
        "heard",
    )
    assert "Antioquia, Colombia" in edus_browser.get(LIST).text
    does(edus_browser, rumour, "check")
    assert state(rumour) == "checking"
    does(edus_browser, rumour, "answer", **ANSWER)
    assert state(rumour) == "waiting"
    assert ANSWER["answer"] in ritas_browser.get(f"{LIST}{rumour.pk}/").text
    does(ritas_browser, rumour, "approve", answer=ANSWER["answer"])
    assert state(rumour) == "answered"
    assert (rumour.answered_by, rumour.approved_by) == (edu, rita)
    assert rumour.examples == ["que ya no dan el PPT", "yap fini bay PPT"]
    verbs = list(AuditEntry.objects.filter(row=f"rumour:{rumour.pk}").values_list("verb", flat=True))
    assert verbs == ["rumour.heard", "rumour.checking", "rumour.answered", "rumour.approved"]


def test_rosa_hears_it_again(rumour: Rumour, rosas_browser: Client, rosa: User, now: time_machine.Traveller) -> None:
    now.shift(timedelta(days=2))
    rosas_browser.force_login(rosa)
    does(rosas_browser, rumour, "again")
    rumour.refresh_from_db()
    assert (rumour.times, rumour.last_heard_on - rumour.first_heard_on) == (2, timedelta(days=6))


def test_who_wrote_the_answer_cannot_approve_it(rumour: Rumour, ritas_browser: Client, rita: User) -> None:
    Rumour.objects.update(
        checking_by=rita, answered_by=rita, answer="No.", source_title="Migración", good_until="2026-12-24"
    )
    page = does(ritas_browser, rumour, "approve", answer="No.")
    assert "Otra persona debe aprobarla" in page.text
    assert state(rumour) == "waiting"


def test_another_answer_written_meanwhile_is_not_approved(
    rumour: Rumour, edus_browser: Client, ritas_browser: Client
) -> None:
    does(edus_browser, rumour, "check")
    does(edus_browser, rumour, "answer", **ANSWER)
    does(edus_browser, rumour, "answer", **{**ANSWER, "answer": "Sí, es cierto."})
    page = does(ritas_browser, rumour, "approve", answer=ANSWER["answer"])
    assert "Alguien decidió sobre este rumor" in page.text
    assert state(rumour) == "waiting"


def test_nobody_answers_what_another_checks_and_nothing_written_is_lost(
    rumour: Rumour, edus_browser: Client, rita: User
) -> None:
    Rumour.objects.update(checking_by=rita)
    page = does(edus_browser, rumour, "answer", **ANSWER)
    assert "Di primero que la revisas tú" in page.text
    assert ANSWER["answer"] in page.text
    assert state(rumour) == "checking"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"good_until": "2026-11-24"}, "después de hoy"),
        ({"answer": ""}, "obligatorio"),
        ({"source_title": ""}, "obligatorio"),
        ({"answer": "a" * 701}, "700"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_given_back(
    rumour: Rumour, edus_browser: Client, wrong: dict[str, str], words: str
) -> None:
    does(edus_browser, rumour, "check")
    page = does(edus_browser, rumour, "answer", **{**ANSWER, **wrong})
    assert words in page.text
    assert "yap fini bay PPT" in page.text
    assert state(rumour) == "checking"


def test_one_alone_takes_it_back(answered: Rumour, edus_browser: Client) -> None:
    does(edus_browser, answered, "take-back")
    assert state(answered) == "heard"
    assert "Alguien decidió" in does(edus_browser, answered, "take-back").text


def test_an_answer_that_holds_is_not_checked_again_and_an_expired_one_is(
    answered: Rumour, edus_browser: Client, edu: User, now: time_machine.Traveller
) -> None:
    assert "Retírala primero" in does(edus_browser, answered, "check").text
    now.shift(timedelta(days=40))
    edus_browser.force_login(edu)
    assert "vencido" in edus_browser.get(LIST).text
    does(edus_browser, answered, "check")
    assert state(answered) == "checking"


def test_a_day_that_has_not_come_is_given_back(rosas_browser: Client) -> None:
    page = rosas_browser.post(f"{LIST}new/", {"heard": HEARD, "where": "CO", "since": "2026-11-30"})
    assert "todavía no llega" in page.text
    assert HEARD in page.text
    assert not Rumour.objects.exists()


def test_rosa_notes_and_decides_nothing_and_bruno_sees_nothing(
    rumour: Rumour, rosas_browser: Client, brunos_browser: Client
) -> None:
    for deed in ("check", "answer", "approve", "take-back"):
        assert rosas_browser.post(f"{LIST}{rumour.pk}/{deed}/").status_code == 404
    assert brunos_browser.get(LIST).status_code == 404


def test_the_form_begins_with_today(rosas_browser: Client) -> None:
    """In the only spelling that a browser's own calendar reads."""
    assert 'value="2026-11-24"' in rosas_browser.get(f"{LIST}new/").text
