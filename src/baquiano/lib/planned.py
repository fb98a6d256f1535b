"""Statements that the path of every message says: PostgreSQL parses and plans each once a connection, and is given other values ever after.

Why: of the milliseconds between a message and its answer, PostgreSQL spent more on planning the same joins again than on running them.
SQLite's driver keeps its statements itself, so there the text is said as it is. Said as `PREPARE` and `EXECUTE` in plain SQL: it works
through Django's own cursor, for exactly the statements that ask for it, and no other query of the program is bound in another way.
`tests/lib/test_planned.py`; `make bench` (reply) has the figure.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import DatabaseError, connection

MOST = 200
"""Statements kept of one connection. They come from fixed places of the program: more than this means that one of them varies."""
_STALE = {"26000", "0A000"}
"""SQLSTATE: the server no longer has the statement (a pooler between us, `DISCARD ALL`); its columns changed while we were running."""
_local = threading.local()


def is_worth_it() -> bool:
    return connection.vendor == "postgresql"


def planned(statement: str, values: int, kinds: Sequence[str] = ()) -> str:
    """What to say in place of `statement`, with %s for each of its values.

    `statement`: PostgreSQL's own, its values written $1, $2 … up to `values`. `kinds`: their types; where none are said, the server
    finds each from where the value stands, which it can wherever it is stored in a column or compared with one.
    """
    names = _names()
    name = names.get(statement)
    if name is None:
        if len(names) >= MOST:
            raise TypeError("a statement that varies is not to be planned")
        name = names[statement] = _prepare(statement, values, kinds)
    return name


def planned_with_marks(statement: str) -> str:
    """The same for a statement whose values are written %s, each once."""
    if not is_worth_it():
        return statement
    parts = statement.split("%s")
    numbered = "".join(f"{part}${number}" for number, part in enumerate(parts[:-1], 1))
    return planned(numbered + parts[-1], len(parts) - 1)


def written_out(statement: str, values: Sequence[Any]) -> str:
    """With its values in place of each %s, as PostgreSQL's driver writes them."""
    operations: Any = connection.ops
    return str(operations.compose_sql(statement, values))


def literal(value: Any) -> str:
    """As SQLite itself writes the value, for a statement whose holes are written %s."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote(%s)", [value])
        (written,) = cursor.fetchone()
    return str(written).replace("%", "%%")


def forget_what_is_stale(problem: DatabaseError) -> None:
    """After a statement failed: the next one is prepared anew if the server says that it does not know ours."""
    if getattr(problem.__cause__, "sqlstate", None) in _STALE:
        _local.__dict__.pop("names", None)


def _names() -> dict[str, str]:
    """Of this thread's connection as it is now: a new one knows nothing."""
    connection.ensure_connection()
    driver = connection.connection
    if _local.__dict__.get("driver") is not driver:
        _local.driver = driver
        _local.__dict__.pop("names", None)
    names: dict[str, str] = _local.__dict__.setdefault("names", {})
    return names


_numbers = count(1)


def _prepare(statement: str, values: int, kinds: Sequence[str]) -> str:
    name = f"baquiano_{next(_numbers)}"
    driver: Any = connection.connection
    # Not through Django's cursor: it is no statement of the path, and is not counted as one.
    with connection.wrap_database_errors, driver.cursor() as cursor:
        cursor.execute(f"PREPARE {name}{_in_brackets(kinds)} AS {statement}")
    return f"EXECUTE {name}{_in_brackets(['%s'] * values)}"


def _in_brackets(some: Sequence[str]) -> str:
    return f" ({', '.join(some)})" if some else ""
