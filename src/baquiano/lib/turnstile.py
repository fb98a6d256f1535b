"""First come, first served: the write lock that SQLite needs, and the bell that wakes the loops.

SQLite has one writer. Threads that wait in its busy handler are served at random and may wait for seconds; here they
queue. PostgreSQL needs no queue. `writing()` is the one way to open a short write transaction:
it never wraps a search, a file or the network.
"""

import secrets
import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from typing import Any

from django.db import connection, transaction

BELL = "baquiano_bell"  # the PostgreSQL channel of LISTEN and NOTIFY
ME = secrets.token_hex(8)  # this process, so that it does not answer its own call twice


class Turnstile:
    """A fair lock: whoever came first passes first. Re-entrant in one thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._holder: int | None = None
        self._depth = 0

    def enter(self) -> None:
        me = threading.get_ident()
        with self._guard:
            if self._holder == me:
                self._depth += 1
                return
            if self._holder is None:
                self._holder, self._depth = me, 1
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        mine.acquire()
        # The one who left named nobody: it left the door marked as taken until we sign in.
        with self._guard:
            self._holder, self._depth = me, 1

    def leave(self) -> None:
        with self._guard:
            self._depth -= 1
            if self._depth:
                return
            if self._waiting:
                self._holder = -1  # taken, until the next one signs in
                self._waiting.popleft().release()
            else:
                self._holder = None


class For(StrEnum):
    """Whom a stroke of the bell is for: whoever has nothing to do with it goes on resting."""

    ALL = "all"
    MESSAGES = "messages"
    LETTERS = "letters"
    MAILS = "mails"


class Bell:
    """Wakes the loops that wait. Each remembers how many strokes it has heard, so none is missed and none is stolen; and a stroke for one
    ear wakes no other, which would only take a turn at the processor to find that out.
    """

    def __init__(self) -> None:
        lock = threading.Lock()
        self._ears = {ear: threading.Condition(lock) for ear in For}
        self._lock = lock
        self._strokes: Counter[For] = Counter()
        self._resting: Counter[For] = Counter()

    def strike(self, whom: For = For.ALL) -> None:
        with self._lock:
            self._strokes[whom] += 1
            for ear in For if whom is For.ALL else (whom, For.ALL):
                self._ears[ear].notify_all()

    def strokes(self, ear: For = For.ALL) -> int:
        """For one ear: its own, and those for all. `ALL` hears every stroke."""
        if ear is For.ALL:
            return self._strokes.total()
        return self._strokes[ear] + self._strokes[For.ALL]

    def wait(self, heard: int, seconds: float, ear: For = For.ALL) -> int:
        """Returns at the next stroke after `heard`, or after the time; gives the strokes so far."""
        with self._lock:
            self._resting[ear] += 1
            try:
                self._ears[ear].wait_for(lambda: self.strokes(ear) != heard, timeout=seconds)
            finally:
                self._resting[ear] -= 1
            return self.strokes(ear)

    def is_awaited(self, whom: For) -> bool:
        """Somebody of this process rests on it now, and has nothing else to do."""
        with self._lock:
            return self._resting[whom] > 0


_turnstile = Turnstile()
bell = Bell()


@contextmanager
def writing(*, on_disk: bool = True) -> Iterator[None]:
    """A short write transaction, in the order of arrival on SQLite.

    `on_disk` False: a step that would be taken again from what is on disk already if the power failed now. It is committed like any other,
    and reaches the disk with the next one that must: both engines write one log in the order of the commits, so a later commit that is
    on disk never stands without an earlier one. A killed process loses nothing either way. See docs/decisions/0021.
    """
    may_wait = (
        not on_disk and not connection.in_atomic_block
    )  # inside somebody else's transaction, theirs is the promise
    if connection.vendor != "sqlite":
        with transaction.atomic():
            if may_wait:
                _begin_and_let_wait()
            yield
        return
    with turn_to_write(), _sqlite_that_waits() if may_wait else nullcontext(), transaction.atomic():
        yield


@contextmanager
def turn_to_write() -> Iterator[None]:
    """SQLite's queue, also for whoever decides only at the head of it what is written."""
    _turnstile.enter()
    try:
        yield
    finally:
        _turnstile.leave()


def _begin_and_let_wait() -> None:
    """Both in one message to the server. Where it fails the connection is gone, and the first statement of the transaction says so."""
    driver: Any = connection.connection
    driver.pgconn.exec_(b"BEGIN; SET LOCAL synchronous_commit TO off")


@contextmanager
def _sqlite_that_waits() -> Iterator[None]:
    _say("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        _say("PRAGMA synchronous=FULL")


def _say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def stroke(whom: For) -> tuple[str, str]:
    """What `pg_notify` is given."""
    return BELL, f"{whom}:{ME}"


def others_are_told(whom: For) -> bool:
    """Whether other processes are woken, too. Not for what one of ours is waiting for: they would only look for what it has taken."""
    return connection.vendor == "postgresql" and not bell.is_awaited(whom)


def ring(whom: For = For.ALL) -> None:
    """After this transaction is committed, wake the loops of this process (and on PostgreSQL of the others, if ours are busy)."""
    if others_are_told(whom):
        with connection.cursor() as cursor:
            # delivered by the server when this transaction commits
            cursor.execute("SELECT pg_notify(%s, %s)", stroke(whom))
    transaction.on_commit(lambda: bell.strike(whom))
