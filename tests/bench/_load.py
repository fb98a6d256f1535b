"""A bounded load over HTTP on this machine: so many clients, each its own conversation, each waiting for its answer."""

import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

SECRET = b"secreto-de-prueba"
LINE = "100000000000001"
ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Run:
    """`seconds`: wall time of the load. `latencies`: of each request, in seconds, sorted."""

    requests: int
    seconds: float
    latencies: tuple[float, ...]

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))]


def body(client: int, number: int, run: str) -> bytes:
    message = {
        "from": f"1555{client:07}",
        "id": f"wamid.{run}.{client}.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": "menu"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15559999999", "phone_number_id": LINE},
        "contacts": [{"wa_id": message["from"], "profile": {"name": "Prueba"}}],
        "messages": [message],
    }
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(raw: bytes) -> dict[str, str]:
    mark = hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={mark}"}


def load(port: int, path: str, *, clients: int, each: int, run: str) -> Run:
    """`clients` × `each` requests, checked: every answer must be 200."""
    latencies: list[float] = []
    wrong: list[int] = []

    def one(client: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(each):
            raw = body(client, number, run)
            begun = time.perf_counter()
            connection.request("POST", path, raw, signed(raw))
            answer = connection.getresponse()
            answer.read()
            latencies.append(time.perf_counter() - begun)
            if answer.status != 200:
                wrong.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=one, args=(client,)) for client in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if wrong:
        raise AssertionError(f"{len(wrong)} requests were refused: {sorted(set(wrong))}")
    return Run(clients * each, seconds, tuple(sorted(latencies)))


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def granian(target: str, port: int, surroundings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The same server for both sides, with the flags of `baquiano serve`."""
    command = [
        str(BIN / "granian"), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "10", "--no-ws",
        "--log-level", "error", target,
    ]  # fmt: skip
    # As `baquiano serve` sets them for the server it becomes.
    memory = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "131072"}
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **memory, **surroundings}, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def memory_of(process: int) -> float:
    """MB resident of a process and its children (shared pages counted once each, as the kernel does)."""
    pids, total = [process], 0.0
    while pids:
        pid = pids.pop()
        try:
            status = Path(f"/proc/{pid}/smaps_rollup").read_text()
            pids += [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("Pss:")) / 1024
    return total


def of_its_own(url: str, name: str) -> str:
    """A new database on that server: what one measurement wrote opens with the keys of its own installation only."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
            connection.execute(sql.SQL(statement).format(sql.Identifier(f"bench_{name}")))
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/bench_{name}"))
