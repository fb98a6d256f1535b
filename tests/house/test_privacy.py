"""Every stored field says what it is, why it is kept and for how long; what leads to a person is unreadable at rest."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from baquiano.accounts.models import AuditEntry, User
from baquiano.lib.fields import EncryptedBytes
from baquiano.lib.privacy import Keeping, Kind

OURS = [model for model in apps.get_models() if model.__module__.startswith("baquiano.") and not model._meta.proxy]
CANARY = "CANARY-3f9"
READABLE = {(User, "username")}  # to sign in: chosen by the member of staff, need not be a name


def _label(model: type[models.Model]) -> str:
    return model._meta.label


def _fields(model: type[models.Model]) -> dict[str, Any]:
    return {field.name: field for field in (*model._meta.fields, *model._meta.many_to_many)}


def _declared(model: Any) -> dict[str, Keeping]:
    return dict(getattr(model, "PRIVACY", {}))


def _about_people(model: type[models.Model]) -> dict[str, Keeping]:
    return {name: keeping for name, keeping in _declared(model).items() if keeping.kind is not Kind.NONE}


def test_the_rows_of_the_house_are_looked_at() -> None:
    assert {"conversations.Message", "people.Alias", "accounts.User"} <= {_label(model) for model in OURS}


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_every_field_is_declared(model: type[models.Model]) -> None:
    assert set(_declared(model)) == set(_fields(model))


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_every_declaration_says_why_and_for_how_long(model: type[models.Model]) -> None:
    for name, keeping in _declared(model).items():
        assert keeping.purpose.strip(), f"{name}: what is it kept for?"
        assert keeping.days is None or keeping.days > 0, f"{name}: kept for how long?"
        assert keeping.kind is not Kind.SENSITIVE or keeping.days, (
            f"{name}: something that could harm a person needs an end"
        )


@pytest.mark.parametrize("model", [model for model in OURS if _about_people(model)], ids=_label)
def test_what_leads_to_a_person_is_encrypted_or_hashed(model: type[models.Model]) -> None:
    for name, keeping in _about_people(model).items():
        if keeping.kind is Kind.COUNTED:
            continue  # readable on purpose, and said so in docs/reference/stored-data.md
        field = _fields(model)[name]
        unreadable = isinstance(field, EncryptedBytes) or name.endswith("_hash") or (model, name) in READABLE
        assert unreadable, f"{_label(model)}.{name} could be read in a stolen backup"


def test_few_things_of_a_person_are_readable() -> None:
    """Each new one is a decision: with enough of them a person is known without a name."""
    readable = {
        f"{_label(model)}.{name}"
        for model in OURS
        for name, keeping in _declared(model).items()
        if keeping.kind is Kind.COUNTED
    }
    assert readable == {
        "people.Person.birth_year", "people.Person.gender", "people.Person.municipality", "people.Person.child_status",
        "people.Population.group", "people.Nationality.country",
    }  # fmt: skip


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_no_row_names_anybody_when_it_is_printed(model: type[models.Model]) -> None:
    row = model(**{name: CANARY for name, keeping in _about_people(model).items() if keeping.kind is not Kind.COUNTED})
    assert CANARY not in f"{row} {row!r}"


@pytest.mark.parametrize("model", OURS, ids=_label)
def test_the_audit_trail_has_room_for_the_name_of_every_row(model: type[models.Model]) -> None:
    """SQLite keeps any length, PostgreSQL refuses: it would show only there."""
    key = model._meta.pk
    longest = getattr(key, "max_length", None) or len("00000000-0000-0000-0000-000000000000")
    room = {name: AuditEntry._meta.get_field(name).max_length or 0 for name in ("room", "row", "verb")}
    assert len(f"{model._meta.model_name}:") + longest <= room["row"]
    assert len(model._meta.app_label) <= room["room"]
    assert len(f"{model._meta.model_name}.exported") <= room["verb"]
