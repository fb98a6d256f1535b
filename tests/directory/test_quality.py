"""How complete a service is: each part counts, what is missing is named, and a machine's touch is worth nothing."""

import pytest
from django.utils import timezone

from baquiano.directory import quality
from baquiano.directory.models import Location, Organization, Reach, Service, ServiceAtLocation

FULL = {
    "needs": ("food",),
    "description": "Almuerzos.",
    "phones": [{"number": "+57 601 555 0101"}],
    "hours": "Mo-Fr 12:00-14:00",
    "areas": ("CO",),
    "populations": ("everyone",),
    "asks_documents": "no",
    "asks_status": "no",
    "cost": "free",
    "languages": ("es",),
}


@pytest.fixture
def fund(db: None) -> Organization:
    return Organization.objects.create(name="Fundación Ficticia")


def offers(fund: Organization, **values: object) -> Service:
    return Service.objects.create(organization=fund, name="Comedor", **values)


def measured(service: Service, reach: Reach = Reach.TEAM) -> quality.Quality:
    return quality.of(quality.measured(Service.objects.all(), reach).get(pk=service.pk))


def missing(service: Service, reach: Reach = Reach.TEAM) -> list[str]:
    return [part.name for part in measured(service, reach).missing]


def test_the_points_of_all_parts_are_a_hundred() -> None:
    assert sum(part.points for part in quality.PARTS) == quality.WHOLE


def test_of_a_service_with_a_name_only_nearly_everything_is_missing(fund: Organization) -> None:
    bare = offers(fund)
    assert missing(bare) == [
        part.name for part in quality.PARTS if part.name != "pin"
    ]  # without a place no pin is missing
    assert measured(bare).score == 5


def test_a_service_without_a_place_can_be_complete(fund: Organization) -> None:
    assert measured(offers(fund, **FULL)) == quality.Quality(100, ())


@pytest.mark.parametrize("name", [part.name for part in quality.PARTS if part.name not in ("where", "pin")])
def test_each_part_that_is_taken_away_is_named_and_costs_its_points(fund: Organization, name: str) -> None:
    without = offers(fund, **{field: value for field, value in FULL.items() if field != name})
    part = next(part for part in quality.PARTS if part.name == name)
    assert measured(without) == quality.Quality(100 - part.points, (part,))


def test_an_answer_that_is_no_is_an_answer(fund: Organization) -> None:
    assert "asks_status" not in missing(offers(fund, asks_status="no"))
    assert "asks_status" in missing(offers(fund, asks_status="unknown"))


def test_a_place_brings_its_telephone_its_hours_and_where(fund: Organization) -> None:
    service = offers(fund)
    place = Location.objects.create(
        name="Sede", hours="24/7", phones=[{"number": "123"}], latitude=4.6, longitude=-74.1, is_approximate=True
    )
    ServiceAtLocation.objects.create(service=service, location=place)
    assert not {"phones", "hours", "where"} & set(missing(service))
    assert "pin" in missing(service)
    Location.objects.update(is_approximate=False)
    assert "pin" not in missing(service)


def test_a_place_that_the_reader_may_not_know_of_counts_for_nothing(fund: Organization) -> None:
    service = offers(fund)
    ServiceAtLocation.objects.create(
        service=service, location=Location.objects.create(visibility="confidential", sealed={})
    )
    assert "where" in missing(service, Reach.TEAM)
    assert "where" not in missing(service, Reach.PROTECTION)


def test_saving_again_or_being_imported_again_makes_nothing_better(fund: Organization) -> None:
    service = offers(fund, description="Almuerzos.")
    before = measured(service)
    Service.objects.update(modified_at=timezone.now(), origin="import:feed")
    assert measured(service) == before
