"""The small rows of HSDS that live inside a service, a place or an organisation: which fields they have, and cleaning them.

What is not in these lists does not come in: contacts, who is to be asked for, change logs that name staff.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baquiano.directory import own_terms, values
from baquiano.directory.documents import Json, RowError, where_of
from baquiano.directory.values import Order

TEXT, NUMBER, DAY, CLOCK, WEB, WORD = "text", "number", "day", "clock", "web", "word"

PARTS: Mapping[str, Mapping[str, str]] = {
    "phone": {"number": TEXT, "extension": NUMBER, "type": TEXT, "description": TEXT},
    "language": {"name": TEXT, "code": TEXT, "note": TEXT},
    "required_document": {"document": TEXT, "uri": WEB},
    "cost_option": {
        "valid_from": DAY,
        "valid_to": DAY,
        "option": TEXT,
        "currency": TEXT,
        "amount": NUMBER,
        "amount_description": TEXT,
    },
    "service_area": {"name": TEXT, "description": TEXT, "extent": TEXT, "extent_type": TEXT, "uri": WEB},
    "accessibility": {"description": TEXT, "details": TEXT, "url": WEB},
    "funding": {"source": TEXT},
    "url": {"label": TEXT, "url": WEB},
    "program": {"name": TEXT, "alternate_name": TEXT, "description": TEXT},
    "organization_identifier": {"identifier_scheme": TEXT, "identifier_type": TEXT, "identifier": TEXT},
    "schedule": {
        "valid_from": DAY,
        "valid_to": DAY,
        "dtstart": DAY,
        "timezone": NUMBER,
        "until": DAY,
        "count": NUMBER,
        "wkst": WORD,
        "freq": WORD,
        "interval": NUMBER,
        "byday": TEXT,
        "byweekno": TEXT,
        "bymonthday": TEXT,
        "byyearday": TEXT,
        "description": TEXT,
        "opens_at": CLOCK,
        "closes_at": CLOCK,
        "schedule_link": WEB,
        "attending_type": TEXT,
        "notes": TEXT,
    },
    "address": {
        "address_1": TEXT,
        "address_2": TEXT,
        "city": TEXT,
        "region": TEXT,
        "state_province": TEXT,
        "postal_code": TEXT,
        "country": TEXT,
        "address_type": WORD,
    },
    "unit": {"name": TEXT, "scheme": TEXT, "identifier": TEXT, "uri": WEB},
}
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "phone": ("number",),
    "url": ("url",),
    "program": ("name",),
    "organization_identifier": ("identifier_type", "identifier"),
    "unit": ("name",),
    "required_document": ("document",),
}
_WORDS = {
    "wkst": values.DAYS,
    "freq": ("WEEKLY", "MONTHLY"),
    "address_type": ("physical", "postal", "virtual"),
}


@dataclass
class Notes:
    """What is told to whoever brings the file. `small` ones refuse a file that promises HSDS 3 and are left out of any other."""

    is_current: bool
    errors: list[RowError] = field(default_factory=list)
    remarks: list[RowError] = field(default_factory=list)

    def grave(self, where: str, column: str, text: str) -> None:
        self.errors.append(RowError(where, column, text))

    def small(self, where: str, column: str, text: str) -> None:
        if self.is_current:
            self.errors.append(RowError(where, column, text))
        else:
            self.remarks.append(RowError(where, column, _("%(fault)s: left out") % {"fault": text}))

    def remark(self, where: str, column: str, text: str) -> None:
        self.remarks.append(RowError(where, column, text))


@dataclass
class Ids:
    """The id of a row: its own where that is a UUID, else one made from the origin, its kind and what it was called there."""

    origin: str
    derived: set[str] = field(default_factory=set)  # the kinds of which one was no UUID

    def of(self, kind: str, raw: Any) -> UUID | None:
        said = values.text(raw)
        if not said:
            return None
        found = values.uuid_of(said)
        if found is None:
            self.derived.add(kind)
            return UUID(own_terms.made(self.origin, kind, said))
        return found

    def from_parts(self, kind: str, *parts: Any) -> UUID:
        return UUID(own_terms.made(self.origin, kind, *parts))


@dataclass
class Cleaner:
    """Cleans the small rows of one file."""

    notes: Notes
    ids: Ids
    order: Order

    def rows(self, kind: str, given: Any, parent: str, name: str) -> list[Json]:
        found = []
        for place, row in enumerate(_list(given)):
            where = where_of(row, parent, name, place) if isinstance(row, dict) else parent
            if not isinstance(row, dict):
                self.notes.small(where, name, _("is not a row"))
                continue
            clean = self.row(kind, row, where)
            if clean is not None:
                found.append(clean)
        return found

    def row(self, kind: str, row: Json, where: str) -> Json | None:
        """Its known fields, in the order of the list; None when it lacks what it is nothing without."""
        if kind == "phone":
            row = _with_readable_extension(row)
        pk = self.ids.of(kind, row.get("id"))
        new: Json = {"id": str(pk)} if pk else {}
        for column, sort in PARTS[kind].items():
            said = row.get(column)
            value = _READ[sort](self, column, said, where) if said not in (None, "", [], {}) else None
            if value not in (None, ""):
                new[column] = value
        if not self._is_enough(kind, row, new, where):
            return None
        if kind == "program":
            new.setdefault("description", new["name"])
        if kind == "phone":
            languages = self.rows("language", row.get("languages"), where, "languages")
            new |= {"languages": languages} if languages else {}
        return new

    def _is_enough(self, kind: str, row: Json, new: Json, where: str) -> bool:
        missing = [column for column in _NEEDED.get(kind, ()) if column not in new]
        if missing and any(row.get(column) not in (None, "") for column in PARTS[kind]):
            self.notes.small(where, missing[0], _("is missing"))
        return not missing and bool(set(new) - {"id"})

    # -- one field

    def text(self, _column: str, said: Any, _where: str) -> str:
        return ", ".join(map(values.text, said)) if isinstance(said, list) else values.text(said)

    def number(self, column: str, said: Any, where: str) -> int | float | None:
        found = values.number(said)
        if found is None:
            self.notes.small(where, column, _("“%(value)s” is not a number") % {"value": _short(said)})
            return None
        return values.whole(found)

    def day(self, column: str, said: Any, where: str) -> str | None:
        found = values.day(values.text(said), self.order)
        if found is None:
            fault = _("“%(value)s” is no day that we can be sure of: left out") % {"value": _short(said)}
            self.notes.remark(where, column, fault)
        return found.isoformat() if found else None

    def clock(self, column: str, said: Any, where: str) -> str | None:
        found = values.clock(said)
        if found is None:
            self.notes.remark(where, column, _("“%(value)s” is no hour: left out") % {"value": _short(said)})
        return "00:00" if found == "24:00" else found  # HSDS ends a day at midnight by 00:00

    def web(self, column: str, said: Any, where: str) -> str | None:
        found = values.web(values.text(said), is_current=self.notes.is_current)
        if found is None:
            self.notes.small(where, column, _("“%(value)s” is not a web address") % {"value": _short(said)})
        return found

    def word(self, column: str, said: Any, where: str) -> str | None:
        allowed = _WORDS[column]
        found = {word.lower(): word for word in allowed}.get(values.text(said).lower())
        if found is None:
            fault = _("“%(value)s” is not one of %(allowed)s") % {"value": _short(said), "allowed": ", ".join(allowed)}
            self.notes.small(where, column, fault)
        return found


_READ: Mapping[str, Callable[[Cleaner, str, Any, str], Any]] = {
    TEXT: Cleaner.text,
    NUMBER: Cleaner.number,
    DAY: Cleaner.day,
    CLOCK: Cleaner.clock,
    WEB: Cleaner.web,
    WORD: Cleaner.word,
}


def _with_readable_extension(row: Json) -> Json:
    """HSDS wants a number: "x 123" is 123, and "press 2, then ask" is a description."""
    said = values.text(row.get("extension"))
    if not said or values.number(said) is not None:
        return row
    found = re.fullmatch(r"(?:x|ext\.?|anexo)\s*(\d+)", said, re.IGNORECASE)
    if found:
        return {**row, "extension": int(found[1])}
    told = ". ".join(part for part in (values.text(row.get("description")), said) if part)
    return {**row, "extension": None, "description": told}


def _list(given: Any) -> list[Any]:
    if given in (None, ""):
        return []
    return given if isinstance(given, list) else [given]


def _short(value: Any) -> str:
    said = values.text(value)
    return said if len(said) <= 40 else f"{said[:39]}…"
