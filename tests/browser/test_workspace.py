"""Rosa's day at the inbox, in a real browser: at a desk and on a telephone, by mouse and by keyboard only."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Membership, Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.owning import release_deserted, take_over
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.safety.actions import raise_alert
from tests.browser.conftest import DESK, DESK_FIRST, PHONE, PHONE_FIRST, Opens, has_read_all
from tests.workspace.visitors import PASSWORD, Visitor, comes_in, learn_to_speak

# htmx writes every request that failed to the console; here they fail on purpose.
HTMX_IS_QUIET = """const loud = console.error;
console.error = (...words) => /^htmx:|^Response Status Error/.test(words[0]) || loud(...words);"""

Check = Callable[[Page], None]


@pytest.fixture
def yuli(webchat: Channel, organisation: Organisation) -> Visitor:
    learn_to_speak()
    return comes_in(webchat, "yulis-token")


@pytest.fixture
def waiting(yuli: Visitor) -> Conversation:
    return yuli.says("persona")


@pytest.fixture(params=DESK_FIRST)
def rosas_page(request: pytest.FixtureRequest, opens: Opens, rosa: User, waiting: Conversation) -> Page:
    """The inbox as Rosa sees it."""
    return opens(request.param, signed_in=rosa)


@pytest.fixture
def rosas_desk(opens: Opens, rosa: User, waiting: Conversation) -> Page:
    return opens(DESK, signed_in=rosa)


def open_hers(page: Page, waiting: Conversation, rosa: User) -> None:
    """At the desk of a conversation that is already Rosa's."""
    take_over(waiting, by=rosa)
    page.goto(f"/workspace/inbox/{waiting.pk}/")


def said_by_staff() -> list[str]:
    return [message.text for message in Message.objects.filter(author=Message.Author.STAFF)]


def test_from_the_sign_in_to_handing_back(desk_first: Page, rosa: User, waiting: Conversation, yuli: Visitor) -> None:
    rosa.set_password(PASSWORD)
    rosa.save()
    desk_first.goto("/workspace/")
    desk_first.get_by_label("Nombre de usuario").fill("rosa")
    desk_first.get_by_label("Contraseña").fill(PASSWORD)
    desk_first.get_by_role("button", name="Entrar").click()
    desk_first.get_by_role("link", name="Pidió hablar con una persona").click()
    desk_first.get_by_role("button", name="Tomar la conversación").click()
    expect(desk_first.locator("#reply")).to_be_focused()
    yuli.says("¿Cómo corrijo mi nombre en el PPT?")
    expect(desk_first.get_by_role("log")).to_contain_text("¿Cómo corrijo mi nombre en el PPT?")
    has_read_all(desk_first)
    desk_first.locator("#reply").fill("Hola. ¿Qué letra está mal?")
    desk_first.get_by_role("button", name="Enviar").click()
    expect(desk_first.get_by_role("log")).to_contain_text("¿Qué letra está mal?")
    expect(desk_first.locator("#reply")).to_have_value("")
    desk_first.get_by_role("button", name="Devolver al asistente").click()
    expect(
        desk_first.get_by_role("status").filter(has_text="El asistente vuelve a tener la conversación")
    ).to_be_visible()
    assert said_by_staff() == ["Hola. ¿Qué letra está mal?"]
    assert Conversation.objects.get().owner is None


def test_the_whole_job_by_keyboard_only(rosas_desk: Page, waiting: Conversation) -> None:
    press = rosas_desk.keyboard.press
    listening = expect(rosas_desk.get_by_text("Teclas:"))
    rosas_desk.goto("/workspace/inbox/")
    listening.to_be_visible()
    press("j")
    expect(rosas_desk.locator(f"#row-{waiting.pk}")).to_be_focused()
    press("Enter")
    rosas_desk.wait_for_url(f"**/{waiting.pk}/")
    listening.to_be_visible()
    press("t")
    expect(rosas_desk.locator("#reply")).to_be_focused()
    rosas_desk.keyboard.type("Hola, te leo")
    press("Control+Enter")
    expect(rosas_desk.get_by_role("log")).to_contain_text("Hola, te leo")
    expect(rosas_desk.locator("#reply")).to_be_focused()
    press("Escape")
    expect(rosas_desk.locator(f"#row-{waiting.pk}")).to_be_focused()
    press("r")
    expect(rosas_desk.locator("#reply")).to_be_focused()
    assert said_by_staff() == ["Hola, te leo"]


def test_letter_keys_can_be_turned_off(rosas_desk: Page, waiting: Conversation) -> None:
    rosas_desk.goto("/workspace/inbox/")
    rosas_desk.get_by_role("button", name="Desactivar las teclas de letra").click()
    rosas_desk.keyboard.press("j")
    expect(rosas_desk.locator(f"#row-{waiting.pk}")).not_to_be_focused()
    rosas_desk.get_by_role("button", name="Activar las teclas de letra").click()
    rosas_desk.keyboard.press("j")
    expect(rosas_desk.locator(f"#row-{waiting.pk}")).to_be_focused()


def test_what_arrives_moves_neither_the_focus_nor_the_words(
    rosas_page: Page, rosa: User, waiting: Conversation, yuli: Visitor, webchat: Channel
) -> None:
    open_hers(rosas_page, waiting, rosa)
    rosas_page.locator("#reply").press_sequentially("Estoy escrib")
    yuli.says("¿hola?")
    comes_in(webchat, "anas-token").says("persona")
    expect(rosas_page.get_by_role("log")).to_contain_text("¿hola?")
    expect(rosas_page.locator(".tickets li")).to_have_count(2)
    expect(rosas_page.locator("#reply")).to_be_focused()
    rosas_page.keyboard.type("iendo")
    expect(rosas_page.locator("#reply")).to_have_value("Estoy escribiendo")


def test_a_row_keeps_the_focus_when_somebody_else_arrives(
    rosas_desk: Page, waiting: Conversation, webchat: Channel
) -> None:
    rosas_desk.goto("/workspace/inbox/")
    rosas_desk.keyboard.press("j")
    other = comes_in(webchat, "anas-token").says("persona")
    Handoff.objects.filter(conversation=other).update(priority=0, level="P0")
    expect(rosas_desk.locator(".tickets li").first).to_contain_text("P0 Peligro ahora")
    expect(rosas_desk.locator(f"#row-{waiting.pk}")).to_be_focused()
    expect(rosas_desk).to_have_title("(2) Bandeja")


def test_what_was_being_written_survives_a_reload_and_not_a_sign_out(
    rosas_page: Page, rosa: User, waiting: Conversation
) -> None:
    open_hers(rosas_page, waiting, rosa)
    rosas_page.locator("#reply").fill("A medio escribir")
    rosas_page.reload()
    expect(rosas_page.locator("#reply")).to_have_value("A medio escribir")
    rosas_page.goto("/workspace/security/")
    rosas_page.get_by_role("button", name="Salir").click()
    rosas_page.wait_for_url("**/login/")
    assert rosas_page.evaluate("sessionStorage.length") == 0


def test_whoever_loses_the_conversation_keeps_her_words_and_is_told(
    rosas_page: Page, rosa: User, waiting: Conversation
) -> None:
    open_hers(rosas_page, waiting, rosa)
    with rosas_page.expect_response("**/writing/"):  # who writes is there: her lease is longer again
        rosas_page.locator("#reply").fill("Iba a decirle que")
    Conversation.objects.update(owner_until=timezone.now() - timedelta(seconds=1))
    assert release_deserted(timezone.now()) == 1
    expect(rosas_page.locator("#kept")).to_contain_text("ya no es tuya")
    expect(rosas_page.locator("#reply")).to_have_value("Iba a decirle que")
    rosas_page.get_by_role("button", name="Tomar la conversación").click()
    expect(rosas_page.locator("#kept")).to_be_hidden()
    expect(rosas_page.locator("#reply")).to_have_value("Iba a decirle que")
    rosas_page.get_by_role("button", name="Enviar").click()
    expect(rosas_page.get_by_role("log")).to_contain_text("Iba a decirle que")


def test_what_cannot_be_sent_stays_with_its_reason(rosas_desk: Page, rosa: User, waiting: Conversation) -> None:
    open_hers(rosas_desk, waiting, rosa)
    rosas_desk.locator("#reply").fill("a" * 4001)
    rosas_desk.get_by_role("button", name="Enviar").click()
    expect(rosas_desk.locator("#told")).to_contain_text("4.000")
    expect(rosas_desk.locator("#reply")).to_have_value("a" * 4001)


def test_without_a_connection_it_says_so_and_goes_on_by_itself(
    rosas_page: Page, rosa: User, waiting: Conversation, yuli: Visitor
) -> None:
    rosas_page.add_init_script(HTMX_IS_QUIET)
    open_hers(rosas_page, waiting, rosa)
    rosas_page.context.set_offline(True)
    expect(rosas_page.locator("#lost")).to_be_visible()
    rosas_page.locator("#reply").fill("Sigo aquí")
    rosas_page.get_by_role("button", name="Enviar").click()
    expect(rosas_page.locator("#unsent")).to_be_visible()
    expect(rosas_page.locator("#reply")).to_have_value("Sigo aquí")
    yuli.says("¿sigues ahí?")
    rosas_page.context.set_offline(False)
    expect(rosas_page.get_by_role("log")).to_contain_text("¿sigues ahí?")
    expect(rosas_page.locator("#lost")).to_be_hidden()
    has_read_all(rosas_page)
    rosas_page.get_by_role("button", name="Enviar").click()
    expect(rosas_page.get_by_role("log")).to_contain_text("Sigo aquí")
    expect(rosas_page.locator("#unsent")).to_be_hidden()
    assert said_by_staff() == ["Sigo aquí"]


def test_an_alert_calls_from_every_screen_of_the_inbox(rosas_page: Page, rosa: User, waiting: Conversation) -> None:
    rosas_page.goto(f"/workspace/inbox/{waiting.pk}/")
    raise_alert(Finding(Level.P0, Danger.VIOLENCE, "a-rule"), about=f"conversation:{waiting.pk}")
    alarm = rosas_page.locator("#watch-alerts .alarm")
    expect(alarm).to_contain_text("Violencia ahora")
    expect(alarm).to_be_in_viewport()
    alarm.get_by_role("button", name="Voy").click()
    expect(alarm).to_have_count(0)


def test_it_works_without_script(opens: Opens, rosa: User, waiting: Conversation) -> None:
    page = opens(PHONE, signed_in=rosa, java_script_enabled=False)
    page.goto("/workspace/inbox/")
    page.get_by_role("link", name="Pidió hablar con una persona").click()
    page.get_by_role("button", name="Tomar la conversación").click()
    page.locator("#reply").fill("Hola")
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_role("log")).to_contain_text("Hola")
    assert said_by_staff() == ["Hola"]


@pytest.mark.parametrize("address", ["login/", "invitation/invented/"])
def test_doors_are_accessible(either: Page, db: None, address: str, axe_is_clean: Check, fits: Check) -> None:
    either.goto(f"/workspace/{address}")
    axe_is_clean(either)
    fits(either)


@pytest.mark.parametrize(
    "address",
    ["team/", "team/invite/", "hours/", "security/", "security/on/", "security/password/", "may/", "inbox/"],
)
@pytest.mark.parametrize("viewport", PHONE_FIRST)
def test_every_screen_is_accessible(
    opens: Opens,
    carla: User,
    organisation: Organisation,
    viewport: dict[str, int],
    address: str,
    axe_is_clean: Check,
    fits: Check,
) -> None:
    page = opens(viewport, signed_in=carla)
    page.goto(f"/workspace/{address}")
    axe_is_clean(page)
    fits(page)


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("light", PHONE, id="light-360"),
        pytest.param("dark", DESK, id="dark-1280"),
        pytest.param("light", DESK, id="light-1280", marks=pytest.mark.soak),
        pytest.param("dark", PHONE, id="dark-360", marks=pytest.mark.soak),
    ],
)
def test_a_full_inbox_is_accessible_by_day_and_by_night(
    opens: Opens,
    carla: User,
    waiting: Conversation,
    yuli: Visitor,
    scheme: Any,
    viewport: Any,
    axe_is_clean: Check,
    fits: Check,
) -> None:
    raise_alert(Finding(Level.P1, Danger.CHILD, "a-rule"), about=f"conversation:{waiting.pk}")
    Handoff.objects.update(priority=1, level="P1", due_at=timezone.now() - timedelta(minutes=3))
    Message.objects.filter(author="person").update(level="P1", state=Message.State.LATE)
    page = opens(viewport, signed_in=carla, color_scheme=scheme)
    for address in ("/workspace/inbox/", f"/workspace/inbox/{waiting.pk}/"):
        page.goto(address)
        axe_is_clean(page)
        fits(page)
    take_over(waiting, by=carla)
    page.reload()
    axe_is_clean(page)
    fits(page)


def test_ending_a_role_is_accessible(opens: Opens, carla: User, rosa: User, axe_is_clean: Check) -> None:
    page = opens(PHONE, signed_in=carla)
    page.goto("/workspace/team/")
    page.get_by_role("link", name="Terminar… Rosa").click()
    axe_is_clean(page)
    page.get_by_role("button", name="Terminar el rol").click()
    expect(page.get_by_role("status").filter(has_text="Lo que hizo queda registrado")).to_be_visible()
    assert Membership.objects.get(user=rosa).until is not None


def test_an_error_of_the_server_is_told_and_the_words_stay(opens: Opens, rosa: User, waiting: Conversation) -> None:
    page = opens(DESK, signed_in=rosa)
    page.add_init_script(HTMX_IS_QUIET)
    open_hers(page, waiting, rosa)
    page.route("**/thread/**", lambda route: route.fulfill(status=500, body="broken"))
    page.route("**/answer/", lambda route: route.fulfill(status=403, body="refused"))
    expect(page.locator("#broken")).to_be_visible()
    page.locator("#reply").fill("No se pierde")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator("#unsent")).to_be_visible()
    expect(page.locator("#reply")).to_have_value("No se pierde")
    page.unroute_all()
    expect(page.locator("#broken")).to_be_hidden()
