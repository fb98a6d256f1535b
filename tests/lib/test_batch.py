"""Rows written in a batch are the rows that the ORM would have written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.utils import timezone

from baquiano.channels.models import Channel
from baquiano.conversations.models import Message
from baquiano.lib import batch
from baquiano.lib.batch import Batch, Change
from baquiano.people.models import Address
from baquiano.post.models import Letter

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def address() -> Address:
    channel = Channel.objects.create(kind="webchat", line="", name="Prueba")
    return Address.objects.create(channel=channel)


def _raw(model: type[models.Model], ids: list[int], without: set[str]) -> list[dict[str, Any]]:
    """The rows as the database has them, times and types included."""
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        marks = ", ".join(["%s"] * len(ids))
        cursor.execute(f"SELECT * FROM {table} WHERE id IN ({marks}) ORDER BY id", ids)
        names = [column[0] for column in cursor.description]
        return [{k: v for k, v in zip(names, row, strict=True) if k not in without} for row in cursor.fetchall()]


def test_a_batch_writes_what_the_orm_writes(address: Address) -> None:
    body = {"text": "ñandú 🌱", "choices": [["a", "b", ""]]}
    batched = Batch(Letter, "address_id", "cause", "body", "state", "settled_at").insert(
        [(address.pk, f"uno:{n}", body, "accepted", AT if n else None) for n in range(3)]
    )
    by_orm = Letter.objects.bulk_create(
        Letter(address=address, cause=f"dos:{n}", body=body, state="accepted", settled_at=AT if n else None)
        for n in range(3)
    )
    varying = {"id", "cause", "body", "created_at", "not_before"}  # the last two by the clock: see the next test
    assert _raw(Letter, batched, varying) == _raw(Letter, [letter.pk for letter in by_orm], varying)
    assert list(Letter.objects.filter(pk__in=batched).order_by("pk").values_list("body", flat=True)) == [body] * 3


def test_what_a_row_does_not_give_takes_its_default(address: Address) -> None:
    (pk,) = Batch(Letter, "address_id", "cause", "body").insert([(address.pk, "uno", {})])
    letter = Letter.objects.get(pk=pk)
    assert abs(letter.created_at - timezone.now()) < timedelta(minutes=1)
    assert (letter.state, letter.attempts, letter.error, letter.lease_until) == ("queued", 0, "", None)


def test_what_is_encrypted_is_encrypted_in_a_batch_too(address: Address) -> None:
    (letter,) = Batch(Letter, "address_id", "cause", "body").insert([(address.pk, "uno", {"text": "secreto"})])
    (row,) = _raw(Letter, [letter], set())
    assert b"secreto" not in bytes(row["body"])


def test_ids_come_back_in_the_order_of_the_rows_across_statements(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ROWS_AT_ONCE", 7)
    ids = Batch(Letter, "address_id", "cause", "body").insert([(address.pk, f"c{n}", {}) for n in range(20)])
    causes = dict(Letter.objects.filter(pk__in=ids).values_list("pk", "cause"))
    assert [causes[one] for one in ids] == [f"c{n}" for n in range(20)]


def test_no_rows_need_no_statement(address: Address, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Batch(Letter, "address_id", "cause", "body").insert([]) == []


def test_a_column_of_another_kind_or_name_is_refused() -> None:
    class Odd(models.Model):
        size = models.DecimalField(max_digits=4, decimal_places=2)

        class Meta:
            app_label = "post"
            managed = False

    with pytest.raises(TypeError, match="size"):
        Batch(Odd, "size").insert([(1,)])
    with pytest.raises(KeyError):
        Batch(Message, "nothing").insert([(1,)])


def test_a_change_writes_what_an_update_writes(address: Address) -> None:
    ids = Batch(Letter, "address_id", "cause", "body").insert([(address.pk, f"c:{n}", {"text": "a"}) for n in range(3)])
    change = Change(Letter, "state", "body", "lease_until", only_if=("attempts",))
    assert change.write([("sending", {"text": "ñandú 🌱"}, AT, pk, 0) for pk in ids[:2]]) == 2
    assert change.write([("sent", {"text": "no"}, None, ids[0], 7)]) == 0
    assert change.write([]) == 0
    rows = [(one.state, one.body, one.lease_until) for one in Letter.objects.order_by("pk")]
    assert rows == [("sending", {"text": "ñandú 🌱"}, AT)] * 2 + [("queued", {"text": "a"}, None)]
