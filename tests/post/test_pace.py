"""Letters leave as fast as the provider allows, and never faster: to one person, and of a whole line."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import actions as post
from baquiano.post import leaving, pace
from baquiano.post.models import Letter, State
from baquiano.post.pace import Limit

BEGAN = datetime(2026, 11, 24, 15, tzinfo=UTC)
PAIR = Limit(timedelta(seconds=6), 45)


def left_at(limit: Limit, wanted: Sequence[datetime]) -> list[datetime]:
    """When each leaves that is wanted then: at once, or as soon as it may."""
    due, left, free = None, [], BEGAN
    for moment in wanted:
        free = limit.opens_at(due, max(moment, free))
        due = limit.after(due, free)
        left.append(free)
    return left


def by_the_bucket(limit: Limit, wanted: Sequence[datetime]) -> list[datetime]:
    """The same, as one would explain it: a bucket of `burst` tokens, one more every interval; a letter takes one, or waits for it."""
    tokens, at, left = float(limit.burst), BEGAN, []
    for moment in wanted:
        now = max(moment, at)
        tokens = min(limit.burst, tokens + (now - at) / limit.every)
        if tokens < 1:
            now += (1 - tokens) * limit.every
            tokens = 1.0
        tokens, at = tokens - 1, now
        left.append(now)
    return left


limits = st.builds(Limit, st.integers(1, 60_000).map(lambda ms: timedelta(milliseconds=ms)), st.integers(1, 60))
waits = st.lists(st.integers(0, 30_000).map(lambda ms: timedelta(milliseconds=ms)), max_size=120)


def moments(gaps: Sequence[timedelta]) -> list[datetime]:
    return [BEGAN + sum(gaps[: place + 1], timedelta()) for place in range(len(gaps))]


@given(limits, waits)
def test_never_faster_than_allowed_and_never_slower_than_needed(limit: Limit, gaps: list[timedelta]) -> None:
    wanted = moments(gaps)
    ours, plain = left_at(limit, wanted), by_the_bucket(limit, wanted)
    assert all(abs(mine - other) < timedelta(milliseconds=2) for mine, other in zip(ours, plain, strict=True))


@given(waits)
def test_one_person_gets_no_more_than_the_burst_and_what_was_paid_back(gaps: list[timedelta]) -> None:
    left = left_at(PAIR, moments(gaps))
    for place, begins in enumerate(left):
        for count, ends in enumerate(left[place:], 1):
            assert count <= PAIR.burst + (ends - begins) / PAIR.every + 0.001


def test_whatsapp_takes_45_at_once_and_then_one_in_six_seconds() -> None:
    left = left_at(PAIR, [BEGAN] * 48)
    assert left[44] == BEGAN
    assert [(at - BEGAN).total_seconds() for at in left[45:]] == [6, 12, 18]


# In the lease ------------------------------------------------------------------------------------------------------------


def people(line: Channel, count: int) -> list[Address]:
    return [
        identity.recognise(line, [SeenAlias(Scheme.WHATSAPP_PHONE, f"1555000{n:04}")]).address for n in range(count)
    ]


def send(addresses: Sequence[Address], *, first: bool = False, cause: str = "turn") -> None:
    post.send_all([post.Outgoing(one, OutMessage("hola"), f"{cause}:{one.pk}", goes_first=first) for one in addresses])


@pytest.mark.django_db
def test_a_line_sends_no_more_at_once_than_it_may_and_goes_on_where_it_stopped(whatsapp: Channel) -> None:
    whatsapp.settings |= {"a_second": "20"}  # five at once
    whatsapp.save()
    send(people(whatsapp, 12))
    now = timezone.now()
    assert len(leaving.lease(now, 9)) == 5
    assert leaving.lease(now, 9) == []
    assert len(leaving.lease(now + timedelta(seconds=0.1), 9)) == 2
    assert len(leaving.lease(now + timedelta(seconds=10), 9)) == 5


@pytest.mark.django_db
def test_a_line_that_must_wait_holds_up_no_other(whatsapp: Channel) -> None:
    whatsapp.settings |= {"a_second": "4"}
    whatsapp.save()
    other = Channel.objects.create(kind="whatsapp", line="100000000000002", name="Otra")
    send(people(whatsapp, 8))
    send(people(other, 1))
    now = timezone.now()
    assert len(leaving.lease(now, 4)) == 1
    assert [one.channel for one in leaving.lease(now, 4)] == [other]


@pytest.mark.django_db
def test_what_is_too_much_for_one_person_waits_and_holds_up_nobody_else(whatsapp: Channel) -> None:
    yuli, bruna = people(whatsapp, 2)
    send([yuli, bruna])
    now = timezone.now()
    Address.objects.filter(pk=yuli.pk).update(paced_until=now + PAIR.every * PAIR.burst)
    assert [one.letter.address for one in leaving.lease(now, 9)] == [bruna]
    waits = Letter.objects.get(address=yuli)
    assert (waits.state, waits.not_before) == (State.QUEUED, now + PAIR.every)
    assert [one.letter.address for one in leaving.lease(now + PAIR.every, 9)] == [yuli]


@pytest.mark.django_db
def test_danger_leaves_before_what_waits_for_anybody_and_for_the_same_person(whatsapp: Channel) -> None:
    yuli, bruna = people(whatsapp, 2)
    send([bruna, yuli])
    send([yuli], first=True, cause="danger")
    assert [one.letter.cause for one in leaving.lease(timezone.now(), 9)] == [f"danger:{yuli.pk}"]


@pytest.mark.django_db
def test_a_doubt_about_an_earlier_letter_holds_up_no_danger_text(whatsapp: Channel) -> None:
    (yuli,) = people(whatsapp, 1)
    send([yuli])
    Letter.objects.update(state=State.UNCERTAIN, not_before=timezone.now() + timedelta(seconds=45))
    send([yuli], first=True, cause="danger")
    assert len(leaving.lease(timezone.now(), 9)) == 1


def waiting_letters() -> list[Letter]:
    return list(Letter.objects.filter(state=State.QUEUED).select_related("address__channel").order_by("pk"))


@pytest.mark.django_db
def test_pacing_a_batch_takes_two_statements_however_large_it_is(
    whatsapp: Channel, django_assert_num_queries: "pytest.FixtureRequest"
) -> None:
    """One for the line, one for all people; the very first letter of a line asks once more."""
    counted = []
    for count, statements in ((1, 3), (2, 2), (12, 2)):
        send(people(whatsapp, count), cause=f"turn{count}")
        letters, line = waiting_letters(), Channel.objects.get(pk=whatsapp.pk)
        with django_assert_num_queries(statements):  # type: ignore[operator]
            counted.append(len(pace.admitted(letters, {line.pk: line}, timezone.now() + timedelta(hours=count))))
        Letter.objects.update(state=State.READ)
    assert counted == [1, 2, 12]


@pytest.mark.django_db
def test_what_another_worker_let_leave_meanwhile_counts(whatsapp: Channel) -> None:
    whatsapp.settings |= {"a_second": "20"}  # five at once
    whatsapp.paced_until = BEGAN
    whatsapp.save()
    send(people(whatsapp, 9))
    as_it_was, letters = Channel.objects.get(pk=whatsapp.pk), waiting_letters()
    now = BEGAN + timedelta(hours=1)
    assert len(pace.admitted(letters[:4], {whatsapp.pk: Channel.objects.get(pk=whatsapp.pk)}, now)) == 4
    assert len(pace.admitted(letters[4:], {whatsapp.pk: as_it_was}, now)) == 1
    whatsapp.refresh_from_db()
    assert whatsapp.paced_until == now + 5 * timedelta(seconds=1 / 20)
