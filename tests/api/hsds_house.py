"""A fictional directory for the tests of the HSDS API: `Cast` writes rows as editors and imports do, and raises the number of the directory."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from baquiano.accounts.models import User
from baquiano.directory import trust, version
from baquiano.directory.models import Location, Organization, Service, ServiceAtLocation, Visibility

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
VALPARAISO = (-33.046, -71.62)
VINA = (-33.024, -71.552)
SANTIAGO = (-33.437, -70.65)
OFFICE = "Mo-Fr 09:00-17:00"


@dataclass
class Cast:
    by: User
    organizations: dict[str, Organization] = field(default_factory=dict)

    def organization(self, name: str = "Centro Ficticio", **values: Any) -> Organization:
        if name not in self.organizations:
            made = Organization.objects.create(
                name=name, description="No existe.", is_demo=True, modified_at=LONG_AGO, **values
            )
            self.organizations[name] = made
            version.bump()
        return self.organizations[name]

    def service(self, name: str, of: str = "Centro Ficticio", **values: Any) -> Service:
        row = Service.objects.create(
            organization=self.organization(of), name=name, is_demo=True, **{"modified_at": LONG_AGO, **values}
        )
        version.bump()
        return row

    def at(self, service: Service, point: tuple[float, float] | None = None, **values: Any) -> ServiceAtLocation:
        lat, lon = point or (None, None)
        place: dict[str, Any] = {"organization": service.organization}
        if values.get("visibility") != Visibility.CONFIDENTIAL:
            place |= {"country": "CL", "zone": "America/Santiago", "modified_at": LONG_AGO}
        location = Location.objects.create(**{**place, "latitude": lat, "longitude": lon, "is_demo": True, **values})
        row = ServiceAtLocation.objects.create(service=service, location=location, modified_at=LONG_AGO)
        version.bump()
        return row

    def many(self, count: int) -> None:
        """Each at a place of its own."""
        organization = self.organization()
        services = Service.objects.bulk_create(
            Service(organization=organization, name=f"Servicio ficticio {number}", is_demo=True)
            for number in range(count)
        )
        places = Location.objects.bulk_create(
            Location(organization=organization, country="CL", address_1=f"Calle Inventada {number}", is_demo=True)
            for number in range(count)
        )
        ServiceAtLocation.objects.bulk_create(
            ServiceAtLocation(service=service, location=place) for service, place in zip(services, places, strict=True)
        )
        version.bump()

    def confirm(self, service: Service, on: date) -> None:
        trust.confirm(service, trust.PARTS, on=on, how="call", by=self.by)
