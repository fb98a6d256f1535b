"""Statements planned once a connection: the same rows, also after the server forgot them, after a new connection, and beside a rollback."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from baquiano.channels.models import Channel
from baquiano.lib import planned
from baquiano.lib.batch import Batch, Change
from baquiano.lib.prepared import Prepared
from baquiano.people.models import Address
from baquiano.post.models import Letter

AT = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)
IS_PLANNED = connection.vendor == "postgresql"


def asked() -> "Prepared[Channel]":
    return Prepared(lambda name, now: Channel.objects.filter(name=name, created_at__gt=now))


def kept() -> set[str]:
    """What the server keeps of this connection, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements" if IS_PLANNED else "SELECT 'nothing' WHERE 0")
        return {row[0] for row in cursor.fetchall()}


def ask_forgotten(question: Callable[[], Any]) -> Any:
    """The first one after the server forgot says so, once; the next one is answered."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL" if IS_PLANNED else "SELECT 1")
    if IS_PLANNED:
        with pytest.raises(DatabaseError), transaction.atomic():
            question()
    return question()


@pytest.mark.django_db
def test_a_question_is_planned_once_and_asked_with_other_values(webchat: Channel) -> None:
    question, before = asked(), kept()
    assert question(webchat.name, AT.replace(year=2000)) == [webchat]
    once = kept() - before
    assert len(once) == IS_PLANNED
    assert question("another", AT.replace(year=2000)) == []
    assert question(webchat.name, AT.replace(year=2100)) == []
    assert kept() - before == once


@pytest.mark.django_db
def test_what_the_server_forgot_is_planned_again(webchat: Channel) -> None:
    question, change = asked(), Change(Channel, "name")
    assert question(webchat.name, AT.replace(year=2000)) == [webchat]
    assert ask_forgotten(lambda: question(webchat.name, AT.replace(year=2000))) == [webchat]
    assert change.write([("before", webchat.pk)]) == 1
    assert ask_forgotten(lambda: change.write([("after", webchat.pk)])) == 1
    assert Channel.objects.get().name == "after"


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_and_a_rollback_lose_nothing(webchat: Channel) -> None:
    question = asked()
    with transaction.atomic():
        assert question(webchat.name, AT.replace(year=2000)) == [webchat]
        transaction.set_rollback(True)
    assert question(webchat.name, AT.replace(year=2000)) == [webchat]
    connection.close()
    assert question(webchat.name, AT.replace(year=2000)) == [webchat]


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["100 % ñandú $1 '", "%s", "$2", ""])
def test_signs_of_sql_are_words_like_any_other(webchat: Channel, words: str) -> None:
    assert Change(Channel, "name").write([(words, webchat.pk)]) == 1
    assert asked()(words, AT.replace(year=2000)) == [webchat]
    fixed = Prepared(lambda number: Channel.objects.filter(pk=number, name=words))
    assert fixed(webchat.pk) == [webchat]
    assert fixed(webchat.pk + 1) == []


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_rows_written_together_are_what_was_given(webchat: Channel, count: int) -> None:
    address = Address.objects.create(channel=webchat)
    batch = Batch(Letter, "address_id", "cause", "body", "lease_until")
    rows = [
        (address.pk, f"one:{number}", {"text": f"{number} %s"}, AT if number % 2 else None) for number in range(count)
    ]
    for _again in range(2):
        ids = batch.insert(rows)
        written = Letter.objects.in_bulk(ids)
        assert [(one.address_id, one.cause, one.body, one.lease_until) for one in map(written.__getitem__, ids)] == rows
        Letter.objects.all().delete()


@pytest.mark.django_db
def test_a_statement_that_varies_is_refused_before_it_fills_the_server() -> None:
    if not IS_PLANNED:  # its driver keeps the statements itself
        assert planned.planned_with_marks("SELECT %s") == "SELECT %s"
        return
    with pytest.raises(TypeError):
        for number in range(planned.MOST + 1):
            planned.planned(f"SELECT {number}", 0)
    planned._local.__dict__.clear()
