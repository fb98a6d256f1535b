"""A small directory around Valparaíso and one place in Bogotá: all of it invented, with municipalities as they really lie."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from baquiano.accounts.models import User
from baquiano.directory import trust, version
from baquiano.directory.models import Location, Organization, Service, ServiceAtLocation
from baquiano.lib.turnstile import writing
from baquiano.territory import loading
from baquiano.territory.models import Division

REGIONS = ("CL05", "CL13", "CO11", "CO52")
PARTS = ("hours", "contact", "address", "eligibility", "cost")


@lru_cache
def _rows() -> list[loading.Row]:
    file = Path(settings.PACKS) / "comun" / "divisions.csv"
    return [row for row in loading.read(file) if row.pcode.startswith(REGIONS)]


def divide() -> None:
    """Two regions of Chile and two departments of Colombia, with all that lies in them."""
    loading.add(_rows())


def organization(name: str = "Organización Ficticia del Puerto", **values: Any) -> Organization:
    return Organization.objects.create(name=name, is_demo=True, **values)


def service(name: str, whose: Organization, needs: str = "food", **values: Any) -> Service:
    """Of that name; `needs` as one text."""
    return Service.objects.create(organization=whose, name=name, needs=tuple(needs.split()), is_demo=True, **values)


def place(pcode: str, **values: Any) -> Location:
    """In that municipality, at its middle unless said otherwise."""
    there = Division.objects.get(pcode=pcode)
    point = {"latitude": there.latitude, "longitude": there.longitude}
    zone = {"CL": "America/Santiago", "CO": "America/Bogota"}[there.country_id]
    known = {**point, "country": there.country_id, "division": there, "city": there.name, "zone": zone, "is_demo": True}
    return Location.objects.create(**{**known, **values})


def at(what: Service, where: Location, **values: Any) -> ServiceAtLocation:
    return ServiceAtLocation.objects.create(service=what, location=where, **values)


def confirmed(what: Service, on: date, by: User) -> None:
    trust.confirm(what, PARTS, on=on, how="call", by=by)


def told() -> None:
    """What was written above is seen by whoever keeps an index."""
    with writing():
        version.bump()


def furnish_directory() -> dict[str, Service]:
    """Four places and a line, by short names."""
    divide()
    us = organization(phone="+56 32 555 0100")
    found = {
        "kitchen": service(
            "Comedor Ficticio El Puerto",
            us,
            description="Almuerzo caliente.",
            hours="Mo-Fr 08:00-17:00",
            asks_documents="no",
            asks_status="no",
            cost="free",
            phones=[{"number": "+56 32 555 0101"}],
            languages=("es", "ht"),
            source="Directorio ficticio",
            source_on=date(2026, 10, 1),
        ),
        "evening": service(
            "Olla Ficticia de la Tarde", us, hours="Mo-Fr 18:00-21:00", phones=[{"number": "+56 32 555 0102"}]
        ),
        "silent": service("Despensa Ficticia Sin Horario", us, asks_documents="yes", accepts=("passport",)),
        "law": service("Consultorio Jurídico Ficticio", us, "legal_aid", hours="Mo-Fr 09:00-13:00", appointment="yes"),
        "line": service(
            "Línea Ficticia de Alimentos",
            us,
            hours="24/7",
            areas=("CL",),
            phones=[{"number": "800 555 010"}],
            cost="free",
        ),
        "bogota": service("Comedor Ficticio de Bogotá", us, hours="Mo-Su 11:00-14:00"),
    }
    at(found["kitchen"], place("CL05101", name="Sede del puerto", address_1="Calle Inventada 123", step_free="yes"))
    at(found["evening"], place("CL05109", address_1="Avenida Inventada 45"))
    at(found["silent"], place("CL05801", address_1="Pasaje Inventado 6", is_approximate=True))
    at(found["law"], place("CL05101", address_1="Calle Inventada 200", latitude=-33.045, longitude=-71.62))
    at(found["bogota"], place("CO11001", address_1="Carrera Inventada 7"))
    told()
    return found
