"""How the work goes, days of many people, and what did not get through: numbers, never a word of anybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Role, User
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations import owning, surge
from baquiano.conversations.load import load
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message, Surge
from baquiano.people.models import Address
from baquiano.post.models import Letter, Mail, State
from baquiano.safety import presence
from tests.conftest import Joins, browser_of
from tests.workspace.visitors import Visitor, comes_in

LOAD, UNDELIVERED = "/workspace/inbox/load/", "/workspace/inbox/undelivered/"


def waits(
    channel: Channel, minutes: float, *, taken_after: float | None = None, level: str = "", language: str = "es"
) -> Handoff:
    """Somebody asked so many minutes ago, and a person came after so many."""
    since = timezone.now() - timedelta(minutes=minutes)
    talk = Conversation.objects.create(address=Address.objects.create(channel=channel), language=language)
    return Handoff.objects.create(
        conversation=talk,
        reason="asked",
        priority=3,
        level=level,
        opened_at=since,
        due_at=since,
        taken_at=since + timedelta(minutes=taken_after) if taken_after is not None else None,
        closed_at=since + timedelta(minutes=taken_after) if taken_after is not None else None,
    )


# -- the load -----------------------------------------------------------------------------------------------------------


def test_who_waits_and_how_long_people_waited(now: Any, webchat: Channel, organisation: object) -> None:
    waits(webchat, 30, level="P1")
    waits(webchat, 10, level="P1", language="ht")
    for minutes in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100):
        waits(webchat, 110, taken_after=minutes)
    found = load(timezone.now())
    assert (found.waiting, found.oldest) == (2, 30)
    assert [(bar.code, bar.count, bar.oldest) for bar in found.levels] == [("P1", 2, 30)]
    assert [(bar.code, bar.count) for bar in found.languages] == [("es", 1), ("ht", 1)]
    assert (found.today.answered, found.today.p90, found.today.left) == (10, 100, 2)
    assert found.today.median in (5, 6)
    assert sum(hour.count for hour in found.hours) == 12


def test_what_each_colleague_has_in_hand(
    now: Any, waiting: Conversation, rosa: User, carla: User, yuli: Visitor
) -> None:
    owning.take_over(waiting, by=rosa)
    owning.answer(waiting, "Hola", client_id="a", by=rosa)
    presence.polled(rosa, "a screen", has_sound=True, now=timezone.now())
    mine = next(one for one in load(timezone.now()).colleagues if one.user == rosa)
    assert (mine.owned, mine.answered, mine.lost, mine.is_present) == (1, 1, 0, True)
    now.shift(timedelta(seconds=61))
    owning.release_deserted(timezone.now())
    mine = next(one for one in load(timezone.now()).colleagues if one.user == rosa)
    assert (mine.owned, mine.lost, mine.is_present) == (0, 1, False)


def test_the_coordinator_sees_it_live_and_the_operator_does_not(
    rosas_browser: Client, carlas_browser: Client, waiting: Conversation
) -> None:
    page = carlas_browser.get(LOAD).content.decode()
    assert "Quién espera, por nivel" in page
    seen = page.partition('id="load-seen" name="seen" value="')[2].partition('"')[0]
    assert carlas_browser.get(f"{LOAD}now/", {"seen": seen}).status_code == 204
    assert rosas_browser.get(LOAD).status_code == 404


def test_whoever_does_not_answer_people_sees_no_small_number_by_language(
    joins: Joins, carlas_browser: Client, webchat: Channel, organisation: object
) -> None:
    waits(webchat, 5, language="ht")
    reader = browser_of(joins("mario", "Mario", Role.MONITORING))
    assert "menos de 5" in reader.get(LOAD).content.decode()
    assert "menos de 5" not in carlas_browser.get(LOAD).content.decode()


# -- many people --------------------------------------------------------------------------------------------------------


def rush(channel: Channel, count: int = surge.AT_LEAST) -> None:
    for _ in range(count):
        waits(channel, 3)


def test_three_times_as_many_as_usual_begin_one_and_it_runs_out(
    now: Any, webchat: Channel, organisation: object
) -> None:
    rush(webchat)
    assert surge.watch(timezone.now()) == 1
    assert surge.current(timezone.now())
    assert Surge.objects.get().wait_minutes is None
    Handoff.objects.update(closed_at=timezone.now())
    now.shift(surge.LASTS + timedelta(minutes=1))
    assert surge.watch(timezone.now()) == 0
    assert surge.current(timezone.now()) is None


def test_a_few_people_or_as_many_as_always_are_none(now: Any, webchat: Channel, organisation: object) -> None:
    rush(webchat, surge.AT_LEAST - 1)
    assert surge.watch(timezone.now()) == 0
    rush(webchat, 20)
    for week in range(1, 5):
        for _ in range(10):
            usual = waits(webchat, week * 7 * 24 * 60 + 5)
            Handoff.objects.filter(pk=usual.pk).update(closed_at=timezone.now() - timedelta(days=week * 7 - 1))
    assert surge.watch(timezone.now()) == 0


def test_the_wait_that_is_told_is_what_people_waited_of_late(now: Any, webchat: Channel, organisation: object) -> None:
    for minutes in (21, 22, 23):
        waits(webchat, 50, taken_after=minutes)
    rush(webchat)
    surge.watch(timezone.now())
    assert Surge.objects.get().wait_minutes == 25


def test_while_it_lasts_whoever_asks_for_a_person_is_told_how_long(
    now: Any, carlas_browser: Client, waiting: Conversation, webchat: Channel
) -> None:
    carlas_browser.post(f"{LOAD}surge/", {"wait_minutes": 45, "hours": 2})
    told = comes_in(webchat, "anas-token").says("persona").messages.filter(author="machine").last()
    assert told
    assert "unos 45 minutos" in told.text
    carlas_browser.post(f"{LOAD}surge/end/")
    told = comes_in(webchat, "lias-token").says("persona").messages.filter(author="machine").last()
    assert told
    assert "minutos" not in told.text
    assert list(AuditEntry.objects.filter(verb__startswith="surge.").values_list("verb", flat=True)) == [
        "surge.declared", "surge.ended",
    ]  # fmt: skip


def test_what_a_coordinator_said_is_not_changed_by_the_clock(now: Any, carla: User, webchat: Channel) -> None:
    surge.declare(90, 4, by=carla)
    rush(webchat)
    assert surge.watch(timezone.now()) == 0
    assert Surge.objects.get().wait_minutes == 90


@pytest.mark.parametrize("asked", [{"wait_minutes": 0, "hours": 2}, {"wait_minutes": 5, "hours": 0}, {"hours": 99}, {}])
def test_a_wait_of_nothing_or_for_ever_is_not_declared(
    carlas_browser: Client, organisation: object, asked: Any
) -> None:
    assert carlas_browser.post(f"{LOAD}surge/", asked).status_code == 422
    assert not Surge.objects.exists()


def test_an_operator_declares_nothing(rosas_browser: Client, organisation: object) -> None:
    assert rosas_browser.post(f"{LOAD}surge/", {"hours": 2}).status_code == 404


# -- what did not get through -------------------------------------------------------------------------------------------


@pytest.fixture
def failed(rosas: Conversation, rosa: User) -> Letter:
    """An answer of Rosa's that WhatsApp did not take."""
    message = owning.answer(rosas, "Tu cita es mañana", client_id="a", by=rosa)
    Letter.objects.filter(pk=message.letter_id).update(state=State.FAILED, error="gave_up", error_code=130429)
    return Letter.objects.get(pk=message.letter_id)


def test_every_way_of_not_getting_through_is_counted_with_what_to_do(
    carlas_browser: Client, failed: Letter, rosas: Conversation, webchat: Channel
) -> None:
    said = rosas.messages.inbound().first()
    assert said
    Enclosure.objects.create(message=said, provider_id="media-1", state=Enclosure.State.GONE)
    RawWebhook.objects.create(channel=webchat, digest="d" * 64, body=b"{}", parsed_at=timezone.now(), unparsed=3)
    Mail.objects.create(to="a@example.org", cause="alert:1", subject="s", body="b", state=State.FAILED, error="refused")
    Channel.objects.create(kind="whatsapp", line="1", name="W", trouble="token")
    page = carlas_browser.get(UNDELIVERED).content.decode()
    for words in (
        "Se intentó ocho veces",
        "ya no lo tiene",
        "nadie pudo leer",
        "lo rechazó",
        "clave de acceso",
        f"C{rosas.pk}",
    ):
        assert words in page, words
    assert "Tu cita es mañana" not in page
    assert "a@example.org" not in page


def test_who_keeps_the_machines_sees_counts_and_no_way_to_a_conversation(
    brunos_browser: Client, failed: Letter, rosas: Conversation
) -> None:
    page = brunos_browser.get(UNDELIVERED).content.decode()
    assert "130429" in page
    assert f"C{rosas.pk}" not in page
    assert brunos_browser.post(f"{UNDELIVERED}again/", {"reason": "gave_up", "code": 130429}).status_code == 404


def test_what_may_still_be_of_use_is_sent_again(carlas_browser: Client, carla: User, failed: Letter) -> None:
    carlas_browser.post(f"{UNDELIVERED}again/", {"reason": "gave_up", "code": "130429"})
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.error) == (State.QUEUED, 0, "")
    assert AuditEntry.objects.filter(verb="letter.repeated", actor=carla).count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"error": "uncertain_twice"},
        {"error": "withheld"},
        {"parts_sent": 1},
        {"possibly_doubled": True},
        {"state": State.UNCERTAIN},
    ],
)
def test_what_may_have_arrived_or_must_not_leave_is_not_repeated(
    carlas_browser: Client, failed: Letter, other: dict[str, Any]
) -> None:
    Letter.objects.filter(pk=failed.pk).update(**other)
    failed.refresh_from_db()
    carlas_browser.post(f"{UNDELIVERED}again/", {"reason": failed.error, "code": "130429"})
    assert Letter.objects.get(pk=failed.pk).state == other.get("state", State.FAILED)


def test_an_answer_of_the_day_before_yesterday_is_not_repeated(carlas_browser: Client, failed: Letter) -> None:
    Letter.objects.update(created_at=timezone.now() - timedelta(hours=25))
    carlas_browser.post(f"{UNDELIVERED}again/", {"reason": "gave_up", "code": "130429"})
    assert Letter.objects.get(pk=failed.pk).state == State.FAILED


def test_everything_got_through_is_said_too(carlas_browser: Client, organisation: object) -> None:
    assert "Todo llegó" in carlas_browser.get(UNDELIVERED).content.decode()


def test_no_message_is_read_here(carlas_browser: Client, failed: Letter) -> None:
    carlas_browser.get(UNDELIVERED)
    assert not AuditEntry.objects.filter(verb="conversation.read", actor__username="carla").exists()
    assert Message.objects.filter(letter=failed).exists()
