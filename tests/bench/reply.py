"""From one WhatsApp text at our door to the reply taken by Meta, one at a time, against the floor: one raw turn and one HTTP call to the same fake.

Interleaved, one machine, the same server and the same durability. A reply that waited for a poll would show: the loops rest a quarter of a second.

Twice: one after another; and each alone, when what the one before left to do (its own row, her blue ticks) is done. Then the floor has the machine to itself, too.
"""

import http.client
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench import _floor
from tests.bench._load import BIN, LINE, ROOT, body, free_port, granian, of_its_own, signed
from tests.bench.turns import _make_floor, _prepare
from tests.fakes.graph import Graph, Json

PHONES, ROUNDS = 12, 10


@dataclass
class Watched(Graph):
    """Says when it took a message. `taken`: the clock at the last one."""

    taken: float = 0.0
    has_taken: threading.Event = field(default_factory=threading.Event)
    is_read: threading.Event = field(default_factory=threading.Event)

    def _accept(self, line: str, body: Json) -> Json:
        accepted = super()._accept(line, body)
        if body.get("status") == "read":
            self.is_read.set()
        else:
            self.taken = time.perf_counter()
            self.has_taken.set()
        return accepted


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="baquiano-bench-") as folder:
        _compare("SQLite", Path(folder), "")
        if url := os.environ.get("BENCH_POSTGRESQL", ""):
            _compare("PostgreSQL", Path(folder) / "pg", of_its_own(url, "reply"))
        else:
            print("PostgreSQL: not measured (BENCH_POSTGRESQL is not set)")


def _compare(name: str, folder: Path, url: str) -> None:
    folder.mkdir(exist_ok=True)
    ours = {"BAQUIANO_HOME": str(folder / "ours"), "SEMANTIC": "0", "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
    floor = {"FLOOR_SQLITE": str(folder / "floor.sqlite3"), "FLOOR_POSTGRESQL": url, "PYTHONPATH": str(ROOT)}
    _prepare(ours, url)
    _make_floor(floor, url)
    port, floor_port = free_port(), free_port()
    with (
        Watched() as graph,
        granian("tests.bench._floor:application", floor_port, floor),
        granian("baquiano.config.serving:application", port, ours),
    ):
        path = f"/webhooks/whatsapp/{_channel(ours, graph)}/"
        for phone in range(PHONES):  # everybody is known, every connection open
            _reply(port, path, graph, phone, "warm", alone=True)
        for how, alone in (("one after another", False), ("each alone", True)):
            mine, raw = [], []
            for number in range(ROUNDS):
                for phone in range(PHONES):
                    raw.append(_posted(floor_port, "/", phone, f"{alone}{number}") + _sent(graph))
                    mine.append(_reply(port, path, graph, phone, f"{alone}{number}", alone=alone))
            _report(f"{name}, {how}", mine, raw)


def _report(name: str, mine: list[float], raw: list[float]) -> None:
    ours_ms, raw_ms = statistics.median(mine) * 1000, statistics.median(raw) * 1000
    slow = sorted(mine)[int(len(mine) * 0.95)] * 1000
    print(
        f"{name}: text in to reply taken, median {ours_ms:.1f} ms (p95 {slow:.1f}), floor {raw_ms:.1f} ms: {ours_ms / raw_ms:.1f} times (bar 5)"
    )


def _reply(port: int, path: str, graph: Watched, phone: int, run: str, *, alone: bool) -> float:
    """Seconds from the request to the moment the fake took the answer. `alone`: returns when her message is marked as read, too."""
    graph.has_taken.clear()
    graph.is_read.clear()
    begun = time.perf_counter()
    _post(port, path, body(phone, 0, f"reply-{run}"), signed)
    if not graph.has_taken.wait(60) or (alone and not graph.is_read.wait(60)):
        raise AssertionError("the reply did not come, or her message was not marked as read")
    return graph.taken - begun


def _posted(port: int, path: str, phone: int, run: str) -> float:
    begun = time.perf_counter()
    _post(port, path, body(phone, 0, f"raw-{run}"), signed)
    return time.perf_counter() - begun


def _sent(graph: Watched) -> float:
    """One HTTP call to the fake, as any program would make it: the connection is kept."""
    words = {"messaging_product": "whatsapp", "to": "15550000000", "type": "text", "text": {"body": _floor.MENU}}
    port, raw = int(graph.url.rpartition(":")[2]), json.dumps(words).encode()
    begun = time.perf_counter()
    _post(port, f"/v25.0/{LINE}/messages", raw, lambda _raw: {"Authorization": f"Bearer {graph.token}"})
    return time.perf_counter() - begun


_doors: dict[int, http.client.HTTPConnection] = {}


def _post(port: int, path: str, raw: bytes, headers: Callable[[bytes], dict[str, str]]) -> None:
    door = _doors.setdefault(port, http.client.HTTPConnection("127.0.0.1", port, timeout=60))
    door.request("POST", path, raw, headers(raw))
    answer = door.getresponse()
    answer.read()
    if answer.status != 200:
        raise AssertionError(f"refused: {answer.status}")


def _channel(ours: dict[str, str], graph: Graph) -> int:
    settings = {**graph.settings, "app_secret": _floor.SECRET.decode()}
    code = (
        "from baquiano.channels.models import Channel; "
        f"c, _ = Channel.objects.get_or_create(kind='whatsapp', line='{LINE}', name='Bench'); "
        f"c.settings = {settings!r}; c.save(); print(c.pk)"
    )
    found = subprocess.run(
        [BIN / "baquiano", "shell", "-v0", "-c", code], env={**os.environ, **ours}, check=True, capture_output=True
    )
    return int(found.stdout.split()[-1])


if __name__ == "__main__":
    main()
