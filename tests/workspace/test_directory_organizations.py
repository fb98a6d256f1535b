"""An organisation on the directory's screens: what is so for all of it for a while, putting it aside, and one that must not be known."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.directory import card, offering, version
from baquiano.directory.models import Change, Notice, Organization, Reach, Service, Visibility
from baquiano.directory.offering import Said
from tests.conftest import Joins, browser_of
from tests.workspace.directory_cast import PLACES, SERVICES, Town, as_shown, built

ORGANISATIONS = "/workspace/organisations/"
SHELTER = "Refugio Ficticio del Faro"


@pytest.fixture
def town(organisation: Organisation, now: time_machine.Traveller) -> Town:
    return built()


@pytest.fixture
def shelter(town: Town) -> Organization:
    """All it has is known to the protection role only."""
    hidden = Organization.objects.create(name=SHELTER, email="faro@example.org")
    Service.objects.create(organization=hidden, name="Casa Ficticia", visibility=Visibility.CONFIDENTIAL)
    return hidden


def of(organization: Organization) -> str:
    return f"{ORGANISATIONS}{organization.pk}/"


def notice(**other: str) -> dict[str, str]:
    given = {
        "kind": "closed",
        "text": "Huelga",
        "hours": "",
        "begins_at": "2026-11-24T08:00",
        "ends_at": "2026-11-26T08:00",
    }
    return {f"notice-{name}": value for name, value in {**given, **other}.items()}


# -- for a while ---------------------------------------------------------------------------------------------------------


def test_what_is_so_for_all_of_it_is_read_on_each_of_its_services_until_its_end(
    town: Town, carlas_browser: Client, carla: User, now: time_machine.Traveller
) -> None:
    wardrobe = Service.objects.create(organization=town.fund, name="Ropero", areas=("CO11",))
    said = notice(begins_at="2026-11-20T08:00")
    assert carlas_browser.post(f"{of(town.fund)}notices/", said).status_code == 302
    for service, at in ((town.kitchen, town.at.pk), (wardrobe, None)):
        page = carlas_browser.get(f"{SERVICES}{service.pk}/")
        assert "Huelga" in page.text
        assert "todo lo de Fundación Ficticia" in page.text
        told = card.card(service.pk, at, reach=Reach.ANYONE, language="es", now=timezone.now())
        assert told
        assert "Huelga" in " ".join(told.notices)
    now.shift(9 * 24 * 3600)
    assert "Huelga" not in browser_of(carla).get(f"{SERVICES}{wardrobe.pk}/").text
    told = card.card(wardrobe.pk, None, reach=Reach.ANYONE, language="es", now=timezone.now())
    assert told
    assert told.notices == ()


def test_it_is_reached_from_the_organisation_and_from_each_service_and_ended_there(
    town: Town, carlas_browser: Client
) -> None:
    page = f"{of(town.fund)}notices/"
    assert page in carlas_browser.get(of(town.fund)).text
    assert page in carlas_browser.get(f"{SERVICES}{town.kitchen.pk}/").text
    carlas_browser.post(page, notice())
    assert f"{SERVICES}{town.kitchen.pk}/" in carlas_browser.get(page).text
    answer = carlas_browser.post(f"{SERVICES}notices/{Notice.objects.get().pk}/end/")
    assert answer.headers["Location"] == page
    assert not carlas_browser.get(page).context["notices"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-11-20T08:00"},
        {"ends_at": ""},
        {"kind": "hours", "hours": "cuando haya"},
        {"ends_at": "2031-01-01T08:00"},
    ],
)
def test_a_notice_of_all_that_cannot_be_said_comes_back_with_its_words(
    town: Town, carlas_browser: Client, wrong: dict[str, str]
) -> None:
    page = carlas_browser.post(f"{of(town.fund)}notices/", notice(text="Nos mudamos", **wrong))
    assert (page.status_code, "Nos mudamos" in page.text) == (422, True)
    assert not Notice.objects.exists()


def test_a_button_pressed_twice_says_it_once(town: Town, carlas_browser: Client) -> None:
    for _ in range(2):
        assert carlas_browser.post(f"{of(town.fund)}notices/", notice()).status_code == 302
    assert Notice.objects.count() == 1


def test_an_editor_says_it_too_and_whoever_only_reads_does_not(
    town: Town, edus_browser: Client, rosas_browser: Client, joins: Joins
) -> None:
    page = f"{of(town.fund)}notices/"
    assert edus_browser.post(page, notice()).status_code == 302
    dora = browser_of(joins("dora", "Dora", Role.DIRECTOR))
    assert page not in dora.get(of(town.fund)).text
    for browser in (rosas_browser, dora):
        assert browser.get(page).status_code == 404
        assert browser.post(page, notice(text="Otra")).status_code == 404
    assert Notice.objects.count() == 1


# -- its name, and putting it aside ----------------------------------------------------------------------------------------


def test_a_new_name_and_putting_aside_reach_every_index_and_stand_in_the_history(
    town: Town, carlas_browser: Client
) -> None:
    before, number = town.fund.modified_at, version.number()
    carlas_browser.post(of(town.fund), as_shown(carlas_browser, of(town.fund), name="Fundación Nueva"))
    town.fund.refresh_from_db()
    assert town.fund.name == "Fundación Nueva"
    assert town.fund.modified_at >= before
    assert version.number() == number + 1
    for is_active in ("no", "yes"):
        carlas_browser.post(f"{of(town.fund)}aside/", {"is_active": is_active})
    assert version.number() == number + 3
    assert list(Change.objects.filter(row=town.fund.pk).values_list("field", flat=True).order_by("pk")) == [
        "name",
        "is_active",
        "is_active",
    ]


def test_two_tabs_of_one_organisation_do_not_take_back_what_the_other_wrote(
    town: Town, carlas_browser: Client, joins: Joins, now: time_machine.Traveller
) -> None:
    anna = browser_of(joins("anna", "Anna", Role.ALLIANCES))
    mine = as_shown(carlas_browser, of(town.fund), website="https://example.org/")
    now.shift(60)
    anna.post(of(town.fund), as_shown(anna, of(town.fund), phone="555 0101"))
    page = carlas_browser.post(of(town.fund), mine)
    assert page.status_code == 422
    again = {bound.html_name: bound.value() for bound in page.context["form"]}
    assert carlas_browser.post(of(town.fund), again).status_code == 302
    town.fund.refresh_from_db()
    assert (town.fund.phone, town.fund.website) == ("555 0101", "https://example.org/")


# -- one that must not be known --------------------------------------------------------------------------------------------


def test_nobody_outside_the_protection_role_finds_out_that_a_shelter_is_an_organisation(
    shelter: Organization, town: Town, carlas_browser: Client
) -> None:
    offering.announce(town.fund, _said(), by=User.objects.get(username="carla"))
    for address in (
        ORGANISATIONS,
        f"{SERVICES}new/",
        f"{PLACES}new/",
        f"{PLACES}{town.hall.pk}/",
        "/workspace/directory/campaigns/new/",
        "/workspace/directory/duplicates/?kind=organization",
    ):
        page = carlas_browser.get(address)
        assert page.status_code == 200
        assert SHELTER not in page.text
    for address in (
        of(shelter),
        f"{of(shelter)}notices/",
        f"/workspace/directory/duplicates/organization/{town.fund.pk}/{shelter.pk}/",
    ):
        assert carlas_browser.get(address).status_code == 404
    for address in (of(shelter), f"{of(shelter)}aside/", f"{of(shelter)}notices/"):
        assert carlas_browser.post(address, {"name": "Otra", "is_active": "no"}).status_code == 404
    shelter.refresh_from_db()
    assert (shelter.name, shelter.is_active) == (SHELTER, True)


def _said() -> Said:
    return Said("closed", "Huelga", timezone.now(), timezone.now() + timedelta(days=1))


def test_writing_down_its_name_does_not_tell_that_it_is_there(shelter: Organization, carlas_browser: Client) -> None:
    assert carlas_browser.post(f"{ORGANISATIONS}new/", {"name": SHELTER}).status_code == 302


def test_a_place_of_it_that_is_sealed_tells_nothing_either(town: Town, carlas_browser: Client, carla: User) -> None:
    hidden = Organization.objects.create(name=SHELTER)
    offering.write_place(
        {"organization": hidden, "name": "Casa", "country": "CL", "visibility": Visibility.CONFIDENTIAL}, by=carla
    )
    assert SHELTER not in carlas_browser.get(ORGANISATIONS).text


def test_the_protection_role_names_it(shelter: Organization, joins: Joins) -> None:
    pilar = browser_of(joins("pilar", "Pilar", Role.PROTECTION))
    assert SHELTER in pilar.get(f"{PLACES}confidential/new/").text
    assert SHELTER in pilar.get(f"{SERVICES}new/").text


def test_an_organisation_with_something_in_the_open_is_known(shelter: Organization, carlas_browser: Client) -> None:
    Service.objects.create(organization=shelter, name="Línea de ayuda")
    assert SHELTER in carlas_browser.get(ORGANISATIONS).text


def test_an_organisation_that_only_receives_is_known(town: Town, carlas_browser: Client) -> None:
    Organization.objects.create(name="Consultorio Ficticio")
    assert "Consultorio Ficticio" in carlas_browser.get(ORGANISATIONS).text


def test_correcting_a_place_keeps_its_organisation_though_it_is_put_aside(town: Town, carlas_browser: Client) -> None:
    Organization.objects.update(is_active=False)
    address = f"{PLACES}{town.hall.pk}/"
    sent: dict[str, Any] = as_shown(carlas_browser, address, description="Portón verde")
    assert carlas_browser.post(address, sent).status_code == 302
    town.hall.refresh_from_db()
    assert (town.hall.organization, town.hall.description) == (town.fund, "Portón verde")
    assert not AuditEntry.objects.filter(verb="refused").exists()


def test_two_are_made_one_only_by_saying_which_one_stays(town: Town, carlas_browser: Client) -> None:
    twin = Organization.objects.create(name="Fundación Ficticia de Valparaíso")
    address = f"/workspace/directory/duplicates/organization/{town.fund.pk}/{twin.pk}/"
    page = carlas_browser.post(address, {})
    assert (page.status_code, "Di cuál queda." in page.text) == (422, True)
    twin.refresh_from_db()
    assert twin.is_active
