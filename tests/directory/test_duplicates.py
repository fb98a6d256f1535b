"""The same thing written down twice: proposed by name, telephone and place; merged, its old id leads to the one that stays."""

from datetime import date
from uuid import uuid4

import pytest
import time_machine

from baquiano.accounts.models import Organisation, User
from baquiano.directory import reporting, trust
from baquiano.directory.duplicates import CannotMerge, Why, current, merge, proposed
from baquiano.directory.models import (
    Confirmation,
    Location,
    OldId,
    Organization,
    Reach,
    Service,
    ServiceAtLocation,
    Visibility,
)
from baquiano.directory.trust import PARTS
from tests.directory import offers

TODAY = date(2026, 11, 24)


@pytest.fixture
def owner(organisation: Organisation, now: time_machine.Traveller) -> Organization:
    return offers.organization()


@pytest.fixture
def dining_room(owner: Organization) -> Service:
    return offers.service(owner)


def pairs(entity: str, reach: Reach = Reach.TEAM) -> list[tuple[set[object], tuple[Why, ...]]]:
    return [({pair.one.pk, pair.other.pk}, pair.why) for pair in proposed(entity, reach)]


# -- proposing -------------------------------------------------------------------------------------------------------------


def test_the_same_name_telephone_and_place(dining_room: Service) -> None:
    twin = offers.service(offers.organization("Centro  FICTICIO"), "comedor ficticio")
    for service in (dining_room, twin):
        offers.at(service, offers.place())
    assert pairs("service") == [({dining_room.pk, twin.pk}, (Why.NAME, Why.PHONE, Why.PLACE))]


def test_other_words_order_and_accents_are_the_same_name(dining_room: Service) -> None:
    Service.objects.filter(pk=dining_room.pk).update(name="Atención jurídica gratuita", phones=[])
    twin = offers.service(dining_room.organization, "Atencion gratuita juridica", phones=[])
    assert pairs("service") == [({dining_room.pk, twin.pk}, (Why.NAME,))]


def test_two_services_of_one_switchboard_in_one_building_are_two(dining_room: Service) -> None:
    other = offers.service(dining_room.organization, "Clases de español")
    house = offers.place()
    for service in (dining_room, other):
        offers.at(service, house)
    assert pairs("service") == []


def test_the_same_name_in_another_town_is_another_service(dining_room: Service) -> None:
    offers.service(offers.organization("Otra"), phones=[])
    assert pairs("service") == []


def test_organisations_and_places(owner: Organization) -> None:
    twin = offers.organization("CENTRO FICTICIO")
    one, other = offers.place(), offers.place()
    assert pairs("organization") == [({owner.pk, twin.pk}, (Why.NAME,))]
    assert pairs("location") == [({one.pk, other.pk}, (Why.NAME, Why.PLACE))]


@pytest.mark.parametrize("reach", [Reach.TEAM, Reach.PROTECTION])
def test_confidential_places_are_compared_with_nothing(dining_room: Service, reach: Reach) -> None:
    for service in (dining_room, offers.service(offers.organization("Otra"), phones=[])):
        offers.at(service, offers.shelter())
    assert pairs("location", reach) == pairs("service", reach) == []


# -- merging ---------------------------------------------------------------------------------------------------------------


def test_everything_goes_along_and_the_old_id_leads_there(dining_room: Service, edu: User, carla: User) -> None:
    twin = offers.service(dining_room.organization, "Comedor Ficticio 2", email="dos@example.org", hours="24/7")
    at = offers.at(twin, offers.place())
    trust.confirm(twin, PARTS, on=TODAY, how=Confirmation.How.CALL, by=edu, at=at)
    reporting.report(twin.pk, "closed", door="web", door_key="una")
    merge(dining_room, twin, by=carla)
    dining_room.refresh_from_db()
    assert (dining_room.email, dining_room.hours) == ("dos@example.org", offers.WEEK)
    assert trust.standing(dining_room, TODAY).on == TODAY
    assert reporting.of(dining_room)[0].reason == "closed"
    assert ServiceAtLocation.objects.get(pk=at.pk).service == dining_room
    assert current("service", twin.pk) == current("service", dining_room.pk) == dining_room.pk
    assert not Service.objects.within(Reach.PROTECTION).filter(pk=twin.pk).exists()
    assert Service.objects.filter(pk=twin.pk).exists()
    assert pairs("service") == []


def test_at_the_same_place_they_become_one_there(dining_room: Service, carla: User) -> None:
    twin, house = offers.service(dining_room.organization, "Comedor Ficticio 2"), offers.place()
    stays, goes = offers.at(dining_room, house), offers.at(twin, house, hours="Sa 10:00-12:00")
    merge(dining_room, twin, by=carla)
    stays.refresh_from_db()
    assert stays.hours == "Sa 10:00-12:00"
    assert current("service_at_location", goes.pk) == stays.pk
    assert list(ServiceAtLocation.objects.within(Reach.ANYONE)) == [stays]


def test_ids_of_ids_lead_to_the_last(dining_room: Service, carla: User) -> None:
    second, third = (offers.service(dining_room.organization, f"Comedor {n}") for n in (2, 3))
    merge(second, third, by=carla)
    merge(dining_room, second, by=carla)
    assert current("service", third.pk) == dining_room.pk
    assert set(OldId.objects.values_list("row", flat=True)) == {dining_room.pk}
    with pytest.raises(CannotMerge):
        merge(dining_room, third, by=carla)


def test_an_id_that_was_never_merged_is_itself(db: None) -> None:
    unknown = uuid4()
    assert current("service", unknown) == unknown


def test_places_merge_with_what_is_there_and_the_exact_point(dining_room: Service, carla: User) -> None:
    middle = offers.place(is_approximate=True, latitude=-33.0, longitude=-71.0, transportation="")
    exact = offers.place(transportation="Micro 101")
    at = offers.at(dining_room, exact)
    merge(middle, exact, by=carla)
    middle.refresh_from_db()
    at.refresh_from_db()
    assert (middle.latitude, middle.is_approximate, middle.transportation) == (-33.05, False, "Micro 101")
    assert at.location == middle
    assert not Location.objects.get(pk=exact.pk).is_active


def test_organisations_merge_with_their_services(owner: Organization, dining_room: Service, carla: User) -> None:
    twin = offers.organization("CENTRO FICTICIO", website="https://example.org/")
    other = offers.service(twin, "Ropero")
    merge(owner, twin, by=carla)
    owner.refresh_from_db()
    other.refresh_from_db()
    assert (owner.website, other.organization) == ("https://example.org/", owner)
    assert not Organization.objects.get(pk=twin.pk).is_active


def test_what_cannot_be_the_same(dining_room: Service, owner: Organization, carla: User) -> None:
    real = Service.objects.create(organization=owner, name="De verdad")
    quiet = offers.service(owner, "Callado", visibility=Visibility.ORIENTERS)
    for keep, gone in (
        (dining_room, dining_room),
        (dining_room, real),
        (dining_room, quiet),
        (owner, dining_room),
        (offers.place(), offers.shelter()),
        (offers.shelter(), offers.shelter()),
    ):
        with pytest.raises(CannotMerge):
            merge(keep, gone, by=carla)
    assert not OldId.objects.exists()
