"""Letting a colleague in again: two people, two halves of a key, and nobody for themselves."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Membership, Recovery, Role, StaffSession, User
from baquiano.accounts.recovery import CannotRecover, call_off, confirm, open_recovery, with_token
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import FREE_TRIES
from tests.conftest import Joins
from tests.workspace.telephone import code_of

WithPassword = Callable[[User], User]
NEW = "tres gatos duermen tarde"
WHY = "Perdió el teléfono. Hablé con ella."


@pytest.fixture
def dora(joins: Joins) -> User:
    """Director: the second colleague."""
    return joins("dora", "Dora", Role.DIRECTOR)


@pytest.fixture
def doras_browser(dora: User) -> Client:
    browser = Client()
    browser.force_login(dora)
    return browser


@pytest.fixture
def halves(rosa: User, carla: User, dora: User) -> tuple[str, str]:
    """The number that Carla got and the token of the link that Dora got."""
    number = open_recovery(rosa, reason=WHY, by=carla)
    return number, confirm(Recovery.objects.get(), by=dora)


def comes_in(token: str, number: str, password: str = NEW) -> tuple[Client, Any]:
    browser = Client()
    said = {"number": number, "password": password, "again": password}
    return browser, browser.post(f"/workspace/recovered/{token}/", said)


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


# -- the whole way -----------------------------------------------------------------------------------------------------


def test_two_colleagues_let_rosa_in_again(
    carlas_browser: Client, doras_browser: Client, rosas_browser: Client, rosa: User, with_password: WithPassword
) -> None:
    with_password(rosa)
    offered = second_factor.offer(rosa, None)
    second_factor.turn_on(rosa, offered.sealed, code_of(offered.secret))
    person = f"/workspace/team/person/{rosa.pk}/"
    opened = carlas_browser.post(f"{person}recover/", {"reason": WHY})
    number = opened.context["number"]
    assert WHY in doras_browser.get(person).content.decode()
    recovery = Recovery.objects.get()
    assert doras_browser.get(f"/workspace/team/recoveries/{recovery.pk}/").status_code == 200
    ready = doras_browser.post(f"/workspace/team/recoveries/{recovery.pk}/").content.decode()
    token = re.search(r"/workspace/recovered/([^/]+)/", ready)
    assert token
    browser, answer = comes_in(token[1], number)
    assert answer["Location"] == "/workspace/security/on/"
    assert browser.get("/workspace/security/on/").status_code == 200  # in, and the old second factor is gone
    assert not second_factor.is_on(rosa)
    assert not StaffSession.objects.filter(user=rosa).exclude(pk=StaffSession.objects.latest("pk").pk).exists()
    assert rosas_browser.get("/workspace/inbox/")["Location"] == "/workspace/login/"
    rosa.refresh_from_db()
    assert rosa.check_password(NEW)
    wanted = ["recovery.opened", "recovery.confirmed", "recovery.used", "login"]
    assert [verb for verb in verbs() if verb in wanted] == wanted
    assert AuditEntry.objects.get(verb="recovery.opened").reason == WHY


# -- nobody alone ------------------------------------------------------------------------------------------------------


def test_nobody_recovers_herself(carla: User, dora: User) -> None:
    with pytest.raises(CannotRecover):
        open_recovery(carla, reason=WHY, by=carla)
    open_recovery(carla, reason=WHY, by=dora)
    with pytest.raises(CannotRecover):
        confirm(Recovery.objects.get(), by=carla)
    assert Recovery.objects.get().confirmed_at is None


def test_who_opened_it_does_not_confirm_it(carlas_browser: Client, rosa: User, carla: User, dora: User) -> None:
    open_recovery(rosa, reason=WHY, by=carla)
    recovery = Recovery.objects.get()
    with pytest.raises(CannotRecover):
        confirm(recovery, by=carla)
    answer = carlas_browser.post(f"/workspace/team/recoveries/{recovery.pk}/")
    assert answer.status_code == 302
    assert Recovery.objects.get().token_hash is None


@pytest.mark.parametrize(
    "fields", [{"opened_by": "rosa"}, {"confirmed_by": "rosa"}, {"opened_by": "carla", "confirmed_by": "carla"}]
)
def test_the_database_refuses_it_too(rosa: User, carla: User, dora: User, fields: dict[str, str]) -> None:
    people = {"opened_by": dora, **{name: User.objects.get(username=who) for name, who in fields.items()}}
    with pytest.raises(IntegrityError), transaction.atomic():
        Recovery.objects.create(user=rosa, reason=WHY, number_hash="x", expires_at=timezone.now(), **people)


def test_the_link_alone_opens_nothing_and_the_number_cannot_be_guessed(halves: tuple[str, str], rosa: User) -> None:
    number, token = halves
    wrong = f"{(int(number.replace(' ', '')) + 1) % 10**8:08d}"
    for _ in range(FREE_TRIES):
        assert comes_in(token, wrong)[1].status_code == 422
    assert comes_in(token, number)[1].status_code == 422
    assert Recovery.objects.get().used_at is None


def test_the_number_alone_opens_nothing(rosa: User, carla: User, dora: User) -> None:
    number = open_recovery(rosa, reason=WHY, by=carla)
    for token in ("x", "None", Recovery.objects.get().number_hash):
        assert comes_in(token, number)[1].status_code == 410


# -- once, for a day ---------------------------------------------------------------------------------------------------


def test_both_halves_work_once(halves: tuple[str, str]) -> None:
    number, token = halves
    assert comes_in(token, number)[1].status_code == 302
    assert comes_in(token, number, "otra clave bien larga")[1].status_code == 410


def test_a_weak_password_spends_nothing(halves: tuple[str, str]) -> None:
    number, token = halves
    assert comes_in(token, number, "corta")[1].status_code == 422
    assert comes_in(token, number)[1].status_code == 302


def test_it_is_confirmed_within_a_day_and_used_within_another(now: Any, rosa: User, carla: User, dora: User) -> None:
    open_recovery(rosa, reason=WHY, by=carla)
    late = Recovery.objects.get()
    now.shift(timedelta(hours=24))
    with pytest.raises(CannotRecover):
        confirm(late, by=dora)
    open_recovery(rosa, reason=WHY, by=carla)
    token = confirm(Recovery.objects.waiting(timezone.now()).get(), by=dora)
    now.shift(timedelta(hours=23, minutes=59))
    assert with_token(token) is not None
    now.shift(timedelta(minutes=1))
    assert with_token(token) is None


def test_only_one_at_a_time(rosa: User, carla: User, dora: User) -> None:
    open_recovery(rosa, reason=WHY, by=carla)
    with pytest.raises(CannotRecover):
        open_recovery(rosa, reason=WHY, by=dora)


def test_called_off_it_opens_nothing(carlas_browser: Client, carla: User, halves: tuple[str, str]) -> None:
    number, token = halves
    carlas_browser.post(f"/workspace/team/recoveries/{Recovery.objects.get().pk}/off/")
    assert comes_in(token, number)[1].status_code == 410
    assert "recovery.called_off" in verbs()
    with pytest.raises(CannotRecover):
        call_off(Recovery.objects.get(), by=carla)


def test_who_left_meanwhile_does_not_come_in(now: Any, halves: tuple[str, str], rosa: User) -> None:
    number, token = halves
    now.shift(60)
    Membership.objects.filter(user=rosa).update(until=timezone.now())
    assert comes_in(token, number)[1].status_code == 410


def test_without_a_reason_or_for_somebody_who_left_nothing_is_opened(
    now: Any, carlas_browser: Client, rosa: User
) -> None:
    address = f"/workspace/team/person/{rosa.pk}/recover/"
    assert carlas_browser.post(address, {"reason": "  "}).status_code == 422
    Membership.objects.filter(user=rosa).update(until=timezone.now() + timedelta(seconds=1))
    now.shift(60)
    assert carlas_browser.post(address, {"reason": WHY}).status_code == 404
    assert not Recovery.objects.exists()


def test_who_reads_the_database_has_neither_half_and_not_the_reason(halves: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_recovery")
        stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
    assert not [half for half in (*halves, halves[0].replace(" ", ""), "Perdió", "tel\\xc3") if half in stored]


# -- from the terminal -------------------------------------------------------------------------------------------------


def test_with_one_coordinator_only_the_terminal_does_the_second_step(rosa: User, carla: User, capsys: Any) -> None:
    number = open_recovery(rosa, reason=WHY, by=carla)
    call_command("invite", recover="rosa")
    said = capsys.readouterr().out
    token = re.search(r"/workspace/recovered/([^/]+)/", said)
    assert token
    assert number not in said
    entry = AuditEntry.objects.get(verb="recovery.confirmed")
    assert (entry.actor, entry.about) == (None, str(rosa.pk))
    assert comes_in(token[1], number)[1].status_code == 302


def test_with_two_the_terminal_leaves_it_to_them(rosa: User, carla: User, dora: User) -> None:
    open_recovery(rosa, reason=WHY, by=carla)
    with pytest.raises(CommandError):
        call_command("invite", recover="rosa")
    assert Recovery.objects.get().confirmed_at is None


def test_while_somebody_here_could_open_it_the_terminal_does_not(rosa: User, carla: User) -> None:
    with pytest.raises(CommandError):
        call_command("invite", recover="rosa")
    assert not Recovery.objects.exists()


def test_the_only_coordinator_is_let_in_by_whoever_holds_the_machine_and_it_is_written_down(
    carla: User, capsys: Any
) -> None:
    call_command("invite", recover="carla")
    said = capsys.readouterr().out
    token, number = re.search(r"/recovered/([^/]+)/", said), re.search(r"\d{4} \d{4}", said)
    assert token
    assert number
    assert comes_in(token[1], number[0])[1].status_code == 302
    assert [entry.actor for entry in AuditEntry.objects.filter(verb__startswith="recovery.").order_by("pk")] == [
        None,
        None,
        carla,
    ]


@pytest.mark.parametrize("said", [{"recover": "nadie"}, {}, {"role": "editor", "recover": "rosa"}])
def test_the_terminal_asks_for_one_thing(rosa: User, said: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("invite", **said)
