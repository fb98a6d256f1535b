"""Municipalities as addresses and lists show them: by p-code, and only of countries we orient in."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max

from baquiano.accounts.models import organisation
from baquiano.territory.models import Division


@dataclass(frozen=True)
class Named:
    """A division and, for those with the same name elsewhere, where it lies."""

    pk: int
    pcode: str
    name: str
    within: str
    country: str


def of_code(pcode: str) -> Division | None:
    return Division.objects.filter(pcode=pcode, country__in=organisation().countries).first() if pcode else None


def departments(country: str) -> list[Named]:
    return _named(Division.objects.filter(country=country, level=1).order_by("name"))


def municipalities(department: Division) -> list[Named]:
    """The deepest divisions of it, also where provinces lie between."""
    here = Division.objects.filter(country=department.country_id)
    deepest = here.aggregate(deepest=Max("level"))["deepest"]
    return _named(here.filter(level=deepest, pcode__startswith=department.pcode).order_by("name"))


def named(pks: Iterable[int]) -> list[Named]:
    """In that order, those of countries we orient in."""
    pks = list(pks)
    rows = {row.pk: row for row in _named(Division.objects.filter(pk__in=pks, country__in=organisation().countries))}
    return [rows[pk] for pk in pks if pk in rows]


def _named(rows: Iterable[Division]) -> list[Named]:
    rows = list(rows)
    regions = {
        (row.country_id, row.pcode): row.name
        for row in Division.objects.filter(country__in={row.country_id for row in rows}, level=1)
    }
    return [Named(row.pk, row.pcode, row.name, _within(row, regions), row.country_id) for row in rows]


def _within(division: Division, regions: dict[tuple[str, str], str]) -> str:
    """The department or region: its p-code is the first four signs of every p-code in it."""
    return "" if division.level == 1 else regions.get((division.country_id, division.pcode[:4]), "")
