"""What an installation holds of one subject, in sections that a person can read and a machine can take up again.

Each room that holds personal fields has a `portrait.py` with three things: `MODELS` (the models it answers for), `portray` (what is held,
as sections) and `forget` (it goes; what stays says nothing of anybody). `custody` asks all of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.functional import Promise

from baquiano.lib.privacy import Keeping

Plain = str | int | bool | None | list[str]
Words = str | Promise


@dataclass(frozen=True)
class Value:
    """One stored field. `field` is "people.Person.name"; `value` is for machines, `text` for people. `days` None: while of use."""

    field: str
    label: str
    value: Plain
    text: str
    purpose: str
    days: int | None


@dataclass(frozen=True)
class Entry:
    """One row, with the moment it belongs to."""

    at: str  # ISO 8601, or empty
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Section:
    """Rows of one kind. `origin`: whom it comes from; `recipients`: who has received it or can see it."""

    key: str
    title: str
    origin: str
    recipients: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Erased:
    """How many rows of one model were emptied or deleted. Never which."""

    model: str
    rows: int


def value(row: models.Model, name: str, label: Words) -> Value:
    """A field as it is declared in `PRIVACY`."""
    declared: Mapping[str, Keeping] = getattr(type(row), "PRIVACY", {})
    keeping = declared[name]
    raw = getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]
    shown = getattr(row, f"get_{name}_display", None)
    plain = _plain(raw)
    text = str(shown()) if shown and raw else _text(plain)
    return Value(f"{row._meta.label}.{name}", str(label), plain, text, keeping.purpose, keeping.days)


def said(row: models.Model, name: str, label: Words, words: Words) -> Value:
    """A field whose content is shown by other words: somebody else's name as a relation, an id as a place."""
    declared: Mapping[str, Keeping] = getattr(type(row), "PRIVACY", {})
    keeping = declared[name]
    return Value(f"{row._meta.label}.{name}", str(label), str(words), str(words), keeping.purpose, keeping.days)


def entry(at: datetime | date | None, values: Iterable[Value]) -> Entry:
    """Empty values are left out: they say nothing."""
    return Entry(at.isoformat() if at else "", tuple(one for one in values if one.value not in ("", None, [])))


def section(
    key: str, title: Words, *, origin: Words, recipients: Iterable[Words] = (), entries: Iterable[Entry] = ()
) -> Section:
    filled = tuple(one for one in entries if one.values)
    return Section(key, str(title), str(origin), tuple(str(one) for one in recipients), filled)


def _plain(raw: Any) -> Plain:
    if isinstance(raw, datetime | date):
        return raw.isoformat()
    if isinstance(raw, list):
        return [str(one) for one in raw]
    if raw is None or isinstance(raw, str | int | bool):
        return raw
    return str(raw)


def _text(plain: Plain) -> str:
    return ", ".join(plain) if isinstance(plain, list) else "" if plain is None else str(plain)
