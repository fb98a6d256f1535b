"""The people's pages through the front door: what each colleague finds, opens, writes and may not."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import Area, AuditEntry, Role, User
from baquiano.channels.models import Channel
from baquiano.conversations.owning import take_over
from baquiano.directory.models import Organization, Service, Visibility
from baquiano.files.models import Piece
from baquiano.people import granting
from baquiano.people.models import Access, BrokenGlass, Consent, Document, Fact, Joining, KeptPaper, Person
from baquiano.territory.models import Division
from tests.conftest import Joins, browser_of
from tests.people.conftest import abel, cucuta, dora, luz, medellin, nora, yuli
from tests.workspace.visitors import comes_in, learn_to_speak

__all__ = ("abel", "cucuta", "dora", "luz", "medellin", "nora", "yuli")
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("organisation")]
PEOPLE = "/workspace/people/"
SPOKEN = {"evidence": "spoken", "given_by": "self", "language": "es"}


def page_of(person: Person) -> str:
    return f"{PEOPLE}{person.pk}/"


def shown(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def refused_to(user: User) -> int:
    return AuditEntry.objects.filter(actor=user, verb="refused").count()


# -- finding -------------------------------------------------------------------------------------------------------------


def test_reception_finds_her_with_a_slip_of_the_finger_and_opens_the_record_only_when_she_is_there(
    yuli: Person, nora: User
) -> None:
    browser = browser_of(nora)
    assert browser.get(page_of(yuli)).status_code == 404
    found = browser.post(PEOPLE, {"name": "yulimar rohas", "birth_year": "1994"}).content.decode()
    assert "1 persona encontrada" in found
    assert f'href="{page_of(yuli)}"' not in found
    assert browser.post(f"{page_of(yuli)}receive/").headers["Location"] == page_of(yuli)
    assert "Yulimar Andreína Rojas Peña" in shown(browser, page_of(yuli))
    assert Access.objects.get(user=nora).until is not None


def test_what_is_looked_for_is_written_down_without_its_words(yuli: Person, nora: User) -> None:
    browser_of(nora).post(PEOPLE, {"name": "Yulimar Rojas"})
    entry = AuditEntry.objects.get(verb="searched")
    assert (entry.actor, entry.row) == (nora, "found:1")
    assert "ulimar" not in f"{entry.about}{entry.room}{entry.reason}"


def test_opening_a_record_is_written_down_once(yuli: Person, luz: User) -> None:
    shown(browser_of(luz), page_of(yuli))
    assert AuditEntry.objects.filter(verb="person.read", about=str(yuli.pk), actor=luz).count() == 1


def test_a_psychologist_without_access_finds_and_opens_nobody(yuli: Person, joins: Joins) -> None:
    ana = joins("ana", "Ana", Role.PSYCHOLOGICAL)
    browser = browser_of(ana)
    assert "Andreína" not in browser.post(PEOPLE, {"name": "Yulimar Rojas"}).content.decode()
    assert browser.get(page_of(yuli)).status_code == 404
    assert refused_to(ana) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "ana", "birth_year": "mil"},
        {"name": "ana", "municipality": "Macondo"},
    ],
)
def test_a_search_that_cannot_be_made_says_why_and_keeps_the_words(nora: User, asked: dict[str, str]) -> None:
    response = browser_of(nora).post(PEOPLE, asked)
    assert response.status_code == 422
    assert asked["name"] in response.content.decode()


# -- writing down --------------------------------------------------------------------------------------------------------


def test_somebody_is_written_down_with_nothing_and_with_everything(luz: User, cucuta: Division) -> None:
    browser = browser_of(luz)
    assert browser.post(f"{PEOPLE}new/", {}).status_code == 302
    whole = {
        "name": " Ana  María Pérez ", "called": "Ani", "pronoun": "ella", "gender": "woman", "born_on": "2001-05-04", "language": "es",
        "municipality": "cucuta, norte de santander", "groups": ["migrant", "transit"], "nationality": "VE",
        "second_nationality": "CO", "is_restricted": "on", "no_merging": "on",
    }  # fmt: skip
    assert browser.post(f"{PEOPLE}new/", whole).status_code == 302
    empty, full = Person.objects.order_by("pk")
    assert (empty.name, empty.municipality, empty.may_be_merged) == ("", None, True)
    assert (full.name, full.birth_year, full.municipality, full.is_restricted) == (
        "Ana María Pérez",
        2001,
        cucuta,
        True,
    )
    assert {row.country for row in full.nationalities.all()} == {"VE", "CO"}
    assert {row.group for row in full.populations.all()} == {"migrant", "transit"}
    page = shown(browser, page_of(full))
    assert "2 nacionalidades" not in page
    assert "Venezuela, Colombia" in page


def test_what_was_typed_is_still_there_when_something_is_wrong(luz: User) -> None:
    response = browser_of(luz).post(f"{PEOPLE}new/", {"name": "Ana Lucía", "birth_year": "1850"})
    assert response.status_code == 422
    assert 'value="Ana Lucía"' in response.content.decode()
    assert not Person.objects.exists()


def test_changing_one_thing_keeps_how_to_reach_her(yuli: Person, luz: User) -> None:
    browser = browser_of(luz)
    browser.post(f"{page_of(yuli)}contact/", {"may_write": "on", "word": "girasol"})
    browser.post(f"{page_of(yuli)}edit/", {"name": "Yulimar Rojas", "called": "Yuli"})
    assert "girasol" in shown(browser, page_of(yuli))
    yuli.refresh_from_db()
    assert (yuli.name, yuli.birth_year) == ("Yulimar Rojas", None)


def test_extra_fields_of_a_form_change_nothing(yuli: Person, luz: User, abel: User) -> None:
    browser_of(luz).post(
        f"{page_of(yuli)}edit/",
        {"name": "Yulimar", "registered_by": abel.pk, "same_as": "1", "forgotten_at": "2026-01-01", "user": abel.pk},
    )
    yuli.refresh_from_db()
    assert (yuli.registered_by, yuli.same_as, yuli.forgotten_at) == (luz, None, None)
    assert not Access.objects.filter(user=abel).exists()


# -- what hangs on her ---------------------------------------------------------------------------------------------------


def test_a_document_of_another_person_is_never_removed_through_mine(yuli: Person, luz: User, abel: User) -> None:
    his = browser_of(abel)
    his.post(f"{PEOPLE}new/", {"name": "Wilson"})
    wilson = Person.objects.latest("pk")
    his.post(f"{page_of(wilson)}documents/", {"kind": "passport", "number": "A-1"})
    document = Document.objects.get()
    browser_of(luz).post(f"{page_of(yuli)}documents/{document.pk}/remove/")
    assert Document.objects.filter(pk=document.pk).exists()
    his.post(f"{page_of(wilson)}documents/{document.pk}/remove/")
    assert not Document.objects.exists()


def test_a_consent_is_asked_shown_and_taken_back(yuli: Person, luz: User) -> None:
    browser = browser_of(luz)
    clinic = Organization.objects.create(name="Consultorio de prueba")
    asked = {**SPOKEN, "purpose": "share", "kinds": ["name", "contact"], "receiver": str(clinic.pk), "basis": "consent"}
    refused = browser.post(f"{page_of(yuli)}consents/", asked)
    assert (refused.status_code, Consent.objects.count()) == (422, 0)  # sharing always ends
    assert browser.post(f"{page_of(yuli)}consents/", {**asked, "until": "2026-12-24"}).status_code == 302
    assert "Consultorio de prueba" in shown(browser, page_of(yuli))
    consent = Consent.objects.get()
    browser.post(f"{page_of(yuli)}consents/{consent.pk}/withdraw/")
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None


def test_a_shelter_is_offered_as_a_receiver_to_the_protection_role_alone(yuli: Person, luz: User) -> None:
    shelter = Organization.objects.create(name="CANARIO-albergue")
    Service.objects.create(organization=shelter, name="Acogida", visibility=Visibility.CONFIDENTIAL)
    browser = browser_of(luz)
    assert "CANARIO-albergue" not in shown(browser, f"{page_of(yuli)}consents/")
    asked = {**SPOKEN, "purpose": "share", "kinds": ["name"], "receiver": str(shelter.pk), "basis": "consent"}
    guessed = browser.post(f"{page_of(yuli)}consents/", {**asked, "until": "2026-12-24"})
    assert (guessed.status_code, Consent.objects.count()) == (422, 0)


def test_what_is_told_to_psychology_is_read_there_and_nowhere_else(
    yuli: Person, luz: User, abel: User, carla: User
) -> None:
    hers = browser_of(luz)
    told = {**SPOKEN, "category": "mental_health", "text": "CANARIO-PSI", "basis": "consent"}
    assert hers.post(f"{page_of(yuli)}facts/", told).status_code == 302
    assert "CANARIO-PSI" in shown(hers, page_of(yuli))
    his, coordinates = browser_of(abel), browser_of(carla)
    given = {"to": abel.pk, "area": Area.LEGAL, "until": "2026-12-24", "reason": "La defiende."}
    assert coordinates.post(f"{page_of(yuli)}access/", given).status_code == 302
    page = shown(his, page_of(yuli))
    assert "CANARIO-PSI" not in page
    assert "Otra área guarda algo: Psicológica" in page
    fact = Fact.objects.get()
    assert his.post(f"{page_of(yuli)}facts/{fact.pk}/erase/").status_code == 404
    assert coordinates.get(page_of(yuli)).status_code == 404  # giving access is not having it
    assert hers.post(f"{page_of(yuli)}facts/{fact.pk}/erase/").status_code == 302
    assert not Fact.objects.exists()


def test_a_lawyer_cannot_write_what_belongs_to_psychology(yuli: Person, abel: User, carla: User) -> None:
    granting.receive(yuli, by=abel)
    told = {**SPOKEN, "category": "mental_health", "text": "algo", "basis": "consent"}
    assert browser_of(abel).post(f"{page_of(yuli)}facts/", told).status_code == 422
    assert not Fact.objects.exists()
    assert not Consent.objects.exists()


# -- access and glass ----------------------------------------------------------------------------------------------------


def test_a_coordinator_sees_who_is_left_alone_and_gives_access(
    yuli: Person, luz: User, abel: User, carla: User
) -> None:
    browser = browser_of(carla)
    assert "Yuli" not in shown(browser, f"{PEOPLE}ownerless/")
    User.objects.filter(pk=luz.pk).update(is_active=False)
    assert "Yuli" in shown(browser, f"{PEOPLE}ownerless/")
    browser.post(f"{page_of(yuli)}access/", {"to": abel.pk, "until": "2026-12-24", "reason": "Luz se fue."})
    assert "Yuli" not in shown(browser, f"{PEOPLE}ownerless/")
    assert browser_of(abel).get(page_of(yuli)).status_code == 200


def test_an_access_is_ended_only_through_its_own_person(yuli: Person, luz: User, carla: User) -> None:
    browser_of(luz).post(f"{PEOPLE}new/", {"name": "Otra"})
    other = Person.objects.latest("pk")
    access = Access.objects.get(person=yuli)
    browser = browser_of(carla)
    browser.post(f"{page_of(other)}access/{access.pk}/end/")
    access.refresh_from_db()
    assert access.until is None
    browser.post(f"{page_of(yuli)}access/{access.pk}/end/")
    assert browser_of(luz).get(page_of(yuli)).status_code == 404


def test_glass_is_broken_for_exactly_one_person_and_never_shows_a_list(
    yuli: Person, luz: User, rosa: User, dora: User
) -> None:
    browser = browser_of(rosa)
    why = "La trae una vecina, golpeada, y no habla."
    for who in ({"who": "yulimar rojas"}, {"who": "nadie así", "birth_year": "1994"}, {"who": "999999"}):
        assert browser.post("/workspace/glass/", {**who, "reason": why}).status_code == 422
    assert not BrokenGlass.objects.exists()
    opened = browser.post("/workspace/glass/", {"who": "yulimar rojas", "birth_year": "1994", "reason": why})
    summary = shown(browser, opened.headers["Location"])
    assert "Luz" in summary  # whom to call
    assert browser_of(dora).get(opened.headers["Location"]).status_code == 404  # only whoever broke it
    assert browser.get(page_of(yuli)).status_code == 404
    hers = browser_of(luz)
    assert "sin acceso" in shown(hers, PEOPLE)
    glass = BrokenGlass.objects.get()
    director = browser_of(dora)
    assert why in shown(director, "/workspace/glass/reviews/")
    director.post(f"/workspace/glass/{glass.pk}/review/", {"was_right": "yes"})
    glass.refresh_from_db()
    assert (glass.reviewed_by, glass.was_right) == (dora, True)


def test_a_code_for_her_chat_is_shown_once_and_kept_nowhere(yuli: Person, luz: User) -> None:
    page = browser_of(luz).post(f"{page_of(yuli)}code/").content.decode()
    assert "JUNTAR" in page
    assert page.count('class="key strong"') == 1


# -- files kept for a time -----------------------------------------------------------------------------------------------


def test_a_file_is_opened_by_its_area_until_it_is_let_go(yuli: Person, luz: User, abel: User, carla: User) -> None:
    hers, his = browser_of(luz), browser_of(abel)
    asked = {"purpose": "health", "days": "30", "area": Area.PSYCHOLOGICAL}
    note = SimpleUploadedFile("remisión.txt", b"CANARIO-ARCHIVO", content_type="text/html")
    assert hers.post(f"{page_of(yuli)}papers/", {**asked, "upload": note}).status_code == 302
    paper = KeptPaper.objects.get()
    address = f"/workspace/papers/{paper.pk}/"
    given = {"to": abel.pk, "area": Area.LEGAL, "until": "2026-12-24", "reason": "La defiende."}
    browser_of(carla).post(f"{page_of(yuli)}access/", given)
    assert his.get(address).status_code == 404
    assert "remisi" not in shown(his, page_of(yuli))
    opened = hers.get(address)
    assert (b"".join(opened.streaming_content), opened["Content-Type"]) == (
        b"CANARIO-ARCHIVO",
        "text/plain; charset=utf-8",
    )  # type: ignore[attr-defined]
    assert opened["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(verb="keptpaper.exported", actor=luz, about=str(yuli.pk)).count() == 1
    assert his.post(f"{address}erase/").status_code == 404
    assert hers.post(f"{address}erase/").status_code == 302
    assert hers.get(address).status_code == 404
    assert not Piece.objects.exists()


def test_a_file_that_is_not_what_it_says_is_refused_in_words(yuli: Person, luz: User) -> None:
    page = SimpleUploadedFile("foto.jpg", b"<html><script>alert(1)</script>", content_type="image/jpeg")
    asked = {"purpose": "health", "days": "30", "area": Area.PSYCHOLOGICAL, "upload": page}
    refused = browser_of(luz).post(f"{page_of(yuli)}papers/", asked)
    assert refused.status_code == 422
    assert "field__error" in refused.content.decode()
    assert not KeptPaper.objects.exists()


def test_who_saw_her_is_told_by_day_and_role_and_names_nobody(yuli: Person, luz: User, dora: User, rosa: User) -> None:
    shown(browser_of(luz), page_of(yuli))
    page = shown(browser_of(dora), f"{page_of(yuli)}trail/")
    assert "Psicología" in page
    assert "Luz" not in page
    assert "Yuli" not in page
    assert browser_of(rosa).get(f"{page_of(yuli)}trail/").status_code == 404


# -- organisations, and her chats ----------------------------------------------------------------------------------------


def test_an_organisation_is_written_down_once_and_put_aside(carla: User, rosa: User) -> None:
    browser, list_ = browser_of(carla), "/workspace/organisations/"
    assert browser.post(f"{list_}new/", {"name": "Consultorio Ñandú"}).status_code == 302
    assert browser.post(f"{list_}new/", {"name": "consultorio ñandu"}).status_code == 422
    clinic = Organization.objects.get()
    browser.post(f"{list_}{clinic.pk}/", {"name": "Consultorio Ñandú", "phone": "000"})
    browser.post(f"{list_}{clinic.pk}/aside/", {"is_active": "no"})
    clinic.refresh_from_db()
    assert (clinic.phone, clinic.is_active) == ("000", False)
    assert "aparte" in shown(browser, list_)
    assert browser_of(rosa).get(list_).status_code == 404
    verbs = AuditEntry.objects.filter(actor=carla, room="directory").values_list("verb", flat=True)
    assert sorted(verbs) == ["organization.corrected", "organization.put_aside", "organization.written"]


def test_she_says_who_she_is_and_her_chat_becomes_hers(
    yuli: Person, rosa: User, carla: User, luz: User, webchat: Channel
) -> None:
    learn_to_speak()
    hers = comes_in(webchat, "yulis-token").says("persona")
    take_over(hers, by=rosa)
    browser, here = browser_of(rosa), f"/workspace/inbox/{hers.pk}/"
    assert browser.post(f"{here}person/", {"record": str(yuli.pk)}).status_code == 404  # not hers to see
    until = timezone.now() + timedelta(days=2)
    granting.grant(yuli, rosa, area="", until=until, reason="La atiende por chat.", by=carla)
    browser.post(f"{here}person/", {"record": "no sé"})
    assert not Joining.objects.exists()
    browser.post(f"{here}person/", {"record": str(yuli.pk)})
    assert Joining.objects.get().person == yuli
    assert page_of(yuli) in shown(browser, here)
    joined = Joining.objects.get()
    browser_of(luz).post(f"{page_of(yuli)}doors/{joined.pk}/separate/")
    assert Joining.objects.get().until is not None


def test_a_wrong_code_says_only_that_it_does_not_work(yuli: Person, luz: User) -> None:
    browser = browser_of(luz)
    response = browser.post(f"{page_of(yuli)}doors/", {"code": "AAAAAA"}, follow=True)
    assert "Ese código no sirve" in response.content.decode()
    assert not Joining.objects.exists()


def test_a_merged_record_is_found_by_its_other_name(yuli: Person, luz: User) -> None:
    browser = browser_of(luz)
    browser.post(f"{PEOPLE}new/", {"name": "Gertrudis Zambrano"})
    other = Person.objects.latest("pk")
    browser.post(f"{page_of(yuli)}same/{other.pk}/")
    found = browser.post(PEOPLE, {"name": "Gertrudis Zambrano"}).content.decode()
    assert f'href="{page_of(yuli)}"' in found
    browser.post(f"{page_of(yuli)}same/{other.pk}/separate/")
    found = browser.post(PEOPLE, {"name": "Gertrudis Zambrano"}).content.decode()
    assert f'href="{page_of(other)}"' in found
    assert f'href="{page_of(yuli)}"' not in found
