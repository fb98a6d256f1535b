"""The rest between two rounds of a loop, with a clock of our own."""

import itertools
from types import SimpleNamespace

import pytest

from baquiano.lib.turnstile import Bell, For
from baquiano.terminal import loops
from baquiano.terminal.loops import Loop, Runner


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that moves when somebody sleeps, and a bell that is struck each time anybody listens: a rush without end."""
    clock = SimpleNamespace(now=0.0)
    strokes = itertools.count(1)

    def sleep(seconds: float) -> None:
        clock.now += seconds

    class Rush(Bell):
        def wait(self, heard: int, seconds: float, ear: For = For.ALL) -> int:
            return next(strokes)

    monkeypatch.setattr(loops, "time", SimpleNamespace(monotonic=lambda: clock.now, sleep=sleep))
    monkeypatch.setattr(loops, "bell", Rush())
    return clock


def test_a_rush_of_messages_does_not_hurry_the_clock(hours: SimpleNamespace) -> None:
    Runner(goes_on=lambda: True)._rest(Loop("clock", int, 1.0), 0)
    assert hours.now == 1.0


def test_the_loop_that_takes_messages_wakes_at_the_first_stroke(hours: SimpleNamespace) -> None:
    heard = Runner(goes_on=lambda: True)._rest(Loop("messages", int, 0.25, gathers=True), 0)
    assert (heard, hours.now) == (1, 0.0)


def test_a_stop_ends_the_rest(hours: SimpleNamespace) -> None:
    Runner(goes_on=lambda: hours.now < 0.5)._rest(Loop("background", int, 60.0), 0)
    assert hours.now == 0.5
