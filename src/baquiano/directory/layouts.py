"""Every published layout of HSDS, said in the words of HSDS 3.1: tables of 1.x and 2.x, the directories of Ohana, the services of
Open Referral UK 1, the data packages of today. One table becomes documents that hold their own rows; nothing is believed here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from baquiano.directory import values
from baquiano.directory.documents import WHERE, Document, Feed, Json, RowError
from baquiano.directory.reading import Row, Tables, column_name

_TABLES = {
    "organization": "organization organizations organisation organisations",
    "program": "program programs programme programmes",
    "service": "service services",
    "service_at_location": "service_at_location service_at_locations services_at_location services_at_locations",
    "location": "location locations",
    "address": "address addresses",
    "physical_address": "physical_address physical_addresses",
    "postal_address": "postal_address postal_addresses mail_address mail_addresses",
    "phone": "phone phones",
    "contact": "contact contacts",
    "schedule": "schedule schedules",
    "regular_schedule": "regular_schedule regular_schedules",
    "holiday_schedule": "holiday_schedule holiday_schedules",
    "language": "language languages",
    "accessibility": "accessibility accessibility_for_disabilities",
    "eligibility": "eligibility eligibilities eligibilitys",
    "taxonomy": "taxonomy taxonomies",
    "taxonomy_term": "taxonomy_term taxonomy_terms",
    "service_taxonomy": "service_taxonomy services_taxonomy service_taxonomies service_taxonomys services_taxonomies",
    "attribute": "attribute attributes other_attribute other_attributes link_taxonomy link_taxonomies",
    "required_document": "required_document required_documents",
    "cost_option": "cost_option cost_options",
    "payment_accepted": "payment_accepted payments_accepted",
    "service_area": "service_area service_areas",
    "funding": "funding fundings",
    "organization_identifier": "organization_identifier organization_identifiers",
    "capacity": "service_capacity service_capacities capacity capacities",
    "unit": "unit units",
    "url": "url urls",
    "metadata": "metadata",
    "meta_table_description": "meta_table_description meta_table_descriptions",
    "review": "review reviews",
}
TABLE_OF: Mapping[str, str] = {name: table for table, names in _TABLES.items() for name in names.split()}
_OLD_TABLES = {
    "physical_address", "postal_address", "regular_schedule", "holiday_schedule", "eligibility", "service_taxonomy", "payment_accepted",
}  # fmt: skip
_OLD_FILES = {"accessibility_for_disabilities", "services_at_location", "mail_addresses"}
_NEW_COLUMNS = {
    "assured_date",
    "assurer_email",
    "eligibility_description",
    "fees_description",
    "last_modified",
    "minimum_age",
    "alert",
}

_RENAMED: Mapping[str, Mapping[str, str]] = {
    "organization": {"url": "website", "organisation_id": "id"},
    "service": {
        "website": "url",
        "organisation_id": "organization_id",
        "eligibility": "eligibility_description",
        "accepted_payments": "payments_accepted",
        "interpretation": "interpretation_services",
    },
    "location": {"type": "location_type", "website": "url", "lat": "latitude", "lng": "longitude", "lon": "longitude"},
    "phone": {"number_type": "type", "phone": "number"},
    "address": {"postcode": "postal_code", "zip": "postal_code", "zip_code": "postal_code", "state": "state_province"},
    "language": {"language": "name"},
    "accessibility": {"accessibility": "description"},
    "service_area": {"service_area": "name"},
    "taxonomy": {"taxonomy_id": "id"},
    "schedule": {"opens": "opens_at", "closes": "closes_at", "day": "weekday"},
    "holiday_schedule": {"opens": "opens_at", "closes": "closes_at"},
}
_LISTS = {
    "phone": "phones",
    "schedule": "schedules",
    "holiday_schedule": "holiday_schedules",
    "service_area": "service_areas",
    "service_at_location": "service_at_locations",
    "language": "languages",
    "funding": "funding",
    "cost_option": "cost_options",
    "required_document": "required_documents",
    "contact": "contacts",
    "capacity": "capacities",
    "attribute": "attributes",
    "eligibility": "eligibility",
    "payment_accepted": "payments_accepted",
    "address": "addresses",
    "accessibility": "accessibility",
    "location": "locations",
    "program": "programs",
    "organization_identifier": "organization_identifiers",
    "metadata": "metadata",
}
"""Under which name the rows of a table hang on their parent."""
_HANGS_ON: Mapping[str, tuple[str, ...]] = {
    "phone": ("service_at_location", "service", "location", "organization", "contact"),
    "schedule": ("service_at_location", "service", "location"),
    "holiday_schedule": ("service_at_location", "service", "location"),
    "language": ("phone", "service", "location"),
    "accessibility": ("location",),
    "address": ("location",),
    "service_area": ("service_at_location", "service"),
    "funding": ("service", "organization"),
    "cost_option": ("service",),
    "required_document": ("service",),
    "eligibility": ("service",),
    "payment_accepted": ("service",),
    "contact": ("service_at_location", "service", "location", "organization"),
    "capacity": ("service",),
    "program": ("organization",),
    "organization_identifier": ("organization",),
}
"""Whose rows they are, the most particular first: a row that names several belongs to the first of them."""
_OHANA_ACCESS = {
    "disabled_parking": "parking",
    "elevator": "lift",
    "ramp": "ramp",
    "restroom": "toilet",
    "tape_braille": "braille",
}


def table_of(name: str) -> str:
    """Which table of HSDS a file is, by its name; "" for one that is none."""
    stem = column_name(PurePosixPath(name).name.split(".")[0])
    return TABLE_OF.get(stem, "")


def as_kept(table: str, path: str) -> str:
    """Addresses where a place is and where it gets letters have tables of their own in older layouts: told apart by their file."""
    return table if table != "address" or "mail" not in column_name(PurePosixPath(path).stem) else "postal_address"


def is_old(tables: Tables, files: Iterable[str] = ()) -> bool:
    """Whether a data package is of HSDS 1 or 2 (or Ohana's), by its tables and the columns of its services."""
    if any(table in _OLD_TABLES for table in tables) or _OLD_FILES & {
        column_name(PurePosixPath(name).stem) for name in files
    }:
        return True
    if "schedule" in tables or "taxonomy_term" in tables or "attribute" in tables:
        return False
    columns = set().union(*(row.keys() for row in tables.get("service", [])[:1]))
    return not columns & _NEW_COLUMNS


# -- tables ------------------------------------------------------------------------------------------------------------


def from_tables(tables: Tables, *, is_current: bool) -> Feed:
    """A feed from tables by their names in HSDS."""
    return _Assembly(tables, is_current=is_current).feed()


@dataclass
class _Assembly:
    tables: Tables
    is_current: bool

    def __post_init__(self) -> None:
        self.remarks: list[RowError] = []
        self.errors: list[RowError] = []
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.counted = {table: len(rows) for table, rows in self.tables.items()}
        for table, rows in self.tables.items():
            self.rows[_now_called(table)] += [self._renewed(table, row) for row in rows]
        self.by_id: dict[str, dict[str, Row]] = {
            table: {values.text(row.get("id")): row for row in rows if row.get("id")}
            for table, rows in self.rows.items()
        }

    def feed(self) -> Feed:
        self._old_terms()
        self._places_of_services()
        for table in (
            "language",
            "phone",
            *(table for table in _HANGS_ON if table not in ("language", "phone", "contact")),
            "contact",
        ):
            for row in self.rows[table]:
                self._hang(table, row)
        self._attributes()
        self._one_to_one()
        return Feed(
            services=self._documents("service"),
            organizations=self._documents("organization"),
            locations=self._documents("location"),
            taxonomies=self._documents("taxonomy"),
            terms=self._documents("taxonomy_term"),
            is_current=self.is_current,
            layout=_("HSDS 3 tables") if self.is_current else _("tables of HSDS 1 or 2"),
            errors=tuple(self.errors),
            remarks=tuple(self.remarks),
            counted=self.counted,
        )

    def _documents(self, table: str) -> tuple[Document, ...]:
        return tuple(Document(str(row.get(WHERE, "")), row) for row in self.rows[table])

    def _renewed(self, table: str, row: Row) -> Row:
        return _in_its_own_count(table, renewed(_now_called(table), row))

    # -- what older layouts say otherwise

    def _old_terms(self) -> None:
        """HSDS 1 and 2 and Ohana call terms a taxonomy, and link services to them by a table of its own or a list in one cell."""
        if self.rows["taxonomy"] and not self.rows["taxonomy_term"] and not self.is_current:
            self.rows["taxonomy_term"] = self.rows.pop("taxonomy")
            self.rows["taxonomy"] = []
            self.by_id["taxonomy_term"] = self.by_id.pop("taxonomy", {})
        for row in self.rows["service_taxonomy"]:
            term = row.get("taxonomy_term_id") or row.get("taxonomy_id")
            link = {
                "id": row.get("id"),
                "link_id": row.get("service_id"),
                "link_entity": "service",
                "taxonomy_term_id": term,
            }
            self.rows["attribute"].append({**link, "value": row.get("taxonomy_detail", ""), WHERE: row.get(WHERE, "")})
        for row in self.rows["service"]:
            for term in _split(row.get("taxonomy_ids")):
                link = {"link_id": row.get("id"), "link_entity": "service", "taxonomy_term_id": term}
                self.rows["attribute"].append({**link, WHERE: row.get(WHERE, "")})

    def _places_of_services(self) -> None:
        """Where a service names its place itself, that is a service at a place; and its organisation may be that of the place."""
        known = {(row.get("service_id"), row.get("location_id")) for row in self.rows["service_at_location"]}
        for row in self.rows["service"]:
            place = row.get("location_id")
            if place and (row.get("id"), place) not in known:
                at = {"service_id": row.get("id"), "location_id": place, WHERE: row.get(WHERE, "")}
                self.rows["service_at_location"].append(at)
            if not row.get("organization_id") and place in self.by_id.get("location", {}):
                row["organization_id"] = self.by_id["location"][place].get("organization_id", "")
        self._at = {(row.get("service_id"), row.get("location_id")): row for row in self.rows["service_at_location"]}

    # -- which row hangs on which

    def _hang(self, table: str, row: Row) -> None:
        named = {parent: values.text(row.get(f"{parent}_id")) for parent in _HANGS_ON[table]}
        named = {parent: pk for parent, pk in named.items() if pk}
        at = self._at.get((named.get("service"), named.get("location")))
        if at is not None and "service_at_location" in _HANGS_ON[table] and "service_at_location" not in named:
            at.setdefault(_LISTS[table], []).append(row)
            return
        if not named:
            self._set_aside(row, "", _("says of nothing whose it is: left out"))
            return
        for parent, pk in named.items():
            found = self.by_id.get(parent, {}).get(pk)
            if found is not None:
                found.setdefault(_LISTS[table], []).append(row)
                return
        parent, pk = next(iter(named.items()))
        self._set_aside(
            row, f"{parent}_id", _("there is no %(parent)s %(id)s: left out") % {"parent": parent, "id": pk}
        )

    def _attributes(self) -> None:
        terms = self.by_id.get("taxonomy_term", {})
        for row in self.rows["attribute"]:
            term = values.text(row.get("taxonomy_term_id") or row.get("taxonomy_id"))
            if term in terms:
                row["taxonomy_term"] = terms[term]
            entity = values.text(row.get("link_entity") or row.get("link_type"))
            link = values.text(row.get("link_id"))
            parents = (
                [TABLE_OF[entity]]
                if entity in TABLE_OF
                else ["service", "organization", "location", "service_at_location"]
            )
            found = [self.by_id[parent][link] for parent in parents if link in self.by_id.get(parent, {})]
            if found:
                found[0].setdefault("attributes", []).append(row)
            else:
                self._set_aside(row, "link_id", _("there is no row %(id)s: left out") % {"id": link})

    def _one_to_one(self) -> None:
        """A service holds its organisation and programme, a service at a place its place, a capacity its unit."""
        for row in self.rows["capacity"]:
            row.setdefault("unit", self.by_id.get("unit", {}).get(row.get("unit_id", "")))
        for row in self.rows["url"]:
            parent = "service" if row.get("service_id") else "organization"
            found = self.by_id.get(parent, {}).get(row.get(f"{parent}_id", ""))
            if found is not None:
                found.setdefault("additional_urls" if parent == "service" else "additional_websites", []).append(row)
        for row in self.rows["service_at_location"]:
            self._put(row)
        for row in self.rows["service"]:
            if self.rows["service_at_location"]:
                row.setdefault("service_at_locations", [])
            row["program"] = self.by_id.get("program", {}).get(row.get("program_id", ""))
            owner = row.get("organization_id", "")
            if owner and owner in self.by_id.get("organization", {}):
                row["organization"] = self.by_id["organization"][owner]
            elif owner:
                text = _("there is no %(parent)s %(id)s") % {"parent": "organization", "id": owner}
                told = self.errors if self.is_current else self.remarks
                told.append(RowError(row.get(WHERE, ""), "organization_id", text))

    def _put(self, row: Row) -> None:
        service = self.by_id.get("service", {}).get(row.get("service_id", ""))
        place = self.by_id.get("location", {}).get(row.get("location_id", ""))
        for found, column in ((service, "service_id"), (place, "location_id")):
            if found is None:
                text = _("there is no %(parent)s %(id)s") % {"parent": column[:-3], "id": row.get(column, "")}
                where = RowError(row.get(WHERE, ""), column, text)
                (self.errors if self.is_current else self.remarks).append(where)
                return
        if service is not None:
            row["location"] = place
            service.setdefault("service_at_locations", []).append(row)

    def _set_aside(self, row: Row, column: str, text: str) -> None:
        self.remarks.append(RowError(str(row.get(WHERE, "")), column, text))


_JOINED = ("physical_address", "postal_address", "regular_schedule", "holiday_schedule")
"""Tables of older layouts that are one today, each of which counts its rows from 1."""


def _in_its_own_count(part: str, row: Row) -> Row:
    if part in _JOINED and row.get("id") and not values.uuid_of(row["id"]):
        row["id"] = f"{part} {row['id']}"
    if part in ("physical_address", "postal_address"):
        row.setdefault("address_type", part.split("_")[0])
    return row


def _now_called(table: str) -> str:
    if table in ("physical_address", "postal_address"):
        return "address"
    return "schedule" if table == "regular_schedule" else table


# -- one row, or one document --------------------------------------------------------------------------------------------


def renewed(table: str, row: Mapping[str, Any]) -> Row:
    """One row in the names of HSDS 3, with every list that hangs on it; cells that hold a list of words become rows."""
    new: Row = {}
    renames = _RENAMED.get(table, {})
    for key, value in row.items():
        if key == WHERE:
            new[key] = value
            continue
        said = column_name(key) if not key.islower() else key
        said = renames.get(said, said)
        if said in new and not _says(value):
            continue
        new[said] = value
    if table == "address":
        _join_lines(new)
    if table == "location" and values.truth(new.get("virtual")):
        new["location_type"] = "virtual"
    if table == "language" and re.fullmatch(r"[a-z]{2,3}", values.text(new.get("name"))) and not new.get("code"):
        new["code"] = new["name"]
    _cells_to_rows(table, new)
    return new


def renewed_document(table: str, data: Json) -> Json:
    """A nested document of any version: every part renewed, every list under its name of today."""
    new: Json = {}
    for key, value in renewed(table, data).items():
        part = TABLE_OF.get(key, "")
        if isinstance(value, list) and part and all(isinstance(row, dict) for row in value):
            name = _LISTS.get(_now_called(part), key)
            rows = [_renewed_part(part, row) for row in value]
            new[name] = [*new.get(name, []), *rows] if isinstance(new.get(name), list) else rows
        elif isinstance(value, dict) and part:
            new[key] = renewed_document(part, value)
        else:
            new.setdefault(key, value)
    _old_links(new)
    return new


def _renewed_part(part: str, row: Json) -> Json:
    return _in_its_own_count(part, renewed_document(_now_called(part), row))


def _old_links(new: Json) -> None:
    """`service_taxonomys: [{taxonomy: {…}}]` of Open Referral UK 1 are attributes with terms."""
    for name in [name for name in new if TABLE_OF.get(name) == "service_taxonomy" and isinstance(new[name], list)]:
        for row in new.pop(name):
            term = row.get("taxonomy_term") or row.get("taxonomy") if isinstance(row, dict) else None
            if isinstance(term, dict):
                new.setdefault("attributes", []).append(
                    {"id": row.get("id"), "taxonomy_term": term, "link_entity": "service"}
                )


def looks_old(data: Json) -> bool:
    """Whether a nested service is of a layout before HSDS 3."""
    keys = {column_name(key) for key in data}
    tables = {TABLE_OF.get(key, "") for key in keys if isinstance(data.get(key), (list, dict))}
    if tables & _OLD_TABLES or keys & {
        "eligibilitys",
        "service_taxonomys",
        "fundings",
        "attending_type",
        "deliverable_type",
    }:
        return True
    for at in data.get("service_at_locations") or []:
        place = at.get("location") if isinstance(at, dict) else None
        if isinstance(place, dict) and {TABLE_OF.get(column_name(key), "") for key in [*at, *place]} & _OLD_TABLES:
            return True
    return False


def _cells_to_rows(table: str, row: Row) -> None:
    """Ohana and HSDS 1 keep lists in one cell: "Spanish, Tagalog". A nested document has rows there already."""
    wanted = {
        "service": (
            ("languages", "name"),
            ("required_documents", "document"),
            ("service_areas", "name"),
            ("payments_accepted", "payment"),
        ),
        "location": (("languages", "name"), ("accessibility", "description")),
        "phone": (("language", "name"), ("languages", "name")),
    }.get(table, ())
    for name, column in wanted:
        cell = row.get(name)
        if isinstance(cell, str):
            parts = [{column: part, WHERE: row.get(WHERE, "")} for part in _split(cell)]
            row.pop(name)
            if parts:
                row[_LISTS.get(TABLE_OF.get(name, ""), name)] = [
                    renewed(TABLE_OF.get(name, ""), part) for part in parts
                ]
    if table == "service" and isinstance(row.get("funding_sources"), str):
        row["funding"] = [{"source": part, WHERE: row.get(WHERE, "")} for part in _split(row.pop("funding_sources"))]
    if table == "location" and row.get("accessibility") and isinstance(row["accessibility"], list):
        codes = [
            _OHANA_ACCESS.get(values.text(part.get("description")))
            for part in row["accessibility"]
            if isinstance(part, dict)
        ]
        if any(codes):
            row["accessibility_codes"] = [code for code in codes if code]


def _join_lines(row: Row) -> None:
    """HSDS 1 had four lines of an address; what was on the third and fourth goes with the second."""
    more = [values.text(row.pop(name, "")) for name in ("address_3", "address_4", "street_2")]
    lines = [line for line in (values.text(row.get("address_2")), *more) if line]
    if lines:
        row["address_2"] = ", ".join(lines)


def _split(cell: Any) -> list[str]:
    """Parts of a list in one cell: by semicolons where there are any, else by commas outside brackets."""
    said = values.text(cell)
    separator = r";" if ";" in said else r",(?![^()]*\))"
    return [part.strip() for part in re.split(separator, said) if part.strip()]


def _says(value: Any) -> bool:
    return value not in (None, "", [], {})


# -- lists of documents ------------------------------------------------------------------------------------------------


def from_services(items: Iterable[tuple[str, Any]], *, is_current: bool | None = None) -> Feed:
    """A feed from nested services, each with where it stands. `is_current` None: as the services show."""
    found: list[Document] = []
    errors: list[RowError] = []
    old = False
    for where, item in items:
        if not isinstance(item, dict):
            errors.append(RowError(where, "", _("is not a service")))
            continue
        old = old or looks_old(item)
        found.append(Document(where, renewed_document("service", item)))
    current = not old if is_current is None else is_current
    counted = Counter(service=len(found))
    for document in found:
        counted["schedule"] += _count(document.data, "schedules")
    return Feed(
        services=tuple(found),
        is_current=current,
        layout=_("services of HSDS 3") if current else _("services of an older layout"),
        errors=tuple(errors),
        counted=dict(counted),
    )


def _count(data: Json, name: str) -> int:
    rows = data.get(name)
    nested = [value for value in data.values() if isinstance(value, dict)]
    lists = [row for value in data.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    return (len(rows) if isinstance(rows, list) else 0) + sum(_count(part, name) for part in [*nested, *lists])
