"""What waits for somebody besides their list is said where they begin, to whoever may do it and to nobody else."""

from datetime import timedelta

import pytest
import time_machine

from baquiano.accountability.actions import Received, open_request
from baquiano.accountability.models import Door, RequestKind
from baquiano.accounts.models import Organisation, Role, User
from baquiano.people import consenting, granting
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.models.particulars import Basis
from tests.conftest import Joins, browser_of

pytestmark = pytest.mark.django_db

TO_SAVE_A_LIFE = Asked(
    Purpose.SENSITIVE, (Data.MENTAL_HEALTH,), "es", Evidence.SPOKEN, basis=Basis.VITAL_INTEREST, reason="No respira"
)


@pytest.fixture(autouse=True)
def _house(organisation: Organisation, now: time_machine.Traveller) -> None:
    """Somebody is served here, on a working day."""


@pytest.fixture
def luz(joins: Joins) -> User:
    """Psychologist."""
    return joins("luz", "Luz", Role.PSYCHOLOGICAL)


def begins(user: User) -> str:
    return browser_of(user).get("/workspace/", follow=True).content.decode()


def test_a_request_is_named_while_it_waits_and_marked_when_its_day_has_passed(
    carla: User, rosa: User, now: time_machine.Traveller
) -> None:
    assert "También te espera" not in begins(carla)
    open_request(Received(RequestKind.COPY, Door.DESK, "CO", asked="Mis datos", contact="3100000000"), by=carla)
    assert "1 solicitud de datos espera respuesta" in begins(carla)
    now.shift(timedelta(days=40))
    assert "1 solicitud de datos pasó su plazo" in begins(carla)
    assert "solicitud de datos" not in begins(rosa)


def test_an_exception_waits_for_somebody_else_than_who_made_it(carla: User, luz: User) -> None:
    yuli = register(Described(called="Yuli"), by=luz)
    consenting.give(yuli, TO_SAVE_A_LIFE, by=luz)
    assert "1 excepción para proteger una vida espera revisión" in begins(carla)
    assert "excepción" not in begins(luz)


def test_a_record_opened_in_an_emergency_waits_for_a_review(carla: User, luz: User, joins: Joins) -> None:
    yuli = register(Described(called="Yuli"), by=luz)
    granting.break_glass(yuli, reason="Está en urgencias", by=joins("omar", "Omar", Role.OPERATOR))
    assert "1 registro abierto en una emergencia espera revisión" in begins(carla)
