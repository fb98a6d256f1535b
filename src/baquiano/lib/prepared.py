"""Questions that the path of every message asks: built and compiled once, asked with other values ever after.

Why: of the milliseconds between a message and its answer nearly all went into building querysets and turning them into SQL that was the
same each time; SQLite itself took a thirtieth. A `Prepared` gives the rows that its queryset would give: `tests/lib/test_prepared.py`
compares them, `make bench` (reply) has the figure.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, connection
from django.db.models import QuerySet

from baquiano.lib import planned

Row = TypeVar("Row")
SEVERAL = 4
"""Lists up to this length get SQL of their own; longer ones are rare, and cost what they always did."""
_NUMBER, _TEXT, _MOMENT = 7_770_000_000_000, "\ue000hole{}\ue001", datetime(1970, 1, 1, tzinfo=UTC)
Shape = tuple[int | str, ...]


class Prepared(Generic[Row]):
    """`ask` makes the queryset from its values (numbers, texts, moments, or lists of one of these). A value must reach the SQL as it is:
    what decides how the queryset is built (a flag, a slice) does not belong among them.
    """

    def __init__(self, ask: Callable[..., QuerySet[Any, Row]]) -> None:
        self._ask = ask
        self._local = threading.local()

    def __call__(self, *values: Any) -> list[Row]:
        shape = tuple(_shape(value) for value in values)
        if any(isinstance(one, int) and not 0 < one <= SEVERAL for one in shape):
            return list(self._ask(*values))
        return self._written(shape, values).rows(values)

    def _written(self, shape: Shape, values: Sequence[Any]) -> _Written:
        known: dict[Any, _Written] = self._local.__dict__.setdefault("known", {})
        found = known.get(shape)
        if found is None or found.connection is not _here():
            found = known[shape] = _Written(self._ask, values)
        return found


class _Written:
    """One queryset with holes, compiled for the connection of this thread."""

    def __init__(self, ask: Callable[..., QuerySet[Any, Any]], values: Sequence[Any]) -> None:
        holes: list[Any] = []
        queryset = ask(*(_with_holes(value, holes) for value in values))
        self.connection = _here()
        self._compiler = queryset.query.get_compiler(connection=self.connection)
        self._sql, params = self._compiler.as_sql()
        places = {_stored(hole): number for number, hole in enumerate(holes)}
        self._params = tuple((places.get(param) if _may_be_hole(param) else None, param) for param in params)
        if {place for place, _ in self._params if place is not None} != set(range(len(holes))):
            raise TypeError("a value does not reach the SQL as it is")
        self._kinds = tuple(_kind(hole) for hole in holes)
        self._on_server = self._for_the_server() if planned.is_worth_it() else ""
        self._written_out = "" if self._on_server else self._in_process()
        self._order = tuple(place for place, _ in self._params if place is not None)
        self._queryset = queryset
        self._queryset.query.get_compiler = lambda *_, **__: self._compiler  # type: ignore[method-assign]
        self._remember_converters()

    def _remember_converters(self) -> None:
        converters: dict[int, Any] = {}
        asked = self._compiler.get_converters

        def known(expressions: Iterable[Any]) -> Any:
            fields = list(expressions)
            if len(fields) not in converters:
                converters[len(fields)] = asked(fields)
            return converters[len(fields)]

        self._compiler.get_converters = known

    def _for_the_server(self) -> str:
        """The same statement with its holes as $1, $2 … and everything else written out: a condition that never changes decides which index
        serves."""
        marks = ["%s" if place is None else f"${place + 1}" for place, _ in self._params]
        fixed = [param for place, param in self._params if place is None]
        return planned.written_out(self._with(marks), fixed)

    def _in_process(self) -> str:
        """The same with its holes as they are and everything else written out: SQLite takes an index with a condition only for a statement
        that says the same in these words, and would plan it anew for each value."""
        return self._with(["%s" if place is not None else planned.literal(param) for place, param in self._params])

    def _with(self, marks: Sequence[str]) -> str:
        parts = self._sql.split("%s")
        return "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))

    def rows(self, values: Sequence[Any]) -> list[Any]:
        given = tuple(_stored(one) for value in values for one in (value if _is_list(value) else (value,)))
        try:
            said = self._said(given)
            self._compiler.as_sql = lambda *_, **__: said
            rows: Iterable[Any] = self._queryset._iterable_class(self._queryset)  # type: ignore[assignment]
            return list(rows)
        except DatabaseError as problem:
            planned.forget_what_is_stale(problem)
            raise

    def _said(self, given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
        if self._on_server:
            return planned.planned(self._on_server, len(given), self._kinds), given
        return self._written_out, tuple(given[place] for place in self._order)


def _here() -> Any:
    return connection._connections[connection._alias]  # type: ignore[attr-defined]


def _is_list(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str | bytes)


def _shape(value: Any) -> int | str:
    return len(value) if _is_list(value) else type(value).__name__


def _with_holes(value: Any, holes: list[Any]) -> Any:
    if _is_list(value):
        return [_hole(one, holes) for one in value]
    return _hole(value, holes)


def _hole(value: Any, holes: list[Any]) -> Any:
    """A value of the same kind that nothing else in the SQL can be."""
    number = len(holes)
    if isinstance(value, datetime):
        hole: Any = _MOMENT + timedelta(microseconds=number + 1)
    elif isinstance(value, str):
        hole = _TEXT.format(number)
    elif isinstance(value, int) and not isinstance(value, bool):
        hole = _NUMBER + number
    else:
        raise TypeError(f"no hole for {type(value).__name__}")
    holes.append(hole)
    return hole


def _kind(hole: Any) -> str:
    """PostgreSQL's type for it. Compared with a column of a narrower type it is still the column's index that serves."""
    if isinstance(hole, datetime):
        return "timestamptz"
    return "text" if isinstance(hole, str) else "bigint"


def _may_be_hole(param: Any) -> bool:
    return isinstance(param, str | int | datetime) and not isinstance(param, bool)


def _stored(value: Any) -> Any:
    """As Django hands it to the driver."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.value if isinstance(value, Enum) else value
