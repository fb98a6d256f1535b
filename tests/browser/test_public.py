"""Yuli's journeys on the site, in a real browser: on a phone and at a desk, by touch, by keyboard, with and without a script."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Handoff, Message
from tests.browser.conftest import CHROMIUM, PHONE, QUIET, Opens
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
    owning.take_over(conversation, by=rosa)
    owning.answer(conversation, "Hola, te leo.", client_id="1", by=rosa)
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
    owning.take_over(conversation, by=rosa)
    owning.answer(conversation, "Hola, te leo.", client_id="1", by=rosa)
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


def test_what_is_written_offline_is_sent_in_order_when_the_line_is_back(phone: Page) -> None:
    asks(phone, "menú")
    phone.context.set_offline(True)
    for words in ("primero", "segundo", "tercero"):
        writes(phone, words)
    expect(phone.locator(".line--pending")).to_have_count(3)
    expect(phone.locator(".line--pending").last).to_contain_text("Se enviará al volver la conexión.")
    phone.context.set_offline(False)
    expect(phone.locator(".line--pending")).to_have_count(0)
    assert [m.text for m in Message.objects.inbound().order_by("id")][1:] == ["primero", "segundo", "tercero"]


def test_on_a_very_slow_line_a_message_is_shown_at_once_and_arrives_once(phone: Page) -> None:
    asks(phone, "menú")
    network = phone.context.new_cdp_session(phone)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 1500, "downloadThroughput": 3000, "uploadThroughput": 3000}
    network.send("Network.emulateNetworkConditions", slow)
    writes(phone, "persona")
    expect(phone.locator(".line--pending")).to_contain_text("persona")
    expect(phone.locator("#state")).to_contain_text("Enviando")
    phone.get_by_role("button", name="Enviar").click()  # an impatient second tap on an empty box
    expect(phone.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá")
    assert [m.text for m in Message.objects.inbound()] == ["menú", "persona"]


def test_a_turn_in_a_real_browser_is_under_a_thousand_bytes_but_for_what_the_browser_adds(phone: Page) -> None:
    asks(phone, "menú")
    with phone.expect_response("**/chat/say/**") as answered:
        writes(phone, "no sé qué hacer con los papeles de mi hija")
    expect(phone.locator(".line--machine")).to_have_count(2)
    sizes = answered.value.request.sizes()
    assert sizes["requestBodySize"] + sizes["responseHeadersSize"] + sizes["responseBodySize"] <= 1024, sizes


def test_two_tabs_show_one_conversation_and_nothing_is_lost_or_doubled(phone: Page) -> None:
    asks(phone, "menú")
    other = phone.context.new_page()
    other.goto("/es/chat/")
    writes(phone, "desde la primera")
    expect(other.locator(".line--person").last).to_contain_text("desde la primera")
    expect(other.locator(".line--pending")).to_have_count(0)
    for tab in (phone, other):
        tab.route("**/chat/say/**", lambda route: route.abort())
    writes(phone, "uno")
    expect(other.locator(".line--pending")).to_have_text("Se enviará al volver la conexión.uno", timeout=15_000)
    writes(other, "dos")
    expect(phone.locator(".line--pending")).to_have_count(2)
    phone.close()  # the tab in which the first one was written
    other.unroute("**/chat/say/**")
    other.evaluate("window.dispatchEvent(new Event('online'))")
    expect(other.locator(".line--pending")).to_have_count(0, timeout=20_000)
    assert [m.text for m in Message.objects.inbound().order_by("id")] == ["menú", "desde la primera", "uno", "dos"]
    shown = other.locator(".line--person .bubble").all_text_contents()
    assert shown == ["menú", "desde la primera", "uno", "dos"]
    assert Conversation.objects.count() == 1


def test_leaving_a_conversation_by_a_word_empties_the_other_tab_too(phone: Page) -> None:
    asks(phone, "mi secreto")
    other = phone.context.new_page()
    other.goto("/es/chat/")
    expect(other.get_by_text("mi secreto")).to_be_visible()
    writes(phone, "salir")
    expect(phone.get_by_text("Cerré esta conversación")).to_be_visible()
    expect(other.get_by_text("mi secreto")).to_have_count(0)
    expect(other.locator("[data-welcome]")).to_be_visible()


def test_after_the_browser_was_closed_the_conversation_the_draft_and_what_waited_are_there(
    chromium: Browser, live_server: Any, tmp_path: Path
) -> None:
    """A profile on disk, opened twice: what a phone does that closes the browser to make room."""

    def opened() -> BrowserContext:
        return chromium.browser_type.launch_persistent_context(
            str(tmp_path),
            executable_path=CHROMIUM,
            args=list(QUIET),
            base_url=live_server.url,
            viewport=PHONE,
            locale="es-CO",
        )  # type: ignore[arg-type]

    with closing(opened()) as before:
        page = before.new_page()
        asks(page, "menú")
        page.route("**/chat/say/**", lambda route: route.abort())
        writes(page, "no llegó a salir")
        expect(page.locator(".line--pending")).to_be_visible()
        page.locator("#text").press_sequentially("a medio escribir")
    with closing(opened()) as after:
        page = after.new_page()
        page.goto("/es/chat/")
        expect(page.locator(".line--person").first).to_contain_text("menú")
        expect(page.locator("#text")).to_have_value("a medio escribir")
        expect(page.locator(".line--pending")).to_have_count(0, timeout=20_000)
    assert [m.text for m in Message.objects.inbound().order_by("id")] == ["menú", "no llegó a salir"]
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
    third = phone.context.new_page()
    third.goto("/es/chat/")
    phone.locator("#text").press_sequentially("otro secreto")
    with phone.context.expect_page() as other, phone.expect_request(NEUTRAL):
        phone.get_by_role("link", name="Salir ya").click()
    assert other.value != phone
    expect(phone.get_by_text("mi secreto")).to_have_count(0)
    expect(third.get_by_text("mi secreto")).to_have_count(0)  # in every tab
    phone.goto("/es/chat/")
    assert (
        phone.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage)).filter(k => k !== 'chat.tab')")
        == []
    )
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
