"""kill -9 at every named point of the path, with the real server, the real database and a fake Meta over HTTP.

Whatever is cut: every acknowledged message gets one letter, messages waiting together are answered in order, and at most one
letter per kill leaves twice, marked as possibly doubled.
"""

import json
import os
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from baquiano.lib import faults
from tests.bench._load import BIN, ROOT, free_port, granian
from tests.fakes.graph import BEGAN, LINE, Graph, text_message, webhook

pytestmark = [pytest.mark.soak, pytest.mark.own_server]

WORDS = ("menu", "idioma", "persona", "menu")
PATIENCE = 120.0  # seconds until everything must be answered; nothing is asserted about how long it took


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture
def database() -> Iterator[str]:
    """A database of its own on the PostgreSQL of this run; empty on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield ""
        return
    name = f"soak_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class House:
    """The running program, and what can be seen of it from outside."""

    def __init__(self, home: Path, url: str, graph: Graph) -> None:
        self.graph, self.url, self.home = graph, url, home
        self.port = free_port()
        self.surroundings = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("BAQUIANO_", "DJANGO_"))},
            "BAQUIANO_HOME": str(home), "SEMANTIC": "0", "DATABASE_URL": url,
            "BAQUIANO_TEST_BUILD": "1", "BAQUIANO_HASTE": "20",
            "BAQUIANO_KEYS": "", "BAQUIANO_HASH_KEY": "", "BAQUIANO_SECRET_KEY": "",  # its own key file, not the tests'
        }  # fmt: skip
        self._run("demo", "--without-visits")
        self.channel = self._make_channel()

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [BIN / "baquiano", *arguments], env=self.surroundings, cwd=ROOT, check=True, capture_output=True, text=True
        )
        return done.stdout

    def _make_channel(self) -> int:
        settings = {**self.graph.settings, "app_secret": self.graph.secret}
        code = (
            "from baquiano.channels.models import Channel; "
            f"c, _ = Channel.objects.get_or_create(kind='whatsapp', line='{LINE}', name='Soak'); "
            f"c.settings = {settings!r}; c.save(); print(c.pk)"
        )
        return int(self._run("shell", "-v0", "-c", code).split()[-1])

    def posts(self, body: dict[str, Any]) -> None:
        """As Meta does: again and again until it is answered with 200."""
        raw = json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/webhooks/whatsapp/{self.channel}/", raw, self.graph.headers(raw)
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise AssertionError("the webhook was never acknowledged")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()
        with sqlite3.connect(self.home / "data" / "baquiano.sqlite3") as database:
            return database.execute(sql).fetchall()

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, f"it never came to this: {what}"
            time.sleep(0.1)

    def all_settled(self) -> bool:
        return not self.rows("SELECT 1 FROM conversations_message WHERE state = 'waiting'") and not self.rows(
            "SELECT 1 FROM post_letter WHERE state IN ('queued', 'sending', 'uncertain')"
        )


@pytest.mark.parametrize("point", faults.POINTS)
def test_killed_at_a_point_nothing_is_lost_and_nothing_is_said_three_times(
    point: str, tmp_path: Path, graph: Graph, database: str
) -> None:
    house = House(tmp_path, database, graph)
    once = tmp_path / "killed"
    knife = {"BAQUIANO_KILL_AT": point, "BAQUIANO_KILL_ONCE": str(once)}
    messages = [text_message(word, id=f"wamid.in{n}", at=BEGAN + n) for n, word in enumerate(WORDS)]
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
    sent = 0
    for round_number in range(6):
        with granian("baquiano.config.serving:application", house.port, house.surroundings) as server:
            for phone in ("15550000001", "15550000002", "15550000003"):
                message = text_message("menu", id=f"wamid.{round_number}.{phone}", phone=phone, at=BEGAN + round_number)
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
