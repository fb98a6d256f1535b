"""Edu keeps the directory with the keyboard only: finds a service, corrects it, fills in its week, and sets a pin."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, Role, User
from baquiano.directory import confidential
from baquiano.directory.models import Location, Service
from tests.browser.conftest import DESK, PHONE, PHONE_FIRST, Opens
from tests.conftest import Joins
from tests.workspace.directory_cast import PLACES, SERVICES, Town, built

Check = Callable[[Page], None]


@pytest.fixture
def town(organisation: Organisation) -> Town:
    return built()


@pytest.fixture(params=PHONE_FIRST)
def edus_page(request: pytest.FixtureRequest, opens: Opens, edu: User, town: Town) -> Page:
    return opens(request.param, signed_in=edu)


def test_from_the_list_to_a_corrected_service_by_keyboard_only(opens: Opens, edu: User, town: Town) -> None:
    page = opens(DESK, signed_in=edu)
    press = page.keyboard.press
    page.goto(SERVICES)
    page.locator("#id_q").focus()
    page.keyboard.type("comedor")
    press("Enter")
    page.wait_for_url("**q=comedor**")
    page.locator("main .rows a").first.focus()
    press("Enter")
    page.wait_for_url(f"**{SERVICES}{town.kitchen.pk}/")
    page.locator(".missing a").first.focus()
    press("Enter")
    page.wait_for_url("**/edit/#id_**")
    page.locator("#id_description").focus()
    page.keyboard.type("Almuerzos para todas las personas.")
    page.locator("[name=needs][value=clothing]").focus()
    press("Space")
    page.locator("[name=asks_documents]").first.focus()
    press("ArrowDown")  # "no", after "not known"
    page.locator("main form .sticks button").focus()
    press("Enter")
    page.wait_for_url(f"**{SERVICES}{town.kitchen.pk}/")
    saved = Service.objects.get()
    assert (saved.needs, saved.asks_documents) == (("food", "clothing"), "no")
    assert saved.description == "Almuerzos para todas las personas."


def test_a_week_is_read_back_while_it_is_filled_in_by_keyboard(opens: Opens, edu: User, town: Town) -> None:
    page = opens(DESK, signed_in=edu)
    page.goto(f"{SERVICES}{town.kitchen.pk}/hours/")
    before = page.locator("#now").inner_text()
    for day in range(7):
        page.locator(f"[name=week-{day}_0_opens]").focus()
        page.keyboard.type("1200a")
        page.locator(f"[name=week-{day}_0_closes]").focus()
        page.keyboard.type("1200a")
    expect(page.locator("#now .badge--good")).to_be_visible()
    assert page.locator("#now").inner_text() != before
    page.locator("[name=source][value=week] ~ .sticks button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{SERVICES}{town.kitchen.pk}/")
    assert Service.objects.get().hours == "24/7"


def test_words_become_a_week_by_keyboard(opens: Opens, edu: User, town: Town) -> None:
    page = opens(DESK, signed_in=edu)
    page.goto(f"{SERVICES}{town.kitchen.pk}/hours/")
    page.locator("#id_text").focus()
    page.keyboard.type("lunes a viernes de 8 a 17")
    page.locator("button[value=read]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=week-4_0_closes]")).to_have_value("17:00")
    expect(page.locator("[name=week-5_0_closes]")).to_have_value("")


def test_a_pin_is_set_with_the_keyboard_and_moves_with_its_numbers(opens: Opens, edu: User, town: Town) -> None:
    page = opens(DESK, signed_in=edu)
    page.goto(f"{PLACES}{town.hall.pk}/")
    expect(page.locator(".pin-map")).to_be_visible()
    expect(page.locator(".pin-map__pin")).to_have_count(0)
    page.locator("[data-pin-here]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".pin-map__pin")).to_have_count(1)
    expect(page.locator("#id_latitude")).to_have_value("-33.05000")
    page.locator("#id_latitude").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("-33.04")
    page.keyboard.press("Tab")
    page.locator("main form .sticks button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{PLACES}{town.hall.pk}/")
    expect(page.locator(".pin-map__pin")).to_have_count(1)
    hall = Location.objects.get()
    assert (hall.latitude, hall.is_approximate) == (-33.04, False)


def test_a_tap_on_the_map_sets_the_pin_on_a_telephone(opens: Opens, edu: User, town: Town) -> None:
    page = opens(PHONE, signed_in=edu, has_touch=True, is_mobile=True)
    page.goto(f"{PLACES}{town.hall.pk}/")
    page.locator(".pin-map").scroll_into_view_if_needed()
    page.locator(".pin-map").tap(position={"x": 120, "y": 90})
    expect(page.locator(".pin-map__pin")).to_have_count(1)
    expect(page.locator("#id_longitude")).not_to_have_value("")


def test_without_javascript_the_place_and_the_hours_are_written_all_the_same(
    opens: Opens, edu: User, town: Town
) -> None:
    page = opens(PHONE, signed_in=edu, java_script_enabled=False)
    page.goto(f"{PLACES}{town.hall.pk}/")
    expect(page.locator(".pin-map")).to_be_hidden()
    page.locator("#id_latitude").fill("-33.04")
    page.locator("#id_longitude").fill("-71.6")
    page.locator("main form .sticks button").first.click()
    page.wait_for_load_state()
    assert Location.objects.get().latitude == -33.04
    page.goto(f"{SERVICES}{town.kitchen.pk}/hours/")
    page.locator("[name=week-0_0_opens]").fill("08:00")
    page.locator("[name=week-0_0_closes]").fill("12:00")
    page.locator("button[value=look]").click()
    expect(page.locator("[name=week-0_0_closes]")).to_have_value("12:00")
    page.locator("[name=source][value=week] ~ .sticks button").first.click()
    page.wait_for_load_state()
    assert Service.objects.get().hours == "Mo 08:00-12:00"


def test_every_page_fits_and_has_no_known_fault(edus_page: Page, town: Town, axe_is_clean: Check, fits: Check) -> None:
    Service.objects.update(hours='Mo-Fr 08:00-12:00,14:00-17:00 "con cita"; PH off')
    own = f"{SERVICES}{town.kitchen.pk}/"
    for address in (
        SERVICES, f"{SERVICES}new/", own, f"{own}edit/", f"{own}hours/", f"{own}history/", f"{SERVICES}at/{town.at.pk}/", PLACES, f"{PLACES}new/",
        f"{PLACES}{town.hall.pk}/", f"{PLACES}{town.hall.pk}/hours/", f"{PLACES}{town.hall.pk}/history/",
    ):  # fmt: skip
        edus_page.goto(address)
        axe_is_clean(edus_page)
        fits(edus_page)


def test_what_was_wrong_is_marked_and_has_no_known_fault(
    edus_page: Page, town: Town, axe_is_clean: Check, fits: Check
) -> None:
    edus_page.goto(f"{SERVICES}{town.kitchen.pk}/edit/")
    edus_page.locator("#id_name").fill("")
    edus_page.locator("#id_phones").fill("llamar a Marta")
    edus_page.locator("main form .sticks button").click()
    expect(edus_page.locator(".field__error")).to_have_count(2)
    expect(edus_page.locator("#id_phones")).to_have_value("llamar a Marta")
    axe_is_clean(edus_page)
    fits(edus_page)


@pytest.mark.parametrize("width", PHONE_FIRST)
def test_the_pages_of_confidential_places_fit_too(
    opens: Opens, joins: Joins, edu: User, town: Town, width: dict[str, int], axe_is_clean: Check, fits: Check
) -> None:
    confidential.seal(town.hall, by=edu)
    page = opens(width, signed_in=joins("pilar", "Pilar", Role.PROTECTION))
    for address in (f"{PLACES}confidential/", f"{PLACES}confidential/new/", f"{PLACES}confidential/{town.hall.pk}/"):
        page.goto(address)
        axe_is_clean(page)
        fits(page)
    expect(page.locator("#id_address_1")).to_have_value("Calle Uno 123")


def test_what_was_sent_after_the_session_had_ended_is_there_again(opens: Opens, edu: User, town: Town) -> None:
    """She presses "Save" and is asked who she is: her words wait in this tab until she is back on the page."""
    page = opens(DESK, signed_in=edu)
    page.goto(f"{SERVICES}{town.kitchen.pk}/edit/")
    page.locator("#id_description").fill("Almuerzos para todas las personas.")
    page.locator("[name=needs][value=clothing]").check()
    session = page.context.cookies()
    page.context.clear_cookies(name="staff")
    page.locator("main form .sticks button").click()
    page.wait_for_url("**/login/")
    page.context.add_cookies([one for one in session if one["name"] == "staff"])  # type: ignore[misc]
    page.goto(f"{SERVICES}{town.kitchen.pk}/edit/")
    expect(page.locator("#id_description")).to_have_value("Almuerzos para todas las personas.")
    expect(page.locator("[name=needs][value=clothing]")).to_be_checked()
    page.locator("main form .sticks button").click()
    page.wait_for_url(f"**{SERVICES}{town.kitchen.pk}/")
    assert Service.objects.get().needs == ("food", "clothing")
    page.goto(f"{SERVICES}{town.kitchen.pk}/edit/")
    expect(page.locator("#session-kept")).to_have_text("")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key === 'sent' || key.startsWith('draft:'))") == []


def test_a_strike_of_a_whole_organisation_is_said_and_ended_by_keyboard(
    opens: Opens, carla: User, town: Town, axe_is_clean: Check
) -> None:
    page = opens(PHONE, signed_in=carla)
    page.goto(f"/workspace/organisations/{town.fund.pk}/")
    page.locator(f"a[href$='/{town.fund.pk}/notices/']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/")
    page.locator("[name=notice-text]").focus()
    page.keyboard.type("Huelga hasta nuevo aviso, llamen antes de venir al puerto")
    page.locator("main form.card .button").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main .rows .row")).to_have_count(1)
    axe_is_clean(page)
    page.goto(f"{SERVICES}{town.kitchen.pk}/")
    expect(page.locator("#notices")).to_contain_text("todo lo de Fundación Ficticia")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#notices .row form button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{town.fund.pk}/notices/")
    expect(page.locator("main .rows .row")).to_have_count(0)
