"""Every route of the house has its row in accounts/matrix.yaml, and answers nobody who has not signed in. What each role reaches: test_walk.py.

The walk reads the URL confs, so a new route is walked the day it is written; rows with ids that do not exist are enough, because
the door refuses before the view looks for anything.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import (
    NoReverseMatch,
    Resolver404,
    URLPattern,
    URLResolver,
    get_resolver,
    include,
    path,
    resolve,
    reverse,
)
from django.utils import timezone

from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import Membership, Role, User
from baquiano.accounts.policy import guarded
from baquiano.config.signing_in import StaffAdapter
from tests.conftest import Joins
from tests.matrix.walking import METHODS, Route, guarded_among, routes_of

# HTTP and permissions are the same on both engines; tests/accounts/test_matrix.py asks PostgreSQL.
pytestmark = pytest.mark.sqlite

SIGN_UP = {
    "username": "intrusa",
    "display_name": "Intrusa",
    "email": "intrusa@example.org",
    "password": "una-clave-larga-y-rara-27",
    "password1": "una-clave-larga-y-rara-27",
    "password2": "una-clave-larga-y-rara-27",
    "role": "coordinator",
}


ROUTES = routes_of(get_resolver())
GUARDED = guarded_among(ROUTES)
OPEN = [route for route in ROUTES if shipped().routes.get(route.name) == "anyone"]


# -- the matrix and the URL confs say the same ------------------------------------------------------------------------


def test_every_route_has_a_row() -> None:
    assert [route.name for route in ROUTES if route.name not in shipped().routes] == []


def test_every_row_has_a_route() -> None:
    """Doors whose URL conf is still empty are not built yet; from their first route on, every row of theirs must lead somewhere."""
    built = {route.name.partition(":")[0] for route in ROUTES}
    rows = {name for name in shipped().routes if name.partition(":")[0] in built}
    assert rows - {route.name for route in ROUTES} == set()


def test_every_rule_lets_somebody_in() -> None:
    given = {cell.permission for cell in shipped().cells}
    rules = {rule for rule in shipped().routes.values() if rule not in ("anyone", "staff")}
    assert rules - given == set()


def test_a_route_without_a_row_cannot_be_built() -> None:
    with pytest.raises(KeyError):
        guarded("workspace:back_door", lambda request: HttpResponse())


def test_there_is_no_admin_and_no_debugging_door() -> None:
    assert [
        route.name for route in ROUTES if route.module.startswith(("django.contrib.admin", "django.views.debug"))
    ] == []


# -- the walk ---------------------------------------------------------------------------------------------------------


def _answer(browser: Client, method: str, route: Route, **headers: str) -> Any:
    return getattr(browser, method)(route.sample_address, headers=headers)


def _faults_as_nobody(routes: list[Route], method: str) -> list[str]:
    """Guarded routes that answer somebody who did not sign in with anything but the way to the login."""
    login, faults = reverse("workspace:login"), []
    for route in routes:
        answer = _answer(Client(), method, route)
        if (answer.status_code, answer.headers.get("Location")) != (302, login):
            faults.append(f"{route.name} answers nobody with {answer.status_code}")
    return faults


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_nobody_reaches_a_staff_page_without_signing_in(method: str) -> None:
    assert not GUARDED or _faults_as_nobody(GUARDED, method) == []


@pytest.mark.django_db
def test_a_page_that_lost_its_session_is_told_to_reload(client: Client) -> None:
    for route in GUARDED:
        answer = _answer(client, "get", route, **{"HX-Request": "true"})
        assert (answer.status_code, answer.headers.get("HX-Refresh")) == (401, "true"), route.name


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_who_left_is_refused_everywhere(joins: Joins, now: time_machine.Traveller, method: str) -> None:
    ana = joins("ana", "Ana", Role.COORDINATOR)
    now.shift(60)
    Membership.objects.filter(user=ana).update(until=timezone.now())
    browser = Client()
    browser.force_login(ana)
    for route in GUARDED:
        assert _answer(browser, method, route).status_code == 404, route.name


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_open_doors_answer_nobody_without_breaking(
    client: Client, organisation: object, webchat: object, method: str
) -> None:
    """503 is an answer: health says so while no loop goes round."""
    for route in OPEN:
        assert _answer(client, method, route).status_code in (*range(200, 500), 503), route.name


# -- the walk notices -------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, **arguments: Any) -> HttpResponse:
    return HttpResponse("here")


def _house_with(*doors: URLPattern) -> tuple[URLResolver, ...]:
    login = path("login/", guarded("workspace:login", _page), name="login")
    return (path("workspace/", include(([login, *doors], "workspace"))),)


@pytest.fixture
def careless_house() -> Iterator[list[Route]]:
    """One door as it should be, and one left open."""
    doors = _house_with(
        path("take/<int:pk>/", guarded("workspace:take", _page), name="take"),
        path("team/", _page, name="team"),
    )
    with override_settings(ROOT_URLCONF=doors):
        yield [route for route in routes_of(get_resolver()) if route.rule != "anyone"]


@pytest.mark.django_db
def test_a_door_left_open_is_noticed(careless_house: list[Route]) -> None:
    assert _faults_as_nobody(careless_house, "get") == ["workspace:team answers nobody with 200"]


# -- nobody signs up --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_can_make_an_account_from_outside(client: Client, organisation: object, webchat: object) -> None:
    for route in ROUTES:
        client.post(route.sample_address, SIGN_UP)
        client.post(route.sample_address, SIGN_UP, content_type="application/json")
    assert not User.objects.exists()
    assert not Membership.objects.exists()


@pytest.mark.parametrize("address", ["/accounts/signup/", "/signup/", "/workspace/signup/", "/accounts/login/"])
def test_the_sign_up_of_the_library_has_no_address(address: str) -> None:
    with pytest.raises(Resolver404):
        resolve(address)


@pytest.mark.parametrize("name", ["account_signup", "account_login", "account_reset_password", "mfa_index"])
def test_the_pages_of_the_library_are_not_mounted(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_even_if_it_had_one_it_would_be_closed(rf: RequestFactory) -> None:
    assert settings.ACCOUNT_ADAPTER == "baquiano.config.signing_in.StaffAdapter"
    assert StaffAdapter().is_open_for_signup(rf.get("/")) is False
