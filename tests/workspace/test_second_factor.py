"""The second factor: on, asked for, off; and what stays shut for a coordinator without one."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from baquiano.accounts.models import AuditEntry, User
from baquiano.accounts.policy import may
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import FREE_TRIES
from tests.workspace.visitors import PASSWORD

WithPassword = Callable[[User], User]


def code_of(secret: str) -> str:
    """What the telephone shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


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
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
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


# -- in production a coordinator needs it before she sees a conversation ------------------------------------------------


def test_in_production_a_coordinator_without_it_is_sent_to_turn_it_on(
    carlas_browser: Client, carla: User, organisation: object, settings: Any
) -> None:
    settings.IS_DEMO = False
    assert carlas_browser.get("/workspace/")["Location"] == "/workspace/security/"
    assert carlas_browser.get("/workspace/inbox/")["Location"] == "/workspace/security/"
    part = carlas_browser.get("/workspace/inbox/rows/", headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (401, "true")
    assert not may(carla, "conversation.read")
    assert carlas_browser.get("/workspace/team/").status_code == 200


def test_in_production_a_coordinator_with_it_sees_the_inbox(
    now: Any, carlas_browser: Client, carla: User, organisation: object, settings: Any
) -> None:
    settings.IS_DEMO = False
    offered = second_factor.offer(carla, None)
    assert second_factor.turn_on(carla, offered.sealed, code_of(offered.secret))
    assert carlas_browser.get("/workspace/inbox/").status_code == 200


def test_in_production_an_operator_does_not_need_it(rosas_browser: Client, organisation: object, settings: Any) -> None:
    settings.IS_DEMO = False
    assert rosas_browser.get("/workspace/inbox/").status_code == 200
