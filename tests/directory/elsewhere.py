"""Directories from elsewhere, all invented, in the layouts that real ones have: HSDS 1 with numbers for ids, Ohana, Open Referral UK 1."""

import csv
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command

Json = dict[str, Any]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def write(folder: Path, name: str, rows: list[Json], *, encoding: str = "utf-8", separator: str = ",") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)


def hsds_1(folder: Path, services: int = 12, **how: Any) -> Path:
    """A data package of HSDS 1.0: every service at one place, open on weekdays, with a telephone; numbers for ids."""
    numbers = range(1, services + 1)
    tables: dict[str, list[Json]] = {
        "organizations": [
            {"id": 1, "name": "Fundación Ñandú Ficticia", "description": "No existe", "url": "www.example.org", "email": ""},
            {"id": 2, "name": "Centro Ficticio", "description": "No existe", "url": "", "email": "N/A"},
        ],
        "services": [
            {"id": n, "organization_id": n % 2 + 1, "name": f"Servicio {n}", "status": "Active", "fees": "None."}
            for n in numbers
        ],
        "locations": [
            {"id": n, "organization_id": n % 2 + 1, "name": f"Sede {n}", "latitude": -33.04, "longitude": -71.6}
            for n in numbers
        ],
        "services_at_location": [{"id": n, "service_id": n, "location_id": n} for n in numbers],
        "physical_addresses": [
            {"id": n, "location_id": n, "attention": "Ana Ficticia", "address_1": f"Calle {n}", "address_2": "",
             "address_3": "piso 2", "city": "Valparaíso", "state_province": "Valparaíso", "postal_code": "", "country": "Chile"}
            for n in numbers
        ],
        "postal_addresses": [
            {"id": 1, "location_id": 1, "address_1": "Casilla 1", "city": "Valparaíso", "state_province": "Valparaíso",
             "postal_code": "2340000", "country": "CL"}
        ],
        "regular_schedules": [
            {"id": number, "service_at_location_id": n, "weekday": day, "opens_at": "8:00 AM", "closes_at": "5pm"}
            for number, (n, day) in enumerate(((n, day) for n in numbers for day in DAYS), 1)
        ],
        "holiday_schedules": [
            {"id": 1, "service_at_location_id": 1, "closed": "true", "opens_at": "", "closes_at": "",
             "start_date": "25/12/2036", "end_date": "25/12/2036"},
            {"id": 2, "service_at_location_id": 1, "closed": "false", "opens_at": "10:00", "closes_at": "12:00",
             "start_date": "24/12/2036", "end_date": "24/12/2036"},
        ],
        "phones": [
            {"id": n, "service_id": n, "number": f"+56 32 555 {n:04}", "extension": "x 12", "language": "es,en"} for n in numbers
        ],
        "eligibility": [{"id": 1, "service_id": 1, "eligibility": "adult"}, {"id": 2, "service_id": 1, "eligibility": "family"}],
        "languages": [{"id": 1, "service_id": 1, "language": "Spanish"}, {"id": 2, "service_id": 1, "language": "ht"}],
        "accessibility_for_disabilities": [{"id": 1, "location_id": 1, "accessibility": "cd", "details": ""}],
        "taxonomy": [
            {"id": "BD", "name": "Basic needs", "parent_id": "", "vocabulary": "AIRS"},
            {"id": "BD-1800", "name": "Food", "parent_id": "BD", "vocabulary": "AIRS"},
        ],
        "services_taxonomy": [{"id": n, "service_id": n, "taxonomy_id": "BD-1800", "taxonomy_detail": ""} for n in numbers],
        "contacts": [{"id": 1, "organization_id": 1, "name": "Ana Ficticia", "email": "ana@example.org"}],
        "required_documents": [{"id": 1, "service_id": 1, "document": "Cédula"}],
        "service_areas": [{"id": 1, "service_id": 1, "service_area": "Valparaíso"}],
    }  # fmt: skip
    for name, rows in tables.items():
        write(folder, name, rows, **how)
    return folder


def without_ids(folder: Path) -> Path:
    """As legal aid publishes it: no ids but those that are needed, every weekday a row even without hours, owners that are not in the file."""
    write(folder, "organizations", [{"id": 25, "name": "Centro Ficticio", "description": "No existe", "url": ""}])
    services = [
        {"id": n, "organization_id": owner, "name": f"Servicio {n}", "status": "", "fees": "Gratis"}
        for n, owner in ((1, 25), (2, 91), (3, 91))
    ]
    write(folder, "services", services)
    write(folder, "locations", [{"id": n, "organization_id": 25, "name": f"Sede {n}"} for n in (7, 8)])
    pairs = ((1, 7), (2, 7), (3, 8), (99, 8))
    write(
        folder,
        "services_at_location",
        [{"id": "", "service_id": s, "location_id": p, "description": ""} for s, p in pairs],
    )
    hours = {"Sunday": ("", ""), "Monday": ("9:00", "17:00"), "Tuesday": ("10:00", "4:00"), "Saturday": ("", "")}
    rows = [
        {"id": "", "service_id": "", "location_id": place, "weekday": day, "opens_at": opens, "closes_at": closes}
        for place in (7, 555)
        for day, (opens, closes) in hours.items()
    ]
    write(folder, "regular_schedules", [*rows, {**rows[0], "location_id": 8}])
    write(folder, "phones", [{"id": "", "location_id": 7, "number": "32 555 0107"}])
    return folder


def ohana(folder: Path) -> Path:
    """A directory of Ohana: services stand at a place, lists stand in one cell, opening hours are typed as people speak."""
    write(folder, "organizations", [{"id": 1, "name": "Centro Ficticio", "description": "No existe", "website": ""}])
    places = [
        {"id": 1, "organization_id": 1, "accessibility": "ramp, elevator, cd", "languages": "Spanish, Tagalog", "name": "Sede",
         "short_desc": "Una sede", "latitude": "", "longitude": "", "virtual": "false"},
        {"id": 2, "organization_id": 1, "accessibility": "", "languages": "", "name": "Línea", "short_desc": "", "latitude": "",
         "longitude": "", "virtual": "true"},
    ]  # fmt: skip
    write(folder, "locations", places)
    services = [
        {"id": n, "location_id": n, "name": f"Servicio {n}", "eligibility": "Todas las personas", "audience": "Familias",
         "languages": "Spanish", "required_documents": "Cédula, Certificado", "service_areas": "Colma (norte, sur), Daly City",
         "status": "active", "website": "", "taxonomy_ids": "101, 101-01", "fees": "Gratis", "accepted_payments": "Cash, Check",
         "funding_sources": "City, Donations"}
        for n in (1, 2)
    ]  # fmt: skip
    write(folder, "services", services)
    write(
        folder,
        "regular_schedules",
        [
            {"id": 1, "location_id": "", "service_id": 1, "weekday": "Monday", "opens_at": "9am", "closes_at": "3pm"},
            {
                "id": 2,
                "location_id": "",
                "service_id": 1,
                "weekday": "Tue",
                "opens_at": "14:00",
                "closes_at": "4:00 PM",
            },
        ],
    )
    write(
        folder,
        "holiday_schedules",
        [
            {"id": 1, "location_id": "", "service_id": 1, "start_date": "January 01, 0001", "end_date": "January 01, 0001",
             "closed": "true", "opens_at": "", "closes_at": ""}
        ],
    )  # fmt: skip
    write(
        folder,
        "taxonomy",
        [
            {"taxonomy_id": "101", "name": "Emergency", "parent_id": "", "parent_name": ""},
            {"taxonomy_id": "101-01", "name": "Disaster Response", "parent_id": "101", "parent_name": "Emergency"},
        ],
    )
    write(
        folder,
        "mail_addresses",
        [{"id": 1, "location_id": 1, "address_1": "Casilla 9", "city": "Colma", "country": "US"}],
    )
    return folder


UK_1: Json = {
    "totalElements": 1,
    "totalPages": 1,
    "number": 1,
    "size": 1,
    "content": [
        {
            "id": "servicio-7",
            "name": "Comedor Ficticio",
            "status": "active",
            "organization": {"id": "org-1", "name": "Centro Ficticio", "description": "No existe"},
            "eligibilitys": [{"id": "e1", "eligibility": "adults", "minimum_age": 18, "maximum_age": 65}],
            "service_taxonomys": [
                {"id": "st1", "taxonomy": {"id": "t1", "name": "Food", "vocabulary": "openEligibility"}}
            ],
            "contacts": [{"id": "c1", "name": "Ana Ficticia", "phones": [{"id": "p1", "number": "555 0101"}]}],
            "service_at_locations": [
                {
                    "id": "sal1",
                    "location": {
                        "id": "l1",
                        "name": "Sede",
                        "latitude": 51.5,
                        "longitude": -0.1,
                        "physical_addresses": [
                            {
                                "id": "a1",
                                "address_1": "Calle 1",
                                "city": "Bristol",
                                "postal_code": "BS1",
                                "country": "United Kingdom",
                            }
                        ],
                        "accessibility_for_disabilities": [{"id": "x1", "accessibility": "Ramp"}],
                    },
                    "regular_schedule": [
                        {"id": "r1", "opens_at": "09:00:00", "closes_at": "17:00:00", "byday": "MO", "freq": "WEEKLY"},
                        {"id": "r2", "opens_at": "09:00:00", "closes_at": "17:00:00", "byday": "TU", "freq": "WEEKLY"},
                    ],
                }
            ],
        }
    ],
}


def services_of_3(count: int) -> list[Json]:
    """Services as HSDS 3.1 has them, the same each time."""
    pk = "00000000-0000-4000-8000-0000000000{:02}".format
    return [
        {
            "id": pk(n),
            "name": f"Servicio Ficticio {n}",
            "status": "active",
            "assured_date": "2026-10-01",
            "organization": {"id": pk(90), "name": "Centro Ficticio", "description": "No existe"},
            "phones": [{"id": pk(10 + n), "number": f"+56 32 555 01{n:02}"}],
            "schedules": [
                {"id": pk(30 + n), "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00:00", "closes_at": "13:00:00"}
            ],
        }
        for n in range(1, count + 1)
    ]


def saved(path: Path, found: Any) -> str:
    path.write_text(json.dumps(found), encoding="utf-8")
    return str(path)


def exported(path: Path, *options: str) -> str:
    call_command("hsds", "export", str(path), *options)
    return path.read_text(encoding="utf-8")
