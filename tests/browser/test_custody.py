"""Requests about one's data and their custody, at 360 and 1280 px: readable, reachable by keyboard, and nothing forgotten by one slip."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accountability.actions import Received, extend, identify, open_request, take_charge
from baquiano.accountability.models import DataRequest, Door, Identified, RequestKind
from baquiano.accounts.models import Organisation, Role, User
from baquiano.custody import keeping
from baquiano.custody.actions import hold
from baquiano.custody.forgetting import Why, forget
from baquiano.people.actions import Described, register
from baquiano.people.models import Person
from tests.browser.conftest import DESK, PHONE, PHONE_FIRST, Opens
from tests.conftest import Joins

Check = Callable[[Page], None]
KEPT_PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def dora(joins: Joins) -> User:
    return joins("dora", "Dora", Role.DIRECTOR)


@pytest.fixture
def yuli(organisation: Organisation, rosa: User, dora: User) -> Person:
    person = register(Described(name="Yulimar Rojas", called="Yuli", birth_year=1994), by=rosa)
    claim = open_request(Received(RequestKind.CORRECT, Door.DESK, "CO", "es", "Mi año está mal", ""), by=dora)
    identify(claim, person, Identified.SEEN, by=dora)
    take_charge(claim, by=dora)
    extend(claim, why="Falta un archivo", by=dora)
    late = open_request(Received(RequestKind.COPY, Door.PHONE, "CO", "es", "", "310 000 0000"), by=dora)
    DataRequest.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=2))
    return person


@pytest.mark.parametrize("viewport", PHONE_FIRST)
def test_every_screen_is_accessible_and_fits(
    opens: Opens, yuli: Person, dora: User, viewport: dict[str, int], axe_is_clean: Check
) -> None:
    hold(yuli, reason="Juzgado 3, caso de custodia", until=timezone.now() + timedelta(days=40), by=dora)
    keeping.approve(0, by=dora)
    keeping.work(timezone.now())
    requests = list(DataRequest.objects.order_by("pk").values_list("pk", flat=True))
    page = opens(viewport, signed_in=dora)
    places = ("requests/", "requests/new/", *(f"requests/{pk}/" for pk in requests), f"custody/{yuli.pk}/",
              f"custody/{yuli.pk}/correct/", f"custody/{yuli.pk}/forget/", "keeping/")  # fmt: skip
    for place in places:
        page.goto(f"/workspace/{place}")
        axe_is_clean(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), place
        if KEPT_PICTURES:
            name = place.strip("/").replace("/", "-")
            page.screenshot(path=Path(KEPT_PICTURES) / f"{name}-{viewport['width']}.png", full_page=True)


def test_forgetting_by_keyboard_names_what_goes_and_what_stays(
    opens: Opens, yuli: Person, dora: User, axe_is_clean: Check
) -> None:
    page = opens(DESK, signed_in=dora)
    page.goto(f"/workspace/custody/{yuli.pk}/")
    page.get_by_role("link", name="Borrar…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lo que se borra, para siempre")).to_be_visible()
    expect(page.get_by_role("heading", name="Lo que queda, sin nada de nadie")).to_be_visible()
    assert Person.objects.filter(pk=yuli.pk, forgotten_at=None).exists()
    if KEPT_PICTURES:
        page.screenshot(path=Path(KEPT_PICTURES) / "forget-ready.png", full_page=True)
    page.get_by_role("button", name="Borrar para siempre").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="No se guarda nada de esta persona")).to_be_visible()
    axe_is_clean(page)
    assert Person.objects.filter(pk=yuli.pk, forgotten_at__isnull=False).exists()


def test_who_was_forgotten_already_shows_as_such(opens: Opens, yuli: Person, dora: User) -> None:
    forget(yuli, why=Why.ASKED, by=dora)
    page = opens(PHONE, signed_in=dora)
    page.goto(f"/workspace/custody/{yuli.pk}/")
    expect(page.get_by_text("La fila queda para las cifras")).to_be_visible()
    expect(page.get_by_role("link", name="Borrar…")).to_have_count(0)
