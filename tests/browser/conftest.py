"""Real journeys in Debian's Chromium, at the two widths we promise, and nobody else's server is ever asked.

`phone` and `desk` open pages at 360 and 1280 px; `without_script` is the phone with JavaScript off. Each page watches itself: a request
to another host, a script error or a refusal by the content security policy fails the test that caused it.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
# Whether a page fits and can be read is looked at every day on the telephone, where less fits; a journey is walked every day at the width
# where it mostly happens. The other width is for `make soak`.
PHONE_FIRST = (pytest.param(PHONE, id="360"), pytest.param(DESK, id="1280", marks=pytest.mark.soak))
DESK_FIRST = (pytest.param(PHONE, id="360", marks=pytest.mark.soak), pytest.param(DESK, id="1280"))
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AWAY = ".wikipedia.org/"  # where the quick exit leads: asked for on purpose, and never answered here
CUT = ("Failed to load resource", "error occurred when fetching the script")
"""What Chromium says when a line is cut on purpose: of a page's own request, and of its worker's."""
PATIENCE = 30_000  # milliseconds; the first page of a busy machine is slow
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey that fails is walked once more, and the summary names it: what fails twice is a fault of ours."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "Chromium is missing: apt-get install -y chromium"
    # Playwright keeps an event loop in this thread; Django would take the test's own queries for asynchronous ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(QUIET))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Watch:
    """What one browser did that it should not have done."""

    home: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def gate(self, route: Route) -> None:
        url = route.request.url
        if url.startswith((self.home, "data:", "blob:")):
            route.fallback()
            return
        if AWAY not in url:
            self.strangers.append(url)
        route.abort()

    def hear(self, message: ConsoleMessage) -> None:
        # A refused form answers 4xx on purpose, and a cut line is part of some tests: Chromium reports both as errors.
        if message.type == "error" and not any(said in message.text for said in CUT):
            self.complaints.append(message.text)


Opens = Callable[..., Page]


@pytest.fixture
def opens(chromium: Browser, live_server: Any) -> Iterator[Opens]:
    """`opens(viewport, **context options)`: a page in a browser of its own, with `page.goto("/es/")` going to our server."""
    watch = Watch(live_server.url)
    contexts: list[BrowserContext] = []

    def open_page(viewport: dict[str, int], *, signed_in: Any = None, **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, viewport=viewport, **{"locale": "es-CO", **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        context.route("**/*", watch.gate)
        contexts.append(context)
        if signed_in is not None:
            context.add_cookies([_session_of(signed_in, live_server.url)])
        page = context.new_page()
        page.on("console", watch.hear)
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not watch.strangers, f"asked somebody else: {watch.strangers}"
    assert not watch.complaints, f"the page complained: {watch.complaints}"


def has_read_all(page: Page) -> None:
    """The desk has noticed that its last message is before her eyes: an answer sent earlier is held back, so that she reads first."""
    last = page.locator("#cursor [name=after]").input_value()
    expect(page.locator("#composer [name=shown]")).to_have_value(last)


def _session_of(user: Any, url: str) -> Any:
    """The cookie of a colleague who has signed in: for journeys that do not begin at the sign-in."""
    browser = Client()
    browser.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": browser.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


@pytest.fixture
def phone(opens: Opens) -> Page:
    return opens(PHONE, has_touch=True, is_mobile=True)


@pytest.fixture
def desk(opens: Opens) -> Page:
    return opens(DESK)


@pytest.fixture
def without_script(opens: Opens) -> Page:
    return opens(PHONE, has_touch=True, is_mobile=True, java_script_enabled=False)


@pytest.fixture(params=PHONE_FIRST)
def either(request: pytest.FixtureRequest, opens: Opens) -> Page:
    """Whether a page fits and can be read."""
    return opens(request.param)


@pytest.fixture(params=PHONE_FIRST)
def phone_first(request: pytest.FixtureRequest, opens: Opens) -> Page:
    """A journey of somebody we serve."""
    return opens(request.param)


@pytest.fixture(params=DESK_FIRST)
def desk_first(request: pytest.FixtureRequest, opens: Opens) -> Page:
    """A journey of somebody who works here."""
    return opens(request.param)


@pytest.fixture
def axe_is_clean() -> Callable[[Page], None]:
    """No known accessibility fault on the page as it is now (WCAG 2.2 AA and axe's own best practices)."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")
        found = Axe().run(
            page,
            options={
                "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
                "resultTypes": ["violations"],  # what passes is not listed node by node
                "preload": False,  # our style sheet is in the page already
            },
        )
        faults = [
            f"{fault['id']}: {node['target']} {node['failureSummary']}"
            for fault in found.response["violations"]
            for node in fault["nodes"]
        ]
        assert not faults, "\n".join(faults)

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Nothing sticks out sideways, and whatever can be touched is at least 44 px high and 24 px wide (links inside a sentence apart)."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")  # with its style sheet
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"the page is {overflow} px too wide"
        small = page.evaluate(SMALL_TARGETS)
        assert not small, f"too small to touch: {small}"

    return check


SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, summary, select, input:not([type=hidden]), textarea')]
  .filter(e => e.offsetParent && !e.closest('p, .prose, .skip') && !e.matches('.skip, [type=checkbox], [type=radio]'))
  .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.5 || box.width < 24)
  .map(([html, box]) => `${html} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
