"""Every model that holds something of a person is answered for by a room's portrait, or says here why it is about nobody served."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from baquiano.custody import rooms
from baquiano.lib.privacy import Keeping, Kind, plain
from tests.house.stairs import FLOOR, PACKAGE

ABOUT_NOBODY_SERVED = {
    "accounts.MatrixChange": "why a permission was changed: about colleagues",
    "accounts.User": "colleagues",
    "accounts.StaffSession": "colleagues",
    "accounts.Recovery": "colleagues",
    "knowledge.Draft": "what an editor writes",
    "post.Mail": "to colleagues; names nobody",
    "safety.DutyContact": "how a colleague is called; given by themselves",
    "safety.Incident": "what a colleague wrote of a place: nothing leads from it to anybody, and it goes after its days",
    "directory.Change": "what was changed of a service or a place; sealed because some places are confidential",
    "directory.Location": "where a confidential place is: of nobody served",
    "files.Attachment": "hangs on nobody: the room that points to it answers for it, and it ends within its days",
}
"""Each with its reason. A model of people served does not belong here: write it into the portrait of its room."""


def _personal(found: Iterable[type[models.Model]]) -> set[str]:
    """Labels of the models that declare a field about a person."""
    return {
        model._meta.label
        for model in found
        if model.__module__.startswith("baquiano.") and not model._meta.proxy
        for keeping in _declared(model).values()
        if keeping.kind is not Kind.NONE
    }


def _declared(model: Any) -> dict[str, Keeping]:
    return dict(getattr(model, "PRIVACY", {}))


def test_every_model_about_a_person_is_shown_and_forgotten() -> None:
    unnamed = _personal(apps.get_models()) - rooms.MODELS - set(ABOUT_NOBODY_SERVED)
    assert unnamed == set(), "name them in MODELS of their room's portrait.py, which shows and forgets them"


def test_nothing_is_both_about_somebody_and_about_nobody() -> None:
    assert rooms.MODELS & set(ABOUT_NOBODY_SERVED) == set()


def test_every_named_model_exists() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    assert rooms.MODELS - labels == set()


def _portraits() -> list[str]:
    return sorted(path.parent.name for path in PACKAGE.glob("*/portrait.py") if path.parent.name != "lib")


@pytest.mark.parametrize("room", _portraits())
def test_custody_asks_every_room_that_has_a_portrait(room: str) -> None:
    source = Path(rooms.__file__).read_text(encoding="utf-8")
    assert f"from baquiano.{room} import portrait as {room}" in source
    assert f"*{room}.portray(" in source
    assert f"*{room}.MODELS" in source
    assert room == "custody" or FLOOR[room] > FLOOR["custody"]


@pytest.mark.parametrize("room", _portraits())
def test_custody_has_every_room_forget(room: str) -> None:
    assert f"*{room}.forget(" in Path(rooms.__file__).read_text(encoding="utf-8")


@isolate_apps("baquiano.people")
def test_a_model_that_nobody_names_is_noticed() -> None:
    class Unnamed(models.Model):
        PRIVACY = {**plain("id"), "secret": Keeping(Kind.SENSITIVE, "nobody knows", days=1)}
        secret = models.TextField()

        class Meta:
            app_label = "people"

    Unnamed.__module__ = "baquiano.people.models"
    assert _personal([Unnamed]) - rooms.MODELS == {"people.Unnamed"}
