"""A prepared question gives the rows that its queryset gives, whatever is asked of it, and only what reaches the SQL may be asked."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from baquiano.channels.models import Channel
from baquiano.lib.prepared import SEVERAL, Prepared
from baquiano.people.models import Address
from baquiano.post.models import Letter, State

AT = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)


def _due(addresses: list[int], now: datetime) -> QuerySet[Letter]:
    earlier = Letter.objects.filter(address=OuterRef("address"), pk__lt=OuterRef("pk"), not_before__lte=now)
    due = Letter.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now), address__in=addresses, not_before__lte=now
    )
    return due.exclude(Exists(earlier)).select_related("address__channel").order_by("-pk")[:5]


def _causes(cause: str, state: str) -> QuerySet[Letter, tuple[Any, ...]]:
    return Letter.objects.filter(cause__lt=cause, state=state).order_by("pk").values_list("cause", "not_before")


def _rows(letters: list[Letter]) -> list[tuple[Any, ...]]:
    return [
        (one.pk, one.body, one.not_before, one.address.channel.name, one.address.channel.settings) for one in letters
    ]


class TestRows(TestCase):
    def setUp(self) -> None:
        channel = Channel.objects.create(kind="webchat", line="", name="ñandú 🌱", settings={"a": "b"})
        self.addresses = [Address.objects.create(channel=channel).pk for _ in range(SEVERAL + 2)]
        for number in range(20):
            Letter.objects.create(
                address_id=self.addresses[number % len(self.addresses)],
                cause=f"uno:{number:02}",
                body={"text": f"{number}"},
                not_before=AT + timedelta(minutes=number),
                state=State.QUEUED if number % 3 else State.SENT,
            )

    due, causes = Prepared(_due), Prepared(_causes)

    @given(
        st.lists(st.integers(0, SEVERAL + 1), max_size=SEVERAL + 2, unique=True),
        st.integers(-5, 25),
        st.sampled_from(("uno:05", "uno:1", "", "ñ\ue000", "'; --")),
        st.sampled_from(State),
    )
    def test_are_those_of_the_queryset(self, places: list[int], minutes: int, cause: str, state: State) -> None:
        doors, now = [self.addresses[place] for place in places], AT + timedelta(minutes=minutes)
        assert _rows(self.due(doors, now)) == _rows(list(_due(doors, now)))
        assert self.causes(cause, state) == list(_causes(cause, state))


@pytest.mark.django_db
def test_it_is_built_once() -> None:
    built = []

    def ask(line: str) -> QuerySet[Channel]:
        built.append(line)
        return Channel.objects.filter(line=line)

    prepared = Prepared(ask)
    Channel.objects.create(kind="webchat", line="b", name="Prueba")
    assert [prepared("a"), [one.line for one in prepared("b")], prepared("c")] == [[], ["b"], []]
    assert len(built) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ask", "value"),
    [
        (lambda flag: Channel.objects.filter(is_open=True) if flag else Channel.objects.none(), 1),
        (lambda many: Channel.objects.all()[:3], 2),
        (lambda value: Channel.objects.filter(is_open=value), True),
    ],
)
def test_a_value_that_decides_how_the_question_is_built_is_refused(ask: Callable[..., Any], value: Any) -> None:
    with pytest.raises(TypeError):
        Prepared(ask)(value)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection() -> None:
    Channel.objects.create(kind="webchat", line="b", name="Prueba")
    prepared = Prepared(lambda line: Channel.objects.filter(line=line).values_list("name", flat=True))
    found: list[list[str]] = []

    def ask() -> None:
        try:
            found.extend(prepared("b") for _ in range(3))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["Prueba"]] * 12


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["100 %", "%s", "l'été", '"', "ñ 🌱", ""])
def test_what_never_changes_may_be_any_text(name: str) -> None:
    webchat = Channel.objects.create(kind="webchat", line="a", name=name)
    found = Prepared(lambda line: Channel.objects.filter(line=line, name=name))
    assert found("a") == [webchat]
    assert found("b") == []
