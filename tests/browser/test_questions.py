"""An editor goes through what nobody could answer, by keyboard only, and the assistant understands it from the next question on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.knowledge import questions, shelf
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import Article, ArticleVersion, Example, Question, Topic
from tests.browser.conftest import DESK, PHONE_FIRST, Opens

Check = Callable[[Page], None]


@pytest.fixture
def bus(organisation: Organisation) -> Article:
    topic = Topic.objects.create(pk="cl_bus", country="CL", branch="derechos", titles={"es": "La tarjeta del bus"})
    article = Article.objects.create(pk="cl_bus", topic=topic, country="CL")
    ArticleVersion.objects.create(article=article, number=1, title="Cómo se pide", first_sentence="Se pide en línea.")
    shelf_changed()
    for text, near in (
        ("la tarjeta bip donde la pido", "cl_bus"),
        ("¿Donde pido la tarjeta bip? 12.345.678-9", "cl_bus"),
        ("donde adopto un gato", ""),
    ):
        kept = questions.masked(
            text, shelf=shelf.current(), language="es", country="CL", reason=Question.Reason.UNANSWERED, topic=near
        )
        assert kept
        questions.keep([kept])
    return article


@pytest.fixture(params=PHONE_FIRST)
def edus_page(request: pytest.FixtureRequest, opens: Opens, edu: User, bus: Article) -> Page:
    return opens(request.param, signed_in=edu)


def test_from_the_list_to_an_example_by_keyboard_only(opens: Opens, edu: User, bus: Article) -> None:
    page = opens(DESK, signed_in=edu)
    press = page.keyboard.press
    page.goto("/workspace/questions/")
    expect(page.get_by_text("Teclas:")).to_be_visible()
    press("j")
    expect(page.locator("[data-row]").first).to_be_focused()
    press("Enter")
    page.wait_for_url("**/questions/*/")
    page.get_by_label("Como alguien podría escribirla").first.focus()
    press("Control+a")
    page.keyboard.type("¿dónde pido la tarjeta del bus?")
    press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("2 ejemplos nuevos")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert "¿dónde pido la tarjeta del bus?" in Example.objects.values_list("text", flat=True)


def test_every_page_fits_and_has_no_known_fault(edus_page: Page, axe_is_clean: Check, fits: Check) -> None:
    for address in ("", f"{Question.objects.earliest('pk').pk}/", "weeks/"):
        edus_page.goto(f"/workspace/questions/{address}")
        axe_is_clean(edus_page)
        fits(edus_page)
