"""A full menu turn over HTTP against the raw floor: interleaved rounds, the same server, the same durability.

A round of ours ends when the last reply is stored, not when the last webhook was answered. Delivery is not part of either side.
"""

import os
import sqlite3
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.bench import _floor
from tests.bench._load import BIN, LINE, ROOT, Run, free_port, granian, load, memory_of, of_its_own

CLIENTS, EACH, ROUNDS = 8, 60, 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="baquiano-bench-") as folder:
        _compare("SQLite", Path(folder), "")
        url = os.environ.get("BENCH_POSTGRESQL", "")
        if url:
            _compare("PostgreSQL", Path(folder) / "pg", of_its_own(url, "turns"))
        else:
            print("PostgreSQL: not measured (BENCH_POSTGRESQL is not set)")


def _compare(name: str, folder: Path, url: str) -> None:
    folder.mkdir(exist_ok=True)
    ours = {"BAQUIANO_HOME": str(folder / "ours"), "SEMANTIC": "0", "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
    floor = {"FLOOR_SQLITE": str(folder / "floor.sqlite3"), "FLOOR_POSTGRESQL": url, "PYTHONPATH": str(ROOT)}
    _prepare(ours, url)
    _make_floor(floor, url)
    channel = _channel(ours)
    ask = _reader(url, folder)
    port, floor_port = free_port(), free_port()
    with (
        granian("tests.bench._floor:application", floor_port, floor),
        granian("baquiano.config.serving:application", port, ours) as server,
    ):
        _warm(port, channel, floor_port, ask)
        raw, our, waits = [], [], []
        for number in range(ROUNDS):
            raw.append(load(floor_port, "/", clients=CLIENTS, each=EACH, run=f"r{number}"))
            before = ask()
            begun = time.perf_counter()
            run = load(port, f"/webhooks/whatsapp/{channel}/", clients=CLIENTS, each=EACH, run=f"r{number}")
            _until(lambda: ask() - before >= run.requests)  # noqa: B023 - used at once
            waits.append(time.perf_counter() - begun)
            our.append(run)
        megabytes = memory_of(server.pid)
    _report(name, raw, our, waits, megabytes)


def _report(name: str, raw: list[Run], our: list[Run], waits: list[float], megabytes: float) -> None:
    floor = [run.requests / run.seconds for run in raw]
    turns = [run.requests / seconds for run, seconds in zip(our, waits, strict=True)]
    ratios = sorted(mine / best for mine, best in zip(turns, floor, strict=True))
    p99 = sorted(mine.percentile(0.99) / base.percentile(0.99) for mine, base in zip(our, raw, strict=True))
    print(f"{name}: floor {max(floor):.0f}/s, full turn {max(turns):.0f}/s; ratio, best {ratios[-1]:.2f}, "
          f"median {statistics.median(ratios):.2f} (bar .15)")  # fmt: skip
    print(f"{name}: p99 with {CLIENTS} clients {min(r.percentile(0.99) for r in our) * 1000:.1f} ms against "
          f"{min(r.percentile(0.99) for r in raw) * 1000:.1f} ms; multiple, best {p99[0]:.1f}, median {statistics.median(p99):.1f} (bar 15)")  # fmt: skip
    accepted = max(run.requests / run.seconds for run in our)
    print(f"{name}: webhooks acknowledged {accepted:.0f}/s while turns are taken")
    print(f"{name}: memory of the serving processes {megabytes:.0f} MB with SEMANTIC=0 (bar 200)")


def _prepare(ours: dict[str, str], url: str) -> None:
    for command in (["migrate", "-v0"], ["demo", "--without-visits"]):
        subprocess.run([BIN / "baquiano", *command], env={**os.environ, **ours}, check=True, stdout=subprocess.DEVNULL)


def _channel(ours: dict[str, str]) -> int:
    """A line that rests: letters are stored and wait."""
    code = (
        "from baquiano.channels.models import Channel; from datetime import datetime, UTC; "
        f"c, _ = Channel.objects.get_or_create(kind='whatsapp', line='{LINE}', name='Bench'); "
        f"c.settings = {{'app_secret': '{_floor.SECRET.decode()}'}}; c.paused_until = datetime(2100, 1, 1, tzinfo=UTC); "
        "c.save(); print(c.pk)"
    )
    found = subprocess.run(
        [BIN / "baquiano", "shell", "-v0", "-c", code], env={**os.environ, **ours}, check=True, capture_output=True
    )
    return int(found.stdout.split()[-1])


def _make_floor(floor: dict[str, str], url: str) -> None:
    database: Any = psycopg.connect(url) if url else sqlite3.connect(floor["FLOOR_SQLITE"])
    for table in _floor.TABLES:
        database.execute(table)
    database.commit()
    database.close()


def _reader(url: str, folder: Path) -> Callable[[], int]:
    """How many letters there are: a reader of its own, which takes no lock."""
    database: Any = (
        psycopg.connect(url, autocommit=True) if url else sqlite3.connect(folder / "ours" / "data" / "baquiano.sqlite3")
    )
    return lambda: int(database.execute("SELECT count(*) FROM post_letter").fetchone()[0])


def _warm(port: int, channel: int, floor_port: int, ask: Callable[[], int]) -> None:
    before = ask()
    load(floor_port, "/", clients=2, each=5, run="warm")
    load(port, f"/webhooks/whatsapp/{channel}/", clients=2, each=5, run="warm")
    _until(lambda: ask() - before >= 10)


def _until(is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not is_done():
        if time.monotonic() > until:
            raise AssertionError("the replies did not come")
        time.sleep(0.005)


if __name__ == "__main__":
    main()
