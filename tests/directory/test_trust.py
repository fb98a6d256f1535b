"""Only a person moves the date of a verification; each kind of field is believed for its own time."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.directory import calling, editing, experience, reporting, trust, version
from baquiano.directory.models import Confirmation, Experience, Reach, Service
from baquiano.directory.trust import PARTS, CannotConfirm, Standing, Status, is_served
from tests.directory import offers

TODAY = date(2026, 11, 24)


@pytest.fixture
def dining_room(organisation: Organisation, now: time_machine.Traveller) -> Service:
    return offers.service(offers.organization())


def confirmed(service: Service, edu: User, *parts: str, days_ago: int = 0) -> None:
    day = TODAY - timedelta(days=days_ago)
    trust.confirm(service, parts or PARTS, on=day, how=Confirmation.How.CALL, by=edu)


def status(service: Service, days: int = 0) -> Status:
    return trust.standing(service, TODAY + timedelta(days=days)).status


def test_what_nobody_confirmed_is_unverified_and_neither_closed_nor_wrong(dining_room: Service) -> None:
    assert trust.standing(dining_room, TODAY) == Standing(Status.UNVERIFIED)


def test_a_confirmation_holds_grows_old_and_ends(dining_room: Service, edu: User) -> None:
    confirmed(dining_room, edu)
    ages = {0: Status.VERIFIED, 89: Status.VERIFIED, 90: Status.AGING, 179: Status.AGING, 180: Status.EXPIRED}
    assert {days: status(dining_room, days) for days in ages} == ages


def test_each_kind_of_field_ends_on_its_own_day(dining_room: Service, edu: User) -> None:
    confirmed(dining_room, edu)
    standing = trust.standing(dining_room, TODAY)
    assert {part: trust.ended(standing.parts, TODAY + timedelta(days=days)) for part, days in PARTS.items()} == {
        "hours": ("hours",),
        "contact": ("hours", "contact", "eligibility", "cost"),
        "address": tuple(PARTS),
        "eligibility": ("hours", "contact", "eligibility", "cost"),
        "cost": ("hours", "contact", "eligibility", "cost"),
    }


def test_the_hours_confirmed_again_keep_it_alive_and_an_old_address_ends_it(dining_room: Service, edu: User) -> None:
    confirmed(dining_room, edu, days_ago=360)
    confirmed(dining_room, edu, "hours")
    assert status(dining_room) is Status.AGING  # the address ends in five days
    assert status(dining_room, 5) is Status.EXPIRED


def test_what_was_confirmed_at_one_place_says_nothing_of_another(dining_room: Service, edu: User) -> None:
    here, there = (offers.at(dining_room, offers.place(name=name)) for name in ("Una", "Otra"))
    trust.confirm(dining_room, ["hours"], on=TODAY, how=Confirmation.How.VISIT, by=edu, at=here)
    standing = trust.standing(dining_room, TODAY)
    assert (standing.parts_at(here.pk), standing.parts_at(there.pk)) == ({"hours": TODAY}, {})


def test_an_edit_moves_nothing(dining_room: Service, edu: User) -> None:
    before = trust.standing(dining_room, TODAY)
    editing.change(dining_room, {"hours": "24/7"}, by=edu, how="edit")
    editing.change(dining_room, {"hours": "Mo 08:00-09:00"}, by=None, how="import:una")
    assert trust.standing(dining_room, TODAY) == before
    assert not Confirmation.objects.exists()


def test_what_the_public_is_shown(dining_room: Service) -> None:
    shown = {
        one: (
            is_served(Standing(one), is_emergency=False, proposals=False),
            is_served(Standing(one), is_emergency=True, proposals=False),
            is_served(Standing(one), is_emergency=False, proposals=True),
        )
        for one in Status
    }
    assert shown == {
        Status.VERIFIED: (True, True, True),
        Status.AGING: (True, True, True),
        Status.EXPIRED: (False, True, False),
        Status.UNVERIFIED: (False, False, True),
        Status.UNVERIFIABLE: (False, False, False),
        Status.WITHHELD: (False, False, False),
    }


def test_one_that_cannot_be_reached_is_shown_to_nobody_until_somebody_confirms_it(
    dining_room: Service, edu: User
) -> None:
    confirmed(dining_room, edu, days_ago=10)
    trust.could_not_reach(dining_room, on=TODAY, by=edu)
    assert status(dining_room) is Status.UNVERIFIABLE
    confirmed(dining_room, edu)
    assert status(dining_room) is Status.VERIFIED


def test_not_to_be_published_wins(dining_room: Service, edu: User) -> None:
    confirmed(dining_room, edu)
    editing.change(dining_room, {"is_withheld": True}, by=edu, how="edit")
    assert status(dining_room) is Status.WITHHELD


def test_whoever_confirms_says_who_how_and_a_day_that_has_come(dining_room: Service, edu: User) -> None:
    call, link = Confirmation.How.CALL, Confirmation.How.LINK
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(CannotConfirm):
        trust.confirm(dining_room, ["hours"], on=TODAY, how=call)
    with pytest.raises(CannotConfirm):
        trust.confirm(dining_room, ["hours"], on=tomorrow, how=call, by=edu)
    with pytest.raises(CannotConfirm):
        trust.confirm(dining_room, ["colour"], on=TODAY, how=call, by=edu)
    with pytest.raises(CannotConfirm):
        trust.confirm(dining_room, ["hours"], on=TODAY, how=link, by=edu)
    assert not Confirmation.objects.exists()


def test_a_confirmation_is_written_down_and_every_index_notices(dining_room: Service, edu: User) -> None:
    before = version.number()
    confirmed(dining_room, edu)
    assert version.number() > before
    assert AuditEntry.objects.get(verb="service.confirmed").actor == edu


def test_the_standing_of_a_thousand_is_asked_in_few_questions(dining_room: Service, edu: User) -> None:
    owner = dining_room.organization
    Service.objects.bulk_create(Service(organization=owner, name=f"Servicio {n}") for n in range(1000))
    confirmed(dining_room, edu)
    with CaptureQueriesContext(connection) as asked:
        found = trust.standings(None, TODAY)
    assert (len(found), len(asked), found[dining_room.pk].status) == (1001, 3, Status.VERIFIED)
    assert trust.standings(list(found), TODAY) == found


# -- whom to call first --------------------------------------------------------------------------------------------------


def test_the_call_list_goes_by_age_demand_and_reports(dining_room: Service, edu: User) -> None:
    owner = dining_room.organization
    fresh, old, wanted, wrong = (offers.service(owner, name) for name in ("Reciente", "Vieja", "Pedida", "Mala"))
    confirmed(fresh, edu)
    for service in (old, wanted, wrong):
        confirmed(service, edu, days_ago=200)
    confirmed(dining_room, edu, days_ago=80)
    for _ in range(3):
        experience.note(wanted, Experience.Kind.SERVED, on=TODAY, by=edu)
    reporting.report(wrong.pk, "closed", door="web", door_key="una")
    names = [call.service.name for call in calling.to_call(Reach.TEAM, TODAY)]
    assert names == ["Pedida", "Mala", "Vieja", "Comedor Ficticio"]


def test_fresh_news_with_a_complaint_are_called_too(dining_room: Service, edu: User) -> None:
    confirmed(dining_room, edu)
    assert calling.to_call(Reach.TEAM, TODAY) == []
    reporting.report(dining_room.pk, "no_answer", door="web", door_key="una")
    confirmed(dining_room, edu, days_ago=-0)
    editing.change(dining_room, {"hours": "24/7"}, by=edu, how="edit")
    assert [call.doors for call in calling.to_call(Reach.TEAM, TODAY)] == [1]


# -- how people were received --------------------------------------------------------------------------------------------


def test_too_few_experiences_say_nothing(dining_room: Service, edu: User) -> None:
    for kind in (Experience.Kind.SERVED,) * 3 + (Experience.Kind.CHARGED,):
        experience.note(dining_room, kind, on=TODAY, by=edu)
    assert experience.reliability([dining_room.pk], TODAY)[dining_room.pk].percent is None
    experience.note(dining_room, Experience.Kind.SERVED, on=TODAY, by=edu)
    assert experience.reliability([dining_room.pk], TODAY)[dining_room.pk].percent == 80
    assert experience.reliability([dining_room.pk], TODAY + timedelta(days=181)) == {}
