"""Looking for a place in a real browser: on a phone and at a desk, by touch and by keyboard, with a script and without, and on a map."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel
from baquiano.directory.models import Problem, Service
from baquiano.public.reporters import MOST_OF_A_SERVICE
from tests.browser.conftest import PHONE, Opens
from tests.public.directory_house import furnish_directory
from tests.public.house import furnish

Check = Callable[[Page], None]
FOOD = "/es/cl/lugares/?need=food&place=CL05101"
KITCHEN, EVENING = "Comedor Ficticio El Puerto", "Olla Ficticia de la Tarde"


@pytest.fixture(autouse=True)
def directory(organisation: Organisation, webchat: Channel, live_server: object) -> dict[str, Service]:
    furnish()
    return furnish_directory()


def page_of(what: Service) -> str:
    return f"/es/lugar/{what.pk}/{what.at.get().pk}/"


def look(page: Page, where: str, need: str = "food") -> None:
    page.goto("/es/cl/lugares/")
    page.locator("#need").select_option(need)
    page.locator("#where").fill(where)
    page.locator("#look button:not([type=button])").click()


@pytest.mark.parametrize(
    "address",
    [
        "/es/lugares/",
        FOOD,
        f"{FOOD}&open=1&papers=1&tongue=ht",
        "/fr/cl/lugares/?need=sport_leisure&place=CL05101&free=1",
        "/es/cl/lugares/?need=food&place=CL05",
        "/ht/cl/lugares/?need=violence",
    ],
)
def test_every_list_is_accessible_and_fits(either: Page, axe_is_clean: Check, fits: Check, address: str) -> None:
    either.goto(address)
    axe_is_clean(either)
    fits(either)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_place_and_its_map_are_accessible_by_day_and_by_night(
    opens: Opens, axe_is_clean: Check, fits: Check, directory: dict[str, Service], scheme: str
) -> None:
    page = opens(PHONE, color_scheme=scheme)
    page.goto(f"{page_of(directory['kitchen'])}?gracias")
    axe_is_clean(page)
    fits(page)
    page.goto(FOOD)
    page.locator("#map-open").click()
    page.locator("#map[data-drawn]").wait_for()
    axe_is_clean(page)
    fits(page)


def test_find_filter_open_and_report(phone_first: Page, directory: dict[str, Service]) -> None:
    look(phone_first, "Balparaiso")
    phone_first.locator("#found ~ .rows a").first.click()
    expect(phone_first.locator(".places h3")).to_have_count(4)
    expect(phone_first.locator("#found")).to_be_in_viewport()
    phone_first.locator("#look summary").click()
    phone_first.locator("[name=papers]").check()
    phone_first.locator("#look button:not([type=button])").click()
    expect(phone_first.locator(".places h3")).to_have_count(3)  # the one that asks for a document is gone
    assert "papers=1" in phone_first.url
    assert "alparaiso" not in phone_first.url
    phone_first.get_by_role("link", name=KITCHEN, exact=True).click()
    expect(phone_first.get_by_role("heading", name=KITCHEN)).to_be_visible()
    phone_first.locator("[name=reason][value=no_answer]").click()
    expect(phone_first.locator("#gracias")).to_be_visible()
    assert Problem.objects.get().service == directory["kitchen"]


def test_without_a_script_the_list_is_all_there(without_script: Page, directory: dict[str, Service]) -> None:
    look(without_script, "Viña del Mar")
    expect(without_script.locator(".places h3").first).to_contain_text(EVENING)
    expect(without_script.locator("#here")).to_be_hidden()
    expect(without_script.locator("#map-open")).to_be_hidden()
    without_script.locator(".places h3 a").first.click()
    without_script.locator("[name=reason][value=address]").click()
    expect(without_script.locator("#gracias")).to_be_visible()
    assert Problem.objects.get().service == directory["evening"]


def test_by_keyboard_alone(desk: Page) -> None:
    desk.goto("/es/cl/lugares/")
    desk.locator("#need").focus()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Tab")
    desk.keyboard.type("Valparaíso")
    desk.keyboard.press("Enter")
    expect(desk.locator(".places h3")).to_have_count(4)
    expect(desk.locator("#map-open")).to_be_visible()  # the script has run
    desk.locator("#map-open").focus()
    desk.keyboard.press("Enter")
    desk.locator("#map[data-drawn]").wait_for()
    desk.keyboard.press("Tab")  # into the sheet, which arrows move
    for _ in range(8):
        if desk.evaluate("document.activeElement.classList.contains('map-pin')"):
            break
        desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    link = desk.locator(".leaflet-popup-content a")
    expect(link).to_have_text(KITCHEN)
    link.focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#p1")).to_be_focused()


def test_where_somebody_is_leaves_the_phone_rounded_and_only_when_asked(opens: Opens) -> None:
    page = opens(
        PHONE,
        has_touch=True,
        is_mobile=True,
        geolocation={"latitude": -33.024612, "longitude": -71.551876},
        permissions=["geolocation"],
    )
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data or ''}"))
    page.goto("/es/cl/lugares/")
    page.locator("#need").select_option("food")
    assert not [one for one in sent if "33.0" in one]
    page.locator("#here").tap()
    expect(page.locator(".places h3").first).to_contain_text(EVENING)
    told = [one for one in sent if "33.0" in one]
    assert len(told) == 1
    assert told[0].startswith("POST ")
    assert "lat=-33.02&lon=-71.55" in told[0]
    assert "33.0" not in page.url
    page.locator("#look summary").click()
    page.locator("[name=open]").check()
    page.locator("#look button:not([type=button])").click()
    expect(page.locator("[name=open]")).to_be_checked()
    expect(page.locator("[name=lat]")).to_have_value("-33.02")  # the same point, still in no address
    assert "33.0" not in page.url


def test_a_phone_that_says_nothing_is_no_dead_end(phone: Page) -> None:
    phone.goto("/es/cl/lugares/")
    phone.locator("#here").tap()  # nobody gave the permission
    expect(phone.locator("#here-told")).not_to_be_empty()
    expect(phone.locator("#where")).to_be_focused()


def test_the_map_asks_nobody_and_says_what_the_list_says(phone_first: Page) -> None:
    asked: list[str] = []
    phone_first.on("request", lambda request: asked.append(request.url))
    phone_first.goto(FOOD)
    assert not [url for url in asked if "leaflet" in url]  # only who opens it pays for it
    phone_first.locator("#map-open").click()
    expect(phone_first.locator(".map-pin")).to_have_count(3)
    expect(phone_first.locator(".map-pin--vague")).to_have_count(1)
    expect(phone_first.locator(".map-name:not([hidden])").filter(has_text="Quilpué")).to_have_count(1)
    expect(phone_first.get_by_role("button", name=KITCHEN)).to_be_attached()
    phone_first.locator("#map-open").click()
    expect(phone_first.locator("#map")).to_be_hidden()


def test_what_a_mark_says_is_covered_by_nothing_and_speaks_their_language(
    phone: Page, directory: dict[str, Service]
) -> None:
    phone.goto(FOOD.replace("/es/", "/pt/"))
    phone.locator("#map-open").tap()
    phone.locator("#map[data-drawn]").wait_for()
    phone.get_by_role("button", name=KITCHEN).focus()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("button", name="Aproximar")).to_be_visible()
    expect(phone.get_by_role("button", name="Fechar")).to_be_visible()
    phone.locator(".leaflet-popup-content a").tap()  # refused by the browser while something lies over it
    expect(phone.locator("#p1")).to_be_focused()


def test_another_language_keeps_the_search_with_and_without_a_script(phone: Page, without_script: Page) -> None:
    for page in (phone, without_script):
        page.goto(f"{FOOD}&papers=1")
        page.locator("footer [hreflang=fr]").tap()
        expect(page.locator(".places h3").first).to_contain_text(KITCHEN)
        expect(page.locator("[name=papers]")).to_be_checked()
        expect(page.locator("#where")).to_have_value("Valparaíso")


def test_a_report_that_has_to_wait_stays_in_the_page(
    either: Page, axe_is_clean: Check, fits: Check, directory: dict[str, Service]
) -> None:
    kitchen = directory["kitchen"]
    many = [Problem(service=kitchen, reason="closed", door="web", door_hash=str(n)) for n in range(MOST_OF_A_SERVICE)]
    Problem.objects.bulk_create(many)
    either.goto(page_of(kitchen))
    either.locator("[name=reason][value=money]").click()
    again = either.get_by_role("button", name="Enviar de nuevo")
    expect(again).to_be_visible()
    axe_is_clean(either)
    fits(either)
    Problem.objects.update(reported_at=F("reported_at") - timedelta(hours=2))
    again.click()
    expect(either.locator("#gracias")).to_be_visible()
    assert Problem.objects.filter(reason="money").count() == 1


def test_the_quick_exit_is_there(phone: Page, directory: dict[str, Service]) -> None:
    for address in (FOOD, page_of(directory["kitchen"])):
        phone.goto(address)
        expect(phone.locator("[data-exit]")).to_be_in_viewport()
