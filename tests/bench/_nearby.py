"""Fills the directory of the database that is set and measures `directory.near` in it: what tests/bench/near.py runs."""

import math
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from uuid import UUID
from zoneinfo import ZoneInfo

import django

django.setup()

from django.conf import settings  # noqa: E402
from opening_hours import OpeningHours  # noqa: E402

from baquiano.accounts.models import Organisation  # noqa: E402
from baquiano.directory import near, version  # noqa: E402
from baquiano.directory.models import Location, Organization, Reach, Service, ServiceAtLocation  # noqa: E402
from baquiano.directory.near import Point, Wanted  # noqa: E402
from baquiano.territory.codes import NEEDS  # noqa: E402
from baquiano.territory.loading import load  # noqa: E402
from baquiano.territory.models import Division  # noqa: E402
from baquiano.territory.zones import corner_of  # noqa: E402

PLACES, QUESTIONS, BAR = 20_000, 300, 0.25
BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STEP = timedelta(minutes=2)
ZONES = {"CL": "America/Santiago", "CO": "America/Bogota"}
EARTH_KM, NEAR_KM = 6371.0088, 50.0


@dataclass(frozen=True)
class Question:
    need: str
    lat: float
    lon: float
    country: str
    now: datetime


@dataclass(frozen=True)
class Row:
    """As whoever writes the loop would hold it: everything parsed."""

    service: UUID
    at: UUID
    name: str
    needs: frozenset[str]
    asks_documents: str
    accepts: frozenset[str]
    table: OpeningHours | None
    country: str
    zone: str
    lat: float
    lon: float


Answer = tuple[int, list[tuple[UUID, UUID, bool]]]


def main() -> None:
    chance = random.Random(20261124)
    _fill(chance)
    rows = list(_rows())
    questions = list(_questions(chance))
    begun = time.perf_counter()
    _ours(questions[0])
    seconds = time.perf_counter() - begun
    different = len(set(ServiceAtLocation.objects.values_list("hours", "location__country")))
    print(
        f"{len(rows)} service locations with {different} different timetables, all read by the first question in {seconds:.1f} s"
    )
    _measure(questions, rows)


def _measure(questions: Iterable[Question], rows: list[Row]) -> None:
    """In time of the processor: both sides only reckon, and other programs do not count."""
    ours, floor, found = [], [], 0
    for question in questions:
        begun = time.process_time()
        mine = _ours(question)
        middle = time.process_time()
        plain = _plain_loop(question, rows)
        ended = time.process_time()
        assert mine == plain, f"not the same: {mine[0]} and {plain[0]} found"
        ours.append(1000 * (middle - begun))
        floor.append(1000 * (ended - middle))
        found += mine[0]
    ratio = sum(ours) / sum(floor)
    verdict = "held" if ratio <= BAR else "MISSED"
    print(
        f"nearest, open now, without documents: {fmean(ours):.2f} ms, slowest {max(ours):.1f} ms; the plain loop {fmean(floor):.2f} ms: "
        f"{ratio:.2f} times (bar {BAR:.2f}: {verdict}); {found / len(ours):.0f} found a question, the same in all {len(ours)}"
    )


# -- both ways -----------------------------------------------------------------------------------------------------------


def _ours(question: Question) -> Answer:
    wanted = Wanted(
        need=question.need,
        point=Point(question.lat, question.lon),
        country=question.country,
        accepts=("none",),
        open_at=question.now,
    )
    found = near.find(wanted, reach=Reach.ANYONE, now=question.now)
    return found.total, [(hit.service, hit.at or hit.service, hit.is_sure) for hit in found.hits]


def _plain_loop(question: Question, rows: list[Row]) -> Answer:
    walls = {zone: question.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for zone in {row.zone for row in rows}}
    lat, cos = math.radians(question.lat), math.cos(math.radians(question.lat))
    found = []
    for row in rows:
        if question.need not in row.needs:
            continue
        takes = row.asks_documents == "no" or "none" in row.accepts
        if not takes and row.asks_documents == "yes":
            continue
        if row.table is not None and not row.table.is_open(walls[row.zone]):
            continue
        other = math.radians(row.lat)
        up, across = math.sin((other - lat) / 2), math.sin(math.radians(row.lon - question.lon) / 2)
        part = up * up + cos * math.cos(other) * across * across
        metres = round(2000 * EARTH_KM * math.asin(math.sqrt(part)))
        is_far = metres > 1000 * NEAR_KM
        if is_far and row.country != question.country:
            continue
        unsure = not takes or row.table is None
        found.append((is_far, unsure, metres, row.name, row.service, row.at))
    found.sort()
    return len(found), [(service, at, not unsure) for _, unsure, _, _, service, at in found[:3]]


# -- what is asked, and of what ------------------------------------------------------------------------------------------


def _questions(chance: random.Random) -> Iterator[Question]:
    towns = list(Division.objects.exclude(latitude=None).order_by("pk"))
    for number in range(QUESTIONS):
        town = chance.choice(towns)
        lat, lon = (
            round((town.latitude or 0) + chance.gauss(0, 0.05), 2),
            round((town.longitude or 0) + chance.gauss(0, 0.05), 2),
        )
        yield Question(chance.choice(NEEDS), lat, lon, town.country_id, BEGIN + number * STEP)


def _rows() -> Iterator[Row]:
    tables = {
        hours: OpeningHours(hours) for hours in ServiceAtLocation.objects.values_list("hours", flat=True) if hours
    }
    for at in ServiceAtLocation.objects.select_related("service", "location__division"):
        service, place = at.service, at.location
        corner = corner_of(place.division.pcode) if place.division else ""
        yield Row(
            service.pk, at.pk, service.name, frozenset(service.needs), service.asks_documents, frozenset(service.accepts),
            tables.get(at.hours), place.country, corner or ZONES[place.country], place.latitude or 0.0, place.longitude or 0.0,
        )  # fmt: skip


def _fill(chance: random.Random) -> None:
    Organisation.objects.create(
        name="Banco de pruebas", countries=["CO", "CL"], timezone="America/Bogota", is_demo=True
    )
    load(Path(settings.PACKS) / "comun" / "divisions.csv")
    towns = list(Division.objects.exclude(latitude=None).order_by("pk"))
    organization = Organization.objects.create(name="Centro Ficticio", is_demo=True)
    services = [_service(chance, organization, number) for number in range(PLACES // 2)]
    places = [_place(chance, chance.choice(towns)) for _ in range(PLACES)]
    Service.objects.bulk_create(services, batch_size=500)
    Location.objects.bulk_create(places, batch_size=500)
    ServiceAtLocation.objects.bulk_create(
        (
            ServiceAtLocation(service=services[number // 2], location=place, hours=_hours(chance), holidays="open")
            for number, place in enumerate(places)
        ),
        batch_size=500,
    )
    version.bump()


def _service(chance: random.Random, organization: Organization, number: int) -> Service:
    return Service(
        organization=organization,
        name=f"servicio ficticio {number}",
        is_demo=True,
        needs=tuple(chance.sample(NEEDS, chance.choice((1, 2, 2, 3)))),
        asks_documents=chance.choice(("unknown", "no", "no", "yes")),
        accepts=chance.choice(((), ("passport",), ("none", "passport"), ("any",))),
    )


def _place(chance: random.Random, town: Division) -> Location:
    return Location(
        country=town.country_id,
        division=town,
        latitude=(town.latitude or 0) + chance.gauss(0, 0.03),
        longitude=(town.longitude or 0) + chance.gauss(0, 0.03),
        is_demo=True,
    )


def _hours(chance: random.Random) -> str:
    """One in ten did not say."""
    if chance.random() < 0.1:
        return ""
    days = chance.choice(("Mo-Fr", "Mo-Fr", "Mo-Sa", "Tu-Sa", "Mo,We,Fr", "Tu,Th", "Mo-Su"))
    opens, closes = (
        chance.choice(("07:30", "08:00", "08:30", "09:00", "10:00")),
        chance.choice(("16:00", "17:00", "18:00", "19:30")),
    )
    morning, afternoon = f"{days} {opens}-12:00", f"{chance.choice(('13:00', '14:00', '15:00'))}-{closes}"
    usual = chance.choice(
        (f"{days} {opens}-{closes}", f"{morning},{afternoon}", f"{days} {opens}-{closes}; Sa 09:00-13:00")
    )
    return chance.choice((usual, usual, usual, f"{days} 20:00-06:00", "24/7"))


if __name__ == "__main__":
    main()
