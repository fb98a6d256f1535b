"""People say what is wrong without saying who they are; two who do not know of each other warn; somebody looks into it."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.directory import portrait, reporting, trust
from baquiano.directory.models import Problem, Reach, Service, Visibility
from baquiano.directory.offering import CannotOffer
from baquiano.directory.reporting import CannotSettle
from tests.directory import offers

TODAY = date(2026, 11, 24)


@pytest.fixture
def dining_room(organisation: Organisation, now: time_machine.Traveller) -> Service:
    return offers.service(offers.organization())


def says(service: Service, key: str, reason: str = "closed", door: str = "web") -> reporting.Reported | None:
    return reporting.report(service.pk, reason, door=door, door_key=key)


def test_one_door_does_not_warn_and_two_do(dining_room: Service) -> None:
    assert says(dining_room, "una") == reporting.Reported(is_new=True, warns=False)
    assert says(dining_room, "otra", "documents") == reporting.Reported(is_new=True, warns=True)
    assert trust.standing(dining_room, TODAY).warned


def test_the_same_door_counts_once_whatever_it_says(dining_room: Service) -> None:
    says(dining_room, "una")
    assert says(dining_room, "una") == reporting.Reported(is_new=False, warns=False)
    assert says(dining_room, "una", "money") == reporting.Reported(is_new=True, warns=False)
    assert Problem.objects.count() == 2


def test_the_same_key_at_another_kind_of_door_is_another_door(dining_room: Service) -> None:
    says(dining_room, "1", door="web")
    reported = says(dining_room, "1", door="whatsapp")
    assert reported and reported.warns


def test_a_telephone_that_reports_is_nowhere_in_the_table(dining_room: Service) -> None:
    says(dining_room, "56955550101", door="whatsapp")
    assert "56955550101" not in str(list(Problem.objects.values()))


def test_what_may_be_of_the_same_person_is_read_and_warns_nobody(dining_room: Service) -> None:
    says(dining_room, "una")
    noted = [reporting.note(dining_room.pk, reason, door="web") for reason in ("money", "money", "ugly")]
    assert noted == [reporting.Reported(True, False), reporting.Reported(False, False), None]
    assert reporting.tasks(Reach.TEAM)[0].reasons == (("closed", 1), ("money", 1))
    assert reporting.how_many(dining_room.pk, since=timezone.now() - timedelta(hours=1)) == 2


def test_what_was_said_long_ago_does_not_warn(dining_room: Service) -> None:
    says(dining_room, "una")
    says(dining_room, "otra")
    Problem.objects.filter(pk=Problem.objects.earliest("pk").pk).update(reported_at=timezone.now() - timedelta(days=91))
    assert not trust.standing(dining_room, TODAY).warned


@pytest.mark.parametrize("reason", ["", "ugly", "CLOSED"])
def test_a_reason_that_is_none_of_ours_is_not_kept(dining_room: Service, reason: str) -> None:
    assert says(dining_room, "una", reason) is None
    assert not Problem.objects.exists()


def test_nobody_learns_by_reporting_that_a_hidden_service_exists(dining_room: Service) -> None:
    Service.objects.filter(pk=dining_room.pk).update(visibility=Visibility.CONFIDENTIAL)
    assert says(dining_room, "una") is None
    assert not Problem.objects.exists()


def test_the_list_of_what_to_look_into(dining_room: Service) -> None:
    other = offers.service(dining_room.organization, "Ropero Ficticio")
    says(other, "una", "address")
    for key in ("una", "otra"):
        says(dining_room, key)
    tasks = reporting.tasks(Reach.TEAM)
    assert [(task.service.pk, task.reasons, task.doors, task.is_warned) for task in tasks] == [
        (dining_room.pk, (("closed", 2),), 2, True),
        (other.pk, (("address", 1),), 1, False),
    ]


def test_settled_the_warning_is_gone_and_nothing_is_confirmed(dining_room: Service, edu: User) -> None:
    for key in ("una", "otra"):
        says(dining_room, key)
    assert reporting.settle(dining_room, "confirmed", up_to=timezone.now(), by=edu) == 2
    standing = trust.standing(dining_room, TODAY)
    assert (standing.warned, standing.on) == (False, None)
    assert AuditEntry.objects.filter(verb="problem.settled", actor=edu).exists()
    with pytest.raises(CannotSettle):
        reporting.settle(dining_room, "confirmed", up_to=timezone.now(), by=edu)


def test_what_came_after_the_page_was_read_stays_open(
    dining_room: Service, edu: User, now: time_machine.Traveller
) -> None:
    says(dining_room, "una")
    read_at = timezone.now()
    now.shift(60)
    says(dining_room, "otra")
    assert reporting.settle(dining_room, "corrected", up_to=read_at, by=edu) == 1
    assert [problem.settled_at is None for problem in reporting.of(dining_room)] == [True, False]


def test_not_listed_any_more_needs_a_reason(dining_room: Service, edu: User) -> None:
    says(dining_room, "una")
    with pytest.raises(CannotOffer):
        reporting.settle(dining_room, "withheld", up_to=timezone.now(), by=edu)
    assert Problem.objects.get().settled_at is None
    reporting.settle(dining_room, "withheld", up_to=timezone.now(), by=edu, because="Cobran y piden favores")
    dining_room.refresh_from_db()
    assert dining_room.is_withheld


def test_after_ninety_days_the_door_is_forgotten_and_what_was_said_stays(dining_room: Service) -> None:
    says(dining_room, "una")
    assert reporting.forget_doors(timezone.now() + timedelta(days=89)) == 0
    assert reporting.forget_doors(timezone.now() + timedelta(days=91)) == 1
    assert Problem.objects.get().door_hash == ""


def test_whoever_asks_for_their_data_finds_what_they_reported_and_is_forgotten(dining_room: Service) -> None:
    reporting.report(dining_room.pk, "money", door="whatsapp", door_key="address 7")
    says(dining_room, "otra")
    hers = [portrait.Door("whatsapp", "address 7")]
    (section,) = portrait.portray(hers)
    assert [one.value for entry in section.entries for one in entry.values] == ["money", "whatsapp"]
    assert [erased.rows for erased in portrait.forget(hers)] == [1]
    assert portrait.portray(hers)[0].entries == ()
    assert Problem.objects.exclude(door_hash="").count() == 1


def test_a_door_is_hers_only_while_it_was(dining_room: Service) -> None:
    says(dining_room, "una")
    later = timezone.now() + timedelta(days=1)
    assert not portrait.problems_of([portrait.Door("web", "una", since=later)]).exists()
    assert portrait.problems_of([portrait.Door("web", "una", until=later)]).exists()
