"""What a partner proposes: shown beside what we say, taken over by somebody who read exactly that, or not."""

from datetime import date, timedelta

import pytest
import time_machine

from baquiano.accounts.models import Organisation, User
from baquiano.directory import asking, drafts, trust
from baquiano.directory.drafts import CannotDecide
from baquiano.directory.models import Asking, Change, Confirmation, Draft, Reach, ServiceAtLocation
from tests.directory import offers

TODAY = date(2026, 11, 24)
NEW = {"hours": "Mo-Sa 09:00-12:00", "phones": ["+56 32 555 0101", "+56 32 555 0202"], "asks_documents": "no"}


@pytest.fixture
def here(organisation: Organisation, now: time_machine.Traveller) -> ServiceAtLocation:
    owner = offers.organization()
    phones = [{"number": "+56 32 555 0101", "description": "mañanas"}]
    return offers.at(offers.service(owner, phones=phones), offers.place(owner))


@pytest.fixture
def token(here: ServiceAtLocation, carla: User) -> str:
    asking.create("Noviembre", [here.service.organization], ends_on=TODAY + timedelta(days=9), by=carla)
    return asking.token_of(Asking.objects.get())


@pytest.fixture
def draft(token: str, here: ServiceAtLocation) -> Draft:
    found = asking.edit(token, here.service_id, NEW)
    assert found
    return found


def test_the_difference_field_by_field(draft: Draft) -> None:
    found = {one.name: (one.before, one.after) for one in drafts.difference(draft)}
    assert found == {
        "hours": (offers.WEEK, NEW["hours"]),
        "phones": (["+56 32 555 0101"], NEW["phones"]),
        "asks_documents": ("unknown", "no"),
    }
    assert [one.pk for one in drafts.waiting(Reach.TEAM)] == [draft.pk]


def test_taken_over_it_is_written_down_and_dated_on_their_day(
    draft: Draft, here: ServiceAtLocation, edu: User, now: time_machine.Traveller
) -> None:
    now.shift(timedelta(days=3))
    changed = drafts.approve(draft, read=drafts.as_read(draft), by=edu)
    here.service.refresh_from_db()
    assert sorted(changed) == sorted(NEW)
    assert (here.service.hours, here.service.asks_documents) == (NEW["hours"], "no")
    assert here.service.phones == [
        {"number": "+56 32 555 0101", "description": "mañanas"},
        {"number": "+56 32 555 0202"},
    ]
    confirmation = Confirmation.objects.get()
    assert (confirmation.parts, confirmation.on, confirmation.how, confirmation.by) == (
        ("hours", "contact", "eligibility"),
        TODAY,
        "link",
        edu,
    )
    assert {change.how for change in Change.objects.all()} == {"draft"}
    assert not drafts.waiting(Reach.TEAM).exists()


def test_not_taken_over_nothing_changes(draft: Draft, here: ServiceAtLocation, edu: User) -> None:
    drafts.refuse(draft, read=drafts.as_read(draft), by=edu)
    here.service.refresh_from_db()
    assert here.service.hours == offers.WEEK
    assert trust.standing(here.service, TODAY).on is None


def test_what_was_written_meanwhile_is_not_approved_by_who_read_something_else(
    draft: Draft, token: str, here: ServiceAtLocation, edu: User
) -> None:
    read = drafts.as_read(draft)
    newer = asking.edit(token, here.service_id, {"hours": "24/7"})
    assert newer
    for one in (draft, newer):
        with pytest.raises(CannotDecide):
            drafts.approve(one, read=read, by=edu)
    here.service.refresh_from_db()
    assert here.service.hours == offers.WEEK


def test_it_is_decided_once(draft: Draft, edu: User, rita: User) -> None:
    read = drafts.as_read(draft)
    drafts.approve(draft, read=read, by=edu)
    with pytest.raises(CannotDecide):
        drafts.refuse(draft, read=read, by=rita)


def test_hours_go_where_the_hours_are(token: str, here: ServiceAtLocation, edu: User) -> None:
    here.hours = "Sa 10:00-12:00"
    here.save()
    found = asking.edit(token, here.service_id, {"hours": "Su 10:00-12:00"})
    assert found
    drafts.approve(found, read=drafts.as_read(found), by=edu)
    here.refresh_from_db()
    here.service.refresh_from_db()
    assert (here.hours, here.service.hours) == ("Su 10:00-12:00", offers.WEEK)


def test_a_note_alone_changes_no_field_and_confirms_nothing(token: str, here: ServiceAtLocation, edu: User) -> None:
    found = asking.edit(token, here.service_id, {}, note="Nos mudamos a la calle Dos")
    assert found
    assert drafts.approve(found, read=drafts.as_read(found), by=edu) == []
    assert not Confirmation.objects.exists()
