"""The second factor: on, asked for, off; and what stays shut for whoever has none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client

from baquiano.accounts.models import AuditEntry, StaffSession, User
from baquiano.accounts.policy import may
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import FREE_TRIES
from tests.workspace.telephone import code_of, wrong
from tests.workspace.visitors import PASSWORD

WithPassword = Callable[[User], User]


@pytest.fixture
def secret(rosa: User, with_password: WithPassword, now: Any) -> str:
    """Rosa has turned it on."""
    with_password(rosa)
    offered = second_factor.offer(rosa, None)
    assert second_factor.turn_on(rosa, offered.sealed, code_of(offered.secret))
    now.shift(timedelta(seconds=30))
    return offered.secret


@pytest.fixture
def half_way(client: Client, secret: str) -> Client:
    """Somebody has typed Rosa's password and owes the code."""
    response = client.post("/workspace/login/", {"username": "rosa", "password": PASSWORD})
    assert response["Location"] == "/workspace/login/code/"
    return client


def test_turning_it_on_by_hand(now: Any, rosas_browser: Client, rosa: User) -> None:
    page = rosas_browser.get("/workspace/security/on/")
    secret = page.context["offered"].secret
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert rosas_browser.post("/workspace/security/on/", {"code": wrong(code_of(secret))}).status_code == 200
    assert not second_factor.is_on(rosa)
    done = rosas_browser.post("/workspace/security/on/", {"code": code_of(secret)})
    assert len(done.context["codes"]) == 10
    assert second_factor.is_on(rosa)
    assert AuditEntry.objects.filter(actor=rosa, verb="second_factor.on").count() == 1


def test_the_same_secret_is_offered_when_the_page_is_reloaded(rosas_browser: Client) -> None:
    offers = {rosas_browser.get("/workspace/security/on/").context["offered"].secret for _ in range(3)}
    assert len(offers) == 1


def test_the_secret_lies_nowhere_in_clear(now: Any, rosas_browser: Client, rosa: User) -> None:
    secret = rosas_browser.get("/workspace/security/on/").context["offered"].secret
    assert all(secret not in str(session.content) for session in StaffSession.objects.all())
    rosas_browser.post("/workspace/security/on/", {"code": code_of(secret)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        assert secret not in repr(cursor.fetchall())


def test_the_password_alone_opens_nothing(half_way: Client) -> None:
    assert half_way.get("/workspace/inbox/")["Location"] == "/workspace/login/"


def test_password_and_code_open_the_door(half_way: Client, secret: str) -> None:
    assert half_way.post("/workspace/login/code/", {"code": code_of(secret)})["Location"] == "/workspace/"
    assert half_way.get("/workspace/inbox/").status_code == 200


def test_a_code_works_once(half_way: Client, secret: str) -> None:
    half_way.post("/workspace/login/code/", {"code": code_of(secret)})
    other = Client()
    other.post("/workspace/login/", {"username": "rosa", "password": PASSWORD})
    assert other.post("/workspace/login/code/", {"code": code_of(secret)}).status_code == 422


def test_a_recovery_code_works_once(half_way: Client, rosa: User) -> None:
    code = second_factor.new_codes(rosa)[0]
    assert half_way.post("/workspace/login/code/", {"code": code}).status_code == 302
    assert second_factor.codes_left(rosa) == 9
    other = Client()
    other.post("/workspace/login/", {"username": "rosa", "password": PASSWORD})
    assert other.post("/workspace/login/code/", {"code": code}).status_code == 422


def test_codes_cannot_be_guessed_one_after_the_other(half_way: Client, secret: str) -> None:
    for _ in range(FREE_TRIES):
        half_way.post("/workspace/login/code/", {"code": wrong(code_of(secret))})
    assert half_way.post("/workspace/login/code/", {"code": code_of(secret)}).status_code == 422
    assert "_auth_user_id" not in half_way.session


def test_half_way_lasts_five_minutes(half_way: Client, secret: str, now: Any) -> None:
    now.shift(timedelta(minutes=6))
    assert half_way.post("/workspace/login/code/", {"code": code_of(secret)})["Location"] == "/workspace/login/"


def test_nobody_comes_to_the_second_step_without_the_first(client: Client, db: None) -> None:
    assert client.get("/workspace/login/code/")["Location"] == "/workspace/login/"


def test_turning_it_off_asks_for_the_password(rosas_browser: Client, rosa: User, secret: str) -> None:
    rosas_browser.force_login(rosa)
    assert rosas_browser.post("/workspace/security/off/", {"current": "not it"}).status_code == 200
    assert second_factor.is_on(rosa)
    rosas_browser.post("/workspace/security/off/", {"current": PASSWORD})
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(verb="second_factor.off").count() == 2


def test_new_codes_end_the_old_ones(rosas_browser: Client, rosa: User, secret: str) -> None:
    rosas_browser.force_login(rosa)
    old = second_factor.new_codes(rosa)
    shown = rosas_browser.post("/workspace/security/codes/", {"current": PASSWORD}).context["codes"]
    assert not set(old) & set(shown)
    assert not second_factor.fits(rosa, old[0])
    assert second_factor.fits(rosa, shown[0])


def test_a_new_password_closes_the_other_sessions(rosa: User, with_password: WithPassword) -> None:
    with_password(rosa)
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(rosa)
    new = "otras palabras muy distintas"
    assert here.post("/workspace/security/password/", {"current": PASSWORD, "new": new}).status_code == 302
    assert here.get("/workspace/inbox/").status_code == 200
    assert elsewhere.get("/workspace/inbox/")["Location"] == "/workspace/login/"


@pytest.mark.parametrize("new", ["corta", "contraseña1", "q1w2e3r4t5y6"])
def test_a_weak_password_is_refused(rosas_browser: Client, rosa: User, with_password: WithPassword, new: str) -> None:
    with_password(rosa)
    rosas_browser.force_login(rosa)
    rosas_browser.post("/workspace/security/password/", {"current": PASSWORD, "new": new})
    rosa.refresh_from_db()
    assert rosa.check_password(PASSWORD)


# -- in production everybody who reaches somebody's data needs it ------------------------------------------------------


@pytest.mark.parametrize(
    ("username", "address"),
    [("carla", "/workspace/team/"), ("rosa", "/workspace/inbox/"), ("bruno", "/workspace/team/")],
)
def test_in_production_nobody_comes_further_without_it(
    carla: User,
    rosa: User,
    bruno: User,
    client: Client,
    settings: Any,
    with_password: WithPassword,
    username: str,
    address: str,
) -> None:
    """From the first login on: coordinator, operator, and whoever keeps the machines and may see who works here."""
    settings.IS_DEMO = False
    with_password(User.objects.get(username=username))
    client.post("/workspace/login/", {"username": username, "password": PASSWORD})
    assert client.get("/workspace/")["Location"] == "/workspace/security/"
    assert client.get(address)["Location"] == "/workspace/security/"
    part = client.get(address, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (401, "true")
    assert client.get("/workspace/security/on/").status_code == 200


def test_in_production_nothing_of_her_role_is_hers_before(rosa: User, settings: Any) -> None:
    settings.IS_DEMO = False
    assert not may(rosa, "conversation.read")
    assert not may(rosa, "person.read")
    assert may(rosa, "article.read")


def test_in_production_a_coordinator_with_it_sees_the_inbox(
    now: Any, carlas_browser: Client, carla: User, organisation: object, settings: Any
) -> None:
    settings.IS_DEMO = False
    offered = second_factor.offer(carla, None)
    assert second_factor.turn_on(carla, offered.sealed, code_of(offered.secret))
    assert carlas_browser.get("/workspace/inbox/").status_code == 200


def test_in_production_who_only_writes_texts_does_not_need_it(edus_browser: Client, settings: Any) -> None:
    settings.IS_DEMO = False
    assert edus_browser.get("/workspace/editorial/").status_code == 200


# -- the codes on paper ----------------------------------------------------------------------------------------------


def test_the_codes_are_shown_once_and_asked_about_until_somebody_says_they_were_kept(
    now: Any, rosas_browser: Client, rosa: User, organisation: object
) -> None:
    secret = rosas_browser.get("/workspace/security/on/").context["offered"].secret
    shown = rosas_browser.post("/workspace/security/on/", {"code": code_of(secret)}).context["codes"]
    assert shown[0] not in rosas_browser.get("/workspace/security/").content.decode()
    assert rosas_browser.get("/workspace/")["Location"] == "/workspace/security/"
    rosas_browser.post("/workspace/security/codes/kept/")
    rosas_browser.post("/workspace/security/codes/kept/")
    assert rosas_browser.get("/workspace/")["Location"] == "/workspace/inbox/"
    assert AuditEntry.objects.filter(actor=rosa, verb="recovery_codes.kept").count() == 1


def test_a_code_that_turned_it_on_does_not_open_the_door_as_well(
    client: Client, rosa: User, with_password: WithPassword, now: Any
) -> None:
    with_password(rosa)
    offered = second_factor.offer(rosa, None)
    second_factor.turn_on(rosa, offered.sealed, code_of(offered.secret))
    assert not second_factor.fits(rosa, code_of(offered.secret))


def test_a_used_code_stays_used_after_a_restart(rosa: User, secret: str) -> None:
    assert second_factor.fits(rosa, code_of(secret))
    cache.clear()
    assert not second_factor.fits(rosa, code_of(secret))


def test_an_earlier_code_is_refused_after_a_later_one(rosa: User, secret: str, now: Any) -> None:
    earlier = code_of(secret)
    now.shift(timedelta(seconds=30))
    assert second_factor.fits(rosa, code_of(secret))
    now.shift(timedelta(seconds=-30))
    assert not second_factor.fits(rosa, earlier)


def test_turning_it_on_or_off_ends_the_sessions_elsewhere(rosa: User, with_password: WithPassword, now: Any) -> None:
    with_password(rosa)
    here, elsewhere = Client(), Client()
    for deed in ("on", "off"):
        for browser in (here, elsewhere):
            browser.force_login(rosa)
        page = here.get("/workspace/security/on/")
        said = {"code": code_of(page.context["offered"].secret)} if deed == "on" else {"current": PASSWORD}
        here.post(f"/workspace/security/{deed}/", said)
        assert second_factor.is_on(rosa) == (deed == "on")
        assert here.get("/workspace/security/").status_code == 200
        assert elsewhere.get("/workspace/security/")["Location"] == "/workspace/login/"
