"""What one message costs, and what the loops ask when nothing is due, is the same in a small house and in one that thousands have written to.

Counted in the steps of SQLite's own machine: they are the same each time, whatever else the computer does. SQLite keeps no figures about
its tables, so a question without the right index goes through all of them; PostgreSQL counts its rows, and has the same indexes.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Conversation, Message
from baquiano.people.models import Address, Alias
from baquiano.post.models import Dispatch, Letter, State
from baquiano.terminal import loops
from tests.conversations.conftest import Phone
from tests.fakes.graph import number_changed, status_of, text_message, webhook

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

FEW, MANY, EACH = 30, 600, 3  # people, and the messages of each, all answered
NOISE = 200  # steps: they are counted by twenties, and a second alert or letter to the same person costs its own rows
ONE_LOOK = 5  # steps at each person: once a minute, the loop of what may wait looks at the age of every conversation


def they_have_written(line: Channel, people: int) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    doors = Address.objects.bulk_create([Address(channel=line, heard_at=long_ago) for _ in range(people)])
    Alias.objects.bulk_create(
        [
            Alias(address=door, channel=line, scheme="phone", value=f"{door.pk}", value_hash=f"{door.pk}")
            for door in doors
        ]
    )
    talks = Conversation.objects.bulk_create([Conversation(address=door, last_at=long_ago) for door in doors])
    for number in range(EACH):
        _one_turn_each(line, talks, number)


def _one_turn_each(line: Channel, talks: list[Conversation], number: int) -> None:
    at = timezone.now() - timedelta(days=3)
    RawWebhook.objects.bulk_create(
        [RawWebhook(channel=line, digest=f"{t.pk}:{number}", body=b"{}", received_at=at, parsed_at=at) for t in talks]
    )
    Message.objects.bulk_create(
        [
            Message(conversation=t, channel=line, author="person", provider_hash=f"{t.pk}:{number}", text="hola", sent_at=at, received_at=at, kind="text", state="handled")
            for t in talks
        ]
    )  # fmt: skip
    letters = Letter.objects.bulk_create(
        [Letter(address_id=t.address_id, cause=f"{t.pk}:{number}", body={}, state=State.READ, settled_at=at) for t in talks]
    )  # fmt: skip
    Dispatch.objects.bulk_create(
        [Dispatch(letter=one, part=0, channel=line, provider_hash=f"{one.pk}", at=at) for one in letters]
    )
    Message.objects.bulk_create(
        [
            Message(conversation=t, channel=line, author="machine", text="hola", state="said", letter=one)
            for t, one in zip(talks, letters, strict=True)
        ]
    )


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Steps by statement."""
    steps: Counter[str] = Counter()
    said = [""]

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        said[0] = sql
        return execute(sql, *rest)

    def step() -> int:
        steps[said[0]] += 20
        return 0

    connection.ensure_connection()
    driver: Any = connection.connection
    driver.set_progress_handler(step, 20)
    try:
        with connection.execute_wrapper(listen):
            yield steps
    finally:
        driver.set_progress_handler(None, 0)


def grown(before: Counter[str], after: Counter[str], by: int) -> dict[str, tuple[int, int]]:
    """The statements that cost more than they did."""
    return {sql: (before[sql], steps) for sql, steps in after.items() if steps > before[sql] + by}


def takes_in_and_answers(phone: Phone, body: dict[str, Any]) -> Counter[str]:
    """Steps from the webhook to what the loops have left to do."""
    with counted() as steps:
        assert phone.posts(body) == 200
        loops.messages()
        loops.letters()
        loops.clock()
    return steps


def goes_round(*rounds: Callable[[], int]) -> Counter[str]:
    with counted() as steps:
        for one in rounds:
            one()
    return steps


EVENTS: dict[str, Callable[[Phone], dict[str, Any]]] = {
    "a text": lambda phone: webhook(messages=[phone.message("hola")]),
    "a question": lambda phone: webhook(messages=[phone.message("cómo inscribo a mi hijo en el colegio")]),
    "danger": lambda phone: webhook(messages=[phone.message("mi marido me acaba de golpear")]),
    "a voice": lambda phone: webhook(messages=[phone.voice("media-1")]),
    "no more letters": lambda phone: webhook(messages=[phone.message("BAJA")]),
    "a new number": lambda phone: webhook(messages=[text_message("hola", id=_next(phone), phone=f"569{next(phone.ids):08}")]),
    "another number": lambda phone: webhook(messages=[_changes_number(phone)]),
    "news of a letter": lambda phone: webhook(statuses=[status_of(phone.graph.sent[-1], "delivered")]),
}  # fmt: skip


def _next(phone: Phone) -> str:
    return f"wamid.{next(phone.ids)}"


def _changes_number(phone: Phone) -> dict[str, Any]:
    before, phone.number = phone.number, f"5730{next(phone.ids):08}"
    return number_changed(phone.number, id=_next(phone), phone=before)


@pytest.mark.parametrize("event", EVENTS)
def test_what_one_event_costs(phone: Phone, line: Channel, event: str) -> None:
    they_have_written(line, FEW)
    phone.says("hola")
    loops.once()
    body = EVENTS[event]
    takes_in_and_answers(phone, body(phone))  # every question is built once
    before = takes_in_and_answers(phone, body(phone))
    they_have_written(line, MANY)
    assert grown(before, takes_in_and_answers(phone, body(phone)), NOISE) == {}


def test_what_is_asked_when_nothing_is_due(phone: Phone, line: Channel) -> None:
    often = (loops.clock, loops.messages, loops.letters, loops.mails, loops.media, loops.signs)
    they_have_written(line, FEW)
    phone.says("hola")
    loops.once()
    goes_round(*often, loops.background)
    before, each_minute = goes_round(*often), goes_round(loops.background)
    they_have_written(line, MANY)
    assert grown(before, goes_round(*often), NOISE) == {}
    assert grown(each_minute, goes_round(loops.background), MANY * ONE_LOOK) == {}
