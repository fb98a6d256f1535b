"""A house with everything loaded: the packs as they are shipped. Loaded once per process; each test gets the same rows again.

Loading checks every fact and compiles every rule, which is right once and too slow for each test.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from baquiano.conversations import wording
from baquiano.conversations.models import Wording
from baquiano.knowledge import finding, hearsay, shelf
from baquiano.knowledge.models import Article, ArticleVersion, Example, Shelf, Source, Topic, Translation
from baquiano.packs import actions as packs
from baquiano.packs.models import PackLoad
from baquiano.people import vocabulary
from baquiano.safety import book
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules
from baquiano.workspace.people import places

PACKS = ("comun", "colombia", "chile")
LOADED: tuple[type[models.Model], ...] = (
    Topic, Article, Example, ArticleVersion, Source, Translation, Shelf, PhraseRules, EmergencyNumber, CrisisText, Wording, PackLoad,
)  # fmt: skip
_PICTURES: tuple[list[Any], ...] = (shelf._current, book._current, finding._built)
_pictures: list[list[Any]] = []


def keep() -> None:
    """Loads the packs once and lays their rows aside in tables of their own, committed; every other table stays empty.

    Outside any test, once per process: the fixture `packs_kept`.
    """
    rows: dict[type[models.Model], list[Any]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        packs.load([Path(settings.PACKS) / name for name in PACKS])
        for model in LOADED:
            cursor.execute(f"SELECT * FROM {_table(model)} ORDER BY 1")
            rows[model] = cursor.fetchall()
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        for model, found in rows.items():
            cursor.execute(f"DROP TABLE IF EXISTS {_aside(model)}")
            cursor.execute(f"CREATE TABLE {_aside(model)} AS SELECT * FROM {_table(model)} WHERE 1 = 0")
            marks = ", ".join(["%s"] * len(found[0]))
            cursor.executemany(f"INSERT INTO {_aside(model)} VALUES ({marks})", found)


def fill() -> None:
    """The rows of the packs, and the pictures in memory that belong to them. Needs `packs_kept`."""
    forget_pictures()
    with connection.cursor() as cursor:
        for model in LOADED:
            cursor.execute(f"DELETE FROM {_table(model)}")  # the shelf has its one row from the first migration on
            cursor.execute(f"INSERT INTO {_table(model)} SELECT * FROM {_aside(model)}")
        for statement in connection.ops.sequence_reset_sql(no_style(), LOADED):
            cursor.execute(statement)
    if not _pictures:
        finding.index()
        book.current()
        _pictures[:] = [list(picture) for picture in _PICTURES]
    for picture, kept in zip(_PICTURES, _pictures, strict=True):
        picture[:] = kept


def _table(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(model._meta.db_table))


def _aside(model: type[models.Model]) -> str:
    return str(connection.ops.quote_name(f"aside_{model._meta.db_table}"))


def forget_pictures() -> None:
    """What is in memory belongs to the rows of one test."""
    for picture in (*_PICTURES, wording._current, hearsay._built, vocabulary._current):
        picture.clear()
    places.forget_places()
