"""The short way in for WhatsApp's webhooks: what `api.webhooks` does to a POST, by hand, before Django sees the request.

Why: middleware, resolver and ORM cost several milliseconds of processor, and each body its own transaction. Here a body costs
a signature, an encryption and its share of one INSERT. `tests/api/test_fast_door.py` holds it to the plain door, answer by
answer and row by row; `tests/bench/door.py` measures both. Whatever is not plainly a webhook goes on to Django, untouched.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils import timezone

from baquiano.channels.actions import raw_digest
from baquiano.channels.blurring import blurred
from baquiano.channels.models import Channel
from baquiano.channels.whatsapp.verify import SECRETS, signature_is_valid
from baquiano.lib import crypto, faults
from baquiano.lib.batch import USUAL, say, say_for_each
from baquiano.lib.turnstile import For, bell, others_are_told, ring, stroke, turn_to_write, writing

log = logging.getLogger(__name__)

SECRETS_LAST = 5.0  # seconds for which the secrets of a channel are believed; then they are read again
_INTO = "INSERT INTO channels_rawwebhook (channel_id, digest, body, received_at, parsed_at, events, unparsed) VALUES "
_ROW = "(%s, %s, %s, %s, NULL, 0, 0)"
_ONCE = " ON CONFLICT DO NOTHING"

# More digits than any number of ours are left to the plain door, which knows what to say to them.
_PATH = re.compile(r"/webhooks/whatsapp/([0-9]{1,18})/", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)


class NotKept(Exception):
    """The transaction that carried this body was not committed: the sender must send it again."""


class Row(NamedTuple):
    """The parameters of `INSERT`, in its order."""

    channel: int
    digest: str
    body: bytes  # encrypted
    received_at: str | datetime | None  # as this database takes a time; never None


def insert(rows: Sequence[Row]) -> None:
    """A transaction of its own. A body that was already here stays as it is, and wakes nobody."""
    if connection.vendor == "postgresql":
        _insert_and_ring(rows)
        return
    with writing(), connection.cursor() as cursor:
        say_for_each(cursor, _INTO + _ROW + _ONCE, rows)
        if cursor.rowcount:
            ring(For.MESSAGES)


def _insert_and_ring(rows: Sequence[Row]) -> None:
    """One statement, which is a transaction by itself: four times to the server and back would be most of what a body costs."""
    statement = f"{_INTO}{', '.join([_ROW] * len(rows))}{_ONCE} RETURNING id"
    values: list[Any] = [value for row in rows for value in row]
    if others_are_told(For.MESSAGES):
        statement = f"WITH kept AS ({statement}) SELECT pg_notify(%s, %s) FROM kept LIMIT 1"
        values += stroke(For.MESSAGES)
    with connection.cursor() as cursor:
        say(cursor, statement, values, is_usual=len(rows) <= USUAL)
        is_new = cursor.fetchone() is not None
    if is_new:
        transaction.on_commit(lambda: bell.strike(For.MESSAGES))


class _Group:
    """Rows that share one transaction. `is_kept` is set once it is committed, and by nothing else."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.is_kept = False
        self.is_over = threading.Event()


class GroupCommit:
    """Bodies that arrive together are committed together: one transaction and one flush to the disk for all of them.

    The first to arrive leads: it waits for its turn to write, closes the group, writes it and wakes the others. Whoever comes
    later begins the next group. What `write` returned from is on disk.
    """

    def __init__(self, write: Callable[[Sequence[Row]], None] = insert) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._open: _Group | None = None  # the group that still takes rows
        self._alone = threading.Lock()

    def keep(self, row: Row) -> None:
        """Returns once the row is on disk. Raises NotKept to everybody in a group that failed."""
        with self._guard:
            group = self._open
            leads = group is None
            if group is None:
                group = self._open = _Group()
            group.rows.append(row)
        if leads:
            self._lead(group)
        else:
            group.is_over.wait()
        if not group.is_kept:
            raise NotKept

    def _lead(self, group: _Group) -> None:
        try:
            with self._turn():
                self._close(group)
                self._write(group.rows)
            group.is_kept = True
        except Error as problem:
            log.error("%d webhooks could not be kept: %s", len(group.rows), type(problem).__name__)
            connection.close()  # nobody checks it between requests here: the next one opens a new one
        finally:
            self._close(group)  # also when the transaction could not even begin
            group.is_over.set()

    def _turn(self) -> AbstractContextManager[object]:
        """SQLite's turnstile lets one through. PostgreSQL would let all: without a queue no group would ever gather."""
        return turn_to_write() if connection.vendor == "sqlite" else self._alone

    def _close(self, group: _Group) -> None:
        with self._guard:
            if self._open is group:
                self._open = None


@dataclass(frozen=True, repr=False)
class _Line:
    """What is believed of one channel until `until` (seconds of the clock). Never shown: it holds secrets."""

    secrets: tuple[str, ...]
    until: float


class _Lines:
    """The secrets of the WhatsApp channels, read again after `SECRETS_LAST`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[int, _Line] = {}

    def secrets_of(self, channel: int) -> tuple[str, ...] | None:
        """None: there is no such channel, or it cannot be read now."""
        line, now = self._known.get(channel), self._clock()
        if line is not None and now < line.until:
            return line.secrets
        self._known.pop(channel, None)
        secrets = _read_secrets(channel)
        if secrets is not None:
            self._known[channel] = _Line(secrets, now + SECRETS_LAST)
        return secrets

    def forget(self) -> None:
        self._known.clear()


def _read_secrets(channel: int) -> tuple[str, ...] | None:
    try:
        line = Channel.objects.filter(pk=channel, kind=Channel.ChannelKind.WHATSAPP).first()
    except crypto.WrongKey:
        return None
    except Error:
        connection.close()
        return None
    return None if line is None else tuple(line.setting(name) for name in SECRETS)


class FastDoor:
    """A WSGI application that keeps webhooks itself and hands everything else to `application`.

    `clock`: seconds that only grow.
    """

    def __init__(self, application: WSGIApplication, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._lines = _Lines(clock)
        self._commits = GroupCommit()
        self._longest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = _PATH.fullmatch(environ.get("PATH_INFO", "")) if environ["REQUEST_METHOD"] == "POST" else None
        length = _LENGTH.fullmatch(environ.get("CONTENT_LENGTH") or "") if path else None
        if path is None or length is None or int(length[0]) > self._longest:
            return self._application(environ, start_response)
        channel = int(path[1])
        secrets = self._lines.secrets_of(channel)
        if secrets is None:  # before a byte of the body is read: the plain door says what is wrong
            return self._application(environ, start_response)
        body: bytes = environ["wsgi.input"].read(int(length[0]))
        if not signature_is_valid(body, environ.get("HTTP_X_HUB_SIGNATURE_256"), secrets):
            return _answer(start_response, "403 Forbidden", b"wrong signature")
        try:
            self._keep(channel, blurred(body))
        except NotKept:
            self._lines.forget()  # the channel itself may be what is gone
            return _answer(start_response, "503 Service Unavailable", b"try again")
        return _answer(start_response, "200 OK", b"")

    def _keep(self, channel: int, body: bytes) -> None:
        """Everything that needs no transaction is done before the group is joined."""
        received_at = connection.ops.adapt_datetimefield_value(timezone.now())
        row = Row(channel, raw_digest(body), crypto.encrypt(body), received_at)
        faults.point("before_raw")
        self._commits.keep(row)
        faults.point("after_raw")


def _answer(start_response: StartResponse, status: str, text: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
    start_response(status, headers)
    return [text]
