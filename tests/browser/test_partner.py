"""A partner answers on her telephone by the link she was sent; an editor takes over what she changed, at the desk."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.directory import asking, experience, reporting
from baquiano.directory.models import Asking, Confirmation, Draft, ServiceAtLocation
from tests.browser.conftest import DESK, PHONE_FIRST, Opens
from tests.directory import offers

Check = Callable[[Page], None]
KEPT_PICTURES = os.environ.get("PICTURES", "")
ONE_TAP = "main form[method=post] .button--wide"


@pytest.fixture
def here(organisation: Organisation) -> ServiceAtLocation:
    owner = offers.organization(email="hola@example.org")
    texts = {"description": "Almuerzos de lunes a viernes.", "asks_documents": "no", "cost": "free"}
    return offers.at(offers.service(owner, **texts), offers.place(owner))


@pytest.fixture
def link(here: ServiceAtLocation, carla: User) -> str:
    asking.create("Noviembre", [here.service.organization], ends_on=timezone.localdate() + timedelta(days=9), by=carla)
    return f"/es/confirmar/{asking.token_of(Asking.objects.get())}/"


def test_a_partner_confirms_with_one_tap(phone: Page, link: str, axe_is_clean: Check, fits: Check) -> None:
    phone.goto(link)
    if KEPT_PICTURES:
        phone.screenshot(path=str(Path(KEPT_PICTURES) / "partner-360.png"), full_page=True)
    axe_is_clean(phone)
    fits(phone)
    assert not Confirmation.objects.exists()
    phone.locator(ONE_TAP).tap()
    expect(phone.get_by_role("status")).to_be_visible()
    assert Confirmation.objects.get().how == Confirmation.How.LINK
    expect(phone.locator(ONE_TAP)).to_have_count(0)
    axe_is_clean(phone)


def test_without_script_by_keyboard_only_it_is_confirmed_too(without_script: Page, link: str) -> None:
    without_script.goto(link)
    without_script.locator(ONE_TAP).focus()
    without_script.keyboard.press("Enter")
    expect(without_script.get_by_role("status")).to_be_visible()
    assert Confirmation.objects.exists()


def test_she_changes_the_hours_and_an_editor_takes_it_over_by_keyboard(
    phone: Page, opens: Opens, link: str, here: ServiceAtLocation, edu: User, axe_is_clean: Check, fits: Check
) -> None:
    phone.goto(link)
    phone.locator("main section a").tap()
    phone.wait_for_url(f"**{link}*/")
    axe_is_clean(phone)
    fits(phone)
    hours = phone.locator("[name=hours]")
    hours.fill("cuando haya gente")
    phone.locator(ONE_TAP).tap()
    expect(phone.locator("[name=hours][aria-invalid=true]")).to_have_value("cuando haya gente")
    axe_is_clean(phone)
    hours.fill("lunes a sábado de 9 a 12")
    phone.locator(ONE_TAP).tap()
    expect(phone.locator("main .badge--warn")).to_be_visible()
    here.service.refresh_from_db()
    assert here.service.hours == offers.WEEK

    desk = opens(DESK, signed_in=edu)
    desk.goto("/workspace/directory/drafts/")
    row = desk.locator("main .rows a")
    row.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/drafts/*/")
    axe_is_clean(desk)
    fits(desk)
    approve = desk.locator("form[action$='approve/'] button")
    approve.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status").first).to_be_visible()
    here.service.refresh_from_db()
    assert here.service.hours == "Mo-Sa 09:00-12:00"
    assert Draft.objects.get().decided_by == edu


@pytest.mark.parametrize("viewport", PHONE_FIRST)
def test_every_screen_of_it_can_be_read_and_fits(
    opens: Opens,
    link: str,
    here: ServiceAtLocation,
    carla: User,
    viewport: dict[str, int],
    axe_is_clean: Check,
    fits: Check,
) -> None:
    service = here.service
    twin = offers.service(service.organization, "comedor  ficticio")
    for key in ("una", "otra"):
        reporting.report(service.pk, "closed", door="web", door_key=key)
    experience.note(service, "served", on=timezone.localdate(), by=carla)
    asking.same(link.split("/")[-2])
    draft = asking.edit(link.split("/")[-2], service.pk, {"email": "dos@example.org"}, note="Nos mudamos")
    asked = Asking.objects.get()
    assert draft
    page = opens(viewport, signed_in=carla)
    for place in (
        "calls/", f"services/{service.pk}/confirm/", f"services/{service.pk}/report/", "problems/", f"problems/{service.pk}/",
        "campaigns/", "campaigns/new/", f"campaigns/{asked.campaign_id}/", "drafts/", f"drafts/{draft.pk}/",
        "duplicates/", f"duplicates/service/{service.pk}/{twin.pk}/",
    ):  # fmt: skip
        page.goto(f"/workspace/directory/{place}")
        expect(page.locator("h1")).to_be_visible()
        if KEPT_PICTURES:
            name = f"{place.strip('/').replace('/', '-')[:40]}-{viewport['width']}.png"
            page.screenshot(path=str(Path(KEPT_PICTURES) / name), full_page=True)
        axe_is_clean(page)
        fits(page)
