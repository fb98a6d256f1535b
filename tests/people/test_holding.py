"""After danger nothing unasked leaves, for that door and every other door of the same person, until somebody has set how it is safe.

In whatever order: danger, joining, taking apart, settling, writing, the letter leaving.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.people import consenting, holding, identity, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.contact import SafeContact, dump
from baquiano.people.models import Address, Joining, Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.post import actions, leaving, unasked
from baquiano.post.models import Letter, State
from baquiano.post.unasked import CannotWrite, Unasked

NEUTRAL = OutMessage("Tienes un mensaje. Escríbenos cuando puedas.")
VIOLENCE = Finding(Level.P0, Danger.VIOLENCE, "a-rule")

pytestmark = pytest.mark.django_db


NOON = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""Day in every country that is served: nothing waits for the morning."""


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def door(line: Channel, name: str) -> Address:
    """Somebody wrote here just now: no window is closed."""
    address = identity.recognise(line, [Alias(Scheme.WHATSAPP_PHONE, name)]).address
    identity.heard({address.pk: timezone.now()})
    return address


@pytest.fixture
def yuli(organisation: Organisation, rosa: User) -> Person:
    person = register(Described(birth_year=1990), by=rosa)
    consenting.give(
        person,
        Asked(
            purpose=Purpose.REMINDERS,
            data=(Data.CONTACT,),
            language="es",
            evidence=Evidence.SPOKEN,
            proof="at the desk",
        ),
        by=rosa,
    )
    return person


@pytest.fixture
def phone(whatsapp: Channel) -> Address:
    return door(whatsapp, "573000000001")


def reminder(address: Address, cause: str, *, asked_by_her: bool = False) -> Letter:
    return unasked.write(Unasked(address, NEUTRAL, cause, Purpose.REMINDERS, asked_by_her=asked_by_her))


def leaves(letter: Letter) -> bool:
    leased = leaving.lease(timezone.now(), 50)
    return letter.pk in {one.letter.pk for one in leased}


@pytest.mark.parametrize(
    ("level", "kind", "holds"),
    [
        (Level.P0, Danger.MEDICAL, True),
        (Level.P1, Danger.DETENTION, True),
        (Level.P2, Danger.VIOLENCE, True),
        (Level.P3, Danger.CAPTIVITY, True),
        (Level.P2, Danger.CHILD, True),
        (Level.P4, Danger.STAFF_ABUSE, True),
        (Level.P3, Danger.SEXUAL, True),
        (Level.P2, Danger.NEED, False),
        (Level.P3, Danger.DISTRESS, False),
        (Level.P4, Danger.COMPLAINT, False),
    ],
)
def test_which_dangers_hold(phone: Address, level: Level, kind: Danger, holds: bool) -> None:
    holding.hold(phone, Finding(level, kind, "a-rule"))
    assert holding.is_held(phone) is holds


def test_after_danger_no_reminder_is_written_and_staff_are_told_what_to_do(
    yuli: Person, phone: Address, rosa: User
) -> None:
    joining.join_orally(yuli, phone, by=rosa)
    holding.hold(phone, VIOLENCE)
    with pytest.raises(CannotWrite, match="Después de un peligro"):
        reminder(phone, "reminder:1")
    holding.settle(phone, dump(SafeContact()), by=rosa)
    assert leaves(reminder(phone, "reminder:2"))
    assert [
        one.verb for one in AuditEntry.objects.filter(room="people", verb__startswith="address.").order_by("pk")
    ] == [
        "address.held",
        "address.settled",
    ]


def test_what_was_written_before_the_danger_does_not_leave_after_it(yuli: Person, phone: Address, rosa: User) -> None:
    joining.join_orally(yuli, phone, by=rosa)
    letter = reminder(phone, "reminder:1")
    holding.hold(phone, VIOLENCE)
    assert not leaves(letter)
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.FAILED, unasked.WITHHELD)


def test_a_reply_and_the_call_back_she_asked_for_still_go(yuli: Person, phone: Address, rosa: User) -> None:
    joining.join_orally(yuli, phone, by=rosa)
    holding.hold(phone, VIOLENCE)
    reply = actions.send(phone, OutMessage("Aquí estamos."), cause="turn:1:0")
    assert leaves(reply)
    Letter.objects.filter(pk=reply.pk).update(state=State.SENT, lease_until=None)
    assert leaves(reminder(phone, "call-back:1", asked_by_her=True))


def test_nobody_needs_a_record_to_be_called_back(organisation: Organisation, phone: Address) -> None:
    holding.hold(phone, VIOLENCE)
    assert leaves(reminder(phone, "call-back:1", asked_by_her=True))


def test_a_call_back_is_not_written_where_nobody_may_write_at_all(
    organisation: Organisation, phone: Address, rosa: User
) -> None:
    holding.settle(phone, dump(SafeContact(may_write=False)), by=rosa)
    with pytest.raises(CannotWrite, match="ninguna máquina"):
        reminder(phone, "call-back:1", asked_by_her=True)


def test_no_other_letter_can_say_that_she_asked_for_it(phone: Address, yuli: Person, rosa: User) -> None:
    joining.join_orally(yuli, phone, by=rosa)
    with pytest.raises(ValueError, match="call-back"):
        reminder(phone, "asked:1")


def test_the_rule_of_a_door_and_that_of_the_person_both_hold(yuli: Person, phone: Address, rosa: User) -> None:
    joining.join_orally(yuli, phone, by=rosa)
    holding.settle(phone, dump(SafeContact(may_write=False)), by=rosa)
    with pytest.raises(CannotWrite, match="ninguna máquina"):
        reminder(phone, "reminder:1")
    holding.settle_person(yuli, dump(SafeContact()), by=rosa)
    assert leaves(reminder(phone, "reminder:2"))


def test_every_door_of_hers_is_held_also_one_joined_later_and_through_a_merged_record(
    yuli: Person, phone: Address, whatsapp: Channel, webchat: Channel, rosa: User
) -> None:
    joining.join_orally(yuli, phone, by=rosa)
    holding.hold(phone, VIOLENCE)
    later, of_twin = door(whatsapp, "573000000002"), door(webchat, "token")
    twin = register(Described(), by=rosa)
    joining.join_orally(twin, of_twin, by=rosa)
    assert not holding.is_held(later) and not holding.is_held(of_twin)
    joining.join_orally(yuli, later, by=rosa)
    twin.same_as = yuli
    twin.save()
    assert holding.held_of([phone.pk, later.pk, of_twin.pk]) == {phone.pk, later.pk, of_twin.pk}
    joining.end_at([later], by=None)
    assert not holding.is_held(later)
    holding.settle_person(yuli, "", by=rosa)
    assert holding.held_of([phone.pk, later.pk, of_twin.pk]) == set()


@dataclass
class House:
    """Three doors, two people, and what should be: who told of a danger that nobody has settled."""

    doors: list[Address]
    people: list[Person]
    by: User
    dangerous: set[int] = field(default_factory=set)
    behind: dict[int, int] = field(default_factory=dict)
    written: int = 0

    def is_held(self, which: int) -> bool:
        mine = self.behind.get(which)
        return which in self.dangerous or any(
            other in self.dangerous and mine is not None and whose == mine for other, whose in self.behind.items()
        )

    def does(self, deed: str, which: int, whose: int) -> None:
        address, person = self.doors[which], self.people[whose]
        if deed == "danger":
            holding.hold(address, VIOLENCE)
            self.dangerous.add(which)
        elif deed == "join" and which not in self.behind:
            joining.join_orally(person, address, by=self.by)
            self.behind[which] = whose
        elif deed == "unjoin":
            joining.end_at([address], by=None)
            self.behind.pop(which, None)
        elif deed == "settle":
            holding.settle(address, "", by=self.by)
            self.dangerous.discard(which)
        elif deed == "settle person":
            holding.settle_person(person, "", by=self.by)
            self.dangerous -= {door for door, owner in self.behind.items() if owner == whose}
        elif deed == "write":
            self.writes(which)

    def writes(self, which: int) -> None:
        self.written += 1
        try:
            reminder(self.doors[which], f"reminder:{self.written}")
        except CannotWrite:
            return
        assert not self.is_held(which)
        assert which in self.behind


DEEDS = st.tuples(
    st.sampled_from(["danger", "join", "unjoin", "settle", "settle person", "write", "write"]),
    st.integers(0, 2),
    st.integers(0, 1),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(DEEDS, max_size=14))
def test_whatever_the_order_nothing_unasked_leaves_a_held_door(
    whatsapp: Channel, yuli: Person, rosa: User, deeds: list[tuple[str, int, int]]
) -> None:
    Letter.objects.all().delete()
    Joining.objects.all().delete()
    Address.objects.all().update(held_since=None)
    other = register(Described(), by=rosa)
    house = House([door(whatsapp, f"57300000001{n}") for n in range(3)], [yuli, other], rosa)
    for deed in deeds:
        house.does(*deed)
        for which, address in enumerate(house.doors):
            assert holding.is_held(address) is house.is_held(which)
    leased = {one.letter.address_id for one in leaving.lease(timezone.now(), 100)}
    held = {house.doors[which].pk for which in range(3) if house.is_held(which)}
    assert leased & held == set()
