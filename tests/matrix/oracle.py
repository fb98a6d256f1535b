"""A second opinion about the matrix, in plain Python: reads the text of matrix.yaml, asks no database, shares no code with policy.py.

It judges plain facts: who holds which post, who has which access, what a row is about. The tests ask it and the house, and compare.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import yaml

from baquiano.accounts import matrix as house

TEXT = yaml.safe_load(house.FILE.read_text(encoding="utf-8"))
AREAS = {"legal": "legal", "medical": "medical", "psychological": "psychological", "social": "social", "sport": "sport"}
"""Of the roles that work in one area."""


@dataclass(frozen=True)
class Permission:
    """One line of the matrix. `areas` empty: every area."""

    role: str
    resource: str
    action: str
    relation: str = "any"
    areas: frozenset[str] = frozenset()


def _read(role: str, resource: str, action: str, relation: str) -> Permission:
    name, _, rest = relation.partition("[")
    areas = frozenset(area.strip() for area in rest.rstrip("]").split(",") if area.strip())
    return Permission(role, resource, action, name, areas)


def _written() -> Iterable[Permission]:
    for role, resources in TEXT["roles"].items():
        for resource, actions in (resources or {}).items():
            for entry in actions:
                if isinstance(entry, str):
                    yield _read(role, resource, entry, "any")
                    continue
                ((action, relations),) = entry.items()
                for relation in [relations] if isinstance(relations, str) else relations:
                    yield _read(role, resource, action, relation)


SHIPPED = frozenset(_written())


@dataclass(frozen=True)
class Holding:
    """A membership. `territory`: the start of the codes of the places it covers."""

    role: str
    area: str = ""
    territory: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)

    @property
    def works_in(self) -> str:
        return self.area or AREAS.get(self.role, "")


@dataclass(frozen=True)
class Given:
    """An access of one colleague to one person."""

    user: int
    person: int
    area: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True)
class About:
    """A row: whose it is, and what of it the relations look at. `person` 0: of nobody. `is_over`: its own day has passed."""

    person: int = 0
    place: str = ""
    is_restricted: bool = False
    is_put_away: bool = False
    is_over: bool = False
    area: str = ""
    is_risk: bool = False
    done_by: int = 0
    is_sealed: bool = False


@dataclass(frozen=True)
class Facts:
    """Everything the second opinion knows. `working`: ids of colleagues who hold a post now; `proven`: those with a second factor."""

    now: datetime
    posts: dict[int, tuple[Holding, ...]]
    given: tuple[Given, ...] = ()
    permissions: frozenset[Permission] = SHIPPED
    is_demo: bool = True
    proven: frozenset[int] = field(default_factory=frozenset)

    def of(self, user: int) -> list[Holding]:
        return [post for post in self.posts.get(user, ()) if post.holds(self.now)]

    def open_to(self, user: int) -> list[tuple[Permission, Holding]]:
        return [
            (permission, post)
            for post in self.of(user)
            for permission in self.permissions
            if permission.role == post.role and not self._is_shut(user, permission)
        ]

    def _is_shut(self, user: int, permission: Permission) -> bool:
        return permission.resource in TEXT["second_factor"] and not self.is_demo and user not in self.proven

    def may(self, user: int, resource: str, action: str) -> bool:
        return any((p.resource, p.action) == (resource, action) for p, _ in self.open_to(user))

    def may_on(self, user: int, resource: str, action: str, row: About) -> bool:
        return any(
            self._stands(user, post, permission.relation, row)
            and (not permission.areas or row.area in permission.areas)
            for permission, post in self.open_to(user)
            if (permission.resource, permission.action) == (resource, action)
        )

    def _stands(self, user: int, post: Holding, relation: str, row: About) -> bool:
        mine = [
            given for given in self.given if given.holds(self.now) and (given.user, given.person) == (user, row.person)
        ]
        if relation == "any":
            return True
        if relation in (
            "others",
            "sealed",
            "nobody_else",
        ):  # the last two: of conversations only, and only of complaints
            return row.done_by != user if relation == "others" else relation == "sealed" and row.is_sealed
        if row.is_put_away or row.is_over:
            return False
        if relation == "granted":
            return bool(mine)
        if relation == "own_area":
            return bool(post.works_in) and row.area == post.works_in and any(g.area == post.works_in for g in mine)
        if relation == "no_area":
            return bool(mine) and row.area == ""
        if relation == "risk":
            return row.is_risk and bool(mine)
        if relation == "territory":
            return not row.is_restricted and row.place.startswith(post.territory)
        if relation == "ownerless":
            return self._is_ownerless(row) and (not row.place or row.place.startswith(post.territory))
        raise AssertionError(f"say in tests/matrix/oracle.py what the relation “{relation}” means")

    def _is_ownerless(self, row: About) -> bool:
        owners = {given.user for given in self.given if given.person == row.person and given.holds(self.now)}
        return bool(owners) and not any(self.of(owner) for owner in owners)
