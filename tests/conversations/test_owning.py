"""Owning is a lease: when it ends, who is told, and that nobody is ever answered twice or by both."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Membership, Organisation, Role, User
from baquiano.channels.events import Kind, Received
from baquiano.channels.models import Channel
from baquiano.conversations import arrivals, handoffs, owning, turns
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message, Note
from baquiano.conversations.tools import tools
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.lib.turnstile import writing
from baquiano.safety.actions import raise_alert
from baquiano.safety.models import Alert, Shift
from baquiano.territory.models import Country, Division
from tests.conftest import Joins
from tests.conversations.conftest import looks
from tests.workspace.visitors import Visitor, comes_in, learn_to_speak

pytestmark = pytest.mark.django_db

LEFT = "Otra persona sigue contigo"
MENU = "¿Sobre qué necesitas información?"


@pytest.fixture
def yuli(webchat: Channel, organisation: Organisation) -> Visitor:
    learn_to_speak()
    return comes_in(webchat, "yulis-token")


@pytest.fixture
def waiting(now: Any, yuli: Visitor) -> Conversation:
    """Yuli asked for a person and waits."""
    return yuli.says("persona")


@pytest.fixture
def rosas(waiting: Conversation, rosa: User) -> Conversation:
    owning.take_over(waiting, by=rosa)
    waiting.refresh_from_db()
    return waiting


def heard(author: str = Message.Author.MACHINE) -> list[str]:
    return list(Message.objects.filter(author=author).order_by("id").values_list("text", flat=True))


def release() -> int:
    return owning.release_deserted(timezone.now())


def arrives(yuli: Visitor, text: str) -> None:
    """Stored, and nobody has answered yet."""
    event = Received(
        provider_id=f"arrives {text}",
        line="web",
        aliases=(yuli.alias,),
        sent_at=timezone.now(),
        kind=Kind.TEXT,
        text=text,
    )
    with writing():
        arrivals.receive(yuli.channel, event)


def owner_of(conversation: Conversation) -> User | None:
    return Conversation.objects.get(pk=conversation.pk).owner


def alert_about(conversation: Conversation, level: Level = Level.P1) -> Alert:
    return raise_alert(Finding(level, Danger.VIOLENCE, "a-rule"), about=f"conversation:{conversation.pk}")


def follow_up(alert: Alert) -> None:
    Alert.objects.filter(pk=alert.pk).update(followed_up_at=timezone.now(), closed_at=timezone.now())


def planned(user: User, *, ends_in: timedelta) -> Shift:
    start = timezone.now() - timedelta(hours=4)
    return Shift.objects.create(
        user=user, rung=1, starts_at=start, ends_at=timezone.now() + ends_in, begun_at=start, tested_at=start
    )


# -- how long it lasts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "minutes"), [("P0", 2), ("P1", 15), ("P2", 15), ("P3", 15), ("P4", 15), ("", 10)])
def test_a_lease_lasts_as_long_as_the_level_allows(
    now: Any, waiting: Conversation, rosa: User, level: str, minutes: int
) -> None:
    Handoff.objects.update(level=level)
    owning.take_over(waiting, by=rosa)
    now.shift(timedelta(minutes=minutes) - timedelta(seconds=1))
    looks(rosa)
    assert release() == 0
    now.shift(timedelta(seconds=2))
    assert release() == 1
    assert owner_of(waiting) is None


def test_something_graver_shortens_the_lease_of_whoever_owns_it(now: Any, rosas: Conversation, rosa: User) -> None:
    with writing():
        handoffs.open_or_sharpen(rosas, Handoff.Reason.DANGER, Level.P0)
    assert owner_of(rosas) == rosa
    now.shift(timedelta(minutes=2, seconds=1))
    looks(rosa)
    assert release() == 1


def test_a_browser_closed_for_a_minute_gives_the_conversation_back_and_the_person_is_told_once(
    now: Any, rosas: Conversation, rosa: User
) -> None:
    looks(rosa)
    now.shift(timedelta(seconds=59))
    assert release() == 0
    now.shift(timedelta(seconds=2))
    assert [release(), release()] == [1, 0]
    assert owner_of(rosas) is None
    handoff = Handoff.objects.open().get()
    assert handoff.taken_by is None
    assert [LEFT in words for words in heard()].count(True) == 1
    assert AuditEntry.objects.get(verb="conversation.lost").about == f"user:{rosa.pk}"


def test_another_screen_of_the_same_colleague_keeps_it(now: Any, rosas: Conversation, rosa: User) -> None:
    looks(rosa)
    now.shift(timedelta(seconds=61))
    looks(rosa)
    assert release() == 0


def test_while_the_house_was_shut_nobody_was_away(now: Any, rosas: Conversation, rosa: User) -> None:
    looks(rosa)
    now.shift(timedelta(minutes=3))
    owning.house_opened(timezone.now())
    try:
        assert release() == 0
        now.shift(timedelta(seconds=61))
        assert release() == 1
    finally:
        owning._opened.clear()


def test_what_is_written_after_it_was_lost_is_answered_by_the_assistant(
    now: Any, rosas: Conversation, yuli: Visitor
) -> None:
    now.shift(timedelta(seconds=61))
    release()
    yuli.says("menu")
    assert MENU in heard()[-1]


def test_the_end_of_her_shift_ends_what_she_took_in_it(now: Any, waiting: Conversation, rosa: User) -> None:
    planned(rosa, ends_in=timedelta(minutes=3))
    owning.take_over(waiting, by=rosa)
    now.shift(timedelta(minutes=2))
    looks(rosa)
    assert release() == 0
    now.shift(timedelta(minutes=2))
    looks(rosa)
    assert release() == 1


def test_a_shift_ended_before_its_time_ends_it_too(now: Any, waiting: Conversation, rosa: User) -> None:
    shift = planned(rosa, ends_in=timedelta(hours=3))
    owning.take_over(waiting, by=rosa)
    now.shift(timedelta(seconds=30))
    Shift.objects.filter(pk=shift.pk).update(ended_at=timezone.now())
    looks(rosa)
    assert release() == 1


def test_who_goes_on_with_another_shift_or_stays_after_hers_keeps_it(
    now: Any, waiting: Conversation, rosa: User
) -> None:
    planned(rosa, ends_in=timedelta(minutes=3))
    planned(rosa, ends_in=timedelta(hours=6))
    owning.take_over(waiting, by=rosa)
    now.shift(timedelta(minutes=4))
    looks(rosa)
    assert release() == 0
    Shift.objects.all().delete()
    planned(rosa, ends_in=timedelta(minutes=-5))  # over before she took it
    assert release() == 0


def test_after_a_danger_nothing_is_sent_that_she_did_not_just_ask_for(
    now: Any, rosas: Conversation, rosa: User
) -> None:
    owning.answer(rosas, "¿Puedes hablar ahora?", client_id="a", by=rosa)
    type(rosas.address).objects.update(held_since=timezone.now())
    now.shift(timedelta(minutes=11))
    assert release() == 1
    assert LEFT not in heard()[-1]


# -- never twice, never both --------------------------------------------------------------------------------------------


def test_a_turn_thought_while_somebody_took_over_is_thrown_away(
    waiting: Conversation, rosa: User, yuli: Visitor
) -> None:
    arrives(yuli, "menu")
    (claimed,) = turns.claim(1)
    thought = turns.think(claimed, tools())
    owning.take_over(waiting, by=rosa)
    turns._settle_together([thought])
    assert Message.objects.waiting().count() == 1
    turns.work()
    assert Message.objects.inbound().latest("id").state == Message.State.OWNED
    assert not [words for words in heard() if MENU in words]


def test_a_message_read_while_she_lost_it_is_answered_by_the_assistant(
    now: Any, rosas: Conversation, yuli: Visitor
) -> None:
    arrives(yuli, "menu")
    (claimed,) = turns.claim(1)
    thought = turns.think(claimed, tools())
    now.shift(timedelta(seconds=61))
    assert release() == 1
    turns._settle_together([thought])
    turns.work()
    assert MENU in heard()[-1]


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_at_the_same_moment_and_one_of_them_has_it(yuli: Visitor, rosa: User, carla: User) -> None:
    conversation = yuli.says("persona")
    refused: list[str] = []
    start = threading.Barrier(2)

    def takes(user: User) -> None:
        start.wait()
        try:
            owning.take_over(conversation, by=user)
            owning.answer(conversation, f"Hola de {user.username}", client_id="a", by=user)
        except owning.CannotDoThat:
            refused.append(user.username)
        finally:
            connection.close()

    _together([lambda: takes(rosa), lambda: takes(carla)])
    assert len(refused) == 1
    assert len(heard(Message.Author.STAFF)) == 1
    assert [words for words in heard() if "Ahora te responde" in words] == ["Ahora te responde una persona del equipo."]


@pytest.mark.django_db(transaction=True)
def test_the_same_answer_from_two_requests_at_once_is_one_letter(yuli: Visitor, rosa: User) -> None:
    conversation = yuli.says("persona")
    owning.take_over(conversation, by=rosa)

    def answers() -> None:
        owning.answer(conversation, "Una sola vez", client_id="borrador", by=rosa)
        connection.close()

    _together([answers, answers, answers])
    assert heard(Message.Author.STAFF) == ["Una sola vez"]


def _together(deeds: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# -- passing on -----------------------------------------------------------------------------------------------------------


def test_passed_on_it_waits_for_that_colleague_with_a_note_and_the_person_is_told(
    rosas: Conversation, rosa: User, carla: User
) -> None:
    owning.transfer(rosas, carla, "Necesita a alguien que hable de salud", by=rosa)
    handoff = Handoff.objects.open().get()
    assert (owner_of(rosas), handoff.meant_for, handoff.taken_by) == (None, carla, None)
    assert Note.objects.get().meant_for == carla
    assert heard()[-1] == "Le pasé tu conversación a una persona del equipo."
    owning.take_over(rosas, by=carla)
    assert Handoff.objects.open().get().meant_for is None


def test_a_conversation_is_not_passed_on_without_a_note_to_nobody_or_by_whoever_has_it_not(
    rosas: Conversation, rosa: User, carla: User, bruno: User
) -> None:
    for note, to, by in (("  ", carla, rosa), ("nota", bruno, rosa), ("nota", rosa, rosa), ("nota", rosa, carla)):
        with pytest.raises(owning.CannotDoThat):
            owning.transfer(rosas, to, note, by=by)
    assert owner_of(rosas) == rosa
    assert not Note.objects.exists()


def test_a_complaint_is_not_passed_on_to_the_team_it_may_be_about(
    waiting: Conversation, rosa: User, carla: User
) -> None:
    Handoff.objects.update(reason=Handoff.Reason.COMPLAINT)
    owning.take_over(waiting, by=carla)
    with pytest.raises(owning.CannotDoThat):
        owning.transfer(waiting, rosa, "nota", by=carla)


def test_colleagues_who_are_at_a_screen_come_first(rosa: User, carla: User, bruno: User, joins: Joins) -> None:
    marta = joins("marta", "Marta", Role.OPERATOR)
    looks(marta)
    found = owning.colleagues(rosa)
    assert [(one.user, one.is_present) for one in found] == [(marta, True), (carla, False)]


# -- putting aside, and closing -------------------------------------------------------------------------------------------


def test_put_aside_she_is_told_until_when(now: Any, rosas: Conversation, rosa: User) -> None:
    owning.snooze(rosas, timezone.now() + timedelta(hours=18), by=rosa)
    assert owner_of(rosas) is None
    assert "25-11-2026 04:00" in heard()[-1]


@pytest.mark.parametrize("hours", [-1, 0, 24 * 7 + 1])
def test_nothing_is_put_aside_for_ever_or_for_yesterday(rosas: Conversation, rosa: User, hours: int) -> None:
    with pytest.raises(owning.CannotDoThat):
        owning.snooze(rosas, timezone.now() + timedelta(hours=hours), by=rosa)
    assert owner_of(rosas) == rosa


@pytest.mark.parametrize("level", [Level.P0, Level.P1, Level.P2])
def test_with_an_open_alert_it_is_neither_put_aside_nor_closed(rosas: Conversation, rosa: User, level: Level) -> None:
    alert = alert_about(rosas, level)
    with pytest.raises(owning.CannotDoThat):
        owning.snooze(rosas, timezone.now() + timedelta(hours=1), by=rosa)
    with pytest.raises(owning.CannotDoThat):
        owning.close(rosas, by=rosa)
    follow_up(alert)
    owning.close(rosas, by=rosa)
    assert Conversation.objects.get().closed_at


def test_it_is_not_closed_while_nobody_has_heard_what_she_sent(rosas: Conversation, rosa: User) -> None:
    message = rosas.messages.first()
    assert message
    Enclosure.objects.create(message=message, provider_id="media-1")
    with pytest.raises(owning.CannotDoThat):
        owning.close(rosas, by=rosa)
    Enclosure.objects.update(seen_by=rosa, seen_at=timezone.now())
    owning.close(rosas, by=rosa)


# -- only where one works -------------------------------------------------------------------------------------------------


def works_in_chile(user: User) -> None:
    chile = Country.objects.create(code="CL", name="Chile", timezone="America/Santiago")
    there = Division.objects.create(
        country=chile, level=1, code="13", pcode="CL13", name="Metropolitana", name_folded="metropolitana"
    )
    Membership.objects.filter(user=user).update(territory=there)


def test_who_works_in_one_country_sees_its_conversations_and_those_of_nowhere(
    waiting: Conversation, rosa: User
) -> None:
    chile = Country.objects.filter(code="CL").first() or Country.objects.create(
        code="CL", name="Chile", timezone="America/Santiago"
    )
    there = Division.objects.create(country=chile, level=1, code="Z9", pcode="CLZ9", name="Z", name_folded="z")
    Membership.objects.filter(user=rosa).update(territory=there)
    Conversation.objects.update(country="CO")
    assert not Conversation.objects.visible_to(rosa).exists()
    for country in ("CL", ""):
        Conversation.objects.update(country=country)
        assert Conversation.objects.visible_to(rosa).exists()


def test_whoever_was_called_about_a_danger_sees_it_wherever_it_is(waiting: Conversation, rosa: User) -> None:
    chile = Country.objects.filter(code="CL").first() or Country.objects.create(
        code="CL", name="Chile", timezone="America/Santiago"
    )
    there = Division.objects.create(country=chile, level=1, code="Z9", pcode="CLZ9", name="Z", name_folded="z")
    Membership.objects.filter(user=rosa).update(territory=there)
    Conversation.objects.update(country="CO")
    alert = alert_about(waiting)
    assert not Conversation.objects.visible_to(rosa).exists()
    alert.calls.create(user=rosa, rung=1, way="mail")
    assert Conversation.objects.visible_to(rosa).exists()
    follow_up(alert)
    assert not Conversation.objects.visible_to(rosa).exists()
