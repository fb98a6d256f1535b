"""F9 in a real browser: from anywhere, by keyboard alone, without a connection, and nothing that was being written is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation
from baquiano.conversations.owning import take_over
from baquiano.safety.models import Alert, Incident
from tests import house_full
from tests.browser.conftest import DESK, DESK_FIRST, PHONE, Opens
from tests.workspace.visitors import comes_in, learn_to_speak

pytestmark = [pytest.mark.django_db(transaction=True)]

KEY = "/workspace/emergency/"


@pytest.fixture
def rosas(organisation: Organisation, webchat: Channel, rosa: User) -> Conversation:
    """Somebody waits, and Rosa has taken the conversation over."""
    learn_to_speak()
    conversation = comes_in(webchat, "yulis-token").says("persona")
    take_over(conversation, by=rosa)
    return conversation


@pytest.fixture(params=DESK_FIRST)
def rosas_page(request: pytest.FixtureRequest, opens: Opens, rosa: User, rosas: Conversation) -> Page:
    return opens(request.param, signed_in=rosa)


def opened(page: Page) -> Page:
    page.keyboard.press("F9")
    expect(page.locator("dialog#emergency")).to_be_visible()
    return page


def test_f9_opens_while_typing_and_the_draft_and_the_focus_stay(rosas_page: Page, rosas: Conversation) -> None:
    rosas_page.goto(f"/workspace/inbox/{rosas.pk}/")
    draft = rosas_page.locator("[data-draft]")
    draft.click()
    rosas_page.keyboard.type("Hola, te")
    opened(rosas_page)
    rosas_page.keyboard.type("jkt")  # the keys of the page below mean nothing now
    rosas_page.keyboard.press("Escape")
    expect(rosas_page.locator("dialog#emergency")).to_be_hidden()
    expect(draft).to_have_value("Hola, te")
    expect(draft).to_be_focused()
    rosas_page.reload()
    expect(draft).to_have_value("Hola, te")


def test_by_keyboard_alone_one_notice_becomes_one_alert(rosas_page: Page) -> None:
    rosas_page.goto("/workspace/may/")
    opened(rosas_page)
    expect(rosas_page.locator("#emergency-title")).to_be_focused()
    for _ in range(40):
        rosas_page.keyboard.press("Tab")
        if rosas_page.evaluate("document.activeElement.id") == "emergency-line":
            break
    rosas_page.keyboard.type("Un hombre golpea la puerta")
    rosas_page.keyboard.press("Tab")
    rosas_page.keyboard.press("ArrowRight")  # "I need help"
    rosas_page.keyboard.press("Tab")
    rosas_page.keyboard.press("Enter")
    expect(rosas_page.locator("#emergency-said")).to_contain_text("equipo")
    rosas_page.keyboard.press("Enter")  # twice: the line is empty now, and nothing is sent
    assert Incident.objects.get().line == "Un hombre golpea la puerta"
    assert Alert.objects.get().level == "P1"


def test_the_keyboard_stays_inside_and_the_page_below_is_out_of_reach(rosas_page: Page) -> None:
    rosas_page.goto("/workspace/may/")
    opened(rosas_page)
    for _ in range(30):
        rosas_page.keyboard.press("Tab")
        inside = rosas_page.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
        assert inside


def test_without_a_connection_the_sheet_is_read_and_the_notice_leaves_later(rosas_page: Page) -> None:
    rosas_page.goto("/workspace/may/")
    _copy_is_kept(rosas_page)
    rosas_page.context.set_offline(True)
    opened(rosas_page)
    expect(rosas_page.locator("dialog#emergency .steps")).to_be_visible()
    rosas_page.locator("#emergency-line").fill("Se llevan a un niño")
    rosas_page.get_by_role("button", name="Avisar al equipo").click()
    expect(rosas_page.locator("#emergency-said")).to_contain_text("No hay conexión: llama tú.")
    assert not Incident.objects.exists()
    rosas_page.context.set_offline(False)
    expect(rosas_page.locator("#emergency-said")).not_to_contain_text("No hay conexión", timeout=30_000)
    assert Incident.objects.get().line == "Se llevan a un niño"
    assert rosas_page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('emergency:')).length") == 0


def test_a_notice_that_waits_leaves_from_the_next_page_and_never_after_signing_out(rosas_page: Page) -> None:
    rosas_page.goto("/workspace/may/")
    kept = """() => { const sheet = document.getElementById('emergency');
      sessionStorage.setItem('emergency:' + sheet.dataset.user, JSON.stringify(
        { client_id: '6b0d4f6e-5a83-4b0e-9d1f-2f2f7a6f0c11', line: 'Esperaba', level: 'now' })); }"""
    rosas_page.evaluate(kept)
    rosas_page.goto("/workspace/security/")
    expect(rosas_page.locator("#emergency-said")).not_to_be_empty()
    assert Incident.objects.get().line == "Esperaba"
    rosas_page.evaluate(kept)
    rosas_page.locator("[data-leaving] button").click()
    rosas_page.wait_for_url("**/login/**")
    assert rosas_page.evaluate("sessionStorage.length") == 0


def test_the_page_itself_is_read_without_a_connection(opens: Opens, rosa: User, organisation: Organisation) -> None:
    page = opens(DESK, signed_in=rosa)
    page.goto("/workspace/may/")
    _copy_is_kept(page)
    page.goto(KEY)  # the worker is awake now: Chromium cuts off one that is only just starting
    page.goto("/workspace/may/")
    page.context.set_offline(True)
    page.goto(KEY)
    expect(page.get_by_role("heading", name="Emergencia")).to_be_visible()
    expect(page.locator(".steps")).to_be_visible()
    assert "Rosa" not in page.content()
    page.context.set_offline(False)


def _copy_is_kept(page: Page) -> None:
    """A worker whose script is cut off in the middle complains, and should."""
    page.wait_for_function(
        "navigator.serviceWorker.getRegistration('/workspace/emergency/').then(one => Boolean(one && one.active && one.active.state === 'activated'))"
    )
    page.wait_for_function("caches.match('/workspace/emergency/copy/').then(Boolean)")


def test_without_script_the_button_is_a_link_to_the_same_sheet_and_form(
    opens: Opens, rosa: User, organisation: Organisation
) -> None:
    page = opens(PHONE, signed_in=rosa, java_script_enabled=False)
    page.goto("/workspace/may/")
    page.locator("[data-emergency-key]").click()
    page.locator("#emergency-line").fill("Ayuda en la puerta")
    page.get_by_role("button", name="Avisar al equipo").click()
    expect(page.locator(".notice").first).to_be_visible()
    assert Incident.objects.get().line == "Ayuda en la puerta"


def test_the_sheet_is_accessible_and_fits(
    rosas_page: Page, axe_is_clean: Callable[[Page], None], fits: Callable[[Page], None]
) -> None:
    rosas_page.goto("/workspace/may/")
    opened(rosas_page)
    axe_is_clean(rosas_page)
    fits(rosas_page)


@pytest.mark.parametrize(
    "address", [KEY, KEY + "copy/", "/workspace/numbers/", "/workspace/numbers/cl_samu/", "/workspace/golive/"]
)
def test_its_pages_are_accessible_and_fit(
    either: Page,
    address: str,
    carla: User,
    organisation: Organisation,
    packs_kept: None,
    opens: Opens,
    axe_is_clean: Callable[[Page], None],
    fits: Callable[[Page], None],
) -> None:
    house_full.fill()
    size = either.viewport_size or DESK
    page = opens({"width": size["width"], "height": size["height"]}, signed_in=carla)
    page.goto(address)
    axe_is_clean(page)
    fits(page)
