"""What a feed says, as columns of rows that are not written yet."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass
class Brought:
    """One row: its id, the columns that the feed speaks of, and where it says so."""

    where: str
    id: UUID
    values: dict[str, Any]


@dataclass
class Link:
    """A term of somebody's taxonomy on one of the rows."""

    id: UUID
    entity: str
    row: UUID
    term: UUID
    values: dict[str, Any]


@dataclass
class Understood:
    """Everything the feed says. `whole`: rows that told their lists; `placed`: services that told their places, so that one they do not tell
    is one they left.
    """

    organizations: dict[UUID, Brought] = field(default_factory=dict)
    locations: dict[UUID, Brought] = field(default_factory=dict)
    services: dict[UUID, Brought] = field(default_factory=dict)
    at: dict[UUID, Brought] = field(default_factory=dict)
    capacities: dict[UUID, Brought] = field(default_factory=dict)
    taxonomies: dict[UUID, Brought] = field(default_factory=dict)
    terms: dict[UUID, Brought] = field(default_factory=dict)
    links: dict[UUID, Link] = field(default_factory=dict)
    spoken_for: set[UUID] = field(default_factory=set)  # rows whose attributes are told
    whole: set[UUID] = field(default_factory=set)
    placed: set[UUID] = field(default_factory=set)


def join(found: dict[UUID, Brought], row: Brought) -> None:
    """The same organisation stands in each of its services: what one of them leaves out, another says."""
    before = found.get(row.id)
    if before is None:
        found[row.id] = row
        return
    for name, value in row.values.items():
        if name == "more":
            before.values["more"] = {**value, **before.values.get("more", {})}
        elif before.values.get(name) in (None, "", (), [], {}):
            before.values[name] = value
