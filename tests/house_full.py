"""A house with everything loaded: the packs as they are shipped. Loaded once per run; each test gets the same rows again.

Loading checks every fact and compiles every rule, which is right once and too slow for each test and for each worker.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from baquiano.api.hsds import shown
from baquiano.conversations import wording
from baquiano.conversations.models import Wording
from baquiano.directory import spots
from baquiano.knowledge import finding, hearsay, shelf
from baquiano.knowledge.models import Article, ArticleVersion, Example, Shelf, Source, Topic, Translation
from baquiano.packs import actions as packs
from baquiano.packs.models import PackLoad
from baquiano.people import vocabulary
from baquiano.safety import book
from baquiano.safety.listening import Listener
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules
from baquiano.territory import finding as divisions
from baquiano.workspace.people import places
from tests.once import once_per_run

PACKS = ("comun", "colombia", "chile")
LOADED: tuple[type[models.Model], ...] = (
    Topic, Article, Example, ArticleVersion, Source, Translation, Shelf, PhraseRules, EmergencyNumber, CrisisText, Wording, PackLoad,
)  # fmt: skip
_PICTURES: tuple[list[Any], ...] = (shelf._current, book._current, finding._built)
_pictures: list[list[Any]] = []


@dataclass(frozen=True)
class Loaded:
    """`rows` are whole, so that either engine can take them; `pictures` are what belongs to them in memory."""

    rows: list[list[models.Model]]
    pictures: list[list[Any]]
    rules: list[Any]


def keep() -> None:
    """Lays the rows of the packs aside in tables of their own, committed; every other table stays empty.

    Outside any test, once per process: the fixture `packs_kept`.
    """
    loaded = once_per_run("packs", load)
    _pictures[:], book._rules[:] = loaded.pictures, loaded.rules
    for model, rows in _as_stored(loaded).items():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {_aside(model)}")
            cursor.execute(f"CREATE TABLE {_aside(model)} AS SELECT {_columns(model)} FROM {_table(model)} WHERE 1 = 0")
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {_aside(model)} VALUES ({marks})", rows)


def load() -> Loaded:
    """Loads the packs, makes the pictures, and leaves the database as it was."""
    forget_pictures()
    with transaction.atomic():
        packs.load([Path(settings.PACKS) / name for name in PACKS])
        finding.index()
        book.current()
        rows = [list(model._default_manager.order_by("pk")) for model in LOADED]
        loaded = Loaded(rows, [list(picture) for picture in _PICTURES], list(book._rules))
        transaction.set_rollback(True)
    forget_pictures()
    return loaded


def share_the_second_ear() -> None:
    """The one of the shipped messages, by words, is made once per run; any other one is made where it is asked for."""
    make, shipped = book._make_listener, settings.PACKS

    def made() -> Listener | None:
        if shipped == settings.PACKS and finding.why_not_by_meaning():
            return once_per_run("second-ear", make)
        return make()

    book._make_listener = made


def _as_stored(loaded: Loaded) -> dict[type[models.Model], list[Any]]:
    """The rows as this engine writes them."""
    stored: dict[type[models.Model], list[Any]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        for model, rows in zip(LOADED, loaded.rows, strict=True):
            cursor.execute(f"DELETE FROM {_table(model)}")  # the shelf has its one row from the first migration on
            model._default_manager.bulk_create(rows, batch_size=500)
            cursor.execute(f"SELECT {_columns(model)} FROM {_table(model)} ORDER BY 1")
            stored[model] = cursor.fetchall()
        transaction.set_rollback(True)
    return stored


def fill() -> None:
    """The rows of the packs, and the pictures in memory that belong to them. Needs `packs_kept`."""
    forget_pictures()
    with connection.cursor() as cursor:
        for model in LOADED:
            cursor.execute(f"DELETE FROM {_table(model)}")
            columns = _columns(model)
            cursor.execute(f"INSERT INTO {_table(model)} ({columns}) SELECT {columns} FROM {_aside(model)}")
        for statement in connection.ops.sequence_reset_sql(no_style(), LOADED):
            cursor.execute(statement)
    for picture, kept in zip(_PICTURES, _pictures, strict=True):
        picture[:] = kept


def _table(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _columns(model: type[models.Model]) -> str:
    """By name: a test that remakes a table may change their order."""
    return ", ".join(connection.ops.quote_name(field.column) for field in model._meta.local_concrete_fields)


def _aside(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(f"aside_{model._meta.db_table}"))


def forget_pictures() -> None:
    """What is in memory belongs to the rows of one test."""
    for picture in (*_PICTURES, wording._current, hearsay._built, vocabulary._current):
        picture.clear()
    places.forget_places()
    divisions._current.clear()
    spots._current.clear()
    shown.forget()
