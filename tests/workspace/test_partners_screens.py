"""At the desk: whom to call, what people report, asking by a link, what partners propose, what is written down twice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.directory import asking, reporting, trust
from baquiano.directory.duplicates import current
from baquiano.directory.models import (
    Asking,
    Campaign,
    Confirmation,
    Draft,
    Experience,
    Problem,
    Service,
    ServiceAtLocation,
)
from baquiano.directory.trust import PARTS, Status
from baquiano.lib.mail_server import MailServer
from baquiano.post.models import Mail
from tests.conftest import Joins, browser_of
from tests.directory import offers

TODAY = date(2026, 11, 24)
HERE = "/workspace/directory/"


@pytest.fixture
def here(organisation: Organisation, now: time_machine.Traveller) -> ServiceAtLocation:
    owner = offers.organization(email="hola@example.org")
    return offers.at(offers.service(owner), offers.place(owner))


@pytest.fixture
def campaign(here: ServiceAtLocation, carla: User) -> Campaign:
    return asking.create("Noviembre", [here.service.organization], ends_on=TODAY + timedelta(days=9), by=carla)


@pytest.fixture
def draft(campaign: Campaign, here: ServiceAtLocation) -> Draft:
    token = asking.token_of(campaign.askings.get())
    found = asking.edit(token, here.service_id, {"hours": "Mo-Sa 09:00-12:00"}, note="Nos mudamos")
    assert found
    return found


def of(service: Service, deed: str) -> str:
    return f"{HERE}services/{service.pk}/{deed}/"


# -- confirming ----------------------------------------------------------------------------------------------------------


def test_from_the_call_list_to_a_confirmation(here: ServiceAtLocation, edus_browser: Client, edu: User) -> None:
    page = edus_browser.get(f"{HERE}calls/")
    assert "Comedor Ficticio" in page.text and "tel:+56 32 555 0101" in page.text
    assert edus_browser.get(of(here.service, "confirm")).status_code == 200
    sent = {"parts": ["hours", "contact"], "how": "call", "on": "2026-11-23", "at": ""}
    assert edus_browser.post(of(here.service, "confirm"), sent).status_code == 302
    confirmation = Confirmation.objects.get()
    assert (confirmation.parts, confirmation.on, confirmation.by) == (("hours", "contact"), date(2026, 11, 23), edu)
    assert "Comedor Ficticio" not in edus_browser.get(f"{HERE}calls/").text


@pytest.mark.parametrize(
    "wrong", [{"parts": []}, {"how": "link"}, {"on": "2026-11-25"}, {"on": ""}, {"parts": ["colour"]}]
)
def test_half_a_confirmation_is_none(here: ServiceAtLocation, edus_browser: Client, wrong: dict[str, Any]) -> None:
    sent = {"parts": ["hours"], "how": "call", "on": "2026-11-24", "at": "", **wrong}
    assert edus_browser.post(of(here.service, "confirm"), sent).status_code == 422
    assert not Confirmation.objects.exists()


def test_one_that_cannot_be_reached(here: ServiceAtLocation, edus_browser: Client) -> None:
    edus_browser.post(of(here.service, "unreachable"))
    assert trust.standing(here.service, TODAY).status is Status.UNVERIFIABLE


def test_how_somebody_was_received_is_noted_without_her(here: ServiceAtLocation, edus_browser: Client) -> None:
    sent = {"experience-kind": "turned_away", "experience-on": "2026-11-20"}
    assert edus_browser.post(of(here.service, "experience"), sent).status_code == 302
    assert list(Experience.objects.values_list("kind", "on")) == [("turned_away", date(2026, 11, 20))]


def test_reliability_is_on_the_desk_and_on_no_public_page(here: ServiceAtLocation, edus_browser: Client) -> None:
    for _ in range(5):
        Experience.objects.create(service=here.service, kind="turned_away", on=TODAY)
    assert edus_browser.get(of(here.service, "confirm")).context["reliability"].percent == 0
    public = Client().get(f"/es/lugar/{here.service_id}/").text
    assert "0 %" not in public


# -- problems ------------------------------------------------------------------------------------------------------------


def test_what_is_told_at_the_desk_reaches_the_list_and_is_settled(
    here: ServiceAtLocation, rosas_browser: Client, edus_browser: Client, edu: User
) -> None:
    for _ in range(2):
        rosas_browser.post(of(here.service, "report"), {"reason": "closed"})
    assert Problem.objects.get().door == "desk"  # one colleague counts once a day
    reporting.report(here.service_id, "closed", door="web", door_key="una")
    assert "Comedor Ficticio" in edus_browser.get(f"{HERE}problems/").text
    page = edus_browser.get(f"{HERE}problems/{here.service_id}/")
    up_to = page.context["form"]["up_to"].value()
    sent = {"outcome": "corrected", "up_to": up_to}
    assert edus_browser.post(f"{HERE}problems/{here.service_id}/settle/", sent).status_code == 302
    assert set(Problem.objects.values_list("outcome", "settled_by")) == {("corrected", edu.pk)}
    assert "Comedor Ficticio" not in edus_browser.get(f"{HERE}problems/").text


@pytest.mark.parametrize("wrong", [{"outcome": ""}, {"outcome": "withheld", "because": " "}])
def test_settling_says_how_it_ended(here: ServiceAtLocation, edus_browser: Client, wrong: dict[str, str]) -> None:
    reporting.report(here.service_id, "closed", door="web", door_key="una")
    sent = {"up_to": timezone.now().isoformat(), **wrong}
    assert edus_browser.post(f"{HERE}problems/{here.service_id}/settle/", sent).status_code == 422
    assert Problem.objects.get().settled_at is None


# -- asking by a link ----------------------------------------------------------------------------------------------------


def test_a_campaign_and_its_links(here: ServiceAtLocation, edus_browser: Client) -> None:
    owner = here.service.organization
    offers.service(offers.organization("Otra"), "Ropero", needs=("clothing",))
    listed = edus_browser.get(f"{HERE}campaigns/new/", {"need": "food"})
    assert [one.organization for one, _ in listed.context["rows"]] == [owner]
    sent = {"name": "Noviembre", "ends_on": "2026-12-10", "organization": [str(owner.pk)]}
    answer = edus_browser.post(f"{HERE}campaigns/new/", sent)
    asked = Asking.objects.select_related("organization").get()
    page = edus_browser.get(answer["Location"])
    assert f"/es/confirmar/{asking.token_of(asked)}/" in page.text
    assert asked.sent_at is None
    edus_browser.post(f"{HERE}askings/{asked.pk}/sent/")
    asked.refresh_from_db()
    assert asked.sent_at


@pytest.mark.parametrize("wrong", [{"name": ""}, {"ends_on": "2027-12-10"}, {"organization": []}])
def test_a_campaign_that_asks_nobody_is_none(
    here: ServiceAtLocation, edus_browser: Client, wrong: dict[str, Any]
) -> None:
    owner = str(here.service.organization_id)
    sent = {"name": "Noviembre", "ends_on": "2026-12-10", "organization": [owner], **wrong}
    assert edus_browser.post(f"{HERE}campaigns/new/", sent).status_code == 422
    assert not Campaign.objects.exists()


@pytest.fixture
def mail_server(settings: Any) -> None:
    """There is one, and nobody sends by it in these tests."""
    nobodys = MailServer("127.0.0.1", 9, "none", "avisos@example.org")
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail=nobodys)


def test_the_mail_goes_to_the_organisation_once_a_day(
    mail_server: None, campaign: Campaign, edu: User, now: time_machine.Traveller
) -> None:
    asked = campaign.askings.get()
    for _ in range(2):
        browser_of(edu).post(f"{HERE}askings/{asked.pk}/mail/")
    mail = Mail.objects.get()
    assert mail.to == "hola@example.org"
    assert asking.token_of(asked) in mail.body
    now.shift(timedelta(days=2))
    browser_of(edu).post(f"{HERE}askings/{asked.pk}/mail/")
    assert Mail.objects.count() == 2


def test_without_a_mail_server_nothing_is_noted_as_sent(campaign: Campaign, edus_browser: Client) -> None:
    asked = campaign.askings.get()
    edus_browser.post(f"{HERE}askings/{asked.pk}/mail/")
    asked.refresh_from_db()
    assert asked.sent_at is None
    assert not Mail.objects.exists()


def test_not_reached_and_ended(campaign: Campaign, edus_browser: Client) -> None:
    asked = campaign.askings.get()
    edus_browser.post(f"{HERE}askings/{asked.pk}/unreached/")
    assert campaign.askings.get().state == Asking.State.UNREACHED
    edus_browser.post(f"{HERE}campaigns/{campaign.pk}/close/")
    assert asking.token_of(asked) not in edus_browser.get(f"{HERE}campaigns/{campaign.pk}/").text
    assert "Noviembre" in edus_browser.get(f"{HERE}campaigns/").text


# -- what partners propose -----------------------------------------------------------------------------------------------


def test_an_editor_reads_the_difference_and_takes_it_over(
    draft: Draft, here: ServiceAtLocation, edus_browser: Client, edu: User
) -> None:
    assert "Comedor Ficticio" in edus_browser.get(f"{HERE}drafts/").text
    page = edus_browser.get(f"{HERE}drafts/{draft.pk}/")
    assert "Nos mudamos" in page.text
    edus_browser.post(f"{HERE}drafts/{draft.pk}/approve/", {"read": page.context["read"]})
    here.service.refresh_from_db()
    assert here.service.hours == "Mo-Sa 09:00-12:00"
    assert AuditEntry.objects.filter(actor=edu, verb="draft.approved").exists()
    assert "Comedor Ficticio" not in edus_browser.get(f"{HERE}drafts/").text


def test_not_taken_over(draft: Draft, here: ServiceAtLocation, edus_browser: Client) -> None:
    read = edus_browser.get(f"{HERE}drafts/{draft.pk}/").context["read"]
    edus_browser.post(f"{HERE}drafts/{draft.pk}/refuse/", {"read": read})
    here.service.refresh_from_db()
    assert here.service.hours == offers.WEEK
    assert Draft.objects.get().state == Draft.State.REFUSED


def test_words_that_nobody_read_are_not_taken_over(draft: Draft, here: ServiceAtLocation, edus_browser: Client) -> None:
    edus_browser.post(f"{HERE}drafts/{draft.pk}/approve/", {"read": "others"})
    here.service.refresh_from_db()
    assert here.service.hours == offers.WEEK


# -- written down twice --------------------------------------------------------------------------------------------------


def test_two_are_made_one(here: ServiceAtLocation, carlas_browser: Client) -> None:
    twin = offers.service(here.service.organization, "comedor  ficticio")
    assert str(twin.pk) in carlas_browser.get(f"{HERE}duplicates/").text
    address = f"{HERE}duplicates/service/{here.service_id}/{twin.pk}/"
    assert carlas_browser.get(address).status_code == 200
    assert carlas_browser.post(address, {"keep": str(twin.pk)}).status_code == 302
    assert current("service", here.service_id) == twin.pk
    for kind in ("organization", "location"):
        assert carlas_browser.get(f"{HERE}duplicates/", {"kind": kind}).status_code == 200


def test_two_that_somebody_looked_at_are_not_proposed_again(here: ServiceAtLocation, carlas_browser: Client) -> None:
    twin = offers.service(here.service.organization, "comedor  ficticio")
    assert str(twin.pk) in carlas_browser.get(f"{HERE}duplicates/").text
    carlas_browser.post(f"{HERE}duplicates/service/{here.service_id}/{twin.pk}/", {"keep": "both"})
    assert str(twin.pk) not in carlas_browser.get(f"{HERE}duplicates/").text
    assert current("service", twin.pk) == twin.pk


# -- who may not ---------------------------------------------------------------------------------------------------------


def test_a_hidden_service_is_found_by_no_screen_of_who_may_not_know(
    here: ServiceAtLocation, edus_browser: Client
) -> None:
    secret = offers.service(here.service.organization, "CANARIO-servicio")
    offers.at(secret, offers.shelter())
    Problem.objects.create(service=secret, reason="closed", door="web", door_hash="x")
    for address in ("calls/", "problems/", "campaigns/new/", "drafts/"):
        assert "CANARIO" not in edus_browser.get(f"{HERE}{address}").text
    for address in (of(secret, "confirm"), of(secret, "report"), f"{HERE}problems/{secret.pk}/"):
        assert edus_browser.get(address).status_code == 404


def test_the_protection_role_finds_it_without_its_address(here: ServiceAtLocation, joins: Joins) -> None:
    secret = offers.service(here.service.organization, "CANARIO-servicio")
    offers.at(secret, offers.shelter())
    page = browser_of(joins("paz", "Paz", Role.PROTECTION)).get(of(secret, "report"))
    assert page.status_code == 200 and offers.SHELTER not in page.text


def test_who_only_reads_confirms_nothing(here: ServiceAtLocation, rosas_browser: Client, ritas_browser: Client) -> None:
    for address in ("calls/", "problems/", "campaigns/", "drafts/", "duplicates/"):
        assert rosas_browser.get(f"{HERE}{address}").status_code == 404
    assert ritas_browser.get(f"{HERE}drafts/").status_code == 200
    rosas_browser.post(of(here.service, "confirm"), {"parts": list(PARTS), "how": "call", "on": "2026-11-24"})
    assert not Confirmation.objects.exists()
