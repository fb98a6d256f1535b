"""Somebody is served from afar: why, a record and an agreement, by keyboard, on the telephone of a colleague and at the desk."""

from collections.abc import Callable

import pytest
import yaml
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, Role
from baquiano.channels.models import Channel
from baquiano.conversations.models import Wording
from baquiano.conversations.owning import take_over
from baquiano.people.models import Consent, PaperRequest, Person
from tests.browser.conftest import PHONE_FIRST, Opens
from tests.conftest import Joins
from tests.workspace.test_remote import PACK
from tests.workspace.visitors import Visitor, comes_in

Check = Callable[[Page], None]


@pytest.fixture
def yuli(webchat: Channel, organisation: Organisation) -> Visitor:
    texts = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    Wording.objects.bulk_create(Wording(key=key, language="es", text=text) for key, text in texts.items())
    return comes_in(webchat, "yulis-token")


def goes_to(page: Page, words: str) -> None:
    """As whoever has no mouse: to the link or button of these words, and Enter."""
    page.get_by_role("link", name=words).or_(page.get_by_role("button", name=words)).first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def opens_panel(page: Page) -> None:
    """What is closed is opened; the browser itself may open the outer one, where an address leads into it."""
    for panel in ("#beside-panel", "#afar"):
        for _time in range(3):
            if page.locator(panel).evaluate("details => details.open"):
                break
            page.locator(f"{panel} > summary").focus()
            page.keyboard.press("Enter")


@pytest.mark.parametrize("viewport", PHONE_FIRST)
def test_a_record_an_agreement_and_a_document_by_keyboard(
    opens: Opens,
    joins: Joins,
    yuli: Visitor,
    viewport: dict[str, int],
    axe_is_clean: Check,
    fits: Check,
) -> None:
    ana = joins("ana", "Ana", Role.ORIENTER)
    talk = yuli.says("persona")
    take_over(talk, by=ana)
    page = opens(viewport, signed_in=ana)
    page.goto(f"/workspace/inbox/{talk.pk}/")
    opens_panel(page)
    page.get_by_label("Por qué no viene").select_option("care")
    goes_to(page, "Guardar")
    opens_panel(page)
    expect(page.get_by_label("Por qué no viene")).to_have_value("care")
    axe_is_clean(page)
    fits(page)

    goes_to(page, "Anotar a esta persona")
    page.get_by_label("Quiere una ficha").focus()
    page.keyboard.press("Space")
    axe_is_clean(page)
    fits(page)
    goes_to(page, "Guardar")
    opens_panel(page)
    goes_to(page, "Preguntar si acepta")
    page.get_by_label("Guardar nombre o apodo").focus()
    page.keyboard.press("Space")
    goes_to(page, "Ver primero las palabras")
    expect(page.get_by_role("heading", name="Lo que va a leer")).to_be_visible()
    axe_is_clean(page)
    fits(page)
    goes_to(page, "Enviarlo")
    expect(page.get_by_text("sin respuesta todavía")).to_have_count(1)

    yuli.says("Sí")
    page.reload()
    opens_panel(page)
    expect(page.get_by_text("dijo que sí")).to_be_visible()
    goes_to(page, "Pedir un documento por foto")
    axe_is_clean(page)
    fits(page)
    goes_to(page, "Enviarlo")
    expect(page.get_by_text("Todavía no llegó nada")).to_have_count(1)
    assert Consent.objects.get().person == Person.objects.get()
    assert PaperRequest.objects.get().by == ana
