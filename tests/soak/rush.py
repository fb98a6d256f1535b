"""A rush of fictional people on WhatsApp, Meta's side of it, and what must be true when it is over.

Meta's side repeats, reorders, batches and loses: of a hundred webhooks five come twice and five too late or too early; of a hundred letters five meet
an error, or are accepted and never answered. All of it is drawn from one seeded dice, so that a rush can be run again.
"""

import http.client
import json
import os
import queue
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.bench._load import BIN, ROOT
from tests.fakes.graph import Graph, Json, status_of, text_message, webhook

WORDS = ("menu", "idioma")
REPEATED, MOVED = 0.05, 0.05
COURIERS = 8
LATE = 60
"""Seconds of the person's own clock between two of her messages: none of them is ever too close to the next to tell which came first."""


@dataclass(frozen=True)
class Size:
    """`messages` of `phones` people; each answered one is reported three times. `kill_every`: seconds between two kills, `kills` at least.
    `batches`: how many events stand in one webhook.
    """

    messages: int
    phones: int
    kills: int
    kill_every: float
    patience: float
    failing: float = 0.05
    batches: tuple[int, ...] = (1, 1, 1, 2, 5)


# Meta's side ---------------------------------------------------------------------------------------------------------


@dataclass
class Meta(Graph):
    """Reports what it accepts, and fails by itself. `lost`: accepted, and the answer never left."""

    failing: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    lost: int = 0
    refused: int = 0
    told: "queue.Queue[Json]" = field(default_factory=queue.Queue)

    def serve(self, line: str, authorization: str, raw: bytes) -> tuple[int, bytes] | None:
        with self._lock:
            fate = self.dice.choices(("well", "down", "busy", "cut"), (1 - self.failing, *[self.failing / 3] * 3))[0]
        if fate in ("down", "busy"):
            self.refused += 1
            code, status = (131000, 500) if fate == "down" else (131056, 400)
            return status, json.dumps({"error": {"code": code, "message": "Prueba"}}).encode()
        answer = super().serve(line, authorization, raw)
        if fate != "cut":
            return answer
        self.lost += 1
        return None

    def _accept(self, line: str, body: Json) -> Json:
        before = len(self.sent)
        accepted = super()._accept(line, body)
        for sent in self.sent[before:]:
            for status in ("sent", "delivered", "read"):
                self.told.put(status_of(sent, status, at=int(time.time())))
        return accepted


def bodies_of(size: Size, dice: random.Random) -> Iterator[bytes]:
    """The people's messages, as webhooks: of one to five events, some twice, some after later ones."""
    rounds = size.messages // size.phones
    now = int(time.time()) - rounds * LATE
    messages = [
        text_message(
            WORDS[turn % len(WORDS)], id=f"wamid.rush.{phone}.{turn}", phone=f"1555{phone:07}", at=now + turn * LATE
        )
        for turn in range(rounds)
        for phone in range(size.phones)
    ]
    yield from _bodies(_disturbed(messages, dice), dice, size.batches, lambda batch: webhook(messages=batch))


def _disturbed(events: Sequence[Json], dice: random.Random) -> list[Json]:
    """Some again a little later, some a little later only."""
    places = [(float(place), event) for place, event in enumerate(events)]
    places = [(place + dice.uniform(5, 300) if dice.random() < MOVED else place, event) for place, event in places]
    places += [(place + dice.uniform(1, 500), event) for place, event in places if dice.random() < REPEATED]
    return [event for _, event in sorted(places, key=lambda one: one[0])]


def _bodies(
    events: Sequence[Json], dice: random.Random, batches: Sequence[int], write: Callable[[Sequence[Json]], Json]
) -> Iterator[bytes]:
    at = 0
    while at < len(events):
        many = dice.choice(batches)
        yield json.dumps(write(events[at : at + many])).encode()
        at += many


# Carrying webhooks ---------------------------------------------------------------------------------------------------


class Couriers:
    """Carry every body to one of the web processes until it is answered with 200. `waits`: seconds of each answered one."""

    def __init__(self, graph: Graph, ports: Sequence[int], channel: int) -> None:
        self.waits: list[float] = []
        self.bodies: queue.Queue[bytes] = queue.Queue()
        self.events = 0
        self._graph, self._ports, self._path = graph, ports, f"/webhooks/whatsapp/{channel}/"
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._walk, args=(number,)) for number in range(COURIERS)]

    def __enter__(self) -> "Couriers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def are_idle(self) -> bool:
        return self.bodies.unfinished_tasks == 0

    def percentile(self, share: float) -> float:
        waits = sorted(self.waits)
        return waits[min(len(waits) - 1, int(len(waits) * share))]

    def _walk(self, number: int) -> None:
        door: http.client.HTTPConnection | None = None
        while not self._over.is_set():
            try:
                body = self.bodies.get(timeout=0.2)
            except queue.Empty:
                continue
            while not self._over.is_set():
                door = door or http.client.HTTPConnection(
                    "127.0.0.1", self._ports[number % len(self._ports)], timeout=60
                )
                if self._is_taken(door, body):
                    break
                door.close()
                door = None
                self._over.wait(0.2)
            self.bodies.task_done()
        if door:
            door.close()

    def _is_taken(self, door: http.client.HTTPConnection, body: bytes) -> bool:
        begun = time.perf_counter()
        try:
            door.request("POST", self._path, body, self._graph.headers(body))
            answer = door.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return False
        self.waits.append(time.perf_counter() - begun)
        return answer.status == 200


def _report(meta: Meta, couriers: Couriers, batches: Sequence[int], over: threading.Event) -> None:
    """What Meta has to tell of our letters, a handful at a time, some twice and some in the wrong order."""
    dice = random.Random(11)
    while not over.is_set():
        told = []
        while len(told) < 200:
            try:
                told.append(meta.told.get(timeout=0.2))
            except queue.Empty:
                break
        events = _disturbed(told, dice)
        couriers.events += len(events)
        for body in _bodies(events, dice, batches, lambda batch: webhook(statuses=batch)):
            couriers.bodies.put(body)
        for _ in told:
            meta.told.task_done()


# Workers that die ----------------------------------------------------------------------------------------------------


@dataclass
class Workers:
    """Two `baquiano work`. One of them is killed every few seconds, and another takes its place."""

    surroundings: Mapping[str, str]
    size: Size
    kills: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._alive: list[subprocess.Popen[bytes]] = []
        self._over = threading.Event()
        self._killer = threading.Thread(target=self._kill)

    def __enter__(self) -> "Workers":
        self._alive = [self._begin(), self._begin()]
        self._killer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.spare_them()
        for worker in self._alive:
            worker.terminate()
        for worker in self._alive:
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def spare_them(self) -> None:
        """No more kills: what is left must be done by whoever is alive."""
        self._over.set()
        self._killer.join()

    def _begin(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([BIN / "baquiano", "work"], cwd=ROOT, env={**os.environ, **self.surroundings})

    def _kill(self) -> None:
        while not self._over.wait(self.size.kill_every):
            victim = self._alive.pop(0)
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()
            self.kills.append(time.monotonic())
            self._alive.append(self._begin())


# The rush ------------------------------------------------------------------------------------------------------------


@dataclass
class Rush:
    """`url`: the PostgreSQL that the web processes at `ports` serve from. `seen`: (seconds, messages here, letters read), for a picture."""

    size: Size
    url: str
    meta: Meta
    workers: Workers
    couriers: Couriers
    seen: list[tuple[float, int, int]] = field(default_factory=list)
    sent: int = 0

    def run(self) -> None:
        over = threading.Event()
        reporter = threading.Thread(target=_report, args=(self.meta, self.couriers, self.size.batches, over))
        reporter.start()
        begun = time.monotonic()
        try:
            for body in bodies_of(self.size, random.Random(3)):
                self.couriers.events += body.count(b"wamid.rush")
                self.couriers.bodies.put(body)
            self._until(
                lambda: len(self.workers.kills) >= self.size.kills and self.couriers.are_idle, begun, "all was carried"
            )
            self.workers.spare_them()
            self._until(self._is_over, begun, "all was answered, and every answer read")
        finally:
            over.set()
            reporter.join()

    def _until(self, is_so: Callable[[], bool], begun: float, what: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as eye:
            while not is_so():
                self.seen.append((time.monotonic() - begun, *_progress(eye)))
                assert time.monotonic() - begun < self.size.patience, f"it never came to this: {what}"
                time.sleep(0.5)
            self.seen.append((time.monotonic() - begun, *_progress(eye)))

    def _is_over(self) -> bool:
        if self.meta.told.unfinished_tasks or not self.couriers.are_idle:
            return False
        waiting = (
            "SELECT 1 FROM channels_rawwebhook WHERE parsed_at IS NULL",
            "SELECT 1 FROM conversations_message WHERE state = 'waiting'",
            "SELECT 1 FROM post_letter WHERE state IN ('queued', 'sending', 'uncertain')",
            # news that came while the row it belongs to was being written elsewhere: the loop finds them within a minute
            "SELECT 1 FROM post_parkedstatus JOIN post_dispatch USING (channel_id, provider_hash)",
        )
        return not any(self.rows(f"{sql} LIMIT 1") for sql in waiting)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()


def _progress(eye: "psycopg.Connection[Any]") -> tuple[int, int]:
    row = eye.execute(
        "SELECT (SELECT count(*) FROM conversations_message WHERE author = 'person'), "
        "(SELECT count(*) FROM post_letter WHERE state = 'read')"
    ).fetchone()
    assert row
    return int(row[0]), int(row[1])


@contextmanager
def rush(
    size: Size, url: str, ports: Sequence[int], channel: int, meta: Meta, surroundings: Mapping[str, str]
) -> Iterator[Rush]:
    with Workers(surroundings, size) as workers, Couriers(meta, ports, channel) as couriers:
        yield Rush(size, url, meta, workers, couriers)


# What must be true ---------------------------------------------------------------------------------------------------


def check(rush: Rush) -> None:
    """Every provider id is one message; each answered message has one letter; what left twice is marked, and there is a kill or a lost
    answer for each; one person's answers left in their order; every answer ended as read, whatever order the news of it came in.
    """
    late = {
        pk for (pk,) in rush.rows("SELECT id FROM conversations_message WHERE author = 'person' AND state = 'late'")
    }
    inbound = [pk for (pk,) in rush.rows("SELECT id FROM conversations_message WHERE author = 'person'")]
    letters = rush.rows("SELECT id, cause, possibly_doubled, state FROM post_letter ORDER BY id")
    assert len(inbound) == rush.size.messages, "every provider id has one message"
    assert not rush.rows("SELECT 1 FROM channels_rawwebhook WHERE unparsed > 0")
    answered = Counter(cause.rpartition(":")[0] for _, cause, *_ in letters)
    assert set(answered) == {f"turn:{pk}" for pk in inbound} - {f"turn:{pk}" for pk in late}
    assert set(answered.values()) == {1}, "one letter per answered message"
    times = Counter(sent.echo for sent in rush.meta.sent)
    doubled = {echo for echo, count in times.items() if count > 1}
    assert max(times.values()) <= 2
    assert len(doubled) <= len(rush.workers.kills) + rush.meta.lost
    assert doubled <= {f"{pk}:0" for pk, _, is_marked, _ in letters if is_marked}, "what left twice is marked"
    ends = Counter(state for *_, state in letters)
    assert ends == {"read": len(letters)}, ends
    _check_order(rush)


def _check_order(rush: Rush) -> None:
    by_phone: dict[str, list[int]] = {}
    for sent in rush.meta.sent:
        numbers = by_phone.setdefault(sent.to, [])
        letter = int(sent.echo.partition(":")[0])
        if letter not in numbers:
            numbers.append(letter)
    assert all(numbers == sorted(numbers) for numbers in by_phone.values()), (
        "what waited together was answered in order"
    )


def told(rush: Rush) -> str:
    """The figures of one rush, for docs/reference/figures.md."""
    seconds = rush.seen[-1][0]
    times = Counter(sent.echo for sent in rush.meta.sent)
    return (
        f"{rush.couriers.events} events in {len(rush.couriers.waits)} webhooks, {rush.size.messages} messages of {rush.size.phones} people, "
        f"in {seconds:.0f} s; {len(rush.workers.kills)} workers killed; Meta refused {rush.meta.refused} and lost {rush.meta.lost} answers; "
        f"{sum(count > 1 for count in times.values())} letters left twice, all marked; "
        f"webhook p50 {rush.couriers.percentile(0.5) * 1000:.0f} ms, p99 {rush.couriers.percentile(0.99) * 1000:.0f} ms"
    )
