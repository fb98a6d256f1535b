"""Our chat on somebody else's page, in a real browser: their page is served from another origin, and what it hears is written down.

"localhost" and "127.0.0.1" are two hosts to a browser: ours is the first, theirs the second.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel, Site
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Message
from tests.browser.conftest import CHROMIUM, DESK, PATIENCE, PHONE, QUIET
from tests.public.house import furnish

Check = Callable[[Page], None]
TOKEN = "municipio-1"


@dataclass
class Stranger:
    """A page of somebody else's, with our code in it, and a script of its own that listens and looks."""

    url: str
    ours: str

    def html(self) -> str:
        return f"""<!doctype html><html lang="es"><head><meta charset="utf-8"><title>Municipio</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>button {{ display: none; }}</style></head>
<body><main><h1>Municipio</h1><p><a href="https://municipio.example/">Trámites</a></p>
<p><a href="{self.ours}/es/chat/" data-baquiano="{TOKEN}">Escríbenos</a></p></main>
<script>window.heard = []; addEventListener("message", function (e) {{ heard.push(JSON.stringify(e.data)); }});</script>
<script src="{self.ours}/w.js" data-site="{TOKEN}" data-lang="es" async></script></body></html>"""


@contextmanager
def serving(ours: str) -> Iterator[Stranger]:
    pages: list[Stranger] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages[0].html().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    pages.append(Stranger(f"http://127.0.0.1:{server.server_port}", ours))
    try:
        yield pages[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, live_server: Any) -> None:
    furnish()


@pytest.fixture
def stranger(live_server: Any) -> Iterator[Stranger]:
    with serving(live_server.url) as page:
        yield page


@pytest.fixture
def site(stranger: Stranger) -> Site:
    return Site.objects.create(token=TOKEN, name="Municipio", origins=[stranger.url])


@dataclass
class Visit:
    """What one browser asked for besides the two servers."""

    allowed: tuple[str, ...]
    others: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture
def visits(chromium: Browser, live_server: Any, stranger: Stranger) -> Iterator[Callable[..., Page]]:
    """`visits(viewport, **context options)`: somebody opens the stranger's page."""
    visit = Visit((live_server.url, stranger.url, "data:"))
    contexts = []

    def open_page(viewport: dict[str, int], **options: Any) -> Page:
        context = chromium.new_context(viewport=viewport, locale="es-CO", **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.route(
            lambda url: not url.startswith(visit.allowed),
            lambda route: (visit.others.append(route.request.url), route.abort()),
        )
        page = context.new_page()
        page.on("pageerror", lambda error: visit.errors.append(str(error)))
        page.goto(stranger.url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [url for url in visit.others if ".wikipedia.org/" not in url]
    assert not visit.errors


def opened(page: Page) -> FrameLocator:
    page.get_by_role("button", name="Escríbenos").click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#text")).to_be_visible()
    return frame


def says(frame: FrameLocator, text: str) -> None:
    frame.locator("#text").fill(text)
    frame.get_by_role("button", name="Enviar").click()


def test_on_a_page_that_may_a_conversation_goes_on_and_the_page_learns_nothing(
    visits: Callable[..., Page], site: Site, rosa: User
) -> None:
    page = visits(DESK)
    frame = opened(page)
    expect(page.get_by_role("link", name="Escríbenos")).to_be_hidden()
    says(frame, "mi secreto")
    expect(frame.locator(".line--machine").first).to_be_visible()
    says(frame, "persona")
    expect(frame.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá", timeout=PATIENCE)
    page.get_by_role("button", name="Cerrar").click()
    conversation = Conversation.objects.get()
    owning.take_over(conversation, by=rosa)
    owning.answer(conversation, "Hola, te leo.", client_id="1", by=rosa)
    page.frames[1].evaluate(
        "document.dispatchEvent(new Event('visibilitychange'))"
    )  # what it does by itself within a minute
    expect(page.get_by_role("button", name="Escríbenos (")).to_be_visible()
    page.get_by_role("button", name="Escríbenos (").click()
    expect(frame.get_by_text("Hola, te leo.")).to_be_visible()
    heard = page.evaluate("heard")
    assert heard
    assert all(said.startswith('{"baquiano":"unread","count":') and len(said) < 40 for said in heard), heard
    assert (
        page.evaluate("document.querySelector('div:last-of-type').shadowRoot.querySelector('iframe').contentDocument")
        is None
    )
    assert page.evaluate("Object.keys(window).filter(k => k.toLowerCase().includes('baquiano'))") == ["baquianoChat"]
    assert [cookie["name"] for cookie in page.context.cookies()] == []
    assert Conversation.objects.count() == 1
    assert Message.objects.inbound().count() == 2


def test_where_the_browser_keeps_something_for_frames_it_goes_on_in_that_browser_on_that_site(
    chromium: Browser, stranger: Stranger, site: Site, tmp_path: Path
) -> None:
    """A profile on disk. In the windows of the other tests storage in frames is refused, and the page itself carries the token."""
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text('{"profile": {"cookie_controls_mode": 0}}')
    context = chromium.browser_type.launch_persistent_context(
        str(tmp_path), executable_path=CHROMIUM, args=list(QUIET), viewport=DESK, locale="es-CO"
    )  # type: ignore[arg-type]
    with closing(context):
        page = context.new_page()
        page.goto(stranger.url)
        frame = opened(page)
        says(frame, "mi secreto")
        expect(frame.locator(".line--machine").first).to_be_visible()
        page.reload()
        frame = opened(page)
        expect(frame.locator(".line--person")).to_contain_text("mi secreto")
        says(frame, "gracias")
        expect(frame.locator(".line--person").last).to_contain_text("gracias")
        assert not context.cookies()
    assert Conversation.objects.count() == 1


def test_by_keyboard_alone_and_clean_to_a_screen_reader(
    visits: Callable[..., Page], site: Site, axe_is_clean: Check
) -> None:
    page = visits(DESK)
    button = page.get_by_role("button", name="Escríbenos")
    expect(button).to_be_visible()
    axe_is_clean(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    expect(frame.locator("#text")).to_be_focused()
    expect(page.get_by_role("dialog", name="Escríbenos")).to_be_visible()
    axe_is_clean(page)
    page.keyboard.type("persona")
    page.keyboard.press("Control+Enter")
    expect(frame.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá", timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()


def test_on_a_phone_it_is_the_whole_screen_and_the_page_behind_cannot_be_reached(
    visits: Callable[..., Page], site: Site, live_server: Any, axe_is_clean: Check, fits: Check
) -> None:
    page = visits(PHONE, has_touch=True, is_mobile=True)
    frame = opened(page)
    says(frame, "menú")
    expect(frame.locator(".choice").first).to_be_visible()
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, PHONE["width"], PHONE["height"])
    page.evaluate("document.querySelector('main a').focus()")
    assert page.evaluate("document.activeElement.tagName") != "A"  # inert behind it
    inside = page.context.new_page()  # what stands in the frame, looked at by itself
    inside.set_viewport_size(PHONE)
    inside.goto(f"{live_server.url}/w/{TOKEN}/es/")
    axe_is_clean(inside)
    fits(inside)


def test_leaving_now_takes_the_whole_page_away_and_leaves_nothing(
    visits: Callable[..., Page], site: Site, stranger: Stranger
) -> None:
    page = visits(PHONE)
    frame = opened(page)
    says(frame, "mi secreto")
    expect(frame.locator(".line--machine").first).to_be_visible()
    with page.expect_request("https://es.wikipedia.org/"):
        frame.get_by_role("link", name="Salir ya").click()
    page.goto(stranger.url)
    frame = opened(page)
    expect(frame.locator("[data-welcome]")).to_be_visible()
    expect(frame.get_by_text("mi secreto")).to_have_count(0)


def test_a_page_that_may_not_hold_it_gets_a_plain_link(
    visits: Callable[..., Page], site: Site, live_server: Any
) -> None:
    Site.objects.update(origins=["https://otro.example"])
    page = visits(DESK)
    page.get_by_role("button", name="Escríbenos").click()
    way = page.get_by_role("dialog").get_by_role("link", name="Abrir el chat en otra ventana")
    expect(way).to_have_attribute("href", f"{live_server.url}/es/chat/")
    expect(page.frame_locator("iframe").locator("#text")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("link", name="Escríbenos")).to_be_visible()


def test_a_closed_site_says_so_in_the_frame(visits: Callable[..., Page], site: Site) -> None:
    Site.objects.update(is_open=False)
    page = visits(DESK)
    page.get_by_role("button", name="Escríbenos").click()
    expect(page.frame_locator("iframe").get_by_text("El chat no se abre aquí")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_role("link", name="Abrir el chat en otra ventana")).to_be_visible()


def test_where_scripts_are_blocked_the_link_is_there(visits: Callable[..., Page], site: Site) -> None:
    page = visits(PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Escríbenos").click()
    expect(page.get_by_label("Tu mensaje")).to_be_visible()
    page.fill("#text", "persona")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".line--machine").last).to_contain_text("Una persona del equipo leerá", timeout=PATIENCE)
