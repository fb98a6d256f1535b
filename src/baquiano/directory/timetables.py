"""Which hours apply: those of a service at one of its places, else its own, else those of the place; in which zone; and what is closed when."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from baquiano.accounts.models import organisation
from baquiano.directory.hours import Closure, Timetable
from baquiano.directory.models import Holidays, Notice, Service, ServiceAtLocation
from baquiano.territory import finding
from baquiano.territory.models import Country
from baquiano.territory.zones import corner_of


def hours_of(service: Service, at: ServiceAtLocation | None) -> str:
    """As OpenStreetMap writes them; "" when nobody told us."""
    return (at.hours if at else "") or service.hours or (at.location.hours if at else "")


def note_of(service: Service, at: ServiceAtLocation | None) -> str:
    return (at.hours_note if at else "") or service.hours_note or (at.location.hours_note if at else "")


def country_of(service: Service, at: ServiceAtLocation | None) -> str:
    """Of the place, or of the first division it serves; "" when neither is known."""
    if at is not None and at.location.country:
        return at.location.country
    return service.areas[0][:2] if service.areas else ""


def _pcode(service: Service, at: ServiceAtLocation | None) -> str:
    """Of the division it lies in, or of the one it serves."""
    there = finding.place(at.location.division_id) if at and at.location.division_id else None
    if there is not None:
        return there.pcode
    return service.areas[0] if service.areas else ""


def timetable(
    service: Service, at: ServiceAtLocation | None, notices: Iterable[Notice], zones: Mapping[str, str]
) -> Timetable:
    """`notices`: those about it that have not ended; `zones`: of each country, from `zones_of_countries`. No query."""
    country = country_of(service, at)
    said = [at.holidays, service.holidays, at.location.holidays] if at else [service.holidays]
    zone = (at.location.zone if at else "") or corner_of(_pcode(service, at)) or zones.get(country) or zones[""]
    closures = tuple(
        Closure(
            notice.begins_at, notice.ends_at, notice.hours if notice.kind == Notice.Kind.HOURS else None, notice.text
        )
        for notice in notices
        if notice.kind != Notice.Kind.MESSAGE
    )
    holidays = next((one for one in said if one != Holidays.UNKNOWN), Holidays.UNKNOWN)
    return Timetable(hours_of(service, at), zone, country, str(holidays), closures)


def zones_of_countries() -> dict[str, str]:
    """The zone of most of each country; "" for a service of which no country is known: our own."""
    return {"": organisation().timezone, **dict(Country.objects.values_list("code", "timezone"))}


class Notices:
    """Those that have not ended, by what they are about. One query, whatever is asked of them."""

    def __init__(self, now: datetime, *about: Q) -> None:
        """`about`: only those about one of these things; without any, all of them."""
        rows = Notice.objects.coming(now).order_by("begins_at", "pk")
        self._about: dict[UUID, list[Notice]] = defaultdict(list)
        for notice in rows.filter(reduce(or_, about)) if about else rows:
            one = notice.organization_id or notice.service_id or notice.location_id or notice.at_id
            if one is not None:
                self._about[one].append(notice)

    def of(self, service: Service, at: ServiceAtLocation | None) -> list[Notice]:
        """The nearest to it first: of the service at that place, of the place, of the service, of the organisation."""
        wanted = [at.pk, at.location_id] if at else []
        wanted += [service.pk, service.organization_id]
        return [notice for one in wanted for notice in self._about.get(one, ())]
