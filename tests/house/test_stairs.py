"""What import-linter cannot see: a foreign key is an import, even written as a string; and it leaves no door behind."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from baquiano.lib.privacy import plain
from tests.house.stairs import FLOOR


def _room(model: type[models.Model]) -> str | None:
    """None: not a model of ours."""
    names = model._meta.app_config.name.split(".") if model._meta.app_config else [""]
    return names[1] if names[0] == "baquiano" else None


def _keys() -> Iterator[Any]:
    """Every relation that starts in a room of ours."""
    for model in apps.get_models():
        if _room(model):
            yield from (field for field in model._meta.get_fields() if field.is_relation and not field.auto_created)


def _fault(field: Any, here: str | None, there: str | None) -> str | None:
    if field.related_model is None:
        return "points at anything: there are no generic foreign keys"
    if here == there or there is None:
        return None
    if FLOOR[there] <= FLOOR[str(here)]:
        return "points up the stairs"
    if not field.remote_field.hidden:
        return 'leaves a door behind: related_name="+"'
    if field.many_to_many:
        return "joins rooms many to many: write the row between them"
    if field.remote_field.on_delete is not models.PROTECT:
        return "PROTECT across rooms"
    return None


@pytest.mark.parametrize("field", list(_keys()), ids=str)
def test_foreign_keys_go_down_the_stairs(field: Any) -> None:
    fault = _fault(field, _room(field.model), _room(field.related_model) if field.related_model else None)
    assert fault is None, f"{field} {fault}"


@pytest.mark.parametrize(
    ("here", "there", "options", "fault"),
    [
        ("people", "channels", {"on_delete": models.PROTECT, "related_name": "+"}, None),
        ("people", "people", {"on_delete": models.CASCADE}, None),
        ("channels", "people", {"on_delete": models.PROTECT, "related_name": "+"}, "points up the stairs"),
        ("channels", "knowledge", {"on_delete": models.PROTECT, "related_name": "+"}, "points up the stairs"),
        ("people", "channels", {"on_delete": models.PROTECT}, 'leaves a door behind: related_name="+"'),
        ("people", "channels", {"on_delete": models.CASCADE, "related_name": "+"}, "PROTECT across rooms"),
    ],
)
@isolate_apps("baquiano.people")
def test_a_key_that_breaks_the_house_is_noticed(
    here: str, there: str, options: dict[str, Any], fault: str | None
) -> None:
    class There(models.Model):
        class Meta:
            app_label = "people"

    class Here(models.Model):
        PRIVACY = plain("id", "key")
        key = models.ForeignKey(There, **options)

        class Meta:
            app_label = "people"

    assert _fault(Here._meta.get_field("key"), here, there) == fault


def test_every_installed_room_stands_on_the_stairs() -> None:
    installed = {config.name.split(".")[1] for config in apps.get_app_configs() if config.name.startswith("baquiano.")}
    assert installed <= set(FLOOR)
