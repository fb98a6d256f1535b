"""An editor opens an article that nobody has written yet, on a phone without JavaScript; its pages fit and have no known fault."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.knowledge.models import Example
from baquiano.safety import book
from baquiano.safety.models import GoLive
from tests.browser.conftest import PHONE, PHONE_FIRST, Opens
from tests.public.house import furnish
from tests.workspace.new_articles import ARTICLES, ASKED, BUS, NEW, TITLE

Check = Callable[[Page], None]


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, settings: Any) -> None:
    furnish()
    settings.IS_DEMO = False
    GoLive.objects.bulk_create(GoLive(country=country) for country in organisation.countries)
    book.current()  # the first picture of a process takes seconds: not while a browser waits


def test_without_javascript_an_article_is_opened_and_asked_about(opens: Opens, edu: User) -> None:
    page = opens(PHONE, signed_in=edu, java_script_enabled=False)
    page.goto(ARTICLES)
    page.get_by_role("link", name="Artículo nuevo").click()
    page.get_by_label("Título, en español").fill(TITLE)
    page.get_by_role("button", name="Abrirlo y escribir").click()
    expect(page.get_by_text("Elige el tema del texto.")).to_be_visible()
    page.get_by_label("Nombre del tema nuevo").fill(TITLE)
    page.get_by_label("En pocas letras").fill("Tarjeta del bus")
    page.get_by_label("En qué parte del menú").select_option("derechos")
    page.get_by_label("País", exact=True).select_option("CL")
    page.get_by_role("button", name="Abrirlo y escribir").click()
    expect(page).to_have_url(f"{page.url.partition('/workspace')[0]}{BUS}edit/")
    expect(page.get_by_label("Título")).to_have_value(TITLE)
    page.goto(BUS)
    page.get_by_label("Una pregunta, como").fill(ASKED)
    page.get_by_role("button", name="Agregar la pregunta").click()
    page.get_by_role("button", name=ASKED).click()
    expect(page.get_by_role("status").first).to_contain_text("Quitada")
    assert not Example.objects.exists()


@pytest.mark.parametrize("width", PHONE_FIRST)
def test_its_pages_fit_and_have_no_known_fault(
    opens: Opens, width: dict[str, int], edu: User, axe_is_clean: Check, fits: Check
) -> None:
    page = opens(width, signed_in=edu)
    page.goto(NEW)
    fits(page)
    axe_is_clean(page)
    page.get_by_label("Título, en español").fill(TITLE)
    page.get_by_role("button", name="Abrirlo y escribir").click()
    expect(page.get_by_text("Elige el tema del texto.")).to_be_visible()
    axe_is_clean(page)
    page.get_by_label("Tema", exact=True).select_option("cl_fonasa")
    page.get_by_role("button", name="Abrirlo y escribir").click()
    page.wait_for_url("**/edit/")
    page.goto(BUS)
    page.get_by_label("Una pregunta, como").fill(ASKED)
    page.get_by_role("button", name="Agregar la pregunta").click()
    expect(page.get_by_role("status").first).to_contain_text("Agregada")
    page.wait_for_load_state("load")
    fits(page)
    axe_is_clean(page)
