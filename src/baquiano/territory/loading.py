"""Reads divisions.csv (official codes of Chile and Colombia) into the tables. Loading twice changes nothing."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing
from baquiano.territory.models import Country, Division

COUNTRIES = {"CL": ("Chile", "America/Santiago"), "CO": ("Colombia", "America/Bogota")}


@dataclass(frozen=True)
class Row:
    country: str
    level: int
    code: str
    parent_code: str
    pcode: str
    name: str
    latitude: float | None
    longitude: float | None


def read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Row(
                row["country"],
                int(row["level"]),
                row["code"],
                row["parent_code"],
                row["pcode"],
                row["name"],
                float(row["lat"]) if row["lat"] else None,
                float(row["lon"]) if row["lon"] else None,
            )


def load(path: Path) -> int:
    """Adds what is missing and returns how many rows were added."""
    return add(list(read(path)))


def add(found: Iterable[Row]) -> int:
    """The same with rows already read: inside a transaction no file is opened."""
    rows = sorted(found, key=lambda row: row.level)
    with writing():
        for code, (name, timezone) in COUNTRIES.items():
            Country.objects.update_or_create(code=code, defaults={"name": name, "timezone": timezone})
        known = {(d.country_id, d.level, d.code): d for d in Division.objects.all()}
        added = 0
        for level in sorted({row.level for row in rows}):
            fresh = [_division(row, known) for row in rows if row.level == level and _key(row) not in known]
            for division in Division.objects.bulk_create(fresh):
                known[division.country_id, division.level, division.code] = division
            added += len(fresh)
    return added


def _key(row: Row) -> tuple[str, int, str]:
    return row.country, row.level, row.code


def _division(row: Row, known: dict[tuple[str, int, str], Division]) -> Division:
    parents = (known.get((row.country, level, row.parent_code)) for level in range(row.level - 1, 0, -1))
    return Division(
        country_id=row.country,
        level=row.level,
        code=row.code,
        parent=next((parent for parent in parents if parent), None) if row.parent_code else None,
        pcode=row.pcode,
        name=row.name,
        name_folded=fold(row.name),
        latitude=row.latitude,
        longitude=row.longitude,
    )
