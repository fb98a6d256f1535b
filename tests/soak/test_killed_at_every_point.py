"""kill -9 at every named point of the path, with the real server, the real database and a fake Meta over HTTP.

Whatever is cut: every acknowledged message gets one letter, messages waiting together are answered in order, and at most one
letter per kill leaves twice, marked as possibly doubled.
"""

import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from baquiano.lib import faults
from tests.bench._load import granian
from tests.fakes.graph import Graph, text_message, webhook
from tests.soak.house import House

pytestmark = [pytest.mark.soak, pytest.mark.own_server]

WORDS = ("menu", "idioma", "persona", "menu")


@pytest.mark.parametrize("point", faults.POINTS)
def test_killed_at_a_point_nothing_is_lost_and_nothing_is_said_three_times(
    point: str, tmp_path: Path, graph: Graph, database: str
) -> None:
    house = House(tmp_path, database, graph)
    once = tmp_path / "killed"
    knife = {"BAQUIANO_KILL_AT": point, "BAQUIANO_KILL_ONCE": str(once)}
    just_now = int(time.time()) - 60  # by the clock on the wall: these servers have no other
    messages = [text_message(word, id=f"wamid.in{n}", at=just_now + n) for n, word in enumerate(WORDS)]
    with granian("baquiano.config.serving:application", house.port, {**house.surroundings, **knife}):
        for batch in ([messages[0]], [messages[2], messages[1]], [messages[3]], [messages[1]]):
            house.posts(webhook(messages=batch))
        house.wait(once.exists, f"killed at {point}")
        house.wait(lambda: len(_inbound(house)) == len(WORDS), "every message is a row")
        house.wait(house.all_settled, "everything is answered")
    _check(house)


def test_killed_again_and_again_under_load(tmp_path: Path, graph: Graph, database: str) -> None:
    """Six kills at chance moments while three phones write: the main process is killed, not only its worker."""
    house = House(tmp_path, database, graph)
    just_now, sent = int(time.time()) - 60, 0
    for round_number in range(6):
        with granian("baquiano.config.serving:application", house.port, house.surroundings) as server:
            for phone in ("15550000001", "15550000002", "15550000003"):
                message = text_message(
                    "menu", id=f"wamid.{round_number}.{phone}", phone=phone, at=just_now + round_number
                )
                house.posts(webhook(messages=[message]))
                sent += 1
            _kill_family(server.pid)
    with granian("baquiano.config.serving:application", house.port, house.surroundings):
        house.wait(lambda: len(_inbound(house)) == sent, "every message is a row")
        house.wait(house.all_settled, "everything is answered")
    _check(house, kills=6)


def _kill_family(pid: int) -> None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for process in (pid, *map(int, children)):
        os.kill(process, signal.SIGKILL)


def _inbound(house: House) -> list[tuple[Any, ...]]:
    return house.rows("SELECT id FROM conversations_message WHERE author = 'person'")


def _check(house: House, kills: int = 1) -> None:
    letters = house.rows("SELECT cause, possibly_doubled, state FROM post_letter ORDER BY id")
    answered = Counter(cause.rpartition(":")[0] for cause, *_ in letters)
    late = house.rows("SELECT id FROM conversations_message WHERE author = 'person' AND state = 'late'")
    messages = _inbound(house)
    assert set(answered) == {f"turn:{pk}" for (pk,) in messages} - {f"turn:{pk}" for (pk,) in late}
    assert set(answered.values()) == {1}, "one letter per message"
    times = Counter(sent.echo for sent in house.graph.sent)
    doubled = [echo for echo, count in times.items() if count > 1]
    marked = {f"{pk}:0" for (pk,) in house.rows("SELECT id FROM post_letter WHERE possibly_doubled")}
    assert max(times.values()) <= 2
    assert len(doubled) <= kills
    assert set(doubled) <= marked, "a letter that left twice is marked"
    assert all(state in ("accepted", "sent", "delivered", "read") for *_, state in letters)
    _check_order(house)


def _check_order(house: House) -> None:
    """What was waiting together was answered in the order it was sent."""
    by_phone: dict[str, list[int]] = {}
    for sent in house.graph.sent:
        numbers = by_phone.setdefault(sent.to, [])
        letter = int(sent.echo.partition(":")[0])
        if letter not in numbers:
            numbers.append(letter)
    for numbers in by_phone.values():
        assert numbers == sorted(numbers)
