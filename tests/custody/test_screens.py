"""The screens of custody, through the front door: who gets in, what is shown, and that nothing happens without being asked."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from baquiano.accountability.models import DataRequest, Identified, RequestKind
from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.custody.copies import from_json
from baquiano.custody.models import Hold, KeepingOrder
from baquiano.people.models import Person
from tests.custody.conftest import Served, aged, canary


@pytest.fixture
def doras_browser(dora: User) -> Client:
    browser = Client()
    browser.force_login(dora)
    return browser


def at(name: str, *arguments: Any) -> str:
    return reverse(f"workspace:{name}", args=arguments)


def entries_of(deed: Callable[[], Any]) -> list[str]:
    before = AuditEntry.objects.count()
    deed()
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True)[before:])


# -- requests ----------------------------------------------------------------------------------------------------------


def test_a_request_from_the_first_word_to_the_answer(
    organisation: Organisation, yuli: Served, carlas_browser: Client, carla: User
) -> None:
    DataRequest.objects.update(closed_at=timezone.now(), outcome="done")
    asked = {"kind": "erase", "door": "phone", "country": "CO", "language": "es", "asked": "Bórrenme", "contact": ""}
    carlas_browser.post(at("new_request"), asked)
    row = DataRequest.objects.get(kind=RequestKind.ERASE)
    page = carlas_browser.get(at("requests"))
    assert at("request", row.pk) in page.content.decode()
    carlas_browser.post(at("take_request", row.pk))
    carlas_browser.post(at("identify_request", row.pk), {"number": str(yuli.person.number), "how": "seen"})
    row.refresh_from_db()
    assert (row.in_charge, row.person_id, row.identified_how) == (carla, yuli.person.pk, Identified.SEEN)
    assert at("custody", yuli.person.pk) in carlas_browser.get(at("request", row.pk)).content.decode()
    carlas_browser.post(at("extend_request", row.pk), {"why": "Falta un archivo"})
    answer = carlas_browser.post(at("close_request", row.pk), {"outcome": "done", "answer": "Se borró todo"})
    assert answer["Location"] == at("requests")
    row.refresh_from_db()
    assert (row.outcome, row.is_extended) == ("done", True)


def test_a_number_of_nobody_ties_nobody(organisation: Organisation, yuli: Served, carlas_browser: Client) -> None:
    DataRequest.objects.update(person=None)
    row = DataRequest.objects.get()
    for number in ("11111111-2222-4333-8444-555555555555", "no es un número"):
        page = carlas_browser.post(at("identify_request", row.pk), {"number": number, "how": "seen"})
        assert "field__error" in page.content.decode()
    row.refresh_from_db()
    assert row.person is None


def test_the_screen_of_the_code_says_the_same_for_anybody(
    organisation: Organisation, yuli: Served, carlas_browser: Client
) -> None:
    DataRequest.objects.update(person=None)
    row = DataRequest.objects.get()
    pages = []
    for said in (str(yuli.person.number), "11111111-2222-4333-8444-555555555555", "cualquier cosa"):
        page = carlas_browser.post(at("challenge_request", row.pk), {"said": said}, follow=True).content.decode()
        pages.append(page.split('role="status"')[1].split("</div>")[0])
        wrong = carlas_browser.post(at("request_code", row.pk), {"code": "AAAAAA"}).content.decode()
        pages.append(wrong.split("field__error")[1].split("</p>")[0])
    assert len(set(pages[::2])) == len(set(pages[1::2])) == 1


def test_what_is_missing_is_said_beside_the_field_and_nothing_is_lost(
    organisation: Organisation, yuli: Served, carlas_browser: Client
) -> None:
    row = DataRequest.objects.get()
    page = carlas_browser.post(at("close_request", row.pk), {"outcome": "done", "answer": ""}).content.decode()
    assert "field__error" in page
    assert DataRequest.objects.get().closed_at is None


# -- one person --------------------------------------------------------------------------------------------------------


def test_the_page_says_how_much_is_held_and_never_what(yuli: Served, carlas_browser: Client) -> None:
    answer = carlas_browser.get(at("custody", yuli.person.pk))
    page = answer.content.decode()
    assert "kanarie" not in page
    assert str(yuli.person.number) in page
    assert "no-store" in answer["Cache-Control"]


def test_opening_it_and_handing_out_a_copy_leave_one_entry_each(yuli: Served, carlas_browser: Client) -> None:
    assert entries_of(lambda: carlas_browser.get(at("custody", yuli.person.pk))) == ["custody.read"]
    copy = at("custody_json", yuli.person.pk)
    assert entries_of(lambda: carlas_browser.post(copy)) == ["person.exported"]


def test_the_copy_is_a_file_for_her(yuli: Served, carlas_browser: Client) -> None:
    answer = carlas_browser.post(at("custody_json", yuli.person.pk))
    assert answer["Content-Disposition"] == f'attachment; filename="{yuli.person.number}.json"'
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert from_json(answer.content.decode()).number == str(yuli.person.number)
    assert canary("fact") in json.dumps(json.loads(answer.content))
    paper = carlas_browser.post(at("custody_pdf", yuli.person.pk))
    assert canary("fact") in "".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages)
    assert carlas_browser.get(at("custody_json", yuli.person.pk)).status_code == 405


def test_a_record_that_is_another_leads_to_it(yuli: Served, luz: User, carlas_browser: Client) -> None:
    other = Person.objects.create(same_as=yuli.person)
    assert carlas_browser.get(at("custody", other.pk))["Location"] == at("custody", yuli.person.pk)


def test_forgetting_asks_once_and_names_what_goes_and_who_must_be_told(yuli: Served, carlas_browser: Client) -> None:
    page = carlas_browser.get(at("custody_forget", yuli.person.pk)).content.decode()
    assert "Lo que se borra" in page
    assert "Quién vio o cambió tus datos" not in page  # that stays
    assert "Lo que queda" in page
    assert "Clínica del Río" in page
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at=None).exists()
    done = carlas_browser.post(at("custody_forget", yuli.person.pk), {"why": "asked"}, follow=True).content.decode()
    assert "Clínica del Río" in done
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at__isnull=False).exists()


def test_forgetting_without_a_reason_forgets_nobody(yuli: Served, carlas_browser: Client) -> None:
    carlas_browser.post(at("custody_forget", yuli.person.pk), {})
    carlas_browser.post(at("custody_forget", yuli.person.pk), {"why": "restored"})
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at=None).exists()


def test_what_the_law_holds_has_no_button_to_forget(yuli: Served, carlas_browser: Client) -> None:
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    carlas_browser.post(at("custody_hold", yuli.person.pk), {"reason": "Juzgado 3", "until": until})
    held = Hold.objects.current(timezone.now()).get()
    page = carlas_browser.get(at("custody_forget", yuli.person.pk)).content.decode()
    assert 'name="why"' not in page
    carlas_browser.post(at("custody_forget", yuli.person.pk), {"why": "asked"})
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at=None).exists()
    carlas_browser.post(at("lift_hold", held.pk))
    assert 'name="why"' in carlas_browser.get(at("custody_forget", yuli.person.pk)).content.decode()


def test_blocking_from_the_screen_hides_her_file_and_lifting_shows_it(
    yuli: Served, carlas_browser: Client, luz: User
) -> None:
    carlas_browser.post(at("custody_block", yuli.person.pk), {"why": "No es suyo"})
    assert yuli.person not in Person.objects.visible_to(luz)
    assert "Clínica del Río" in carlas_browser.get(at("custody", yuli.person.pk)).content.decode()
    carlas_browser.post(at("custody_unblock", yuli.person.pk), {"why": "Sí era"})
    assert yuli.person in Person.objects.visible_to(luz)


def test_a_correction_changes_only_what_was_filled_in(yuli: Served, carlas_browser: Client) -> None:
    Person.objects.filter(pk=yuli.person.pk).update(born_on="")
    page = carlas_browser.get(at("custody_correct", yuli.person.pk)).content.decode()
    assert "kanarie" not in page
    carlas_browser.post(at("custody_correct", yuli.person.pk), {"called": "Yuli", "what_was_wrong": "El apodo"})
    yuli.person.refresh_from_db()
    assert (yuli.person.called, yuli.person.name) == ("Yuli", f"Yulimar {canary('name')}")


# -- keeping times -----------------------------------------------------------------------------------------------------


def test_a_director_approves_what_she_saw_and_a_coordinator_only_looks(
    yuli: Served, carlas_browser: Client, doras_browser: Client
) -> None:
    aged(yuli.person, 2000)
    assert 'name="seen"' not in carlas_browser.get(at("keeping")).content.decode()
    assert carlas_browser.post(at("approve_keeping"), {"seen": "1"}).status_code == 404
    assert 'name="seen" value="1"' in doras_browser.get(at("keeping")).content.decode()
    doras_browser.post(at("approve_keeping"), {"seen": "7"})
    assert not KeepingOrder.objects.exists()
    doras_browser.post(at("approve_keeping"), {"seen": "1"})
    assert KeepingOrder.objects.get().people == 1
    doras_browser.post(at("stop_keeping"))
    assert KeepingOrder.objects.get().ended_at is not None


@pytest.mark.parametrize("name", ["requests", "new_request", "keeping"])
def test_whoever_answers_people_has_no_business_here(
    rosas_browser: Client, organisation: Organisation, name: str
) -> None:
    assert rosas_browser.get(at(name)).status_code == 404


@pytest.mark.parametrize("name", ["custody", "custody_forget", "custody_correct"])
def test_whoever_works_with_her_or_keeps_the_machines_has_none_either(
    yuli: Served, luz: User, brunos_browser: Client, name: str
) -> None:
    luzs = Client()
    luzs.force_login(luz)
    for browser in (luzs, brunos_browser):
        assert browser.get(at(name, yuli.person.pk)).status_code == 404
        assert browser.post(at(name, yuli.person.pk), {"why": "asked"}).status_code == 404
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at=None).exists()


def test_a_stale_proof_is_asked_again_before_anything_is_shown_or_forgotten(
    yuli: Served, carla: User, now: Any
) -> None:
    browser = Client()
    browser.force_login(carla)
    now.shift(6 * 60)
    for address in (at("custody", yuli.person.pk), at("custody_forget", yuli.person.pk)):
        assert "/prove/" in browser.get(address)["Location"]
    browser.post(at("custody_forget", yuli.person.pk), {"why": "asked"})
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at=None).exists()
