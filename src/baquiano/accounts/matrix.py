"""The matrix: role × relation × area × resource × action. matrix.yaml ships it, `MatrixChange` rows change it here without a release.

A cell says: somebody with this role may do this action on the rows of this resource to which they stand in this relation, and,
if it names areas, only on those of these areas. What the relations mean is said by the models, as name → `Q`; see policy.py.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Count, Max

from baquiano.accounts.models import Area, MatrixChange, Role

FILE = Path(__file__).with_name("matrix.yaml")
ANY = "any"
"""The relation to every row, and the only one of resources that have no rows."""

_BOUND = re.compile(r"(?P<relation>[a-z_]+)(?:\[(?P<areas>[a-z, ]+)\])?")


@dataclass(frozen=True, order=True)
class Cell:
    """`areas` empty: of every area."""

    role: str
    resource: str
    action: str
    relation: str = ANY
    areas: tuple[str, ...] = ()

    @property
    def permission(self) -> str:
        return f"{self.resource}.{self.action}"

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What a change replaces: the areas are what a cell holds, not where it lies."""
        return self.role, self.resource, self.action, self.relation


@dataclass(frozen=True)
class Matrix:
    """`routes`: name → rule. `second_factor`: the resources that stay shut, in production, until whoever may reach them has turned
    on a second factor. `never`: role → resources that no change can give it. `step_up`: permissions that ask for a proof of a moment
    ago. `by_itself`: routes that an open page asks for without anybody doing anything.
    """

    routes: Mapping[str, str]
    cells: frozenset[Cell]
    second_factor: frozenset[str]
    never: Mapping[str, frozenset[str]]
    step_up: frozenset[str] = frozenset()
    by_itself: frozenset[str] = frozenset()

    def of(self, roles: Iterable[str]) -> frozenset[Cell]:
        asked = frozenset(roles)
        return frozenset(cell for cell in self.cells if cell.role in asked)

    def permissions(self, role: str) -> frozenset[str]:
        return frozenset(cell.permission for cell in self.of([role]))

    def fault(self, cell: Cell) -> str | None:
        """Why this cell cannot be, in English; None: it can. Its resource and action must be known to some role."""
        if cell.role not in Role.values:
            return f"{cell.role} is not a role"
        if cell.resource in self.never.get(cell.role, ()):
            return f"{cell.role} may never have {cell.resource}"
        unknown = set(cell.areas) - set(Area.values)
        return f"{sorted(unknown)} are not areas" if unknown else None


@lru_cache(maxsize=1)
def shipped() -> Matrix:
    """As the file says. Raises ValueError if it contradicts itself."""
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    found = Matrix(
        routes=raw["routes"],
        cells=frozenset(cell for role, may in raw["roles"].items() for cell in _cells(role, may or {})),
        second_factor=frozenset(raw["second_factor"]),
        never={role: frozenset(resources) for role, resources in raw["never"].items()},
        step_up=frozenset(raw["step_up"]),
        by_itself=frozenset(raw["by_itself"]),
    )
    faults = [fault for cell in sorted(found.cells) if (fault := found.fault(cell))]
    missing = set(Role.values) ^ set(raw["roles"])
    if faults or missing:
        raise ValueError(f"matrix.yaml: {faults or f'it and the roles disagree: {sorted(missing)}'}")
    return found


@dataclass(frozen=True)
class Edition:
    """Which matrix: the one with every change up to `last`, of which there were `count`. Changes are only added; but on PostgreSQL one
    with a lower number may be committed later, and then it is another edition.
    """

    last: int
    count: int

    def __str__(self) -> str:
        return f"{self.last}.{self.count}"


def latest_change() -> Edition:
    """The edition that holds now."""
    found = MatrixChange.objects.aggregate(last=Max("pk"), count=Count("pk"))
    return Edition(found["last"] or 0, found["count"])


@lru_cache(maxsize=4)
def at_change(edition: Edition) -> Matrix:
    """With every change up to this edition."""
    return before_change(edition.last + 1) if edition.count else shipped()


def before_change(number: int) -> Matrix:
    """As it was just before the change of this number."""
    changes = MatrixChange.objects.filter(pk__lt=number).order_by("pk")
    return changed(shipped(), ((cell_of(change), change.is_given) for change in changes))


def changed(before: Matrix, changes: Iterable[tuple[Cell, bool]]) -> Matrix:
    """Each change puts its cell, or leaves its place empty. One that the shipped file forbids by now is passed over."""
    held = {cell.place: cell for cell in before.cells}
    for cell, is_given in changes:
        held.pop(cell.place, None)
        if is_given and before.fault(cell) is None:
            held[cell.place] = cell
    return replace(before, cells=frozenset(held.values()))


def cell_of(change: MatrixChange) -> Cell:
    return Cell(change.role, change.resource, change.action, change.relation, tuple(sorted(change.areas)))


def _cells(role: str, may: Mapping[str, Any]) -> Iterable[Cell]:
    for resource, actions in may.items():
        for entry in actions:
            named = entry if isinstance(entry, dict) else {entry: ANY}
            for action, relations in named.items():
                for relation in relations if isinstance(relations, list) else [relations]:
                    yield _bound(role, resource, action, relation)


def _bound(role: str, resource: str, action: str, relation: str) -> Cell:
    """ "granted" or "granted[legal, medical]"."""
    parts = _BOUND.fullmatch(relation)
    if parts is None:
        raise ValueError(f"matrix.yaml: {role} {resource}.{action}: {relation!r} is not a relation")
    areas = tuple(sorted(area.strip() for area in (parts["areas"] or "").split(",") if area.strip()))
    return Cell(role, resource, action, parts["relation"], areas)
