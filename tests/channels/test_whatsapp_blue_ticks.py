"""Blue ticks and "typing…": shown a moment later by a loop of their own, never twice, never in the way of anything."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels import stopping
from baquiano.channels.actions import keep_raw
from baquiano.channels.models import Channel
from baquiano.conversations import blue_ticks
from baquiano.conversations.models import Conversation
from baquiano.conversations.receiving import take_in
from tests.fakes.graph import Graph, text_message, webhook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def line(whatsapp: Channel, graph: Graph, organisation: Organisation) -> Iterator[Channel]:
    whatsapp.settings = graph.settings
    whatsapp.save()
    blue_ticks.forget()
    yield whatsapp
    blue_ticks.forget()


def says(line: Channel, id: str = "wamid.1") -> None:
    keep_raw(line, json.dumps(webhook(messages=[text_message("hola", id=id)])).encode())
    take_in()


def test_a_message_the_assistant_answers_is_read_and_being_answered(line: Channel, graph: Graph) -> None:
    says(line)
    assert graph.requests == 0, "storing a message waits for nobody"
    assert blue_ticks.show() == 1
    assert (graph.read, graph.typing) == (["wamid.1"], ["wamid.1"])
    assert blue_ticks.show() == 0


def test_the_same_message_twice_is_shown_once(line: Channel, graph: Graph) -> None:
    says(line)
    keep_raw(line, json.dumps(webhook(messages=[text_message("hola", id="wamid.1")]) | {"more": 1}).encode())
    take_in()
    assert blue_ticks.show() == 1


def test_nobody_promises_that_a_colleague_is_writing(line: Channel, graph: Graph, rosa: User) -> None:
    says(line)
    blue_ticks.show()
    until = timezone.now() + timedelta(minutes=10)
    Conversation.objects.update(owner=rosa, owner_until=until)
    says(line, "wamid.2")
    blue_ticks.show()
    assert (graph.read, graph.typing) == (["wamid.1", "wamid.2"], ["wamid.1"])


def test_a_line_may_have_it_turned_off_and_a_stopped_line_shows_nothing(
    line: Channel, graph: Graph, carla: User
) -> None:
    says(line)
    stopping.stop(line, "prueba", by=carla)
    assert blue_ticks.show() == 0
    stopping.start(line, by=carla)
    line.refresh_from_db()
    line.settings = {**line.settings, blue_ticks.OFF: "yes"}
    line.save()
    says(line, "wamid.2")
    assert blue_ticks.show() == 0
    assert graph.requests == 0


def test_what_cannot_be_shown_is_lost_and_troubles_nobody(line: Channel, graph: Graph) -> None:
    says(line)
    graph.refuse(131000, status=500)
    assert blue_ticks.show() == 0
    says(line, "wamid.2")
    assert blue_ticks.show() == 1


def test_in_a_rush_the_oldest_are_forgotten(line: Channel, graph: Graph) -> None:
    for number in range(blue_ticks.MOST + 5):
        blue_ticks.came(line, 1, f"wamid.{number}")
    assert blue_ticks.show() == blue_ticks.AT_ONCE
    assert graph.read[0] == "wamid.5"
