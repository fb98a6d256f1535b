"""Two colleagues and one person at once, each in a browser of their own: who has the conversation, who loses it, and what the person is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Message
from baquiano.safety.models import Screen
from tests.browser.conftest import DESK, PHONE, PHONE_FIRST, Opens
from tests.public.house import furnish

Check = Callable[[Page], None]
LEFT = "La persona que te respondía ya no está. Otra persona del equipo leerá esta conversación."


@pytest.fixture
def yuli(opens: Opens, webchat: Channel, organisation: Organisation) -> Page:
    """Yuli on her telephone: she asks for a person in the web chat."""
    furnish()
    page = opens(PHONE, has_touch=True, is_mobile=True)
    page.goto("/es/chat/")
    page.fill("#text", "persona")
    page.get_by_role("button", name="Enviar").click()
    expect(page.locator("main")).to_contain_text("Una persona del equipo")
    return page


def waiting() -> Conversation:
    return Conversation.objects.get()


def takes(page: Page) -> None:
    """By keyboard only, from the list."""
    page.goto("/workspace/inbox/")
    expect(page.get_by_text("Teclas:")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{waiting().pk}/")
    expect(page.get_by_text("Teclas:")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator("#reply")).to_be_focused()
    expect(page.get_by_text("Teclas:")).to_be_visible()  # the keys of the page that came with it


def a_minute_later() -> int:
    """The clock of the house, 61 seconds on: whose screen asks no more is gone.

    In one transaction: a screen that is still open asks every two seconds, and would be back before we have looked.
    """
    with transaction.atomic():
        gone = Conversation.objects.get().owner_id
        Screen.objects.filter(user=gone).update(polled_at=timezone.now() - timedelta(seconds=61))
        Conversation.objects.update(owner_since=timezone.now() - timedelta(seconds=61))
        return owning.release_deserted(timezone.now())


def _machine() -> list[str]:
    return list(Message.objects.filter(author=Message.Author.MACHINE).values_list("text", flat=True))


def test_who_closes_the_browser_loses_it_the_person_is_told_and_the_other_goes_on(
    yuli: Page, opens: Opens, rosa: User, carla: User, axe_is_clean: Check
) -> None:
    rosas = opens(DESK, signed_in=rosa)
    carlas = opens(DESK, signed_in=carla)
    takes(rosas)
    rosas.keyboard.type("Hola, te leo.")
    rosas.keyboard.press("Control+Enter")
    expect(yuli.locator("main")).to_contain_text("Hola, te leo.")
    carlas.goto("/workspace/inbox/")
    expect(carlas.get_by_text("Nadie está esperando")).to_be_visible()

    rosas.context.close()
    assert a_minute_later() == 1
    assert waiting().owner is None
    expect(yuli.locator("main")).to_contain_text(LEFT)
    expect(carlas.locator(".tickets li")).to_have_count(1)
    axe_is_clean(carlas)

    takes(carlas)
    carlas.keyboard.type("Sigo yo.")
    carlas.keyboard.press("Control+Enter")
    expect(yuli.locator("main")).to_contain_text("Sigo yo.")
    said = list(Message.objects.filter(author=Message.Author.STAFF).order_by("pk").values_list("text", flat=True))
    assert said == ["Hola, te leo.", "Sigo yo."]
    told = [words for words in _machine() if words.startswith(LEFT)]
    assert len(told) == 1


def test_whoever_is_still_there_keeps_it(yuli: Page, opens: Opens, rosa: User) -> None:
    page = opens(DESK, signed_in=rosa)
    takes(page)
    page.wait_for_function("() => document.querySelector('#watch')")
    Conversation.objects.update(owner_since=timezone.now() - timedelta(seconds=61))
    page.wait_for_timeout(4000)  # the screen goes on asking by itself
    assert owning.release_deserted(timezone.now()) == 0
    assert waiting().owner == rosa


def test_a_draft_is_there_after_a_reload_and_after_losing_the_conversation(
    yuli: Page, opens: Opens, rosa: User
) -> None:
    page = opens(DESK, signed_in=rosa)
    takes(page)
    page.keyboard.type("Esto no se pierde")
    page.reload()
    expect(page.locator("#reply")).to_have_value("Esto no se pierde")
    assert a_minute_later() == 1
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator("#reply")).to_have_value("Esto no se pierde")


def test_the_parts_of_the_list_by_their_digits(yuli: Page, opens: Opens, rosa: User) -> None:
    page = opens(DESK, signed_in=rosa)
    takes(page)
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.wait_for_url("**/workspace/inbox/?tab=mine")
    expect(page.locator(".tickets li")).to_have_count(1)
    expect(page.get_by_text("Teclas:")).to_be_visible()
    page.keyboard.press("4")
    page.wait_for_url("**/workspace/inbox/?tab=aside")
    expect(page.get_by_text("Aquí no hay nada ahora.")).to_be_visible()
    page.keyboard.press("/")
    page.wait_for_url("**/workspace/inbox/find/")
    expect(page.get_by_label("El número desde el que escribe")).to_be_focused()


@pytest.mark.parametrize("viewport", PHONE_FIRST)
@pytest.mark.parametrize("address", ["", "?tab=all", "find/", "load/", "undelivered/"])
def test_the_screens_fit_and_are_clean(
    yuli: Page, opens: Opens, carla: User, viewport: dict[str, int], address: str, axe_is_clean: Check, fits: Check
) -> None:
    page = opens(viewport, signed_in=carla)
    page.goto(f"/workspace/inbox/{address}")
    fits(page)
    axe_is_clean(page)
