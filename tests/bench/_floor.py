"""The raw floor: the same menu turn on the same server, written by hand. One WSGI function, one transaction a turn.

It checks the signature, keeps the message once, reads and moves the state, and stores the reply: what any program must do.
Nothing else: no parser for the odd shapes, no danger, no language, no encryption. Served by granian like ours.
"""

import hashlib
import hmac
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

SECRET = b"secreto-de-prueba"
MENU = "Elige un número: 1 peligro 2 persona 3 documentos 4 salud 5 colegio 6 comida 7 trabajo 8 otro"
TABLES = (
    "CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS state (phone TEXT PRIMARY KEY, step TEXT, number INTEGER)",
    "CREATE TABLE IF NOT EXISTS reply (cause TEXT PRIMARY KEY, phone TEXT, body TEXT)",
)
Start = Callable[[str, list[tuple[str, str]]], Any]
_own = threading.local()


def _database() -> Any:
    if not hasattr(_own, "connection"):
        url = os.environ.get("FLOOR_POSTGRESQL", "")
        if url:
            _own.connection = psycopg.connect(url)
        else:
            _own.connection = sqlite3.connect(os.environ["FLOOR_SQLITE"], timeout=10, isolation_level=None)
            _own.connection.execute("PRAGMA journal_mode=WAL")
            _own.connection.execute("PRAGMA synchronous=FULL")
    return _own.connection


def application(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    right = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, environ.get("HTTP_X_HUB_SIGNATURE_256", "")):
        start("403 Forbidden", [])
        return [b""]
    for entry in json.loads(body)["entry"]:
        for change in entry["changes"]:
            for message in change["value"].get("messages", ()):
                _turn(message["id"], message["from"])
    start("200 OK", [("Content-Type", "text/plain")])
    return [b""]


def _turn(message: str, phone: str) -> None:
    database = _database()
    mark = "%s" if os.environ.get("FLOOR_POSTGRESQL") else "?"
    with _lock:
        database.execute("BEGIN" if mark == "%s" else "BEGIN IMMEDIATE")
        fresh = database.execute(f"INSERT INTO seen VALUES ({mark}) ON CONFLICT DO NOTHING", (message,)).rowcount
        if fresh:
            row = database.execute(f"SELECT number FROM state WHERE phone = {mark}", (phone,)).fetchone()
            number = (row[0] if row else 0) + 1
            database.execute(
                f"INSERT INTO state VALUES ({mark}, 'menu', {mark}) "
                "ON CONFLICT (phone) DO UPDATE SET step = excluded.step, number = excluded.number",
                (phone, number),
            )
            database.execute(f"INSERT INTO reply VALUES ({mark}, {mark}, {mark})", (message, phone, MENU))
        database.execute("COMMIT")


class _Free:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


# SQLite has one writer: its threads queue here instead of in the busy handler. PostgreSQL needs no queue.
_lock: Any = _Free() if os.environ.get("FLOOR_POSTGRESQL") else threading.Lock()
