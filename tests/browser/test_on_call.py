"""On call, in real browsers: two operators and one person at once. The alert comes with the next poll of a worker, climbs by the clock,
leaves the other screen when one goes; a shift counts after its test; all of it by keyboard too.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, Role, Tick, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.safety import following, shifts
from baquiano.safety.actions import acknowledge, raise_alert
from baquiano.safety.models import Alert, Rung, Screen, Shift
from baquiano.terminal import loops
from tests.browser.conftest import DESK, DESK_FIRST, PATIENCE, PHONE, Opens
from tests.conftest import Joins
from tests.public.house import furnish
from tests.workspace.visitors import comes_in

pytestmark = pytest.mark.django_db(transaction=True)

Check = Callable[[Page], None]
Opened = Callable[..., Page]
HITS = "mi esposo me pega"
RUNS_OUT = timedelta(seconds=11)
"""A screen that has been silent so long is absent."""


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, live_server: object) -> None:
    furnish()
    Tick.objects.create(name="clock", at=timezone.now() + timedelta(days=1), worker="of the tests")


@pytest.fixture
def marta(joins: Joins) -> User:
    """The other operator."""
    return joins("marta", "Marta", Role.OPERATOR)


@pytest.fixture
def screen_of(opens: Opens) -> Opened:
    """A page of somebody, once its worker has asked for the first time."""

    def open_screen(user: User, address: str = "/workspace/inbox/", *, viewport: Any = DESK) -> Page:
        page = opens(viewport, signed_in=user)
        with page.expect_worker():
            page.goto(address)
        _has_heard(page)
        return page

    return open_screen


@pytest.fixture
def yuli(opens: Opens) -> Page:
    """A person in the web chat."""
    page = opens(PHONE, has_touch=True, is_mobile=True)
    page.goto("/es/chat/")
    page.wait_for_load_state("load")
    return page


@pytest.fixture
def roster(rosa: User, marta: User) -> None:
    """Rosa first, Marta second; both tests were answered."""
    for user, rung in ((rosa, Rung.FIRST), (marta, Rung.SECOND)):
        at = timezone.now()
        shift = shifts.plan(user, rung, at, at + timedelta(hours=8), by=None)
        shifts.begin(shift, by=user)
        shifts.answer_test(shift, by=user)


@pytest.fixture
def alert(webchat: Channel) -> Alert:
    """About a conversation of somebody else than who looks."""
    conversation = comes_in(webchat, "anas-token").says("persona")
    return raise_alert(Finding(Level.P0, Danger.VIOLENCE, "a-rule"), about=f"conversation:{conversation.pk}")


def says(page: Page, words: str) -> None:
    page.locator("#text").fill(words)
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator(".line--person").last).to_contain_text(words)


def alarm_on(page: Page) -> Any:
    return page.locator("#watch-alerts .alarm")


def rings_on(page: Page) -> None:
    expect(alarm_on(page)).to_contain_text("Violencia ahora", timeout=PATIENCE)


# -- two operators and one person -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("roster")
def test_two_operators_and_one_person_at_once(screen_of: Opened, yuli: Page, rosa: User, marta: User) -> None:
    rosas, martas = screen_of(rosa), screen_of(marta, "/workspace/security/")
    assert float(rosas.locator("#watch").get_attribute("data-every") or 9) <= 2
    says(yuli, HITS)
    rings_on(rosas)
    rings_on(martas)
    alert = Alert.objects.get()
    assert (alert.level, alert.reached_at is not None, alert.acknowledged_at) == ("P0", True, None)
    assert "⚠ 1" in martas.title()
    alarm_on(martas).get_by_role("button", name="Voy").click()
    martas.wait_for_url("**/workspace/inbox/*/")
    expect(alarm_on(rosas)).to_have_count(0, timeout=PATIENCE)
    expect(rosas).not_to_have_title("⚠ 1 · Bandeja")
    alert.refresh_from_db()
    assert alert.acknowledged_by == marta
    assert str(Conversation.objects.get().pk) in martas.url


@pytest.mark.usefixtures("roster")
def test_what_nobody_takes_climbs_by_the_clock(screen_of: Opened, yuli: Page, rosa: User, marta: User) -> None:
    rosas = screen_of(rosa)
    screen_of(marta)
    says(yuli, HITS)
    rings_on(rosas)
    loops.clock()
    assert Alert.objects.get().rung == Rung.FIRST
    for seconds, rung in ((31, Rung.SECOND), (62, Rung.LAST)):
        with time_machine.travel(Alert.objects.get().raised_at + timedelta(seconds=seconds), tick=True):
            _asked_since(rosas)
            loops.clock()
            assert Alert.objects.get().rung >= rung
    with time_machine.travel(Alert.objects.get().raised_at + timedelta(minutes=3), tick=True):
        expect(alarm_on(rosas)).to_contain_text("pasó su plazo", timeout=PATIENCE)


@pytest.mark.usefixtures("roster")
def test_a_screen_that_was_closed_is_absent_and_the_alert_climbs_at_once(
    screen_of: Opened, yuli: Page, rosa: User, marta: User
) -> None:
    rosas, martas = screen_of(rosa), screen_of(marta)
    says(yuli, HITS)
    rings_on(rosas)
    loops.clock()
    assert Alert.objects.get().rung == Rung.FIRST
    rosas.context.close()
    with time_machine.travel(timezone.now() + RUNS_OUT, tick=True):
        _asked_since(martas)
        loops.clock()
        assert Alert.objects.get().rung == Rung.SECOND


def _asked_since(page: Page) -> None:
    """The screen asks once more: its sign of life bears the time as it is now."""
    for _ in range(2):  # the first answer may be to a question from before
        heard = page.locator("#watch").get_attribute("data-heard") or ""
        expect(page.locator("#watch")).not_to_have_attribute("data-heard", heard, timeout=PATIENCE)


def _has_heard(page: Page) -> None:
    expect(page.locator("#watch[data-heard]")).to_have_count(1, timeout=PATIENCE)


# -- what a screen does by itself -----------------------------------------------------------------------------------------


def test_a_worker_asks_and_the_screen_is_present(screen_of: Opened, rosa: User) -> None:
    page = screen_of(rosa, "/workspace/security/")
    assert [worker.url.rpartition("/")[2] for worker in page.workers] == ["watch-worker.js"]
    assert Screen.objects.present(timezone.now()).get().user == rosa


@pytest.mark.parametrize("viewport", DESK_FIRST)
def test_sound_is_off_until_somebody_touches_the_page_and_that_is_said(
    screen_of: Opened, rosa: User, alert: Alert, viewport: Any
) -> None:
    page = screen_of(rosa, viewport=viewport)
    rings_on(page)
    expect(page.get_by_text("Sonido apagado")).to_be_visible()
    assert not Screen.objects.get().has_sound
    page.get_by_role("button", name="Activar el sonido").click()
    expect(page.get_by_text("Sonido apagado")).to_be_hidden()
    expect(page.locator("#watch")).to_have_attribute(
        "data-beeps", "2", timeout=PATIENCE
    )  # the button's, and the alarm's
    _asked_since(page)
    assert Screen.objects.get().has_sound


def test_a_shift_is_begun_and_tested_and_the_screen_stays_awake(
    screen_of: Opened, rosa: User, organisation: Organisation
) -> None:
    at = timezone.now()
    shift = shifts.plan(rosa, Rung.FIRST, at, at + timedelta(hours=8), by=None)
    page = screen_of(rosa, "/workspace/duty/")
    page.get_by_role("button", name="Empezar turno").click()
    test = page.get_by_role("button", name="Prueba: toca aquí si lo ves y lo oyes")
    expect(test).to_be_visible(timeout=PATIENCE)
    assert Shift.objects.get(pk=shift.pk).tested_at is None
    test.click()
    expect(page.get_by_text("tu turno cuenta desde ahora")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("[data-awake]:not([hidden])")).to_have_count(
        1, timeout=PATIENCE
    )  # stays awake, or says that it may not
    assert Shift.objects.get(pk=shift.pk).tested_at is not None


@pytest.mark.usefixtures("alert")
def test_all_of_it_by_keyboard_only(screen_of: Opened, rosa: User) -> None:
    at = timezone.now()
    shift = shifts.plan(rosa, Rung.FIRST, at, at + timedelta(hours=8), by=None)
    page = screen_of(rosa, "/workspace/duty/")
    _tabs_to(page, "Empezar turno")
    page.keyboard.press("Enter")
    test = page.get_by_role("button", name="Prueba: toca aquí si lo ves y lo oyes")
    expect(test).to_be_focused(timeout=PATIENCE)
    page.keyboard.press("Enter")
    expect(page.get_by_text("tu turno cuenta desde ahora")).to_be_visible(timeout=PATIENCE)
    assert Shift.objects.get(pk=shift.pk).tested_at is not None
    rings_on(page)
    page.keyboard.press("F8")
    expect(alarm_on(page).get_by_role("button", name="Voy")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/workspace/inbox/*/")
    page.goto("/workspace/alerts/")
    _tabs_to(page, "Hacer seguimiento")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workspace/alerts/*/")
    page.locator("input[name=outcome]").first.focus()
    page.keyboard.press("Space")
    _tabs_to(page, "Guardar la respuesta")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Cerrar la alerta")).to_be_visible()
    _tabs_to(page, "Cerrar la alerta")
    page.keyboard.press("Enter")
    expect(page.get_by_text("La alerta está cerrada.")).to_be_visible()
    assert Alert.objects.get().closed_at is not None


def _tabs_to(page: Page, words: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.textContent"):
            return
    raise AssertionError(f"the keyboard does not reach “{words}”")


def test_a_screen_without_a_connection_says_that_it_receives_nothing(screen_of: Opened, rosa: User) -> None:
    page = screen_of(rosa, "/workspace/security/")
    lost = page.get_by_text("Esta pantalla no recibe alertas: no hay conexión")
    page.context.route("**/duty/watch/**", lambda route: route.abort())
    expect(lost).to_be_visible(timeout=PATIENCE)
    page.context.unroute("**/duty/watch/**")
    expect(lost).to_be_hidden(timeout=PATIENCE)


def test_a_session_that_was_ended_says_it_too(screen_of: Opened, rosa: User) -> None:
    page = screen_of(rosa, "/workspace/security/")
    page.context.clear_cookies()
    expect(page.get_by_text("Esta pantalla no recibe alertas: tu sesión terminó")).to_be_visible(timeout=PATIENCE)


def test_a_clock_that_stands_still_is_said_on_every_screen(screen_of: Opened, rosa: User, bruno: User) -> None:
    Tick.objects.update(at=timezone.now() - timedelta(seconds=31))
    for user in (rosa, bruno):
        page = screen_of(user, "/workspace/security/")
        expect(page.locator("#watch-clock")).to_be_visible()
        expect(page.locator("#watch-clock")).to_contain_text("El reloj de alertas está detenido")
    Tick.objects.update(at=timezone.now() + timedelta(days=1))
    page.reload()
    _has_heard(page)
    expect(page.locator("#watch-clock")).to_be_hidden()


def test_without_script_the_list_still_leads_to_the_person(opens: Opens, rosa: User, alert: Alert) -> None:
    """That nothing calls by itself is said in a <noscript>: tests/workspace/test_watch.py."""
    page = opens(PHONE, signed_in=rosa, java_script_enabled=False)
    page.goto("/workspace/alerts/")
    page.locator("main").get_by_role("button", name="Voy").click()
    page.wait_for_url("**/workspace/inbox/*/")
    alert.refresh_from_db()
    assert alert.acknowledged_by == rosa


# -- for everybody --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "viewport"),
    [
        pytest.param("dark", PHONE, id="dark-360"),
        pytest.param("light", DESK, id="light-1280"),
        pytest.param("light", PHONE, id="light-360", marks=pytest.mark.soak),
        pytest.param("dark", DESK, id="dark-1280", marks=pytest.mark.soak),
    ],
)
def test_the_screens_are_accessible_while_it_rings(
    opens: Opens, carla: User, rosa: User, alert: Alert, viewport: Any, scheme: Any, axe_is_clean: Check, fits: Check
) -> None:
    _a_house_at_work(rosa, carla)
    page = opens(viewport, signed_in=carla, color_scheme=scheme)
    open_alerts = [f"alerts/{one.pk}/" for one in Alert.objects.unclosed().order_by("pk")]
    for address in ("duty/", "roster/", "alerts/", "alerts/past/", *open_alerts):
        page.goto(f"/workspace/{address}")
        rings_on(page)
        axe_is_clean(page)
        fits(page)


def _a_house_at_work(rosa: User, carla: User) -> None:
    """Rosa's shift counts, Carla's waits for its test; one alert rings, one waits for its follow-up, one is closed."""
    at = timezone.now()
    for user, rung in ((rosa, Rung.FIRST), (carla, Rung.SECOND)):
        shifts.begin(shifts.plan(user, rung, at, at + timedelta(hours=8), by=carla), by=user)
    shifts.answer_test(Shift.objects.get(user=rosa), by=rosa)
    for number in (1, 2):
        other = raise_alert(Finding(Level.P1, Danger.CHILD, "a-rule"), about=f"incident:{number}")
        acknowledge(other, by=rosa)
    following.follow_up(other, "safe", "", by=rosa)
    following.close(other, by=rosa)


@pytest.mark.usefixtures("alert")
def test_the_link_of_a_mail_is_accessible(either: Page, axe_is_clean: Check, fits: Check) -> None:
    either.goto("/workspace/called/inventada/")
    axe_is_clean(either)
    fits(either)
