"""Yuli's journeys on the site, in a real browser: on a phone and at a desk, by touch, by keyboard, with and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations import actions
from baquiano.conversations.models import Conversation, Handoff, Message
from tests.browser.conftest import PHONE, Opens
from tests.public.house import FIRST_SENTENCE, furnish

Check = Callable[[Page], None]
NEUTRAL = "https://es.wikipedia.org/"  # asked for and never answered: the tests have no way out
PAGES = (
    "/es/",
    "/ht/co/",
    "/es/co/temas/",
    "/es/temas/salud/",
    "/es/co/temas/vivienda_ayuda/",
    "/es/co/co_sisben/",
    "/fr/co/co_pep_tutor/",
    "/es/co/nada/",
    "/es/chat/",
    "/es/acerca/",
    "/es/co/paginas/",
    "/es/rumores/",
    "/pt/no/existe/tal/cosa/",
)


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, live_server: object) -> None:
    furnish()


def asks(page: Page, text: str) -> None:
    """From the first page, in Colombia."""
    page.goto("/es/co/")
    page.fill("#ask", text)
    page.get_by_role("button", name="Preguntar").click()
    expect(page.locator(".line--machine").first).to_be_visible()
    page.wait_for_load_state("load")  # the keys of the chat work once its script has run


def writes(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.get_by_role("button", name="Enviar").click()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_accessible_and_fits(either: Page, axe_is_clean: Check, fits: Check, address: str) -> None:
    either.goto(address)
    axe_is_clean(either)
    fits(either)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_conversation_is_accessible_by_day_and_by_night(
    opens: Opens, axe_is_clean: Check, fits: Check, scheme: str
) -> None:
    page = opens(PHONE, color_scheme=scheme)
    asks(page, "mi marido me pega")
    writes(page, "menú")
    expect(page.get_by_role("button", name="Salud")).to_have_count(0)  # Chile only
    expect(page.get_by_role("button", name="Techo, comida y ayuda")).to_be_visible()
    axe_is_clean(page)
    fits(page)
    page.goto("/es/co/")
    page.get_by_text("Me siento en peligro").click()
    expect(page.get_by_role("link", name="123")).to_be_visible()
    axe_is_clean(page)


def test_from_a_question_to_an_answer_by_tapping_only(phone_first: Page) -> None:
    asks(phone_first, "menú")
    phone_first.get_by_role("button", name="Techo, comida y ayuda").click()
    phone_first.get_by_role("button", name="Inscribirse en el Sisbén").click()
    expect(phone_first.locator(".line--machine").last).to_contain_text(FIRST_SENTENCE)
    expect(phone_first.locator(".line--machine").last).to_contain_text("sin verificar")
    expect(phone_first.get_by_role("button", name="Techo, comida y ayuda")).to_have_count(0)


def test_from_a_subject_to_a_page_without_writing(phone_first: Page) -> None:
    phone_first.goto("/")
    phone_first.get_by_role("link", name="Colombia").click()
    phone_first.get_by_role("link", name="Techo, comida y ayuda").click()
    phone_first.get_by_role("link", name="Inscribirse en el Sisbén").click()
    expect(phone_first.get_by_text(FIRST_SENTENCE)).to_be_visible()
    assert phone_first.context.cookies() == []
    phone_first.get_by_role("button", name="Hablar con una persona").click()
    expect(phone_first.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá")
    assert Handoff.objects.get().reason == "asked"


def test_by_keyboard_alone(desk: Page) -> None:
    desk.goto("/es/co/")
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Ir al contenido")).to_be_focused()
    desk.keyboard.press("Enter")
    for _ in range(3):  # the two countries, then the box
        desk.keyboard.press("Tab")
    expect(desk.get_by_label("Escribe tu pregunta")).to_be_focused()
    desk.keyboard.type("menú")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator(".choice").first).to_be_visible()
    desk.wait_for_load_state("load")
    desk.locator("#text").focus()
    desk.keyboard.type("persona")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá")
    expect(desk.locator("#text")).to_be_focused()
    expect(desk.locator("#text")).to_have_value("")


def test_a_choice_can_be_reached_and_taken_by_keyboard(desk: Page) -> None:
    asks(desk, "menú")
    desk.get_by_role("button", name="Techo, comida y ayuda").focus()
    desk.keyboard.press("Space")
    expect(desk.get_by_role("button", name="Inscribirse en el Sisbén")).to_be_visible()
    expect(desk.locator("#text")).to_be_focused()


def test_a_person_answers_and_it_appears_by_itself_and_is_announced(phone: Page, rosa: User) -> None:
    asks(phone, "persona")
    phone.fill("#text", "esto lo estoy escribiendo")
    conversation = Conversation.objects.get()
    actions.take_over(conversation, by=rosa)
    actions.answer(conversation, "Hola, te leo.", client_id="1", by=rosa)
    expect(phone.locator(".line--staff")).to_contain_text("Hola, te leo.")
    expect(phone.locator("#text")).to_have_value("esto lo estoy escribiendo")
    assert phone.locator("[role=log][aria-live=polite] .line--staff").count() == 1


def test_without_a_script_the_whole_way_works_and_what_she_writes_survives(without_script: Page, rosa: User) -> None:
    page = without_script
    page.goto("/es/co/")
    page.fill("#ask", "menú")
    page.get_by_role("button", name="Preguntar").click()
    page.fill("#text", "iba a preguntar otra cosa")
    page.get_by_role("button", name="Techo, comida y ayuda").click()
    expect(page.locator("#text")).to_have_value("iba a preguntar otra cosa")
    expect(page.get_by_text("Techo, comida y ayuda")).to_be_in_viewport()
    page.get_by_role("button", name="¿Hay respuesta?").click()
    expect(page.locator("#text")).to_have_value("iba a preguntar otra cosa")
    page.get_by_role("button", name="Inscribirse en el Sisbén").click()
    expect(page.get_by_text(FIRST_SENTENCE)).to_be_visible()
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".line--person").last).to_contain_text("iba a preguntar otra cosa")


def test_without_a_script_a_person_s_answer_comes_into_its_own_frame(without_script: Page, rosa: User) -> None:
    page = without_script
    page.goto("/es/chat/")
    writes(page, "persona")
    page.fill("#text", "todavía escribo")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Todavía no hay respuesta nueva.")).to_be_visible()
    conversation = Conversation.objects.get()
    actions.take_over(conversation, by=rosa)
    actions.answer(conversation, "Hola, te leo.", client_id="1", by=rosa)
    page.frames[1].goto(page.frames[1].url)  # what the frame does by itself after 20 seconds
    expect(frame.get_by_text("Hola, te leo.")).to_be_visible()
    expect(page.locator("#text")).to_have_value("todavía escribo")


def test_without_a_script_a_message_too_long_is_given_back(without_script: Page) -> None:
    without_script.goto("/es/chat/")
    writes(without_script, "a" * 5000)
    expect(without_script.get_by_role("alert")).to_contain_text("4000 letras")
    expect(without_script.locator("#text")).to_have_value("a" * 5000)


def test_a_message_too_long_is_given_back_to_the_box(phone: Page) -> None:
    phone.goto("/es/chat/")
    writes(phone, "a" * 5000)
    expect(phone.get_by_role("alert")).to_contain_text("4000 letras")
    expect(phone.locator("#text")).to_have_value("a" * 5000)
    expect(phone.locator(".line")).to_have_count(0)


def test_without_a_line_the_message_waits_in_sight_and_is_sent_once(phone: Page) -> None:
    asks(phone, "menú")
    phone.context.set_offline(True)
    writes(phone, "escrito sin señal")
    expect(phone.get_by_text("Sin conexión.")).to_be_visible()
    expect(phone.locator(".line--pending")).to_contain_text("escrito sin señal")
    phone.context.set_offline(False)
    expect(phone.locator(".line--pending")).to_have_count(0)
    expect(phone.locator(".line--person").last).to_contain_text("escrito sin señal")
    assert [m.text for m in Message.objects.inbound()].count("escrito sin señal") == 1


def test_an_answer_lost_on_the_way_does_not_double_the_message(phone: Page) -> None:
    """The very first message, before any cookie: the server has it, the phone does not know."""
    phone.goto("/es/chat/")
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        if lost:
            route.fallback()
            return
        lost.append(route.request.url)
        route.fetch()  # it arrives …
        route.abort()  # … and its answer does not

    phone.route("**/chat/say/**", lose_once)
    writes(phone, "persona")
    expect(phone.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá")
    assert lost
    assert Message.objects.inbound().count() == 1
    assert Conversation.objects.count() == 1


def test_a_question_that_could_not_leave_the_first_page_is_still_there(phone: Page) -> None:
    phone.goto("/es/co/")
    phone.locator("#ask").press_sequentially("mi pregunta")
    phone.route("**/chat/say/**", lambda route: route.abort())
    phone.get_by_role("button", name="Preguntar").click()
    phone.wait_for_url("chrome-error://**")  # the browser says so in its own words: not while we already go elsewhere
    phone.goto("/es/chat/")
    expect(phone.locator("#text")).to_have_value("mi pregunta")
    phone.unroute("**/chat/say/**")
    phone.get_by_role("button", name="Enviar").click()
    expect(phone.locator(".line--person")).to_contain_text("mi pregunta")
    phone.reload()
    expect(phone.locator("#text")).to_have_value("")


def test_a_question_that_arrived_is_not_offered_again(phone: Page) -> None:
    phone.goto("/es/co/")
    phone.locator("#ask").press_sequentially("menú")
    phone.get_by_role("button", name="Preguntar").click()
    expect(phone.locator(".choice").first).to_be_visible()
    expect(phone.locator("#text")).to_have_value("")


def test_what_is_being_written_survives_a_reload_and_another_page(phone: Page) -> None:
    asks(phone, "menú")
    phone.locator("#text").press_sequentially("a medio escribir")
    phone.reload()
    expect(phone.locator("#text")).to_have_value("a medio escribir")
    phone.goto("/es/co/co_sisben/")
    phone.goto("/es/chat/")
    expect(phone.locator("#text")).to_have_value("a medio escribir")


def test_a_message_waiting_when_the_page_is_killed_is_sent_when_it_opens_again(phone: Page) -> None:
    asks(phone, "menú")
    phone.route("**/chat/say/**", lambda route: route.abort())
    writes(phone, "no llegó a salir")
    expect(phone.locator(".line--pending")).to_be_visible()
    phone.unroute("**/chat/say/**")
    phone.reload()
    expect(phone.locator(".line--person").last).to_contain_text("no llegó a salir")
    expect(phone.locator(".line--pending")).to_have_count(0)
    assert Message.objects.inbound().count() == 2


def test_when_the_conversation_is_gone_her_words_are_in_the_box(phone: Page) -> None:
    asks(phone, "menú")
    Conversation.objects.all().delete()
    writes(phone, "sigo aquí")
    expect(phone.get_by_role("alert")).to_contain_text("terminó")
    expect(phone.locator("#text")).to_have_value("sigo aquí")
    phone.get_by_role("button", name="Enviar").click()
    expect(phone.locator(".line--person").last).to_contain_text("sigo aquí")


def test_the_language_of_the_page_follows_the_conversation(phone: Page) -> None:
    asks(phone, "menú")
    phone.locator("#text").press_sequentially("kreyòl")
    phone.keyboard.press("Control+Enter")
    phone.wait_for_url("**/ht/chat/")
    expect(phone.get_by_role("link", name="Sòti vit")).to_be_visible()
    phone.locator(".tongues summary").click()
    phone.get_by_role("button", name="Français").click()
    phone.wait_for_url("**/fr/chat/")


def test_the_way_out_opens_a_neutral_page_and_leaves_nothing_behind(phone: Page) -> None:
    asks(phone, "mi secreto")
    phone.locator("#text").press_sequentially("otro secreto")
    with phone.context.expect_page() as other, phone.expect_request(NEUTRAL):
        phone.get_by_role("link", name="Salir ya").click()
    assert other.value != phone
    expect(phone.get_by_text("mi secreto")).to_have_count(0)
    phone.goto("/es/chat/")
    expect(phone.locator("#text")).to_have_value("")
    expect(phone.get_by_text("mi secreto")).to_have_count(0)


def test_escape_twice_is_the_way_out_and_once_is_not(desk: Page) -> None:
    desk.goto("/es/co/co_sisben/")
    desk.keyboard.press("Escape")
    desk.keyboard.press("a")
    desk.keyboard.press("Escape")
    expect(desk.get_by_text(FIRST_SENTENCE)).to_be_visible()
    with desk.expect_request(NEUTRAL):
        desk.keyboard.press("Escape")


def test_without_a_script_the_way_out_is_a_link(without_script: Page) -> None:
    without_script.goto("/es/co/")
    with without_script.expect_request(NEUTRAL):
        without_script.get_by_role("link", name="Salir ya").click()


def test_deleting_asks_once_and_then_it_is_gone(phone_first: Page) -> None:
    asks(phone_first, "mi secreto")
    phone_first.get_by_text("Borrar", exact=True).click()
    expect(phone_first.get_by_text("No se puede deshacer")).to_be_visible()
    phone_first.get_by_role("button", name="Borrar esta conversación").click()
    expect(phone_first.get_by_role("heading", name="Borrada")).to_be_visible()
    phone_first.goto("/es/chat/")
    expect(phone_first.get_by_text("mi secreto")).to_have_count(0)


def test_what_a_first_visit_and_a_turn_cost_in_a_real_browser(opens: Opens) -> None:
    """Bytes as served; the style and the script are measured compressed in tests/public/test_weight.py."""
    page = opens(PHONE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/es/")
    page.wait_for_load_state("networkidle")
    assert len(asked) <= 6, asked


def test_a_large_letter_or_a_narrow_window_breaks_nothing(opens: Opens, fits: Check) -> None:
    page = opens({"width": 320, "height": 640})
    for address in PAGES:
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '20px'")
        fits(page)
