"""Yuli is served here; who may see her is said by rows of access."""

import pytest

from baquiano.accounts.models import Area, Membership, Role, User
from baquiano.people.actions import Described, register
from baquiano.people.models import Person
from baquiano.territory.models import Country, Division
from tests.conftest import Joins


@pytest.fixture
def nora(joins: Joins) -> User:
    """Reception: finds people again and writes them down."""
    return joins("nora", "Nora", Role.RECEPTION)


@pytest.fixture
def luz(joins: Joins) -> User:
    """Psychologist."""
    return joins("luz", "Luz", Role.PSYCHOLOGICAL)


@pytest.fixture
def abel(joins: Joins) -> User:
    """Lawyer."""
    return joins("abel", "Abel", Role.LEGAL)


@pytest.fixture
def dora(joins: Joins) -> User:
    """Director."""
    return joins("dora", "Dora", Role.DIRECTOR)


@pytest.fixture
def cucuta(db: None) -> Division:
    country = Country.objects.create(code="CO", name="Colombia", timezone="America/Bogota")
    north = Division.objects.create(
        country=country, level=1, code="54", pcode="CO54", name="Norte de Santander", name_folded="norte de santander"
    )
    return Division.objects.create(
        country=country, level=2, code="54001", parent=north, pcode="CO54001", name="Cúcuta", name_folded="cucuta"
    )


@pytest.fixture
def medellin(cucuta: Division) -> Division:
    other = Division.objects.create(
        country=cucuta.country, level=1, code="05", pcode="CO05", name="Antioquia", name_folded="antioquia"
    )
    return Division.objects.create(
        country=cucuta.country,
        level=2,
        code="05001",
        parent=other,
        pcode="CO05001",
        name="Medellín",
        name_folded="medellin",
    )


@pytest.fixture
def yuli(luz: User, cucuta: Division) -> Person:
    """Registered by the psychologist, in Cúcuta."""
    return register(
        Described(name="Yulimar Andreína Rojas Peña", called="Yuli", birth_year=1994, municipality=cucuta), by=luz
    )


def works_in(user: User, place: Division, *, area: Area | str = "") -> None:
    """Their posts are of this part of the country only."""
    Membership.objects.filter(user=user).update(territory=place, area=area)
