"""What the tests of the directory's screens begin with: two municipalities, an organisation, a kitchen and its hall."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from baquiano.directory.models import Location, Organization, Service, ServiceAtLocation
from baquiano.territory.models import Country, Division

SERVICES, PLACES = "/workspace/services/", "/workspace/places/"


@dataclass(frozen=True)
class Town:
    valparaiso: Division
    bogota: Division
    fund: Organization
    kitchen: Service
    hall: Location
    at: ServiceAtLocation


def built() -> Town:
    chile = Country.objects.create(code="CL", name="Chile", timezone="America/Santiago")
    colombia = Country.objects.create(code="CO", name="Colombia", timezone="America/Bogota")
    region = Division.objects.create(
        country=chile, level=1, code="05", pcode="CL05", name="Valparaíso", name_folded="valparaiso"
    )
    district = Division.objects.create(
        country=colombia, level=1, code="11", pcode="CO11", name="Bogotá, D.C.", name_folded="bogota, d.c."
    )
    valparaiso = Division.objects.create(
        country=chile, level=3, code="05101", pcode="CL05101", parent=region, name="Valparaíso", name_folded="valparaiso",
        latitude=-33.05, longitude=-71.61,
    )  # fmt: skip
    bogota = Division.objects.create(
        country=colombia, level=2, code="11001", pcode="CO11001", parent=district, name="Bogotá, D.C.", name_folded="bogota, d.c.",
        latitude=4.61, longitude=-74.08,
    )  # fmt: skip
    fund = Organization.objects.create(name="Fundación Ficticia")
    kitchen = Service.objects.create(organization=fund, name="Comedor del Puerto", needs=("food",))
    hall = Location.objects.create(
        organization=fund, name="Sede Puerto", address_1="Calle Uno 123", division=valparaiso, country="CL", city="Valparaíso",
        latitude=-33.05, longitude=-71.61, is_approximate=True,
    )  # fmt: skip
    return Town(
        valparaiso, bogota, fund, kitchen, hall, ServiceAtLocation.objects.create(service=kitchen, location=hall)
    )


def as_shown(browser: Client, address: str, **other: Any) -> dict[str, Any]:
    """The form of a page as it would be sent untouched, and with `other` in it. `None` takes a field away."""
    form = browser.get(address).context["form"]
    sent: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value in (None, False) and bound.name != "seen":
            continue
        prepared = bound.field.prepare_value(value)
        sent[bound.html_name] = list(prepared) if isinstance(prepared, tuple | list) else prepared
    return {name: value for name, value in {**sent, **other}.items() if value is not None}
