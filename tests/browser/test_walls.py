"""Who may do what, on screen: a director ticks, looks and confirms; the pages are readable and free of known faults at both widths."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from baquiano.accounts.models import MatrixChange, Membership, Organisation, Role, User
from baquiano.accounts.policy import may
from baquiano.people.models import Access, Person
from tests.browser.conftest import PHONE_FIRST, Opens
from tests.conftest import Joins

pytestmark = pytest.mark.django_db(transaction=True)
Check = Callable[[Page], None]


@pytest.fixture
def diego(joins: Joins, organisation: Organisation) -> User:
    """Director, and for now coordinator too."""
    user = joins("diego", "Diego", Role.DIRECTOR)
    Membership.objects.create(user=user, role=Role.COORDINATOR)
    return user


@pytest.mark.parametrize("viewport", PHONE_FIRST)
def test_a_director_changes_what_a_role_may_do(
    opens: Opens, diego: User, rosa: User, viewport: Any, axe_is_clean: Check, fits: Check
) -> None:
    Access.objects.create(person=Person.objects.create(), user=rosa, why="case")
    page = opens(viewport, signed_in=diego)
    page.goto("/workspace/matrix/change/?role=operator")
    axe_is_clean(page)
    fits(page)
    page.locator("input[value='person.read.granted']").uncheck()
    page.locator("input[value='fact.read.granted']").check()
    page.locator("input[name='areas.fact.read.granted'][value='social']").check()
    page.locator("main form .sticks button").click()
    page.wait_for_selector("textarea")
    assert page.locator("main h3").all_inner_texts() == ["Rosa"]
    axe_is_clean(page)
    fits(page)
    page.locator("textarea").fill("hace falta")
    page.locator("main form .button--danger").click()
    page.wait_for_url("**/workspace/matrix/")
    assert not may(rosa, "person.read")
    assert MatrixChange.objects.count() == 2
    page.goto("/workspace/matrix/")
    axe_is_clean(page)
    fits(page)


@pytest.mark.parametrize("viewport", PHONE_FIRST)
def test_the_pages_about_what_one_may_do_are_accessible(
    opens: Opens, diego: User, rosa: User, viewport: Any, axe_is_clean: Check, fits: Check
) -> None:
    person = Person.objects.create()
    Access.objects.create(person=person, user=rosa, why="conversation")
    page = opens(viewport, signed_in=diego)
    asked = f"/workspace/may/{rosa.pk}/on/?deed=person.read&person={person.pk}"
    for address in ("/workspace/may/", asked, "/workspace/team/invite/"):
        page.goto(address)
        axe_is_clean(page)
        fits(page)
