"""A shelter: from the moment it is confidential nothing in the open says where it is, and each opening leaves a trace."""

import json
from typing import Any

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction

from baquiano.accounts.models import AuditEntry, Role, User
from baquiano.directory import confidential, desk, history, offering, version
from baquiano.directory.models import Location, Organization, Reach, Service, ServiceAtLocation
from baquiano.territory.models import Country, Division
from tests.conftest import Joins

CANARY = "zqcanary"
SAYS = {
    "name": f"Casa {CANARY}",
    "description": f"Tocar {CANARY}",
    "transportation": f"Bus {CANARY}",
    "address_1": f"Calle {CANARY} 123",
    "address_2": f"Piso {CANARY}",
    "city": f"Ciudad {CANARY}",
    "latitude": -33.123456,
    "longitude": -71.654321,
    "country": "CL",
    "zone": "America/Santiago",
    "accessibility": ("ramp",),
    "languages": ("es", "ht"),
    "phones": [{"number": f"+56 2 {CANARY}"}],
    "hours": "24/7",
    "hours_note": f"Nota {CANARY}",
    "more": {"key": CANARY},
}


@pytest.fixture
def pilar(joins: Joins) -> User:
    """Protection: the only one who reads it."""
    return joins("pilar", "Pilar", Role.PROTECTION)


@pytest.fixture
def valparaiso(db: None) -> Division:
    country = Country.objects.create(code="CL", name="Chile", timezone="America/Santiago")
    return Division.objects.create(
        country=country, level=3, code="05101", pcode="CL05101", name="Valparaíso", name_folded="valparaiso"
    )


@pytest.fixture
def house(valparaiso: Division) -> Location:
    return Location.objects.create(**SAYS, division=valparaiso)


@pytest.fixture
def refuge(house: Location) -> Service:
    fund = Organization.objects.create(name="Fundación Ficticia")
    refuge = Service.objects.create(organization=fund, name="Refugio", needs=("shelter",))
    ServiceAtLocation.objects.create(service=refuge, location=house, description=f"Puerta {CANARY}", hours="24/7")
    return refuge


def in_the_open(table: str) -> str:
    """What somebody reads who steals the database: the whole table, as it lies there."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        return repr(cursor.fetchall())


def test_sealing_empties_every_open_column_in_the_same_write(house: Location, refuge: Service, edu: User) -> None:
    before = version.number()
    confidential.seal(house, by=edu)
    for table in ("directory_location", "directory_serviceatlocation", "directory_change"):
        assert CANARY not in in_the_open(table)
    kept = in_the_open("directory_location")
    assert not [word for word in ("33.12", "71.65", "America/Santiago", "ramp", "24/7") if word in kept]
    house.refresh_from_db()
    assert (house.division, house.country, house.latitude, house.phones) == (None, "", None, [])
    assert version.number() == before + 1


def test_nothing_of_it_is_lost_and_each_opening_is_written_down(
    house: Location, valparaiso: Division, edu: User, pilar: User
) -> None:
    confidential.seal(house, by=edu)
    house.refresh_from_db()
    shown = confidential.show(house, by=pilar)
    assert {name: shown[name] for name in SAYS} == SAYS
    assert shown["division"] == valparaiso
    confidential.show(house, by=pilar)
    entries = AuditEntry.objects.filter(row=f"location:{house.pk}").values_list("verb", "actor__username")
    assert list(entries) == [("location.sealed", "edu"), ("location.read", "pilar"), ("location.read", "pilar")]


def test_the_table_itself_refuses_a_confidential_place_that_says_something(db: None) -> None:
    for name in ("address_1", "city", "hours_note"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Location.objects.create(visibility="confidential", **{name: "Calle 1"})


def test_a_place_written_as_confidential_never_stood_in_the_open(valparaiso: Division, pilar: User) -> None:
    place = offering.write_place({**SAYS, "division": valparaiso, "visibility": "confidential"}, by=pilar)
    assert CANARY not in in_the_open("directory_location")
    assert confidential.show(place, by=pilar)["address_1"] == SAYS["address_1"]


def test_what_changes_while_it_is_confidential_stays_inside(house: Location, pilar: User) -> None:
    confidential.seal(house, by=pilar)
    changed = confidential.change(
        house, {"address_1": f"Otra {CANARY} 5", "step_free": "yes", "name": SAYS["name"]}, by=pilar
    )
    assert sorted(changed) == ["address_1", "step_free"]
    assert CANARY not in in_the_open("directory_location") + in_the_open("directory_change")
    house.refresh_from_db()
    assert confidential.inside(house)["address_1"] == f"Otra {CANARY} 5"
    assert confidential.inside(house)["city"] == SAYS["city"]


def test_a_change_that_seals_says_neither_the_old_nor_the_new_in_the_open(house: Location, edu: User) -> None:
    offering.correct_place(house, {"visibility": "confidential", "address_1": f"Nueva {CANARY} 9"}, by=edu)
    house.refresh_from_db()
    assert confidential.inside(house)["address_1"] == f"Nueva {CANARY} 9"
    assert CANARY not in in_the_open("directory_location") + in_the_open("directory_change")


def test_it_can_be_opened_again_with_what_was_said_there(house: Location, refuge: Service, pilar: User) -> None:
    confidential.seal(house, by=pilar)
    confidential.unseal(house, "public", by=pilar)
    house.refresh_from_db()
    assert {name: getattr(house, name) for name in SAYS} == SAYS
    assert house.sealed is None
    assert refuge.at.get().description == f"Puerta {CANARY}"


def test_its_history_is_for_the_protection_role_also_afterwards(house: Location, edu: User, pilar: User) -> None:
    offering.correct_place(house, {"address_1": "Calle vieja 1"}, by=edu)
    confidential.seal(house, by=edu)
    assert history.of(house, Reach.TEAM) == []
    confidential.change(house, {"address_1": "Calle secreta 2"}, by=pilar)
    confidential.unseal(house, "public", by=pilar)
    offering.correct_place(house, {"address_1": "Calle abierta 3"}, by=edu)
    assert [change.values[1] for change in history.of(house, Reach.TEAM)] == ["Calle abierta 3"]
    for_protection = [change.values for change in history.of(house, Reach.PROTECTION) if change.field == "address_1"]
    assert for_protection == [
        ["Calle secreta 2", "Calle abierta 3"],
        ["Calle vieja 1", "Calle secreta 2"],
        [SAYS["address_1"], "Calle vieja 1"],
    ]


def test_nobody_else_knows_of_the_place_nor_of_a_service_that_is_only_there(
    house: Location, refuge: Service, edu: User, pilar: User
) -> None:
    assert desk.services(desk.reach_of(edu)).filter(pk=refuge.pk).exists()
    confidential.seal(house, by=edu)
    assert (desk.reach_of(edu), desk.reach_of(pilar)) == (Reach.TEAM, Reach.PROTECTION)
    for rows in (desk.Services(), desk.Offers(), desk.OpenPlaces(), desk.ConfidentialPlaces()):
        found: Any = rows.visible_to(edu)
        assert not found.exists()
    assert desk.ConfidentialPlaces().visible_to(pilar).get() == house
    assert desk.Services().visible_to(pilar).get() == refuge
    assert not Service.objects.within(Reach.TEAM).exists()


def test_a_dump_of_it_in_clear_is_refused(house: Location, pilar: User) -> None:
    """Django's own serialiser is a way out too."""
    confidential.seal(house, by=pilar)
    with pytest.raises(Exception, match="never serialised"):
        json.loads(serializers.serialize("json", [house]))
