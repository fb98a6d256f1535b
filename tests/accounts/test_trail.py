"""Who saw the data of one person: told to her by day and role, and never by name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from baquiano.accounts import trail
from baquiano.accounts.audit import audit, exported, read, refused, searched
from baquiano.accounts.models import AuditEntry, Membership, Organisation, Role, User
from baquiano.accounts.trail import Seen, who_saw
from baquiano.people.models import BrokenGlass, Person


@pytest.fixture(autouse=True)
def in_english() -> None:
    translation.activate("en")


@pytest.fixture
def yuli(db: None) -> Person:
    return Person.objects.create(name="Yuli")


def test_each_reading_is_one_entry(rosa: User, yuli: Person) -> None:
    read(rosa, yuli, about=yuli.pk)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.row, entry.about) == (rosa, "person.read", f"person:{yuli.pk}", str(yuli.pk))


def test_a_search_keeps_neither_the_words_nor_who_was_looked_for(rosa: User) -> None:
    searched(rosa, "person", "Yúli  PÉREZ", 3)
    searched(rosa, "person", "yuli perez", 3)
    searched(rosa, "person", "yuli peres", 0)
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.row for entry in entries] == ["found:3", "found:3", "found:0"]
    first, same, other = (entry.about for entry in entries)
    assert first == same != other
    assert "yuli" not in repr([vars(entry) for entry in entries]).lower()


def test_she_is_told_what_by_day_and_role_and_how_often(
    now: Any, rosa: User, carla: User, yuli: Person, organisation: Organisation
) -> None:
    read(rosa, yuli, about=yuli.pk)
    read(rosa, yuli, about=yuli.pk)
    now.shift(timedelta(days=1))
    exported(carla, yuli, about=yuli.pk)
    audit(None, "consent.given", yuli, about=yuli.pk)
    assert who_saw(yuli.pk) == [
        Seen(datetime(2026, 11, 25, tzinfo=UTC).date(), ("Coordinator",), "made a copy of your data", 1),
        Seen(datetime(2026, 11, 25, tzinfo=UTC).date(), ("The system, or you yourself",), "wrote down what you agreed to", 1),
        Seen(datetime(2026, 11, 24, tzinfo=UTC).date(), ("Operator",), "read your file", 2),
    ]  # fmt: skip


def test_the_role_is_the_one_they_had_then(now: Any, rosa: User, yuli: Person, organisation: Organisation) -> None:
    read(rosa, yuli, about=yuli.pk)
    now.shift(timedelta(hours=1))
    Membership.objects.filter(user=rosa).update(until=timezone.now())
    Membership.objects.create(user=rosa, role=Role.CASE_MANAGER)
    read(rosa, yuli, about=yuli.pk)
    assert {seen.roles for seen in who_saw(yuli.pk)} == {("Operator",), ("Case manager",)}


def test_a_day_is_a_day_of_the_organisation(now: Any, rosa: User, yuli: Person, organisation: Organisation) -> None:
    now.move_to(datetime(2026, 11, 25, 3, 0, tzinfo=UTC))  # still the 24th in Bogotá
    read(rosa, yuli, about=yuli.pk)
    assert [seen.day.day for seen in who_saw(yuli.pk)] == [24]


def test_an_emergency_opening_is_told(rosa: User, yuli: Person, organisation: Organisation) -> None:
    glass = BrokenGlass.objects.create(
        person=yuli, user=rosa, reason="No respira", until=timezone.now() + timedelta(hours=1)
    )
    audit(rosa, "glass.broken", glass, about=yuli.pk, reason="No respira")
    (seen,) = who_saw(yuli.pk)
    assert "emergency" in seen.deed
    assert "No respira" not in repr(seen)


def test_no_colleague_is_named(rosa: User, yuli: Person, organisation: Organisation) -> None:
    read(rosa, yuli, about=yuli.pk)
    assert "rosa" not in repr(who_saw(yuli.pk)).lower()


def test_what_is_about_somebody_else_or_showed_nothing_is_not_hers(
    rosa: User, carla: User, yuli: Person, organisation: Organisation
) -> None:
    other = Person.objects.create(pk=yuli.pk + 1)
    read(rosa, other, about=other.pk)
    refused(rosa, "find", f"people.person:{yuli.pk}")
    searched(rosa, "person", str(yuli.pk), 1)
    membership = Membership.objects.filter(user=carla).first()
    assert membership is not None
    audit(carla, "membership.ended", membership, about=yuli.pk)  # a colleague whose number is the same
    assert who_saw(yuli.pk) == []


def test_what_has_no_words_yet_is_told_all_the_same(rosa: User, yuli: Person, organisation: Organisation) -> None:
    audit(rosa, "appointment.read", yuli, about=yuli.pk)
    audit(rosa, "appointment.moved", yuli, about=yuli.pk)
    assert [seen.deed for seen in who_saw(yuli.pk)] == ["did something with your data", "read something of yours"]


def test_every_deed_is_told_in_spanish() -> None:
    with translation.override("es"):
        told = {verb: trail.in_words(verb) for verb in trail.DEEDS}
    with translation.override("en"):
        assert [verb for verb, words in told.items() if words == trail.in_words(verb)] == []
