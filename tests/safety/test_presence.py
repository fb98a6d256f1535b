"""A screen is present while it asks: ten seconds without a question, and nobody is looking."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baquiano.accounts.models import Tick, User
from baquiano.safety import presence, watch
from baquiano.safety.models import Screen
from tests.safety.conftest import Night

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def asks(night: Night, user: User, key: str = "a-session", *, has_sound: bool = True) -> None:
    presence.polled(user, key, has_sound=has_sound, now=night.now)


def test_a_screen_that_asks_every_two_seconds_is_always_present(night: Night, rosa: User) -> None:
    for _ in range(15):
        asks(night, rosa)
        assert presence.present(night.now + 2 * SECOND) == {rosa.pk}
        night.clock.shift(2 * SECOND)


def test_ten_seconds_after_its_last_question_it_is_absent(night: Night, rosa: User) -> None:
    asks(night, rosa)
    assert presence.present(night.now + 9 * SECOND) == {rosa.pk}
    assert presence.present(night.now + 10 * SECOND) == set()
    assert presence.last_seen(rosa.pk, night.now + 60 * SECOND) == night.now


def test_one_of_two_screens_is_enough(night: Night, rosa: User) -> None:
    asks(night, rosa, "at the desk")
    night.clock.shift(8 * SECOND)
    asks(night, rosa, "on the phone")
    assert presence.present(night.now + 5 * SECOND) == {rosa.pk}


def test_nothing_is_written_more_than_once_in_three_seconds(night: Night, rosa: User) -> None:
    asks(night, rosa)
    night.clock.shift(2 * SECOND)
    with CaptureQueriesContext(connection) as asked:
        asks(night, rosa)
    assert len(asked) == 1
    night.clock.shift(SECOND)
    asks(night, rosa)
    assert Screen.objects.get().polled_at == night.now


def test_sound_turned_off_is_written_at_once(night: Night, rosa: User) -> None:
    asks(night, rosa)
    asks(night, rosa, has_sound=False)
    assert not Screen.objects.get().has_sound


def test_the_next_person_at_the_same_screen_is_the_one_who_looks(night: Night, rosa: User, carla: User) -> None:
    asks(night, rosa)
    asks(night, carla)
    assert presence.present(night.now) == {carla.pk}


def test_whoever_signs_out_looks_no_more(night: Night, rosa: User) -> None:
    asks(night, rosa)
    presence.left("a-session")
    assert presence.present(night.now) == set()


def test_the_row_of_a_screen_opens_no_session(night: Night, rosa: User) -> None:
    asks(night, rosa, "the-key-of-the-session")
    assert "the-key" not in Screen.objects.get().key


def test_screens_of_yesterday_are_forgotten(night: Night, rosa: User, carla: User) -> None:
    asks(night, rosa)
    night.clock.shift(timedelta(hours=25))
    asks(night, carla, "another")
    assert presence.forget(night.now) == 1
    assert presence.forget(night.now) == 0
    assert presence.last_seen(rosa.pk, night.now) is None


# May we say that somebody was told? --------------------------------------------------------------------------------------


def ticks(night: Night, ago: int) -> None:
    Tick.objects.update_or_create(name="clock", defaults={"at": night.now - ago * SECOND, "worker": "here"})


def test_somebody_watches_only_while_the_clock_ticks_and_a_screen_of_whoever_may_answer_looks(
    night: Night, rosa: User, bruno: User
) -> None:
    assert not watch.is_watched(night.now)
    ticks(night, ago=5)
    assert not watch.is_watched(night.now)
    asks(night, bruno)
    assert not watch.is_watched(night.now)
    asks(night, rosa, "another")
    assert watch.is_watched(night.now)
    ticks(night, ago=31)
    assert not watch.is_ticking(night.now)
    assert not watch.is_watched(night.now)
