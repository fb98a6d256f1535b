"""Services of fictional organisations, as the tests of trust and of partners need them: one organisation, its dining room, its places."""

from typing import Any

from baquiano.directory.models import Location, Organization, Service, ServiceAtLocation, Visibility
from baquiano.territory.models import Country, Division

WEEK = "Mo-Fr 08:00-17:00"
SHELTER = "CANARIO-albergue-7f3"
"""The name of a confidential place: whoever may not know of it must never read it."""


def territory() -> Division:
    """Valparaíso in its region."""
    Country.objects.get_or_create(code="CO", defaults={"name": "Colombia", "timezone": "America/Bogota"})
    country, _ = Country.objects.get_or_create(code="CL", defaults={"name": "Chile", "timezone": "America/Santiago"})
    region, _ = Division.objects.get_or_create(
        country=country,
        level=1,
        code="05",
        defaults={"pcode": "CL05", "name": "Valparaíso", "name_folded": "valparaiso"},
    )
    commune, _ = Division.objects.get_or_create(
        country=country,
        level=3,
        code="05101",
        defaults={"pcode": "CL05101", "name": "Valparaíso", "name_folded": "valparaiso", "parent": region},
    )
    return commune


def organization(name: str = "Centro Ficticio", **more: Any) -> Organization:
    return Organization.objects.create(name=name, is_demo=True, **more)


def service(owner: Organization, name: str = "Comedor Ficticio", **more: Any) -> Service:
    values: dict[str, Any] = {"needs": ("food",), "phones": [{"number": "+56 32 555 0101"}], "hours": WEEK, **more}
    return Service.objects.create(organization=owner, name=name, is_demo=True, **values)


def place(owner: Organization | None = None, name: str = "Casa Ficticia", **more: Any) -> Location:
    values: dict[str, Any] = {
        "country": "CL", "division": territory(), "address_1": "Calle Ficticia 123", "latitude": -33.05, "longitude": -71.61, **more,
    }  # fmt: skip
    return Location.objects.create(organization=owner, name=name, is_demo=True, **values)


def shelter() -> Location:
    return Location.objects.create(
        visibility=Visibility.CONFIDENTIAL, is_demo=True, sealed={"name": SHELTER, "address_1": f"{SHELTER} 99"}
    )


def at(offered: Service, where: Location, **more: Any) -> ServiceAtLocation:
    return ServiceAtLocation.objects.create(service=offered, location=where, **more)
