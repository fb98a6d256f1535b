"""What an import brings, once it is read and in the words of HSDS 3.1, and before anything is believed or written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]
WHERE = "_where"
"""The key under which a nested row says in which line of which file it stands; it never leaves this room."""


class CannotRead(Exception):
    """Nothing of it can be read: shown as it is written."""


@dataclass(frozen=True)
class RowError:
    """`row` as whoever made the file finds it ("services.csv, row 12"), `column` as that file calls it."""

    row: str
    column: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.row, self.column, self.text) if part)


@dataclass(frozen=True)
class Document:
    where: str
    data: Json


@dataclass(frozen=True)
class Feed:
    """Everything of one file, folder or server. `is_current`: it promises HSDS 3, whose formats it is then held to; older layouts and
    spreadsheets promise nothing, and what cannot be read of them is left out and told.
    """

    services: tuple[Document, ...] = ()
    organizations: tuple[Document, ...] = ()
    locations: tuple[Document, ...] = ()
    taxonomies: tuple[Document, ...] = ()
    terms: tuple[Document, ...] = ()
    is_current: bool = True
    layout: str = "HSDS 3"
    errors: tuple[RowError, ...] = ()
    remarks: tuple[RowError, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)  # rows read, by table

    def remarking(self, remarks: Iterable[RowError]) -> "Feed":
        return replace(self, remarks=(*self.remarks, *remarks))


def where_of(row: Mapping[str, Any], parent: str, name: str, place: int) -> str:
    """Where a nested row stands: in its own line, or inside its parent."""
    own = row.get(WHERE)
    return str(own) if own else f"{parent} › {name} {place + 1}"


def dicts(given: Any) -> list[Json]:
    """The rows of a list; one object alone counts as a list of it."""
    if isinstance(given, dict):
        return [given]
    return [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []
