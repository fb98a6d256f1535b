"""When something is open, in one line, for the screens of the directory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import get_language

from baquiano.directory import hours, timetables
from baquiano.directory.models import Location, Service, ServiceAtLocation


@dataclass(frozen=True)
class Said:
    """`state`: the value of `hours.State`, for its mark; `hours` "": nobody told us."""

    state: str
    now: str
    hours: str


class Clock:
    """What a service says of itself and at each of its places at one moment: two queries, however many places."""

    def __init__(self, service: Service, places: Sequence[ServiceAtLocation], now: datetime) -> None:
        about = Q(service=service) | Q(organization=service.organization_id)
        about |= Q(at__in=[at.pk for at in places]) | Q(location__in=[at.location_id for at in places])
        self._service, self._now = service, now
        self._notices = timetables.Notices(now, about)
        self._zones = timetables.zones_of_countries()

    def read(self, at: ServiceAtLocation | None = None) -> Said:
        notices = self._notices.of(self._service, at)
        return said(timetables.timetable(self._service, at, notices, self._zones), self._now)


def of_place(place: Location, now: datetime) -> Said:
    zone = place.zone or zone_of(place.country)
    return said(hours.Timetable(place.hours, zone, place.country, str(place.holidays)), now)


def zone_of(country: str) -> str:
    zones = timetables.zones_of_countries()
    return zones.get(country) or zones[""]


def said(table: hours.Timetable, moment: datetime) -> Said:
    now, language = hours.at(table, moment), get_language() or "es"
    return Said(
        now.state.name.lower(),
        hours.now_in_words(now, table.zone, moment, language),
        hours.in_words(table.hours, language) if table.hours else "",
    )
