"""The directory as the tables of a data package: the nested objects taken apart, one CSV file for each kind of row."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from baquiano.directory import exporting
from baquiano.directory.exporting import CAPACITY_EXTRAS, PLACE_EXTRAS, SERVICE_EXTRAS
from baquiano.directory.models import Reach, Service
from baquiano.directory.parts import PARTS

Json = dict[str, Any]

_OWNERS = ("organization_id", "service_id", "location_id", "service_at_location_id")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "organizations": (
        "id", "name", "alternate_name", "description", "email", "website", "tax_status", "tax_id", "year_incorporated",
        "legal_status", "logo", "uri", "parent_organization_id",
    ),
    "programs": ("id", "organization_id", *PARTS["program"]),
    "services": (
        "id", "organization_id", "program_id", "name", "alternate_name", "description", "url", "email", "status",
        "interpretation_services", "application_process", "fees_description", "wait_time", "fees", "accreditations",
        "eligibility_description", "minimum_age", "maximum_age", "assured_date", "licenses", "alert", "last_modified",
        *SERVICE_EXTRAS,
    ),
    "service_at_location": ("id", "service_id", "location_id", "description", *PLACE_EXTRAS[:2]),
    "locations": (
        "id", "location_type", "url", "organization_id", "name", "alternate_name", "description", "transportation", "latitude",
        "longitude", "external_identifier", "external_identifier_type", *PLACE_EXTRAS,
    ),
    "addresses": ("id", "location_id", *PARTS["address"]),
    "phones": ("id", *_OWNERS, *PARTS["phone"]),
    "languages": ("id", "service_id", "location_id", "phone_id", *PARTS["language"]),
    "schedules": ("id", "service_id", "location_id", "service_at_location_id", *PARTS["schedule"]),
    "accessibility": ("id", "location_id", *PARTS["accessibility"]),
    "cost_options": ("id", "service_id", *PARTS["cost_option"]),
    "required_documents": ("id", "service_id", *PARTS["required_document"]),
    "service_areas": ("id", "service_id", "service_at_location_id", *PARTS["service_area"]),
    "funding": ("id", "organization_id", "service_id", *PARTS["funding"]),
    "organization_identifiers": ("id", "organization_id", *PARTS["organization_identifier"]),
    "url": ("id", "organization_id", "service_id", *PARTS["url"]),
    "service_capacity": (
        "id", "service_id", "service_at_location_id", "unit_id", "available", "maximum", "description", "updated",
        *CAPACITY_EXTRAS,
    ),
    "units": ("id", *PARTS["unit"]),
    "attributes": ("id", "link_id", "taxonomy_term_id", "link_type", "link_entity", "value", "label"),
    "taxonomies": ("id", "name", "description", "uri", "version"),
    "taxonomy_terms": (
        "id", "code", "name", "description", "parent_id", "taxonomy", "language", "taxonomy_id", "term_uri",
    ),
}  # fmt: skip
"""The files of a data package of HSDS 3.1 and their columns."""
_TABLE_OF_LIST = {
    "phones": "phones",
    "schedules": "schedules",
    "service_areas": "service_areas",
    "languages": "languages",
    "funding": "funding",
    "cost_options": "cost_options",
    "additional_urls": "url",
    "additional_websites": "url",
    "required_documents": "required_documents",
    "capacities": "service_capacity",
    "addresses": "addresses",
    "accessibility": "accessibility",
    "programs": "programs",
    "organization_identifiers": "organization_identifiers",
}


def package(reach: Reach, on: date) -> dict[str, bytes]:
    """Every file by its name, the description of the package among them. The same directory gives the same bytes."""
    services = exporting.services(_ids(services_of(reach)), reach=reach, on=on, full=True)
    owners = exporting.organizations(_ids(exporting.organizations_within(reach)), reach=reach, on=on, full=True)
    rows = _Rows()
    for owner in owners:
        rows.organization(owner)
    for service in services:
        rows.service(service)
    rows.add("taxonomies", exporting.taxonomies())
    rows.add("taxonomy_terms", exporting.terms())
    files = {f"{table}.csv": _csv(table, rows.of(table)) for table in COLUMNS if rows.of(table)}
    return {**files, "datapackage.json": _description(files)}


def services_of(reach: Reach) -> QuerySet[Service]:
    """What goes out in a file. Nobody outside is told of one that we could not reach; one that nobody confirmed yet bears no date."""
    found = exporting.services_within(reach)
    return found.filter(unverifiable_since=None) if reach is Reach.ANYONE else found


def _ids(rows: Any) -> list[Any]:
    return list(rows.values_list("pk", flat=True))


class _Rows:
    """The rows by table, each id once."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Json]] = {table: {} for table in COLUMNS}

    def of(self, table: str) -> list[Json]:
        """In the order in which they were told: the rows of one service keep theirs."""
        return list(self._found[table].values())

    def add(self, table: str, rows: Iterable[Json]) -> None:
        for row in rows:
            self._found[table].setdefault(row["id"], row)

    def organization(self, owner: Json) -> None:
        self.add("organizations", [owner])
        self._lists(owner, "organization")
        for place in owner.get("locations", []):
            self._place(place)

    def service(self, service: Json) -> None:
        self.add("services", [service])
        self._lists(service, "service")
        if "program" in service:
            self.add("programs", [{**service["program"], "organization_id": service["organization_id"]}])
        for at in service.get("service_at_locations", []):
            self.add("service_at_location", [at])
            self._lists(at, "service_at_location")
            self._place(at["location"])

    def _place(self, place: Json) -> None:
        self.add("locations", [place])
        self._lists(place, "location")

    def _lists(self, parent: Json, entity: str) -> None:
        for name, table in _TABLE_OF_LIST.items():
            for row in parent.get(name, []):
                owned = {f"{entity}_id": parent["id"], **row}
                if "unit" in row:
                    owned["unit_id"] = row["unit"]["id"]
                    self.add("units", [row["unit"]])
                self.add(table, [owned])
                for language in row.get("languages", []):
                    self.add("languages", [{**language, "phone_id": row["id"]}])
        for row in parent.get("attributes", []):
            self.add("attributes", [{**row, "taxonomy_term_id": row["taxonomy_term"]["id"]}])


def _csv(table: str, rows: list[Json]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS[table], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _description(files: Mapping[str, bytes]) -> bytes:
    numbers = {
        "latitude",
        "longitude",
        "minimum_age",
        "maximum_age",
        "timezone",
        "interval",
        "count",
        "available",
        "maximum",
        "amount",
    }
    resources = [
        {
            "name": name.removesuffix(".csv"),
            "path": name,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "schema": {
                "fields": [
                    {"name": column, "type": "number" if column in numbers else "string"}
                    for column in COLUMNS[name.removesuffix(".csv")]
                ],
                "primaryKey": "id",
            },
        }
        for name in files
    ]
    package = {
        "name": "human_services_data",
        "profile": "tabular-data-package",
        "version": "3.1",
        "resources": resources,
    }
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()
