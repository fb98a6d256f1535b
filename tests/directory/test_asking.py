"""A partner answers by a link: opening it changes nothing, one tap confirms, and what they change waits for somebody of ours."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from baquiano.accounts.models import Organisation, User
from baquiano.directory import asking, trust
from baquiano.directory.asking import CannotAsk, LinkOver, NotUnderstood
from baquiano.directory.models import (
    Asking,
    Campaign,
    Change,
    Confirmation,
    Draft,
    Organization,
    Service,
    ServiceAtLocation,
    Version,
    Visibility,
)
from baquiano.directory.trust import PARTS, Status
from tests.directory import offers

TODAY = date(2026, 11, 24)
ENDS = TODAY + timedelta(days=21)


@pytest.fixture
def owner(organisation: Organisation, now: time_machine.Traveller) -> Organization:
    return offers.organization(email="hola@example.org")


@pytest.fixture
def here(owner: Organization) -> ServiceAtLocation:
    return offers.at(offers.service(owner), offers.place(owner))


@pytest.fixture
def token(here: ServiceAtLocation, carla: User) -> str:
    asking.create("Noviembre", [here.service.organization], ends_on=ENDS, by=carla)
    return asking.token_of(Asking.objects.get())


def tables() -> tuple[object, ...]:
    models = (Asking, Campaign, Change, Confirmation, Draft, Service, Version)
    return tuple(str(list(model._default_manager.order_by("pk").values())) for model in models)


# -- staff ---------------------------------------------------------------------------------------------------------------


def test_the_table_holds_the_hash_of_the_link_and_not_the_link(token: str) -> None:
    assert len(token) >= 43
    assert token not in str(Asking.objects.values().get())


def test_each_organisation_has_a_link_of_its_own(token: str, here: ServiceAtLocation, carla: User) -> None:
    other = offers.organization("Otra")
    campaign = asking.create("Dos", [here.service.organization, other], ends_on=ENDS + timedelta(days=1), by=carla)
    tokens = {asking.token_of(one) for one in campaign.askings.all()} | {token}
    assert len(tokens) == 3


def test_who_can_be_asked_those_with_the_most_to_confirm_first(here: ServiceAtLocation, carla: User, edu: User) -> None:
    other = offers.organization("Otra")
    known = offers.service(other, "Ropero", needs=("clothing",), areas=("CO05",))
    trust.confirm(known, PARTS, on=TODAY, how=Confirmation.How.CALL, by=edu)
    hidden = offers.service(offers.organization("Secreta"), "Albergue")
    offers.at(hidden, offers.shelter())
    names = [(one.organization.name, one.services, one.old) for one in asking.candidates()]
    assert names == [("Centro Ficticio", 1, 1), ("Otra", 1, 0)]
    assert [one.organization.name for one in asking.candidates(only_old=True)] == ["Centro Ficticio"]
    assert [one.organization.name for one in asking.candidates(need="clothing")] == ["Otra"]
    assert [one.organization.name for one in asking.candidates(country="CO")] == ["Otra"]


@pytest.mark.parametrize("days", [0, 91])
def test_a_campaign_ends_within_90_days(owner: Organization, carla: User, days: int) -> None:
    with pytest.raises(CannotAsk):
        asking.create("Noviembre", [owner], ends_on=TODAY + timedelta(days=days), by=carla)


def test_sent_reminded_and_not_reached(token: str, carla: User, now: time_machine.Traveller) -> None:
    one = Asking.objects.select_related("campaign", "organization").get()
    asking.note_sent(one, by=carla)
    now.shift(3600)
    asking.note_sent(one, by=carla)
    one.refresh_from_db()
    assert one.sent_at and one.reminded_at and one.reminded_at > one.sent_at
    asking.note_unreached(one, by=carla)
    one.refresh_from_db()
    assert one.state == Asking.State.UNREACHED
    assert asking.open_link(token)  # the link still works: they may answer late


# -- the link ------------------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing(token: str) -> None:
    before = tables()
    for _ in range(3):
        opened = asking.open_link(token)
    assert [one.service.name for one in opened.services] == ["Comedor Ficticio"]
    assert tables() == before


@pytest.mark.parametrize("other", ["", "x", "A" * 43])
def test_a_link_that_never_was_one_leads_nowhere(token: str, other: str) -> None:
    for key in (other, token[:-1], f"{token}A"):
        with pytest.raises(LinkOver):
            asking.open_link(key)


def test_the_link_ends_with_its_day(token: str, now: time_machine.Traveller) -> None:
    now.move_to(datetime(2026, 12, 15, 23, 59, tzinfo=UTC))
    assert asking.open_link(token)
    now.shift(120)
    for deed in (asking.open_link, asking.same):
        with pytest.raises(LinkOver):
            deed(token)


def test_an_ended_campaign_takes_its_links_along(token: str, carla: User) -> None:
    asking.close(Campaign.objects.get(), by=carla)
    with pytest.raises(LinkOver):
        asking.same(token)
    assert Asking.objects.get().state == Asking.State.UNREACHED


def test_all_is_still_so_confirms_everything_once(token: str, here: ServiceAtLocation) -> None:
    for _ in range(2):
        asking.same(token)
    confirmation = Confirmation.objects.get()
    assert (confirmation.parts, confirmation.how, confirmation.on, confirmation.by) == (
        tuple(PARTS),
        "link",
        TODAY,
        None,
    )
    assert trust.standing(here.service, TODAY).status is Status.VERIFIED
    assert Asking.objects.get().state == Asking.State.SAME


def test_only_their_own_services_are_confirmed(token: str) -> None:
    other = offers.service(offers.organization("Otra"), "Ropero")
    asking.same(token)
    assert trust.standing(other, TODAY).status is Status.UNVERIFIED


def test_what_they_change_waits_and_is_not_confirmed(token: str, here: ServiceAtLocation) -> None:
    draft = asking.edit(token, here.service_id, {"hours": "Mo-Sa 09:00-12:00", "email": ""}, note="Nos mudamos")
    assert draft and (draft.values, draft.state) == ({"hours": "Mo-Sa 09:00-12:00"}, Draft.State.WAITING)
    here.service.refresh_from_db()
    assert here.service.hours == offers.WEEK
    asking.same(token)
    assert Confirmation.objects.get().parts == ("contact", "eligibility", "cost")  # a note may be about where it is
    assert Asking.objects.get().state == Asking.State.EDITED


def test_a_second_change_takes_the_place_of_the_first(token: str, here: ServiceAtLocation) -> None:
    asking.edit(token, here.service_id, {"email": "una@example.org"})
    asking.edit(token, here.service_id, {"email": "otra@example.org"})
    assert Draft.objects.get().values == {"email": "otra@example.org"}
    assert asking.edit(token, here.service_id, {"email": ""}) is None
    assert not Draft.objects.exists()


def test_nobody_changes_what_is_not_theirs(token: str, here: ServiceAtLocation) -> None:
    other = offers.service(offers.organization("Otra"), "Ropero")
    for service, values in ((other.pk, {"email": "x@example.org"}), (here.service_id, {"visibility": "public"})):
        with pytest.raises(NotUnderstood):
            asking.edit(token, service, values)
    assert not Draft.objects.exists()


def test_hours_that_differ_by_place_are_told_in_words(token: str, here: ServiceAtLocation) -> None:
    here.hours = "Sa 10:00-12:00"
    here.save()
    offers.at(here.service, offers.place(name="Otra casa"))
    with pytest.raises(NotUnderstood):
        asking.edit(token, here.service_id, {"hours": "24/7"})


# -- what is hidden ------------------------------------------------------------------------------------------------------


def test_a_service_at_a_confidential_place_is_not_on_the_page(token: str, here: ServiceAtLocation) -> None:
    secret = offers.service(here.service.organization, "Albergue")
    offers.at(secret, offers.shelter())
    for visibility in (Visibility.ORIENTERS, Visibility.CONFIDENTIAL):
        offers.service(here.service.organization, f"Oculto {visibility}", visibility=visibility)
    assert [one.service.pk for one in asking.open_link(token).services] == [here.service_id]


def test_the_address_of_a_service_with_a_hidden_place_is_not_confirmed_by_who_did_not_see_it(
    token: str, here: ServiceAtLocation
) -> None:
    offers.at(here.service, offers.shelter())
    shown = asking.open_link(token).services[0]
    assert [at.pk for at in shown.places] == [here.pk]
    asking.same(token)
    assert "address" not in Confirmation.objects.get().parts
