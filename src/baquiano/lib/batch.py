"""Many rows of one model in one INSERT (`Batch`), or columns of theirs in one UPDATE for each (`Change`), without a model instance.

Why: of a turn's 1.6 ms, 0.7 went into making instances and asking every field twice what it is; nobody looked at them again.
What is written is what `bulk_create` would write: `tests/lib/test_batch.py` compares them column by column; `make bench` has
the figure. Only plain columns (text, numbers, yes or no, times, foreign keys, our encrypted ones): another kind of field is
refused when the batch is declared, not when it is used. The database gives the ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import DatabaseError, connection, models

from baquiano.lib.fields import EncryptedBytes
from baquiano.lib.planned import forget_what_is_stale, planned_with_marks

ROWS_AT_ONCE = 400  # 400 rows of 20 columns stay far under the 32,766 parameters of SQLite
USUAL = 4  # rows in one INSERT up to which it is planned once: larger batches have more to do than to be planned
_AS_IT_IS = (
    models.CharField,
    models.TextField,
    models.BooleanField,
    models.IntegerField,
    models.ForeignKey,
    models.AutoField,
)

Row = tuple[Any, ...]
Prepare = Callable[[Any], Any]


class Batch:
    """`fields`: the columns that each row gives, in its order, by attribute name ("address_id"); the others take their defaults."""

    def __init__(self, model: type[models.Model], *fields: str) -> None:
        self._model = model
        self._names = fields
        self._statements: dict[int, str] = {}  # by the number of rows

    @cached_property
    def _columns(self) -> tuple[models.Field[Any, Any], ...]:
        own = {field.attname: field for field in self._model._meta.concrete_fields if not field.primary_key}
        given = tuple(own.pop(name) for name in self._names)
        return (*given, *own.values())

    @cached_property
    def _prepared(self) -> tuple[Prepare | None, ...]:
        """What each column needs before it is stored; None: nothing."""
        return tuple(_preparation(field) for field in self._columns)

    def insert(self, rows: Sequence[Row]) -> list[int]:
        """Inside a transaction. Returns the ids, in the order of the rows."""
        rest = tuple(field.get_default() for field in self._columns[len(self._names) :])
        ready = [_ready((*row, *rest), self._prepared) for row in rows]
        ids: list[int] = []
        with connection.cursor() as cursor:
            for start in range(0, len(ready), ROWS_AT_ONCE):
                some = ready[start : start + ROWS_AT_ONCE]
                say(
                    cursor,
                    self._statement(len(some)),
                    [value for row in some for value in row],
                    is_usual=len(some) <= USUAL,
                )
                ids += [row[0] for row in cursor.fetchall()]
        return ids

    def _statement(self, count: int) -> str:
        known = self._statements.get(count)
        if known is None:
            known = self._statements[count] = self._written(count)
        return known

    def _written(self, count: int) -> str:
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self._columns)
        one = f"({', '.join(['%s'] * len(self._columns))})"
        table, key = quote(self._model._meta.db_table), quote("id")
        return f"INSERT INTO {table} ({columns}) VALUES {', '.join([one] * count)} RETURNING {key}"


class Change:
    """`fields`: the columns that change, by attribute name. `only_if`: columns that must still hold what they held."""

    def __init__(self, model: type[models.Model], *fields: str, only_if: Sequence[str] = ()) -> None:
        self._model = model
        self._names, self._only_if = fields, tuple(only_if)

    @cached_property
    def _prepared(self) -> tuple[Prepare | None, ...]:
        own = {field.attname: field for field in self._model._meta.concrete_fields}
        return tuple(_preparation(own[name]) for name in (*self._names, self._model._meta.pk.attname, *self._only_if))

    @cached_property
    def _statement(self) -> str:
        quote = connection.ops.quote_name
        own = {field.attname: quote(str(field.column)) for field in self._model._meta.concrete_fields}
        changes = ", ".join(f"{own[name]} = %s" for name in self._names)
        held = "".join(f" AND {own[name]} = %s" for name in self._only_if)
        table, key = quote(self._model._meta.db_table), own[self._model._meta.pk.attname]
        return f"UPDATE {table} SET {changes} WHERE {key} = %s{held}"

    def write(self, rows: Sequence[Row]) -> int:
        """Each row: the new values, the id, and what `only_if` held. Returns how many changed. Inside a transaction."""
        if not rows:
            return 0
        ready = [_ready(row, self._prepared) for row in rows]
        with connection.cursor() as cursor:
            say_for_each(cursor, self._statement, ready)
            return int(cursor.rowcount)


def say_for_each(cursor: Any, statement: str, rows: Sequence[Row]) -> None:
    """Once for each row. One alone, the usual case, goes the short way: a batch of one costs three times as much."""
    if len(rows) == 1:
        say(cursor, statement, rows[0])
    else:
        cursor.executemany(statement, rows)


def say(cursor: Any, statement: str, values: Sequence[Any], *, is_usual: bool = True) -> None:
    """`is_usual`: it is said often enough in these very words to be planned once."""
    try:
        cursor.execute(planned_with_marks(statement) if is_usual else statement, values)
    except DatabaseError as problem:
        forget_what_is_stale(problem)
        raise


def _ready(row: Row, prepared: Sequence[Prepare | None]) -> Row:
    pairs = zip(row, prepared, strict=True)
    return tuple(value if prepare is None or value is None else prepare(value) for value, prepare in pairs)


def _preparation(field: models.Field[Any, Any]) -> Prepare | None:
    if isinstance(field, EncryptedBytes):
        return lambda value: field.get_db_prep_value(value, connection)
    if isinstance(field, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(field, _AS_IT_IS):
        return None
    raise TypeError(f"{field} is not a plain column")
