"""Staying in and going out, in a real browser: what the page says before the end, and what is left of it afterwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, Recovery, Role, StaffSession, User
from baquiano.accounts.recovery import open_recovery
from tests.browser.conftest import DESK, DESK_FIRST, Opens
from tests.conftest import Joins
from tests.workspace.visitors import PASSWORD

Check = Callable[[Page], None]
A_MINUTE = 61_000
LEFT_BEHIND = """async () => ({
  session: Object.keys(sessionStorage), local: Object.keys(localStorage),
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
})"""


@pytest.fixture(params=DESK_FIRST)
def carlas_page(request: pytest.FixtureRequest, opens: Opens, carla: User, organisation: Organisation) -> Page:
    carla.set_password(PASSWORD)
    carla.save()
    return opens(request.param, signed_in=carla)


def make_older(by: timedelta) -> None:
    """As if nobody had touched it for so long."""
    StaffSession.objects.update(used_at=timezone.now() - by)


def signs_in(page: Page, username: str) -> None:
    """At the sign-in."""
    page.get_by_label("Nombre de usuario").fill(username)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("button", name="Salir")).to_be_visible()


def test_after_signing_out_the_browser_holds_nothing(desk: Page, rosa: User, organisation: Organisation) -> None:
    rosa.set_password(PASSWORD)
    rosa.save()
    desk.goto("/workspace/login/")
    signs_in(desk, "rosa")
    desk.evaluate("""async () => {
      sessionStorage.setItem('draft:1:1', 'CANARY'); localStorage.setItem('keys-off', '1');
      await (await caches.open('CANARY')).put('/CANARY', new Response('CANARY'));
      await new Promise(done => { indexedDB.open('CANARY').onsuccess = event => { event.target.result.close(); done(); }; });
    }""")
    desk.get_by_role("button", name="Salir").click()
    expect(desk.get_by_role("heading", name="Entrar")).to_be_visible()
    nothing = {"session": [], "local": [], "databases": 0, "caches": 0}
    desk.wait_for_function(
        f"async nothing => JSON.stringify(await ({LEFT_BEHIND})()) === JSON.stringify(nothing)", arg=nothing
    )
    assert {cookie["name"] for cookie in desk.context.cookies()} <= {"csrftoken"}
    desk.go_back()
    expect(desk.get_by_role("heading", name="Entrar")).to_be_visible()


def test_a_warning_comes_before_the_end_and_one_press_puts_it_off(
    carlas_page: Page, axe_is_clean: Check, fits: Check
) -> None:
    carlas_page.clock.install()
    carlas_page.goto("/workspace/security/")
    warning = carlas_page.get_by_text("¿Sigues ahí?")
    expect(warning).to_be_hidden()
    make_older(timedelta(minutes=28, seconds=30))
    carlas_page.clock.fast_forward(28 * A_MINUTE)
    expect(warning).to_be_visible()
    axe_is_clean(carlas_page)
    fits(carlas_page)
    with carlas_page.expect_response("**/left/"):
        carlas_page.get_by_role("button", name="Aquí estoy").click()
    expect(warning).to_be_hidden()
    assert StaffSession.objects.get().used_at > timezone.now() - timedelta(minutes=1)


def test_what_was_being_written_when_it_ended_is_there_after_signing_in_again(
    opens: Opens, carla: User, rosa: User, organisation: Organisation
) -> None:
    carla.set_password(PASSWORD)
    carla.save()
    page = opens(DESK, signed_in=carla)
    address = f"/workspace/team/person/{rosa.pk}/recover/"
    page.clock.install()
    page.goto(address)
    page.get_by_label("¿Qué pasó?").fill("Perdió el teléfono")
    make_older(timedelta(minutes=31))
    page.clock.fast_forward(28 * A_MINUTE)
    expect(page.get_by_role("heading", name="Entrar")).to_be_visible()
    signs_in(page, "carla")
    page.goto(address)
    expect(page.get_by_label("¿Qué pasó?")).to_have_value("Perdió el teléfono")
    expect(page.get_by_text("está aquí otra vez")).to_be_visible()
    page.reload()
    expect(page.get_by_label("¿Qué pasó?")).to_have_value("")


def test_asked_again_nothing_typed_is_lost_and_the_keyboard_is_enough(
    carlas_page: Page, rosa: User, axe_is_clean: Check, fits: Check
) -> None:
    carlas_page.goto(f"/workspace/team/person/{rosa.pk}/recover/")
    axe_is_clean(carlas_page)
    fits(carlas_page)
    carlas_page.get_by_label("¿Qué pasó?").fill("Perdió el <teléfono>.\nHablé con ella.")
    session = StaffSession.objects.get()
    session.content["began_at"] = (timezone.now() - timedelta(minutes=6)).isoformat()
    session.save()
    carlas_page.get_by_role("button", name="Abrir la recuperación").press("Enter")
    expect(carlas_page.get_by_role("heading", name="¿Eres tú?")).to_be_visible()
    axe_is_clean(carlas_page)
    fits(carlas_page)
    carlas_page.get_by_label("Tu contraseña de ahora").fill(PASSWORD)
    carlas_page.keyboard.press("Enter")
    expect(carlas_page.get_by_role("heading", name="La recuperación está abierta")).to_be_visible()
    axe_is_clean(carlas_page)
    fits(carlas_page)
    assert Recovery.objects.get().reason.replace("\r", "") == "Perdió el <teléfono>.\nHablé con ella."


def test_without_a_script_one_button_sends_it(
    without_script: Page, carla: User, rosa: User, organisation: Organisation
) -> None:
    carla.set_password(PASSWORD)
    carla.save()
    without_script.goto("/workspace/login/")
    signs_in(without_script, "carla")
    without_script.goto(f"/workspace/team/person/{rosa.pk}/recover/")
    without_script.get_by_label("¿Qué pasó?").fill("Perdió el teléfono.")
    session = StaffSession.objects.get()
    session.content["began_at"] = (timezone.now() - timedelta(minutes=6)).isoformat()
    session.save()
    without_script.get_by_role("button", name="Abrir la recuperación").click()
    without_script.get_by_label("Tu contraseña de ahora").fill(PASSWORD)
    without_script.get_by_role("button", name="Soy yo").click()
    without_script.get_by_role("button", name="Seguir").click()
    expect(without_script.get_by_role("heading", name="La recuperación está abierta")).to_be_visible()


def test_two_colleagues_and_two_halves(
    carlas_page: Page, opens: Opens, joins: Joins, carla: User, rosa: User, axe_is_clean: Check, fits: Check
) -> None:
    dora = joins("dora", "Dora", Role.DIRECTOR)
    number = open_recovery(rosa, reason="Perdió el teléfono", by=dora)
    for address in ("/workspace/team/", f"/workspace/team/person/{rosa.pk}/", "/workspace/security/"):
        carlas_page.goto(address)
        axe_is_clean(carlas_page)
        fits(carlas_page)
    carlas_page.goto(f"/workspace/team/recoveries/{Recovery.objects.get().pk}/")
    axe_is_clean(carlas_page)
    carlas_page.get_by_role("button", name="Ya hablamos: confirmar").click()
    fits(carlas_page)
    link = carlas_page.get_by_label("Enlace").input_value()
    page = opens(carlas_page.viewport_size or DESK)
    page.goto(link)
    axe_is_clean(page)
    fits(page)
    page.get_by_label("Número").fill(number)
    page.get_by_label("Contraseña nueva").fill("tres gatos duermen tarde")
    page.get_by_label("La misma contraseña otra vez").fill("tres gatos duermen tarde")
    page.get_by_role("button", name="Entrar").click()
    expect(page.get_by_role("heading", name="Activar el segundo paso")).to_be_visible()
