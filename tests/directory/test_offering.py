"""Writing services and places down, putting one at the other, and saying what is different for a while."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.directory import offering, version
from baquiano.directory.models import Capacity, Change, Confirmation, Location, Notice, Organization, Reach, Service
from baquiano.directory.offering import CannotOffer, Left, Said


@pytest.fixture
def fund(db: None) -> Organization:
    return Organization.objects.create(name="Fundación Ficticia")


@pytest.fixture
def kitchen(fund: Organization, edu: User) -> Service:
    return offering.write_service(fund, {"name": "Comedor", "needs": ("food",)}, by=edu)


@pytest.fixture
def hall(fund: Organization, edu: User) -> Location:
    return offering.write_place({"name": "Sede", "organization": fund}, by=edu)


def test_a_new_service_is_in_the_trail_and_raises_the_number(fund: Organization, edu: User) -> None:
    before = version.number()
    written = offering.write_service(fund, {"name": "Comedor"}, by=edu)
    assert AuditEntry.objects.get(row=f"service:{written.pk}").verb == "service.written"
    assert version.number() == before + 1
    assert not Confirmation.objects.exists()


def test_the_same_service_is_not_written_twice_however_it_is_spelled(
    kitchen: Service, fund: Organization, edu: User
) -> None:
    with pytest.raises(CannotOffer):
        offering.write_service(fund, {"name": "  COMEDÓR "}, by=edu)
    assert Service.objects.count() == 1


def test_a_correction_keeps_what_it_was_before_and_confirms_nothing(kitchen: Service, edu: User) -> None:
    changed = offering.correct_service(
        kitchen, {"name": "Comedor", "cost": "free", "needs": ("food", "clothing")}, by=edu
    )
    assert sorted(changed) == ["cost", "needs"]
    assert {change.field: change.values for change in Change.objects.all()} == {
        "cost": ["unknown", "free"],
        "needs": [["food"], ["food", "clothing"]],
    }
    assert not Confirmation.objects.exists()


def test_ages_the_wrong_way_round_are_refused(kitchen: Service, edu: User) -> None:
    offering.correct_service(kitchen, {"minimum_age": 18}, by=edu)
    with pytest.raises(CannotOffer):
        offering.correct_service(kitchen, {"maximum_age": 12}, by=edu)


def test_what_is_not_to_be_published_stays_with_us_with_its_reason(kitchen: Service, edu: User) -> None:
    with pytest.raises(CannotOffer):
        offering.withhold(kitchen, "  ", by=edu)
    offering.withhold(kitchen, "No quieren aparecer", by=edu)
    assert not Service.objects.within(Reach.ANYONE).exists()
    assert Service.objects.get().withheld_because == "No quieren aparecer"
    offering.publish_again(kitchen, by=edu)
    assert Service.objects.within(Reach.ANYONE).exists()


def test_a_service_is_put_at_a_place_once_and_can_come_back(kitchen: Service, hall: Location, edu: User) -> None:
    at = offering.put_at(kitchen, hall, by=edu)
    with pytest.raises(CannotOffer):
        offering.put_at(kitchen, hall, by=edu)
    offering.take_away(at, by=edu)
    at.refresh_from_db()
    assert not at.is_active
    assert offering.put_at(kitchen, hall, by=edu).pk == at.pk


def test_a_place_that_is_not_used_takes_nothing(kitchen: Service, hall: Location, edu: User) -> None:
    hall.is_active = False
    hall.save()
    with pytest.raises(CannotOffer):
        offering.put_at(kitchen, hall, by=edu)


def said(**other: Any) -> Said:
    now = timezone.now()
    return Said(
        **{"kind": "closed", "text": "Inventario", "begins_at": now, "ends_at": now + timedelta(days=2), **other}
    )


def test_a_notice_ends_by_itself_and_before_its_time_by_hand(
    now: time_machine.Traveller, kitchen: Service, edu: User
) -> None:
    first = offering.announce(kitchen, said(), by=edu)
    second = offering.announce(kitchen, said(kind="message", text="Traer plato"), by=edu)
    assert set(Notice.objects.in_force(timezone.now())) == {first, second}
    offering.end_notice(second, by=edu)
    assert Notice.objects.in_force(timezone.now()).get() == first
    now.shift(timedelta(days=2))
    assert not Notice.objects.in_force(timezone.now()).exists()
    with pytest.raises(CannotOffer):
        offering.end_notice(first, by=edu)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": timedelta(hours=-1)},
        {"begins_at": timedelta(days=-9), "ends_at": timedelta(days=-8)},
        {"ends_at": timedelta(days=400)},
        {"kind": "message", "text": "  "},
        {"kind": "hours", "hours": ""},
    ],
)
def test_a_notice_that_nobody_would_read_or_says_nothing_is_refused(
    kitchen: Service, edu: User, wrong: dict[str, Any]
) -> None:
    moments = {name: timezone.now() + value for name, value in wrong.items() if isinstance(value, timedelta)}
    with pytest.raises(CannotOffer):
        offering.announce(kitchen, said(**{**wrong, **moments}), by=edu)
    assert not Notice.objects.exists()


def left(**other: Any) -> Left:
    return Left(
        **{"unit": "camas", "available": 3, "maximum": 10, "description": "", "good_for": timedelta(hours=12), **other}
    )


def test_how_much_is_left_is_believed_for_its_hours_and_replaces_what_was_said(
    now: time_machine.Traveller, kitchen: Service, edu: User
) -> None:
    offering.say_capacity(kitchen, left(), by=edu)
    now.shift(timedelta(hours=3))
    offering.say_capacity(kitchen, left(unit="Camas", available=0), by=edu)
    capacity = Capacity.objects.get()
    assert (capacity.available, capacity.good_until) == (0, timezone.now() + timedelta(hours=12))


@pytest.mark.parametrize(
    "wrong",
    [{"unit": " "}, {"available": -1}, {"available": 11}, {"good_for": timedelta(0)}, {"good_for": timedelta(days=30)}],
)
def test_numbers_that_cannot_be_are_refused(kitchen: Service, edu: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(CannotOffer):
        offering.say_capacity(kitchen, left(**wrong), by=edu)
    assert not Capacity.objects.exists()


def test_every_verb_leaves_one_entry_and_raises_the_number(kitchen: Service, hall: Location, edu: User) -> None:
    for deed in (
        lambda: offering.put_at(kitchen, hall, by=edu),
        lambda: offering.announce(kitchen, said(), by=edu),
        lambda: offering.say_capacity(kitchen, left(), by=edu),
        lambda: offering.withhold(kitchen, "No quieren", by=edu),
    ):
        entries, number = AuditEntry.objects.count(), version.number()
        deed()
        assert (AuditEntry.objects.count(), version.number()) == (entries + 1, number + 1)
