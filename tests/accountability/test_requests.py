"""Somebody asks about their data: the clock runs, nobody is told anything before we know that it is them, and the answer is kept."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from baquiano.accountability import actions, clocks
from baquiano.accountability.actions import CannotAnswer, Received
from baquiano.accountability.models import (
    Challenge,
    DataRequest,
    Door,
    Identified,
    Outcome,
    RequestEvent,
    RequestKind,
)
from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.models import Channel
from baquiano.people.actions import Described, register
from baquiano.people.models import Address, Joining, Person
from baquiano.people.models.joining import How
from baquiano.post.body import from_json
from baquiano.post.models import Letter

Asks = Callable[..., DataRequest]


@pytest.fixture
def asks(organisation: Organisation, now: time_machine.Traveller, carla: User) -> Asks:
    """Tuesday, 24 November 2026."""

    def ask(kind: RequestKind = RequestKind.COPY, country: str = "CO", door: Door = Door.DESK) -> DataRequest:
        return actions.open_request(Received(kind, door, country, asked="Quiero saber qué guardan"), by=carla)

    return ask


@pytest.fixture
def yuli(organisation: Organisation, now: time_machine.Traveller, rosa: User, whatsapp: Channel) -> Person:
    person = register(Described(called="Yuli", language="es"), by=rosa)
    address = Address.objects.create(channel=whatsapp)
    Joining.objects.create(person=person, address=address, how=How.ORAL)
    return person


# -- the clock ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "country", "due_on", "mark_by"),
    [
        (RequestKind.COPY, "CO", date(2026, 12, 9), None),
        (RequestKind.PORTABILITY, "CO", date(2026, 12, 9), None),
        (RequestKind.ERASE, "CO", date(2026, 12, 16), date(2026, 11, 26)),
        (RequestKind.BLOCK, "CO", date(2026, 12, 16), date(2026, 11, 26)),
        (RequestKind.COPY, "CL", date(2026, 12, 24), None),
        (RequestKind.ERASE, "CL", date(2026, 12, 24), None),
    ],
)
def test_each_country_counts_its_own_days(
    asks: Asks, kind: RequestKind, country: str, due_on: date, mark_by: date | None
) -> None:
    request = asks(kind, country)
    assert (request.due_on, request.mark_by) == (due_on, mark_by)


@given(
    st.sampled_from(["CO", "CL"]),
    st.sampled_from(list(RequestKind)),
    st.dates(date(2024, 1, 1), date(2032, 12, 31)),
    st.integers(0, 60),
)
def test_terms_grow_with_the_day_and_a_longer_one_is_later(
    country: str, kind: RequestKind, day: date, later: int
) -> None:
    due = clocks.due(country, kind, day)
    assert day < due <= clocks.due(country, kind, day + timedelta(days=later))
    assert due < clocks.longer(country, kind, due)
    assert (clocks.marked_by(country, kind, day) or due) <= due


def test_it_takes_longer_once_and_with_a_reason(asks: Asks, carla: User) -> None:
    request = asks()
    with pytest.raises(CannotAnswer):
        actions.extend(request, why="", by=carla)
    actions.extend(request, why="El archivo está en otra ciudad", by=carla)
    request.refresh_from_db()
    assert request.due_on == date(2026, 12, 16)
    with pytest.raises(CannotAnswer):
        actions.extend(request, why="Otra vez", by=carla)


def test_a_term_that_is_over_cannot_be_made_longer(asks: Asks, carla: User, now: time_machine.Traveller) -> None:
    request = asks()
    now.move_to(request.opened_at + timedelta(days=20))
    with pytest.raises(CannotAnswer):
        actions.extend(request, why="Tarde", by=carla)


def test_the_day_it_is_owed_is_not_late_and_the_next_one_is(asks: Asks, now: time_machine.Traveller) -> None:
    request = asks()
    now.move_to("2026-12-10T04:59:00Z")  # 23:59 of the 9th in Bogotá
    assert actions.overdue(timezone.now()) == []
    now.move_to("2026-12-10T05:01:00Z")
    assert actions.overdue(timezone.now()) == [request]


def test_what_was_answered_is_owed_no_more(asks: Asks, carla: User, now: time_machine.Traveller) -> None:
    request = asks()
    actions.close(request, Outcome.NOTHING_HELD, answer="No guardamos nada", by=carla)
    now.move_to("2027-06-01T12:00:00Z")
    assert actions.overdue(timezone.now()) == []
    with pytest.raises(CannotAnswer):
        actions.take_charge(request, by=carla)


# -- who asks ----------------------------------------------------------------------------------------------------------


def _code(letter: Letter) -> str:
    found = re.search(r"\b[A-Z2-9]{6}\b", from_json(letter.body).text)
    assert found
    return found[0]


def test_the_code_goes_to_the_door_she_is_known_by_and_brought_back_it_is_her(
    asks: Asks, yuli: Person, carla: User
) -> None:
    request = asks(door=Door.PHONE)
    actions.challenge(request, str(yuli.number), by=carla)
    letter = Letter.objects.get()
    assert letter.address == yuli.joinings.get().address
    assert actions.answer_challenge(request, _code(letter).lower(), by=carla)
    request.refresh_from_db()
    assert (request.person, request.identified_how) == (yuli, Identified.CODE)


def test_an_unknown_number_looks_the_same_from_here(asks: Asks, yuli: Person, carla: User) -> None:
    known, unknown = asks(), asks()
    actions.challenge(known, str(yuli.number), by=carla)
    actions.challenge(unknown, str(uuid4()), by=carla)
    said = [[(event.what, event.by_id) for event in request.events.order_by("pk")] for request in (known, unknown)]
    assert said[0] == said[1]
    entries = [
        AuditEntry.objects.filter(row=f"datarequest:{one.pk}").values_list("verb", "about") for one in (known, unknown)
    ]
    assert list(entries[0]) == list(entries[1])
    assert Letter.objects.count() == 1
    assert [actions.answer_challenge(one, "AAAAAA", by=carla) for one in (known, unknown)] == [False, False]


def test_a_code_is_good_for_half_an_hour_five_tries_and_once(
    asks: Asks, yuli: Person, carla: User, now: time_machine.Traveller
) -> None:
    late, guessed = asks(), asks()
    actions.challenge(late, str(yuli.number), by=carla)
    code = _code(Letter.objects.latest("pk"))
    now.shift(31 * 60)
    assert not actions.answer_challenge(late, code, by=carla)
    actions.challenge(guessed, str(yuli.number), by=carla)
    code = _code(Letter.objects.latest("pk"))
    for _try in range(actions.TRIES):
        assert not actions.answer_challenge(guessed, "AAAAAA", by=carla)
    assert not actions.answer_challenge(guessed, code, by=carla)


def test_the_code_of_one_request_does_not_open_another(asks: Asks, yuli: Person, carla: User) -> None:
    mine, other = asks(), asks()
    actions.challenge(mine, str(yuli.number), by=carla)
    code = _code(Letter.objects.get())
    actions.challenge(other, str(uuid4()), by=carla)
    assert not actions.answer_challenge(other, code, by=carla)


def test_nobody_is_identified_by_saying_so(asks: Asks, carla: User, rosa: User) -> None:
    stranger = register(Described(called="Ana"), by=rosa)
    with pytest.raises(CannotAnswer):
        actions.identify(asks(), stranger, Identified.CODE, by=carla)
    with pytest.raises(CannotAnswer):
        actions.identify(asks(), stranger, Identified.SAME_DOOR, by=carla)


def test_nothing_is_done_for_somebody_unknown(asks: Asks, carla: User) -> None:
    request = asks()
    for outcome in (Outcome.DONE, Outcome.PARTLY):
        with pytest.raises(CannotAnswer):
            actions.close(request, outcome, answer="Hecho", by=carla)
    actions.close(request, Outcome.NOT_IDENTIFIED, answer="No pudimos saber que era ella", by=carla)


def test_a_letter_with_a_code_says_nothing_on_a_locked_screen(asks: Asks, yuli: Person, carla: User) -> None:
    actions.challenge(asks(), str(yuli.number), by=carla)
    text = from_json(Letter.objects.get().body).text
    assert "Yuli" not in text
    assert "datos" not in text


def test_an_open_claim_marks_the_file(asks: Asks, yuli: Person, carla: User) -> None:
    copy, claim = asks(), asks(RequestKind.CORRECT)
    for request in (copy, claim):
        actions.identify(request, yuli, Identified.SEEN, by=carla)
    assert actions.in_dispute([yuli.pk]) == [claim]
    actions.close(claim, Outcome.DONE, answer="Corregido", by=carla)
    assert actions.in_dispute([yuli.pk]) == []


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_what_happened_is_only_added_to(asks: Asks, carla: User) -> None:
    request = asks()
    actions.take_charge(request, by=carla)
    assert [event.what for event in request.events.order_by("pk")] == ["opened", "taken"]
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestEvent.objects.update(what="closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        RequestEvent.objects.all().delete()


def test_each_deed_leaves_exactly_one_entry(asks: Asks, yuli: Person, carla: User) -> None:
    def entries(deed: Callable[[], object]) -> int:
        before = AuditEntry.objects.count()
        deed()
        return AuditEntry.objects.count() - before

    request = asks()
    assert entries(lambda: actions.take_charge(request, by=carla)) == 1
    assert entries(lambda: actions.challenge(request, str(yuli.number), by=carla)) == 1
    assert entries(lambda: actions.answer_challenge(request, "AAAAAA", by=carla)) == 1
    assert entries(lambda: actions.identify(request, yuli, Identified.SEEN, by=carla)) == 1
    assert entries(lambda: actions.extend(request, why="Más tiempo", by=carla)) == 1
    assert entries(lambda: actions.close(request, Outcome.DONE, answer="Entregado", by=carla)) == 1


def test_codes_that_nobody_can_use_go(asks: Asks, yuli: Person, carla: User, now: time_machine.Traveller) -> None:
    actions.challenge(asks(), str(yuli.number), by=carla)
    assert actions.forget_codes(timezone.now()) == 0
    now.shift(3600)
    assert actions.forget_codes(timezone.now()) == 1
    assert not Challenge.objects.exists()
