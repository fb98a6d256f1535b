"""What leaves, for people of every kind, is exactly what the rules say: asked of the code, and of a plain second opinion that shares
nothing with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.accounts.models import Organisation, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.people import consenting, contact, identity, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked, Restrictions
from baquiano.people.contact import SafeContact
from baquiano.people.models import Address, Alias, Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.post import allowed, leaving, unasked
from baquiano.post.models import Aim, OptOut, Template
from baquiano.post.unasked import CannotWrite, Unasked
from baquiano.territory.models import Country, Division

pytestmark = pytest.mark.django_db
ZONES = {"CO": "America/Bogota", "CL": "America/Santiago"}
MOMENTS = [  # 10:00, 20:30 and 23:00 in Bogotá; two hours later in Santiago
    datetime(2026, 11, 24, 15, tzinfo=UTC),
    datetime(2026, 11, 25, 1, 30, tzinfo=UTC),
    datetime(2026, 11, 25, 4, tzinfo=UTC),
]
EVENING, IN_WORDS = "Mo-Su 18:00-22:00", "cuando él no está"


@dataclass(frozen=True)
class Record:
    """Somebody we know, and what she said."""

    country: str
    agreed: frozenset[str]
    took_back: bool
    no_messages: bool
    may_write: bool
    hours: str
    is_blocked: bool


@dataclass(frozen=True)
class Door:
    """A telephone or a page. `record`: whose; None: we do not know. `heard`: hours ago."""

    kind: str
    record: int | None
    heard: int | None
    danger: bool
    opt_out: str
    moved: bool
    may_write: bool


@dataclass(frozen=True)
class Town:
    records: tuple[Record, ...]
    doors: tuple[Door, ...]
    aim: Aim
    now: datetime
    has_template: bool


def rarely() -> st.SearchStrategy[bool]:
    return st.sampled_from([False] * 9 + [True])


_records = st.builds(
    Record,
    country=st.sampled_from(["CO", "CL", ""]),
    agreed=st.sampled_from([frozenset(), {"reminders"}, {"news"}, {"reminders", "news"}]).map(frozenset),
    took_back=rarely(),
    no_messages=rarely(),
    may_write=rarely().map(lambda one: not one),
    hours=st.sampled_from(["", "", "", EVENING, IN_WORDS]),
    is_blocked=rarely(),
)
_doors = st.builds(
    Door,
    kind=st.sampled_from(["whatsapp"] * 6 + ["webchat"]),
    record=st.sampled_from([0, 1, 2, None]),
    heard=st.sampled_from([1, 23, 24, 25, 900, None]),
    danger=rarely(),
    opt_out=st.sampled_from([""] * 6 + ["word", "staff", "blocked", "blocked_before_she_wrote"]),
    moved=rarely(),
    may_write=rarely().map(lambda one: not one),
)
towns = st.builds(
    Town,
    records=st.tuples(_records, _records, _records),
    doors=st.lists(_doors, min_size=4, max_size=10).map(tuple),
    aim=st.sampled_from([Aim.REMINDERS, Aim.NEWS, Aim.CORRECTION]),
    now=st.sampled_from(MOMENTS),
    has_template=st.booleans(),
)


# The second opinion ------------------------------------------------------------------------------------------------------


def second_opinion(door: Door, town: Town) -> str:
    """ "words", "template", "later" or "nothing"."""
    hers = [door] if door.record is None else [one for one in town.doors if one.record == door.record]
    record = None if door.record is None else town.records[door.record]
    if door.kind == "webchat" or door.moved:
        return "nothing"
    if any(one.danger for one in hers) or has_opted_out(door) or (record and record.is_blocked):
        return "nothing"
    if town.aim in (Aim.REMINDERS, Aim.NEWS) and (record is None or town.aim not in standing(record)):
        return "nothing"
    if record and record.no_messages and (standing(record) if town.aim == Aim.CORRECTION else True):
        return "nothing"
    if not door.may_write or (record and (not record.may_write or record.hours == IN_WORDS)):
        return "nothing"
    return in_time(door, record, town)


def standing(record: Record) -> set[str]:
    return set() if record.took_back else set(record.agreed)


def has_opted_out(door: Door) -> bool:
    if door.opt_out == "blocked_before_she_wrote":
        return door.heard is None
    return bool(door.opt_out)


def in_time(door: Door, record: Record | None, town: Town) -> str:
    if record and record.hours == EVENING:
        opens, closes, clocks = 18, 22, [ZONES[record.country or "CO"]]
    else:
        opens, closes, clocks = 8, 21, [ZONES[record.country]] if record and record.country else list(ZONES.values())
    leaves = town.now
    while not all(opens <= leaves.astimezone(ZoneInfo(clock)).hour < closes for clock in clocks):
        leaves += timedelta(minutes=30)
    heard = None if door.heard is None else town.now - timedelta(hours=door.heard)
    is_open = heard is not None and leaves - heard < timedelta(hours=24)
    if not is_open and not town.has_template:
        return "nothing"
    if leaves > town.now:
        return "later"
    return "words" if is_open else "template"


# The house ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def places(db: None) -> dict[str, Division]:
    found = {}
    for code, zone in ZONES.items():
        country = Country.objects.create(code=code, name=code, timezone=zone)
        found[code] = Division.objects.create(
            country=country, level=2, code="1", pcode=f"{code}1", name="Aquí", name_folded="aqui"
        )
    return found


def moves_in(town: Town, lines: dict[str, Channel], places: dict[str, Division], rosa: User) -> list[Address]:
    people = [_person(record, places, rosa) for record in town.records]
    doors = [_door(number, door, people, lines, town.now, rosa) for number, door in enumerate(town.doors)]
    for person, record in zip(people, town.records, strict=True):
        if record.is_blocked:
            Person.objects.filter(pk=person.pk).update(blocked_at=town.now)
    if town.has_template:
        use = unasked.USE_OF[town.aim]
        Template.objects.create(
            channel=lines["whatsapp"], name="aviso", language="es", text="Aviso.", use=use, state="approved"
        )
    return doors


def _person(record: Record, places: dict[str, Division], rosa: User) -> Person:
    person = register(Described(called="Yuli"), by=rosa)
    person.municipality = places.get(record.country)
    person.safe_contact = contact.dump(SafeContact(may_write=record.may_write, hours=record.hours))
    person.save()
    for purpose in sorted(record.agreed):
        asked = Asked(
            Purpose(purpose),
            (Data.CONTACT,),
            "es",
            Evidence.SPOKEN,
            restrictions=Restrictions(no_messages=record.no_messages),
        )
        consent = consenting.give(person, asked, by=rosa)
        if record.took_back:
            consenting.withdraw(consent, by=rosa)
    return person


def _door(
    number: int, door: Door, people: Sequence[Person], lines: dict[str, Channel], now: datetime, rosa: User
) -> Address:
    scheme = Scheme.WHATSAPP_PHONE if door.kind == "whatsapp" else Scheme.WEB
    address = identity.recognise(lines[door.kind], [SeenAlias(scheme, f"1555000{number:04}")]).address
    if door.record is not None:
        joining.join_orally(people[door.record], address, by=rosa)
    if door.heard is not None:
        identity.heard({address.pk: now - timedelta(hours=door.heard)})
    _opts_out(address, door, now)
    safe = "" if door.may_write else contact.dump(SafeContact(may_write=False))
    Address.objects.filter(pk=address.pk).update(held_since=now if door.danger else None, safe_contact=safe)
    if door.moved:
        Alias.objects.filter(address=address).update(valid_to=now)
    return address


def _opts_out(address: Address, door: Door, now: datetime) -> None:
    if door.opt_out in ("word", "staff"):
        allowed.stop(address, door.opt_out)
    elif door.opt_out:
        allowed.stop(address, OptOut.How.PROVIDER, is_all=True)
        since = now if door.opt_out == "blocked" else now - timedelta(days=90)
        OptOut.objects.filter(address=address).update(since=since)


def leaves(doors: Sequence[Address], town: Town) -> list[str]:
    written, said = {}, ["nothing"] * len(doors)
    for place, door in enumerate(doors):
        letter = Unasked(door, OutMessage("Aviso."), f"letter:{place}", town.aim, template_use=unasked.USE_OF[town.aim])
        try:
            written[unasked.write(letter).pk] = place
            said[place] = "later"
        except CannotWrite:
            continue
    for leased in leaving.lease(town.now, 100):
        said[written[leased.letter.pk]] = "template" if leased.template else "words"
    return said


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(town=towns)
def test_what_leaves_is_what_the_rules_say(
    town: Town,
    organisation: Organisation,
    whatsapp: Channel,
    webchat: Channel,
    places: dict[str, Division],
    rosa: User,
) -> None:
    with transaction.atomic(), time_machine.travel(town.now, tick=False):
        doors = moves_in(town, {"whatsapp": whatsapp, "webchat": webchat}, places, rosa)
        before = unasked.ways(doors, town.aim, town.now)
        left = leaves(doors, town)
        assert left == [second_opinion(door, town) for door in town.doors]
        assert [before[door.pk].may for door in doors] == [one != "nothing" for one in left]
        transaction.set_rollback(True)
