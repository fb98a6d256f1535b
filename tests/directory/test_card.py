"""One card for every door: what is known in whole lines, what is not known left out, and nothing of what whoever asks may not know."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from baquiano.accounts.models import Organisation, User
from baquiano.directory import card as cards
from baquiano.directory import offering, reporting, trust
from baquiano.directory.card import Card
from baquiano.directory.hours import State
from baquiano.directory.models import Confirmation, Notice, Reach, Service, ServiceAtLocation, Visibility
from baquiano.directory.near import Hit
from baquiano.directory.offering import Left, Said
from baquiano.directory.trust import PARTS, Status
from tests.directory import offers

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # Tuesday, noon in Chile
TODAY = date(2026, 11, 24)


@pytest.fixture
def here(organisation: Organisation, now: time_machine.Traveller) -> ServiceAtLocation:
    owner = offers.organization(phone="+56 32 555 0000")
    return offers.at(offers.service(owner), offers.place(owner))


def shown(service: UUID, at: UUID | None, reach: Reach = Reach.ANYONE, language: str = "en") -> Card | None:
    return cards.card(service, at, reach=reach, language=language, now=NOW)


def card(at: ServiceAtLocation, language: str = "en", **values: object) -> Card:
    """As it is after these values were written down."""
    Service.objects.filter(pk=at.service_id).update(**values)
    found = shown(at.service_id, at.pk, language=language)
    assert found
    return found


def test_where_when_and_whom_to_call(here: ServiceAtLocation) -> None:
    found = card(here)
    assert (found.name, found.organization, found.place_name) == (
        "Comedor Ficticio",
        "Centro Ficticio",
        "Casa Ficticia",
    )
    assert found.place == ("Calle Ficticia 123", "Valparaíso, Valparaíso")
    assert (found.latitude, found.longitude, found.zone) == (-33.05, -71.61, "America/Santiago")
    assert (found.hours, found.state) == (offers.WEEK, State.OPEN)
    assert found.now_line
    assert [phone.number for phone in found.phones] == ["+56 32 555 0101"]


def test_without_a_telephone_of_its_own_it_has_that_of_the_organisation(here: ServiceAtLocation) -> None:
    assert [phone.number for phone in card(here, phones=[]).phones] == ["+56 32 555 0000"]


def test_what_is_not_known_is_left_out_and_never_a_no(here: ServiceAtLocation) -> None:
    found = card(here, hours="")
    assert (found.documents_line, found.status_line, found.cost_line, found.appointment_line) == ("", "", "", "")
    assert (found.to_bring, found.for_whom, found.capacity_line) == ("", (), "")
    assert found.state is State.UNKNOWN


def test_asking_for_no_documents_and_no_status_are_said(here: ServiceAtLocation) -> None:
    found = card(here, asks_documents="no", asks_status="no", cost="free")
    assert (found.documents_line, found.status_line) == (
        "Asks for no documents",
        "Does not ask about your migratory situation",
    )
    assert (found.to_bring, found.cost_line) == ("", "Free of charge")


def test_what_to_bring(here: ServiceAtLocation) -> None:
    found = card(
        here, asks_documents="yes", accepts=("passport", "foreign_id"), required_documents=[{"document": "Una foto"}]
    )
    assert found.to_bring == "Bring: Passport / Identity card of another country, Una foto"


@pytest.mark.parametrize(
    ("youngest", "oldest", "line"),
    [
        (None, None, ""),
        (18, None, "From 18 years of age"),
        (None, 5, "Up to 5 years of age"),
        (6, 12, "From 6 to 12 years of age"),
    ],
)
def test_ages(here: ServiceAtLocation, youngest: int | None, oldest: int | None, line: str) -> None:
    found = card(here, minimum_age=youngest, maximum_age=oldest)
    assert found.for_whom == ((line,) if line else ())


# -- trust ---------------------------------------------------------------------------------------------------------------


def test_verified_says_when_and_how(here: ServiceAtLocation, edu: User) -> None:
    trust.confirm(here.service, PARTS, on=TODAY - timedelta(days=21), how=Confirmation.How.CALL, by=edu)
    found = card(here)
    assert (found.status, found.badge) == (Status.VERIFIED, "Verified on 03-11-2026, by telephone")


def test_past_its_day_it_says_since_when(here: ServiceAtLocation, edu: User) -> None:
    trust.confirm(here.service, PARTS, on=TODAY - timedelta(days=200), how=Confirmation.How.VISIT, by=edu)
    found = card(here)
    assert (found.status, found.badge) == (Status.EXPIRED, "Not confirmed since 08-05-2026")


def test_hours_that_are_too_old_are_named_while_the_rest_holds(here: ServiceAtLocation, edu: User) -> None:
    trust.confirm(here.service, PARTS, on=TODAY - timedelta(days=100), how=Confirmation.How.CALL, by=edu)
    found = card(here)
    assert found.parts_line == "Not confirmed for a long time: hours"
    assert found.now_line.endswith("(hours not confirmed for a long time)")
    with translation.override("en"):
        assert found.now_line in cards.line(found)


def test_not_verified_says_where_we_have_it_from(here: ServiceAtLocation) -> None:
    found = card(here, source="example.org", source_on=date(2026, 9, 1))
    assert found.badge == "Not verified; according to example.org, 01-09-2026"


def test_two_reports_warn(here: ServiceAtLocation) -> None:
    assert card(here).warning == ""
    for key in ("una", "otra"):
        reporting.report(here.service_id, "closed", door="web", door_key=key)
    found = card(here)
    assert found.warning == "People say that something here may be wrong. Call before you go."
    with translation.override("en"):
        assert "People said that something is wrong" in cards.line(found)


# -- for a while ---------------------------------------------------------------------------------------------------------


def test_a_closure_is_said_until_it_ends_by_itself(here: ServiceAtLocation, edu: User) -> None:
    closed = Said(Notice.Kind.CLOSED, "Por inventario", NOW - timedelta(days=1), NOW + timedelta(days=2))
    offering.announce(here.location, closed, by=edu)
    found = card(here)
    assert found.state is State.TEMPORARILY_CLOSED
    assert found.notices == ("Closed until 26-11-2026. Por inventario",)
    later = cards.card(here.service_id, here.pk, reach=Reach.ANYONE, language="en", now=NOW + timedelta(days=3))
    assert later and (later.state, later.notices) == (State.OPEN, ())


def test_how_much_is_left_is_not_said_after_its_time(here: ServiceAtLocation, edu: User) -> None:
    offering.say_capacity(here.service, Left("camas", 3, 10, "", timedelta(hours=6)), by=edu)
    assert card(here).capacity_line == "camas left: 3 (told on 24-11 12:00)"
    later = cards.card(here.service_id, here.pk, reach=Reach.ANYONE, language="en", now=NOW + timedelta(hours=7))
    assert later and later.capacity_line == ""


# -- one line ------------------------------------------------------------------------------------------------------------


def test_one_line_for_a_chat(here: ServiceAtLocation) -> None:
    Service.objects.filter(pk=here.service_id).update(asks_documents="no")
    found = shown(here.service_id, here.pk)
    assert found
    hit = Hit(here.service_id, here.pk, 0.4, cards_now(here))
    near = cards.cards([hit], reach=Reach.ANYONE, language="en", now=NOW)[0]
    with translation.override("en"):
        assert cards.line(near) == ". ".join(
            (
                "Comedor Ficticio",
                "less than 1 km away",
                found.now_line.rstrip("."),
                "Asks for no documents",
                "Tel. +56 32 555 0101",
                "Not verified",
            )
        )
        assert "+ 5 6 3 2 5 5 5 0 1 0 1." in cards.spoken(near)
        assert "\n" not in cards.line(near) + cards.spoken(near)


def cards_now(at: ServiceAtLocation) -> cards.opening.Now:
    table = cards.timetables.timetable(at.service, at, [], cards.timetables.zones_of_countries())
    return cards.opening.at(table, NOW)


@pytest.mark.parametrize(
    ("km", "words"), [(None, ""), (0.0, "less than 1 km away"), (0.99, "less than 1 km away"), (3.4, "about 3 km away")]
)
def test_distances_are_never_exact(km: float | None, words: str) -> None:
    with translation.override("en"):
        assert cards.distance(km) == words


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr", "ht"])
def test_a_card_in_every_language(here: ServiceAtLocation, language: str) -> None:
    found = card(here, language=language, needs=("food",), asks_documents="no", cost="free", populations=("women",))
    assert all((found.needs_line, found.documents_line, found.cost_line, found.hours_line, found.now_line, found.badge))


# -- what nobody may know ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reach", [Reach.ANYONE, Reach.PARTNER, Reach.TEAM])
def test_a_confidential_place_is_on_no_card(here: ServiceAtLocation, reach: Reach) -> None:
    hidden = offers.at(here.service, offers.shelter())
    assert shown(here.service_id, hidden.pk, reach) is None
    whole = shown(here.service_id, None, reach)
    assert whole and offers.SHELTER not in str(whole) and whole.place == ()


def test_a_service_that_is_only_at_a_confidential_place_is_on_no_card(here: ServiceAtLocation) -> None:
    secret = offers.service(here.service.organization, "Albergue")
    offers.at(secret, offers.shelter())
    assert shown(secret.pk, None, Reach.TEAM) is None
    whole = shown(secret.pk, None, Reach.PROTECTION)
    assert whole and offers.SHELTER not in str(whole)


@pytest.mark.parametrize("values", [{"is_withheld": True}, {"visibility": Visibility.NETWORK}])
def test_what_is_not_for_everybody_is_on_no_public_card(here: ServiceAtLocation, values: dict[str, object]) -> None:
    Service.objects.filter(pk=here.service_id).update(**values)
    assert shown(here.service_id, here.pk) is None


def test_many_cards_cost_few_questions(here: ServiceAtLocation) -> None:
    owner = here.service.organization
    pairs = [(here.service_id, here.pk)]
    for n in range(30):
        at = offers.at(offers.service(owner, f"Servicio {n}"), here.location)
        pairs.append((at.service_id, at.pk))
    cards.shown(pairs[:1], reach=Reach.ANYONE, language="es", now=NOW)  # the map of divisions is read once a process
    with CaptureQueriesContext(connection) as few:
        assert len(cards.shown(pairs[:1], reach=Reach.ANYONE, language="es", now=NOW)) == 1
    with CaptureQueriesContext(connection) as many:
        assert len(cards.shown(pairs, reach=Reach.ANYONE, language="es", now=NOW)) == 31
    assert len(many) <= len(few) <= 10
