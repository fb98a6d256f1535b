"""The pictures of the inbox, of the setup and of being on call in docs/images, taken again from a demo: `baquiano demo && baquiano serve`, then

    python tools/pictures.py http://127.0.0.1:8000

Needs Chromium and Playwright (dev.lock). Everybody in them is fictional; in the demo everybody has the same password.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
PASSWORD = "camino-de-prueba"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
READY = (
    ("espera", "Dame un momento: lo averiguo y te escribo hoy mismo por aquí."),
    ("gracias", "Gracias por escribirnos. Si necesitas algo más, aquí estamos."),
)
ASKED = ("Colombia", "¿cómo me inscribo en el sisbén?", "persona")


def signed_in(browser: Browser, home: str, who: str, viewport: dict[str, int]) -> Page:
    page = browser.new_context(base_url=home, viewport=viewport, locale="es-CO").new_page()  # type: ignore[arg-type]
    page.goto("/workspace/login/")
    page.get_by_label("Nombre de usuario").fill(who)
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Entrar").click()
    page.wait_for_load_state()
    return page


def somebody_asks(browser: Browser, home: str) -> None:
    page = browser.new_context(base_url=home, locale="es-CO").new_page()
    page.goto("/es/chat/")
    for words in ASKED:
        page.locator("textarea").first.fill(words)
        page.get_by_role("button", name="Enviar").click()
        page.wait_for_timeout(4000)  # the first answer after a start builds the index


def ready_answers(browser: Browser, home: str) -> None:
    """Written by one, approved by another; those that are there already stay."""
    edu, rita = signed_in(browser, home, "edu", DESK), signed_in(browser, home, "rita", DESK)
    for shortcut, words in READY:
        edu.goto("/workspace/setup/replies/new/")
        edu.get_by_label("Atajo").fill(shortcut)
        edu.get_by_label("Palabras").fill(words)
        edu.get_by_role("button", name="Entregar").click()
        edu.wait_for_load_state()
    rita.goto("/workspace/setup/replies/")
    while rita.get_by_role("button", name="Aprobar").count():
        rita.get_by_role("button", name="Aprobar").first.click()
        rita.wait_for_load_state()


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(600)
    page.screenshot(path=IMAGES / f"{name}.png")


def of_the_inbox(browser: Browser, home: str) -> None:
    page = signed_in(browser, home, "rosa", DESK)
    page.goto("/workspace/inbox/")
    page.locator(".tickets a", has_text="Pidió").last.click()
    page.wait_for_load_state()
    page.locator("#take").click()
    page.wait_for_url("**#reply")
    page.locator("#note").fill("Prefiere que le escriban por la tarde.")
    page.get_by_role("button", name="Guardar la nota").click()
    page.wait_for_timeout(2500)
    take(page, "inbox")
    page.locator("#reply").focus()
    page.keyboard.press("#")
    page.keyboard.type("sisben")
    page.wait_for_timeout(2500)
    take(page, "inbox-article")
    address = page.url.partition("#")[0]
    phone = browser.new_context(
        base_url=home, viewport=PHONE, locale="es-CO", storage_state=page.context.storage_state()
    ).new_page()  # type: ignore[arg-type]
    phone.goto("/workspace/inbox/")
    take(phone, "inbox-list-phone")
    phone.goto(address)
    take(phone, "inbox-phone")
    page.goto(address)
    page.locator("#hand-back").click()


def of_the_setup(browser: Browser, home: str) -> None:
    page = signed_in(browser, home, "edu", DESK)
    page.goto("/workspace/setup/wording/person_later/es/")
    take(page, "setup-wording")
    carla = signed_in(browser, home, "carla", DESK)
    carla.goto("/workspace/setup/")
    take(carla, "setup")


def of_the_duty(browser: Browser, home: str) -> None:
    for who, viewport, ending in (("rosa", DESK, ""), ("rosa", PHONE, "-phone")):
        page = signed_in(browser, home, who, viewport)
        for address, name in (("/workspace/duty/", "duty"), ("/workspace/alerts/", "alerts")):
            page.goto(address)
            page.wait_for_timeout(2500)  # the first poll
            take(page, f"{name}{ending}")
        page.keyboard.press("F9")
        take(page, f"emergency{ending}")
        carla = signed_in(browser, home, "carla", viewport)
        carla.goto("/workspace/roster/")
        take(carla, f"roster{ending}")


def main(home: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        ready_answers(browser, home)
        somebody_asks(browser, home)
        of_the_inbox(browser, home)
        of_the_setup(browser, home)
        of_the_duty(browser, home)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
