"""A house with everything loaded: the packs as they are shipped. Loaded once per process; each test gets the same rows again.

Loading checks every fact and compiles every rule, which is right once and too slow for each test.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models

from baquiano.conversations import wording
from baquiano.conversations.models import Wording
from baquiano.knowledge import finding, hearsay, shelf
from baquiano.knowledge.models import Article, ArticleVersion, Example, Shelf, Source, Topic, Translation
from baquiano.packs import actions as packs
from baquiano.packs.models import PackLoad
from baquiano.safety import book
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules

PACKS = ("comun", "colombia", "chile")
LOADED: tuple[type[models.Model], ...] = (
    Topic, Article, Example, ArticleVersion, Source, Translation, Shelf, PhraseRules, EmergencyNumber, CrisisText, Wording, PackLoad,
)  # fmt: skip
_PICTURES: tuple[list[Any], ...] = (shelf._current, book._current, finding._built)
_rows: dict[type[models.Model], list[models.Model]] = {}
_pictures: list[list[Any]] = []


def fill() -> None:
    """The rows of the packs, and the pictures in memory that belong to them."""
    forget_pictures()
    if not _rows:
        packs.load([Path(settings.PACKS) / name for name in PACKS])
        finding.index()
        book.current()
        _rows.update({model: list(model._default_manager.all()) for model in LOADED})
        _pictures[:] = [list(picture) for picture in _PICTURES]
        return
    for model, rows in _rows.items():
        model._default_manager.bulk_create(rows)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), LOADED):
            cursor.execute(statement)
    for picture, kept in zip(_PICTURES, _pictures, strict=True):
        picture[:] = kept


def forget_pictures() -> None:
    """What is in memory belongs to the rows of one test."""
    for picture in (*_PICTURES, wording._current, hearsay._built):
        picture.clear()
