"""No page, API, export, search, copy or message tells of a hidden place or service: neither where it is nor that it is."""

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.directory import near
from baquiano.directory.models import Location, Reach, Service, Visibility
from tests.public.canaries import HIDDEN, IDS, LAT, LON, Walk, furnish_before, leaks, plant
from tests.public.directory_house import furnish_directory, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(house: object, now: time_machine.Traveller) -> Service:
    """One that anybody may know, at a place that anybody may know."""
    furnish_before()
    return furnish_directory()["silent"]


def test_every_door_answers_as_if_they_were_not_there(known: Service, rosa: User) -> None:
    """To the letter: not a word, and not another count, order or page either."""
    before = Walk(known).go()
    plant(rosa, known)
    after = Walk(known).go()
    assert {request: leaks(heard) for request, heard in after.items() if leaks(heard)} == {}
    assert [request for request in before if before[request] != after[request]] == []


def test_one_that_may_be_known_is_heard_at_every_kind_of_door(known: Service, rosa: User) -> None:
    """Otherwise silence would prove nothing."""
    plant(rosa, known)
    Service.objects.filter(pk=IDS["service", Visibility.NETWORK]).update(visibility=Visibility.PUBLIC)
    Location.objects.filter(pk=IDS["location", Visibility.NETWORK]).update(visibility=Visibility.PUBLIC)
    told()
    heard = Walk(known).go()
    loud = [request for request, one in heard.items() if leaks(one)]
    for door in (
        "GET /es/lugares/?",
        "GET /es/lugar/",
        "GET /es/cl/copia/cl05801.html",
        "GET /es/cl/copia/cl05801.pdf",
        "GET /hsds/services?",
        "GET /hsds/organizations",
        "GET /hsds/service_at_locations",
        "POST /es/cl/lugares/cerca/",
        "chat ",
        "ask es",
        "ask en",
        "export services",
        "export organizations",
        "near food",
    ):
        assert [request for request in loud if request.startswith(door)], door


def test_they_are_where_the_team_finds_them(known: Service, rosa: User) -> None:
    plant(rosa, known)
    wanted = near.Wanted(need="food", point=near.Point(LAT, LON), country="CL")
    found = near.find(wanted, reach=Reach.TEAM, now=timezone.now(), count=1000)
    assert {IDS["service", "network"], IDS["service", "orienters"]} <= {hit.service for hit in found.hits}
    assert Service.objects.within(Reach.PROTECTION).filter(pk__in=[IDS["service", v] for v in HIDDEN]).count() == 3
