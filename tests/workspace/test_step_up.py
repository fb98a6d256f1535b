"""Asking again: what shows somebody whole or cannot be undone wants a proof of a moment ago."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from baquiano.accounts import sessions
from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import AuditEntry, Recovery, StaffSession, User
from baquiano.accounts.policy import guarded
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import FREE_TRIES
from tests.workspace.telephone import code_of
from tests.workspace.visitors import PASSWORD

WithPassword = Callable[[User], User]
STALE = timedelta(minutes=5)


@pytest.fixture
def carlas(carla: User, with_password: WithPassword, now: Any) -> Client:
    """Carla's browser; she signed in a while ago."""
    with_password(carla)
    browser = Client()
    browser.force_login(carla)
    now.shift(STALE)
    return browser


@pytest.fixture
def letting_rosa_in(rosa: User) -> str:
    """The address of a page that asks again: letting a colleague in."""
    return f"/workspace/team/person/{rosa.pk}/recover/"


def test_every_deed_that_asks_again_is_somebodys() -> None:
    given = {cell.permission for cell in shipped().cells}
    assert shipped().step_up <= given
    assert {
        "matrix.change", "person.merge", "custody.show", "custody.forget", "glass.break", "keeping.run", "team.recover"
    } <= shipped().step_up  # fmt: skip


def test_within_five_minutes_of_the_sign_in_nobody_is_asked(now: Any, carla: User, letting_rosa_in: str) -> None:
    browser = Client()
    browser.force_login(carla)
    now.shift(STALE - timedelta(seconds=1))
    assert browser.get(letting_rosa_in).status_code == 200
    now.shift(timedelta(seconds=1))
    assert browser.get(letting_rosa_in)["Location"].startswith("/workspace/prove/?next=")


def test_the_password_leads_back_to_where_she_was_going(
    now: Any, carlas: Client, carla: User, letting_rosa_in: str
) -> None:
    asked = carlas.get(letting_rosa_in)["Location"]
    assert carlas.get(asked).status_code == 200
    assert carlas.post(asked, {"current": "not it"}).status_code == 422
    assert carlas.get(letting_rosa_in).status_code == 302
    assert carlas.post(asked, {"current": PASSWORD})["Location"] == letting_rosa_in
    assert carlas.get(letting_rosa_in).status_code == 200
    assert AuditEntry.objects.filter(verb="proved", actor=carla).count() == 1
    now.shift(STALE)
    assert carlas.get(letting_rosa_in).status_code == 302


def test_a_proof_is_of_one_browser_only(now: Any, carlas: Client, carla: User, letting_rosa_in: str) -> None:
    elsewhere = Client()
    elsewhere.force_login(carla)
    now.shift(STALE)
    carlas.post(carlas.get(letting_rosa_in)["Location"], {"current": PASSWORD})
    assert elsewhere.get(letting_rosa_in).status_code == 302


def test_with_a_second_factor_the_code_is_asked_too_and_each_works_once(
    now: Any, carlas: Client, carla: User, letting_rosa_in: str
) -> None:
    offered = second_factor.offer(carla, None)
    second_factor.turn_on(carla, offered.sealed, code_of(offered.secret))
    now.shift(timedelta(seconds=30))
    asked = carlas.get(letting_rosa_in)["Location"]
    assert carlas.post(asked, {"current": PASSWORD}).status_code == 422
    assert carlas.post(asked, {"current": PASSWORD, "code": "000000"}).status_code == 422
    assert carlas.post(asked, {"current": "not it", "code": code_of(offered.secret)}).status_code == 422
    assert carlas.post(asked, {"current": PASSWORD, "code": code_of(offered.secret)}).status_code == 302
    now.shift(STALE)
    old = code_of(offered.secret)
    assert carlas.post(asked, {"current": PASSWORD, "code": old}).status_code == 302
    assert carlas.post(asked, {"current": PASSWORD, "code": old}).status_code == 422


def test_the_password_cannot_be_guessed_there_either(carlas: Client, letting_rosa_in: str) -> None:
    asked = carlas.get(letting_rosa_in)["Location"]
    for _ in range(FREE_TRIES):
        carlas.post(asked, {"current": "not it"})
    assert carlas.post(asked, {"current": PASSWORD}).status_code == 422
    assert carlas.get(letting_rosa_in).status_code == 302


# -- what was being sent ---------------------------------------------------------------------------------------------------

REASON = "Perdió el teléfono en el bus.\r\nLe creo: hablé con ella <en persona> & la conozco."


def test_what_was_typed_is_sent_after_the_proof_and_not_before(carlas: Client, letting_rosa_in: str) -> None:
    asked = carlas.post(letting_rosa_in, {"reason": REASON})["Location"]
    assert not Recovery.objects.exists()
    page = carlas.post(asked, {"current": PASSWORD})
    assert not Recovery.objects.exists()
    typed = page.context["typed"]
    assert typed.address == letting_rosa_in
    assert "data-goes-on" in page.content.decode()
    assert carlas.post(typed.address, dict(typed.fields)).status_code == 200
    assert Recovery.objects.get().reason == REASON


def test_what_was_typed_survives_the_wait_only_encrypted_and_is_in_no_address(
    carlas: Client, letting_rosa_in: str
) -> None:
    asked = carlas.post(letting_rosa_in, {"reason": "CANARY-77"})["Location"]
    assert "CANARY" not in str(signing.loads(asked.partition("next=")[2].replace("%3A", ":"), salt="workspace:prove"))
    assert "CANARY-77" in str(StaffSession.objects.get().content)
    raw = StaffSession.objects.extra(select={"raw": "content"}).values_list("raw", flat=True)
    assert all(b"CANARY" not in bytes(stored) for stored in raw)


def test_several_values_of_one_field_all_go_on(carlas: Client, letting_rosa_in: str) -> None:
    asked = carlas.post(letting_rosa_in, {"several": ["1", "2"], "csrfmiddlewaretoken": "x", "reason": REASON})[
        "Location"
    ]
    page = carlas.post(asked, {"current": PASSWORD})
    assert page.context["typed"].fields == (("several", "1"), ("several", "2"), ("reason", REASON))


def test_it_is_sent_once_and_not_after_ten_minutes(now: Any, carlas: Client, letting_rosa_in: str) -> None:
    asked = carlas.post(letting_rosa_in, {"reason": REASON})["Location"]
    assert carlas.post(asked, {"current": PASSWORD}).status_code == 200
    assert carlas.post(asked, {"current": PASSWORD}).status_code == 410
    now.shift(STALE)
    asked = carlas.post(letting_rosa_in, {"reason": REASON})["Location"]
    now.shift(timedelta(minutes=10))
    assert carlas.post(asked, {"current": PASSWORD}).status_code == 410


def test_what_was_never_sent_goes_by_itself(now: Any, carlas: Client, letting_rosa_in: str) -> None:
    carlas.post(letting_rosa_in, {"reason": REASON})
    now.shift(timedelta(minutes=11))
    carlas.get("/workspace/security/")
    assert "Perdió" not in str(StaffSession.objects.get().content)


def test_two_tabs_do_not_mix(carlas: Client, letting_rosa_in: str) -> None:
    asked = [carlas.post(letting_rosa_in, {"reason": reason})["Location"] for reason in ("una", "otra")]
    pages = [carlas.post(address, {"current": PASSWORD}) for address in asked]
    assert [page.context["typed"].fields for page in pages] == [(("reason", "una"),), (("reason", "otra"),)]


# -- doors that are not ours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ticket",
    ["", "invented", signing.dumps({"to": "/workspace/may/"}, salt="another")],
    ids=["nothing", "invented", "signed"],
)
def test_an_invented_way_leads_home(carlas: Client, ticket: str) -> None:
    answer = carlas.post(f"/workspace/prove/?next={ticket}", {"current": PASSWORD})
    assert answer["Location"] == "/workspace/"


def test_nobody_is_sent_to_another_site(carlas: Client) -> None:
    ticket = signing.dumps({"to": "//elsewhere.example/"}, salt="workspace:prove")
    assert carlas.post(f"/workspace/prove/?next={ticket}", {"current": PASSWORD})["Location"] == "/workspace/"


def test_a_part_of_a_page_takes_the_whole_page_along(carlas: Client, letting_rosa_in: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/workspace/team/?x=1"}
    part = carlas.get(letting_rosa_in, headers=headers)
    assert part.status_code == 401
    assert carlas.post(part["HX-Redirect"], {"current": PASSWORD})["Location"] == "/workspace/team/"


def test_whoever_may_not_is_refused_and_not_asked(
    now: Any, rosas_browser: Client, rosa: User, letting_rosa_in: str
) -> None:
    now.shift(STALE)
    assert rosas_browser.get(letting_rosa_in).status_code == 404
    assert AuditEntry.objects.filter(verb="refused", actor=rosa).count() == 1


@pytest.mark.parametrize("permission", sorted(shipped().step_up))
def test_no_view_behind_such_a_rule_runs_without_a_proof(
    carla: User, permission: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its route is called: the door stops it, not the view."""
    ran: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        ran.append(permission)
        return HttpResponse()

    routes = [name for name, rule in shipped().routes.items() if rule == permission]
    for route in routes:
        request: Any = RequestFactory().post("/somewhere/", {"a": "b"})
        request.user, request.session = carla, sessions.SessionStore()
        with suppress(Http404):  # not hers at all
            assert guarded(route, view)(request).status_code == 302
    assert not ran
