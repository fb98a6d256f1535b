"""Coming in: nobody learns from the door whether a name exists, and guessing gets slower and slower."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, LoginAttempts, Membership, User
from baquiano.workspace.entrance.attempts import (
    FREE_TRIES,
    LONGEST_WAIT,
    TooManyTries,
    count_try,
    forget_tries,
    wait_after,
)
from tests.workspace.visitors import PASSWORD

LOGIN = "/workspace/login/"
WithPassword = Callable[[User], User]


def tries(client: Client, username: str, password: str) -> Any:
    return client.post(LOGIN, {"username": username, "password": password})


def body(response: Any, username: str) -> str:
    """The page without what differs by itself: the token of the form and the name typed."""
    text = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return text.replace(username, "")


def test_rosa_signs_in_and_finds_the_inbox(client: Client, rosa: User, with_password: WithPassword) -> None:
    with_password(rosa)
    response = tries(client, "rosa", PASSWORD)
    assert response["Location"] == "/workspace/"
    assert client.get("/workspace/")["Location"] == "/workspace/inbox/"
    assert AuditEntry.objects.get(verb="login").actor == rosa


def test_an_editor_finds_what_she_may_do(edus_browser: Client) -> None:
    assert edus_browser.get("/workspace/")["Location"] == "/workspace/editorial/"


def test_a_known_and_an_unknown_name_get_the_same_answer_at_every_try(
    client: Client, rosa: User, with_password: WithPassword, organisation: object
) -> None:
    with_password(rosa)
    for _ in range(FREE_TRIES + 2):
        known, unknown = tries(client, "rosa", "not it"), tries(client, "nadie", "not it")
        assert known.status_code == unknown.status_code == 422
        assert body(known, "rosa") == body(unknown, "nadie")


def test_an_unknown_name_costs_the_same_work(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode
    monkeypatch.setattr(
        hasher, "encode", lambda self, password, salt: worked.append("x") or encode(self, password, salt)
    )
    tries(client, "nadie", "whatever it is")
    assert worked == ["x"]


def test_after_five_wrong_tries_the_right_password_waits_too(
    client: Client, rosa: User, with_password: WithPassword, now: Any
) -> None:
    with_password(rosa)
    for _ in range(FREE_TRIES):
        tries(client, "rosa", "not it")
    refused = tries(client, "rosa", PASSWORD)
    assert refused.status_code == 422
    assert "_auth_user_id" not in client.session
    now.shift(timedelta(seconds=31))
    assert tries(client, "rosa", PASSWORD).status_code == 302
    assert not LoginAttempts.objects.exists()


def test_capital_letters_do_not_give_five_more_tries(db: None, now: Any) -> None:
    for name in ("rosa", "ROSA", "Rosa", "rósa", " rosa "):
        count_try(name, now=timezone.now())
    with pytest.raises(TooManyTries):
        count_try("rosA", now=timezone.now())


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(60)]
    assert waits[FREE_TRIES - 1] == timedelta(0)
    assert waits[FREE_TRIES : FREE_TRIES + 3] == [timedelta(seconds=seconds) for seconds in (30, 60, 120)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_trying_while_waiting_does_not_make_the_wait_longer(db: None, now: Any) -> None:
    for _ in range(FREE_TRIES):
        count_try("rosa", now=timezone.now())
    for _ in range(20):
        with pytest.raises(TooManyTries):
            count_try("rosa", now=timezone.now())
    now.shift(timedelta(seconds=31))
    count_try("rosa", now=timezone.now())


def test_a_day_without_tries_is_forgotten(db: None, now: Any) -> None:
    for _ in range(FREE_TRIES):
        count_try("rosa", now=timezone.now())
    now.shift(timedelta(hours=25))
    for _ in range(FREE_TRIES):
        count_try("rosa", now=timezone.now())


def test_the_count_does_not_keep_the_name(db: None) -> None:
    count_try("rosa@example.org", now=timezone.now())
    assert "rosa" not in LoginAttempts.objects.get().name_hash
    forget_tries("rosa@example.org")
    assert not LoginAttempts.objects.exists()


def test_the_session_gets_a_new_key(client: Client, rosa: User, with_password: WithPassword) -> None:
    with_password(rosa)
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    tries(client, "rosa", PASSWORD)
    assert client.session.session_key != before


def test_signing_out_is_a_post_and_ends_the_session(rosas_browser: Client) -> None:
    assert rosas_browser.get("/workspace/logout/").status_code == 405
    assert rosas_browser.post("/workspace/logout/")["Location"] == LOGIN
    assert rosas_browser.get("/workspace/inbox/")["Location"] == LOGIN
    assert AuditEntry.objects.filter(verb="logout").exists()


def test_without_a_role_today_the_door_says_so(
    client: Client, rosa: User, with_password: WithPassword, now: Any
) -> None:
    with_password(rosa)
    now.shift(60)
    Membership.objects.update(until=timezone.now())
    response = tries(client, "rosa", PASSWORD)
    assert response.status_code == 403
    assert "Hoy no tienes acceso" in response.content.decode()
    assert client.get("/workspace/inbox/").status_code == 404


def test_somebody_who_was_deactivated_is_nobody(client: Client, rosa: User, with_password: WithPassword) -> None:
    with_password(rosa)
    User.objects.update(is_active=False)
    assert tries(client, "rosa", PASSWORD).status_code == 422


def test_a_form_without_its_token_is_refused(rosa: User, with_password: WithPassword) -> None:
    with_password(rosa)
    assert tries(Client(enforce_csrf_checks=True), "rosa", PASSWORD).status_code == 403


@pytest.mark.parametrize("username", ["", " ", "x" * 61, "ro\x00sa"])
def test_names_that_cannot_be_names_are_refused_kindly(client: Client, db: None, username: str) -> None:
    assert tries(client, username, "whatever it is").status_code == 422


@pytest.mark.parametrize("address", [LOGIN, "/workspace/invitation/invented/", "/workspace/security/password/"])
def test_browsers_say_where_our_own_forms_come_from(rosas_browser: Client, client: Client, address: str) -> None:
    """With "no-referrer" they would say "Origin: null", and every form of the staff would be refused."""
    browser = rosas_browser if "security" in address else client
    assert browser.get(address)["Referrer-Policy"] == "same-origin"
