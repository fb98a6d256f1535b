"""The people's pages in a real browser: at both widths, by keyboard, and nothing of anybody left behind after signing out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Area, Organisation, User
from baquiano.directory.models import Organization
from baquiano.people import families, granting
from baquiano.people.actions import Described, Paper, add_document, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked, give
from baquiano.people.contact import SafeContact, dump
from baquiano.people.facts import told
from baquiano.people.holding import settle_person
from baquiano.people.models import Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.models.family import Relation
from baquiano.people.models.particulars import DocumentKind
from tests.browser.conftest import DESK, DESK_FIRST, PHONE_FIRST, Opens
from tests.people.conftest import abel, cucuta, dora, luz, nora, yuli

__all__ = ("abel", "cucuta", "dora", "luz", "nora", "yuli")
WIDTHS = pytest.mark.parametrize("width", PHONE_FIRST)
PEOPLE = "/workspace/people/"
CANARY = "Andreína"

Check = Callable[[Page], None]


@pytest.fixture(autouse=True)
def house(organisation: Organisation) -> None:
    """Somewhere to be."""


@pytest.fixture
def furnished(yuli: Person, luz: User, abel: User, carla: User, rosa: User) -> Person:
    """One of everything hangs on her."""
    son = register(Described(name="Kevin Rojas", birth_year=2019), by=luz)
    register(Described(name="Yulimar Rojas", birth_year=1994, municipality=yuli.municipality), by=luz)
    families.add_to_family(yuli, son, Relation.CHILD, by=luz)
    families.add_caregiver(yuli, families.LooksAfter(name="Una vecina", contact="mañanas"), by=luz)
    add_document(yuli, Paper(DocumentKind.PASSPORT, number="A-000"), by=luz)
    settle_person(yuli, dump(SafeContact(word="girasol")), by=luz)
    clinic = Organization.objects.create(name="Consultorio de prueba")
    end = timezone.now() + timedelta(days=30)
    give(yuli, Asked(Purpose.SHARE, (Data.NAME,), "es", Evidence.SPOKEN, receiver=clinic, expires_at=end), by=luz)
    told(
        yuli, Data.MENTAL_HEALTH, "algo", Asked(Purpose.SENSITIVE, (Data.MENTAL_HEALTH,), "es", Evidence.SPOKEN), by=luz
    )
    granting.grant(yuli, abel, area=Area.LEGAL, until=end, reason="La defiende.", by=carla)
    granting.break_glass(yuli, reason="La trae una vecina y no habla.", by=rosa)
    return yuli


@pytest.mark.parametrize("width", DESK_FIRST)
def test_from_looking_for_her_to_her_page(opens: Opens, width: dict[str, int], nora: User, yuli: Person) -> None:
    page = opens(width, signed_in=nora)
    page.goto(PEOPLE)
    expect(page.get_by_label("Nombre", exact=True)).to_be_focused()
    page.keyboard.type("yulimar rohas")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 persona encontrada")).to_be_visible()
    assert "rohas" not in page.url
    page.get_by_role("button", name="Está aquí: abrir").click()
    expect(page.get_by_role("heading", name="Yuli", level=1)).to_be_visible()


def test_taking_a_consent_back_asks_once_and_says_what_happens(opens: Opens, luz: User, furnished: Person) -> None:
    page = opens(DESK, signed_in=luz)
    page.goto(f"{PEOPLE}{furnished.pk}/")
    row = page.get_by_role("listitem").filter(has_text="Consultorio de prueba")
    row.get_by_text("Lo retira").first.click()
    expect(row.get_by_text("Desde entonces no se puede nada")).to_be_visible()
    row.get_by_role("button").click()
    expect(page.get_by_role("status").first).to_contain_text("Retirado")
    expect(page.get_by_role("listitem").filter(has_text="Consultorio de prueba")).to_contain_text("retirado")


@WIDTHS
def test_every_screen_fits_and_can_be_read_by_everybody(
    opens: Opens, width: dict[str, int], luz: User, carla: User, dora: User, furnished: Person,
    axe_is_clean: Check, fits: Check,
) -> None:  # fmt: skip
    own = f"{PEOPLE}{furnished.pk}/"
    hers = (PEOPLE, f"{PEOPLE}new/", own, f"{own}contact/", f"{own}family/", f"{own}care/", f"{own}documents/",
            f"{own}facts/", f"{own}consents/", f"{own}papers/")  # fmt: skip
    for user, addresses in (
        (luz, hers),
        (carla, (f"{PEOPLE}ownerless/", f"{own}access/", "/workspace/consents/reviews/")),
        (dora, ("/workspace/glass/reviews/",)),
    ):
        page = opens(width, signed_in=user)
        for address in addresses:
            page.goto(address)
            fits(page)
            axe_is_clean(page)


def test_after_signing_out_nothing_of_her_is_left_in_the_browser(opens: Opens, luz: User, furnished: Person) -> None:
    page = opens(DESK, signed_in=luz)
    page.goto(f"{PEOPLE}{furnished.pk}/")
    expect(page.get_by_text(CANARY).first).to_be_visible()
    page.get_by_role("button", name="Salir").click()
    page.wait_for_url("**/login/")
    left = page.evaluate(
        """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,
            (await caches.keys()).length, (await indexedDB.databases()).length])"""
    )
    assert left == '[{},{},"",0,0]'
    page.go_back()
    expect(page.get_by_text(CANARY)).to_have_count(0)
