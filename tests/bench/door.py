"""Processor time of one webhook in this process: the plain door and the fast one, in interleaved rounds, on one thread and on four.

Nothing but the doors is measured: no server, no loops. Against PostgreSQL when BENCH_POSTGRESQL is set.
"""

import atexit
import os
import shutil
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import Any

HOME = tempfile.mkdtemp(prefix="baquiano-bench-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ.update(
    BAQUIANO_HOME=HOME,
    SEMANTIC="0",
    DATABASE_URL=os.environ.get("BENCH_POSTGRESQL", ""),
    DJANGO_SETTINGS_MODULE="baquiano.config.settings",
)

import django  # noqa: E402

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from baquiano.api.fast_door import FastDoor  # noqa: E402
from baquiano.channels.models import Channel, RawWebhook  # noqa: E402
from tests.bench import _load  # noqa: E402

EACH, ROUNDS, CLIENTS = 200, 5, (1, 4)


def main() -> None:
    Path(HOME, "data", "static").mkdir(parents=True)  # whitenoise warns of a missing folder
    call_command("migrate", verbosity=0)
    secret = {"app_secret": _load.SECRET.decode()}
    line, _ = Channel.objects.get_or_create(kind="whatsapp", line=_load.LINE, defaults={"settings": secret})
    plain = WSGIHandler()
    doors = {"plain": plain, "fast": FastDoor(plain)}
    for clients in CLIENTS:
        costs: dict[str, list[float]] = {name: [] for name in doors}
        for number in range(ROUNDS + 1):  # the first warms up
            for name, door in doors.items():
                costs[name].append(_cost(door, line.pk, clients, f"{clients}{name}{number}"))
        told = ", ".join(f"{name} {min(found[1:]):.3f}" for name, found in costs.items())
        print(f"{connection.vendor}, {clients} at once: milliseconds of processor for one webhook: {told}")
    RawWebhook.objects.all().delete()
    line.delete()


def _cost(door: Any, channel: int, clients: int, run: str) -> float:
    """Milliseconds of this process (user and system) for one of `EACH` webhooks, shared by so many threads."""
    piles = [
        [_environ(channel, _load.body(client, number, run)) for number in range(EACH // clients)]
        for client in range(clients)
    ]
    start, stop = threading.Barrier(clients + 1), threading.Barrier(clients + 1)

    def post(pile: list[dict[str, Any]]) -> None:
        connection.ensure_connection()  # the threads of the server keep theirs
        start.wait()
        statuses = [_status(door, environ) for environ in pile]
        stop.wait()
        connections.close_all()
        if statuses != ["200 OK"] * len(pile):
            raise AssertionError(f"a webhook was refused: {set(statuses)}")

    threads = [threading.Thread(target=post, args=(pile,)) for pile in piles]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.process_time()
    stop.wait()
    spent = time.process_time() - begun
    for thread in threads:
        thread.join()
    return spent * 1000 / EACH


def _status(door: Any, environ: dict[str, Any]) -> str:
    heard: list[str] = []
    given = door(environ, lambda status, headers: heard.append(status))
    if hasattr(given, "close"):
        given.close()
    return heard[0]


def _environ(channel: int, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/webhooks/whatsapp/{channel}/",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "HTTP_X_HUB_SIGNATURE_256": _load.signed(body)["X-Hub-Signature-256"],
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
    }


if __name__ == "__main__":
    main()
