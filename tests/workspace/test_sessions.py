"""Staying in: for half an hour without anybody, for ten hours in any case, and never longer than the server wants."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from baquiano.accounts import sessions
from baquiano.accounts.actions import end_membership
from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import SESSION_IDLE, AuditEntry, StaffSession, User
from baquiano.terminal import loops
from baquiano.workspace.entrance.browsers import in_two_words
from tests.house.stairs import PACKAGE
from tests.matrix.test_routes import ROUTES
from tests.workspace.visitors import PASSWORD

WithPassword = Callable[[User], User]
LOGIN = "/workspace/login/"
INBOX = "/workspace/inbox/"
POLL = "/workspace/inbox/rows/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def is_in(browser: Client) -> bool:
    return browser.get("/workspace/security/").status_code == 200


def signs_in(user: User, user_agent: str = FIREFOX) -> Client:
    browser = Client(headers={"User-Agent": user_agent})
    assert browser.post(LOGIN, {"username": user.username, "password": PASSWORD}).status_code == 302
    return browser


@pytest.fixture
def rosa_signs_in(rosa: User, with_password: WithPassword) -> Callable[[], Client]:
    with_password(rosa)
    return lambda: signs_in(rosa)


# -- the two clocks --------------------------------------------------------------------------------------------------


def test_half_an_hour_without_anybody_ends_it(now: Any, rosas_browser: Client) -> None:
    now.shift(SESSION_IDLE - timedelta(seconds=1))
    assert is_in(rosas_browser)
    now.shift(SESSION_IDLE)
    assert rosas_browser.get("/workspace/security/")["Location"] == LOGIN


def test_whoever_does_something_stays(now: Any, rosas_browser: Client) -> None:
    for _ in range(6):
        now.shift(timedelta(minutes=20))
        assert is_in(rosas_browser)


@pytest.mark.parametrize("address", [POLL, "/workspace/security/left/"])
def test_a_page_that_asks_by_itself_keeps_nothing_open(
    now: Any, rosas_browser: Client, organisation: object, address: str
) -> None:
    for _ in range(2):
        now.shift(timedelta(minutes=14))
        assert rosas_browser.get(address, headers={"HX-Request": "true"}).status_code in (200, 204)
    now.shift(timedelta(minutes=2))
    part = rosas_browser.get(address, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (401, "true")


def test_every_screen_that_asks_by_itself_is_named_as_such() -> None:
    """A new one that is not would keep an empty chair signed in all day."""
    tag = re.compile(r"<[^>]*hx-trigger=\"[^\"]*\bevery\b[^>]*>|<[^>]*hx-get=[^>]*\bevery \d[^>]*>")
    asked = {
        f"workspace:{name}"
        for page in (PACKAGE / "workspace" / "templates").rglob("*.html")
        for found in tag.findall(page.read_text(encoding="utf-8"))
        for name in re.findall(r"hx-get=\"{% url 'workspace:(\w+)'", found)
    }
    assert "workspace:thread" in asked
    assert {
        "workspace:inbox_rows",
        "workspace:watch",
    } | asked <= shipped().by_itself  # those two are asked for by their own script or address
    assert shipped().by_itself <= shipped().routes.keys()


def test_ten_hours_end_it_whatever_is_done(now: Any, rosas_browser: Client) -> None:
    for _ in range(29):
        now.shift(timedelta(minutes=20))
        assert is_in(rosas_browser)
    rosas_browser.post("/workspace/security/stay/")
    rosas_browser.get("/workspace/security/on/")  # a page that writes into the session
    now.shift(timedelta(minutes=20))
    assert not is_in(rosas_browser)


def test_a_new_password_does_not_make_it_longer(
    now: Any, rosas_browser: Client, rosa: User, with_password: WithPassword
) -> None:
    with_password(rosa)
    rosas_browser.force_login(rosa)
    for _ in range(29):
        now.shift(timedelta(minutes=20))
        assert is_in(rosas_browser)
    rosas_browser.post("/workspace/security/password/", {"current": PASSWORD, "new": "otras palabras muy distintas"})
    assert is_in(rosas_browser)
    now.shift(timedelta(minutes=20))
    assert not is_in(rosas_browser)


def test_the_page_is_told_how_long_it_lasts(now: Any, rosas_browser: Client) -> None:
    now.shift(timedelta(minutes=10))
    left = rosas_browser.get("/workspace/security/left/").json()
    assert left == {"idle": 20 * 60, "whole": 10 * 3600 - 600}
    rosas_browser.post("/workspace/security/stay/")
    assert rosas_browser.get("/workspace/security/left/").json()["idle"] == 30 * 60


def test_writing_down_that_somebody_is_there_costs_at_most_one_write_a_minute(
    now: Any, rosas_browser: Client, organisation: object
) -> None:
    rosas_browser.get(INBOX)
    used = StaffSession.objects.get().used_at
    now.shift(timedelta(seconds=59))
    rosas_browser.get(INBOX)
    assert StaffSession.objects.get().used_at == used
    now.shift(timedelta(seconds=1))
    rosas_browser.get(INBOX)
    assert StaffSession.objects.get().used_at == used + timedelta(minutes=1)


def test_rows_of_sessions_that_are_over_go(now: Any, rosas_browser: Client, edus_browser: Client) -> None:
    now.shift(timedelta(minutes=20))
    assert is_in(edus_browser)
    now.shift(timedelta(minutes=20))
    loops.erase()
    assert [row.user.username for row in StaffSession.objects.all() if row.user] == ["edu"]


# -- ended from the server ---------------------------------------------------------------------------------------------


def test_she_sees_where_she_is_signed_in_and_ends_one(rosa_signs_in: Callable[[], Client], rosa: User) -> None:
    here, elsewhere = rosa_signs_in(), rosa_signs_in()
    listed = here.get("/workspace/security/").context["sessions"]
    assert [one.browser for one in listed] == ["Firefox Linux"] * 2
    assert sorted(one.is_this_one for one in listed) == [False, True]
    other = next(one for one in listed if not one.is_this_one)
    here.post(f"/workspace/security/sessions/{other.number}/")
    assert is_in(here)
    assert elsewhere.get(INBOX)["Location"] == LOGIN
    assert AuditEntry.objects.filter(verb="session.ended", actor=rosa).count() == 1


def test_she_ends_all_but_this_one(rosa_signs_in: Callable[[], Client]) -> None:
    here, *others = [rosa_signs_in() for _ in range(3)]
    here.post("/workspace/security/sessions/")
    assert [is_in(browser) for browser in (here, *others)] == [True, False, False]
    assert AuditEntry.objects.filter(verb="sessions.ended").count() == 1


def test_nobody_ends_a_session_of_somebody_else_by_its_number(
    rosas_browser: Client, edus_browser: Client, rosa: User
) -> None:
    number = StaffSession.objects.get(user=rosa).pk
    edus_browser.post(f"/workspace/security/sessions/{number}/")
    assert is_in(rosas_browser)
    assert not AuditEntry.objects.filter(verb="session.ended").exists()


def test_a_coordinator_ends_all_sessions_of_a_colleague(
    rosa_signs_in: Callable[[], Client], carlas_browser: Client, rosa: User, carla: User
) -> None:
    browsers = [rosa_signs_in(), rosa_signs_in()]
    page = carlas_browser.get(f"/workspace/team/person/{rosa.pk}/").content.decode()
    assert "2 navegadores" in page
    carlas_browser.post(f"/workspace/team/person/{rosa.pk}/sessions/")
    assert not any(is_in(browser) for browser in browsers)
    assert is_in(carlas_browser)
    entry = AuditEntry.objects.get(verb="sessions.ended")
    assert (entry.actor, entry.about) == (carla, str(rosa.pk))
    assert is_in(rosa_signs_in())


@pytest.mark.parametrize("who", ["edu", "bruno"])
def test_whoever_may_not_ends_nobodys(
    rosas_browser: Client, rosa: User, edu: User, bruno: User, client: Client, who: str
) -> None:
    client.force_login(User.objects.get(username=who))
    assert client.post(f"/workspace/team/person/{rosa.pk}/sessions/").status_code == 404
    assert is_in(rosas_browser)


def test_ending_a_membership_ends_the_sessions(rosas_browser: Client, rosa: User, carla: User) -> None:
    end_membership(rosa.memberships.get(), by=carla)
    assert not StaffSession.objects.filter(user=rosa).exists()
    assert rosas_browser.get(INBOX)["Location"] == LOGIN


def test_somebody_who_was_deactivated_is_out_at_the_next_request(rosas_browser: Client, rosa: User) -> None:
    User.objects.filter(pk=rosa.pk).update(is_active=False)
    assert rosas_browser.get(INBOX)["Location"] == LOGIN
    part = rosas_browser.get(POLL, headers={"HX-Request": "true"})
    assert (part.status_code, part["HX-Refresh"]) == (401, "true")


def test_a_new_password_ends_the_rows_of_the_others(rosa_signs_in: Callable[[], Client], rosa: User) -> None:
    here, elsewhere = rosa_signs_in(), rosa_signs_in()
    here.post("/workspace/security/password/", {"current": PASSWORD, "new": "otras palabras muy distintas"})
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert StaffSession.objects.filter(user=rosa).count() == 1


def test_a_session_that_was_ended_does_not_come_back_with_a_late_answer(rosa: User, rosas_browser: Client) -> None:
    """Two requests at once: one ends everything while the other is about to write into its session."""
    late = rosas_browser.session
    late["something"] = "said"
    sessions.close_all(rosa)
    with pytest.raises(sessions.UpdateError):
        late.save()
    assert not StaffSession.objects.exists()


# -- what lies in the database and in the browser -------------------------------------------------------------------------


def test_who_reads_the_database_can_neither_read_a_session_nor_go_on_in_it(
    rosa_signs_in: Callable[[], Client], rosa: User
) -> None:
    browser = rosa_signs_in()
    cookie = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_staffsession")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
    assert cookie not in stored
    assert "Firefox" not in stored
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = StaffSession.objects.get().key_hash
    assert not is_in(thief)


def test_djangos_own_table_of_sessions_is_gone(db: None) -> None:
    assert "django_session" not in connection.introspection.table_names()


def test_the_sign_in_gives_a_new_key_and_the_old_one_opens_nothing(
    client: Client, rosa: User, with_password: WithPassword
) -> None:
    with_password(rosa)
    planted = client.session
    planted["planted"] = "by somebody"
    planted.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted.session_key
    client.post(LOGIN, {"username": "rosa", "password": PASSWORD})
    thief = Client()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = planted.session_key
    assert is_in(client)
    assert not is_in(thief)
    assert StaffSession.objects.count() == 1


def test_signing_out_leaves_nothing(rosa_signs_in: Callable[[], Client]) -> None:
    browser = rosa_signs_in()
    stolen = browser.cookies[django_settings.SESSION_COOKIE_NAME].value
    browser.get("/workspace/security/")
    gone = browser.post("/workspace/logout/")
    assert gone["Clear-Site-Data"] == '"storage"'
    assert {name: morsel["max-age"] for name, morsel in gone.cookies.items()} == {"staff": 0, "csrftoken": 0}
    assert not StaffSession.objects.exists()
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = stolen
    assert not is_in(browser)


def test_what_a_page_says_once_is_not_kept_in_a_cookie(carlas_browser: Client, carla: User, rosa: User) -> None:
    carlas_browser.post(f"/workspace/team/person/{rosa.pk}/sessions/")
    assert set(carlas_browser.cookies) <= {"staff", "csrftoken"}


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox Linux"),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-A155M) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36",
            "Chrome Android",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1",
            "Safari iPhone",
        ),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_browser_is_known_by_two_words(user_agent: str, words: str) -> None:
    assert in_two_words(user_agent) == words


def test_the_clock_of_a_session_that_never_was_stands_still(db: None) -> None:
    assert sessions.left(sessions.SessionStore()) == (timedelta(0), timedelta(0))
    assert sessions.left(sessions.SessionStore("a key that nobody has")) == (timedelta(0), timedelta(0))


# -- nothing is kept of a staff page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_of_the_staff_is_kept_by_any_browser_or_proxy(
    carlas_browser: Client, carla: User, organisation: object, method: str
) -> None:
    """Pages, parts of pages, refusals, redirects, downloads: whatever a route answers."""
    kept = []
    for route in [route for route in ROUTES if route.name.startswith("workspace:")]:
        if not StaffSession.objects.filter(user=carla).exists():
            carlas_browser.force_login(carla)  # after signing out
        for headers in ({}, {"HX-Request": "true"}):
            answer = getattr(carlas_browser, method)(route.address, headers=headers)
            if "no-store" not in answer.headers.get("Cache-Control", ""):
                kept.append(f"{route.name}: {answer.status_code}")
    assert kept == []
