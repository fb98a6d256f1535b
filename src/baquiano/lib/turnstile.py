"""First come, first served: the write lock that SQLite needs, and the bell that wakes the loops.

SQLite has one writer. Threads that wait in its busy handler are served at random and may wait for seconds; here they
queue. PostgreSQL needs no queue. `writing()` is the one way to open a short write transaction:
it never wraps a search, a file or the network.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

BELL = "baquiano_bell"  # the PostgreSQL channel of LISTEN and NOTIFY


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


class Bell:
    """Wakes every loop that waits. Each remembers the last stroke it heard, so none is missed and none is stolen."""

    def __init__(self) -> None:
        self._struck = threading.Condition()
        self._strokes = 0

    def strike(self) -> None:
        with self._struck:
            self._strokes += 1
            self._struck.notify_all()

    @property
    def strokes(self) -> int:
        return self._strokes

    def wait(self, heard: int, seconds: float) -> int:
        """Returns at the next stroke after `heard`, or after the time; gives the strokes so far."""
        with self._struck:
            self._struck.wait_for(lambda: self._strokes != heard, timeout=seconds)
            return self._strokes


_turnstile = Turnstile()
bell = Bell()


@contextmanager
def writing() -> Iterator[None]:
    """A short write transaction, in the order of arrival on SQLite."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    _turnstile.enter()
    try:
        with transaction.atomic():
            yield
    finally:
        _turnstile.leave()


def ring() -> None:
    """After this transaction is committed, wake the loops of this process (and on PostgreSQL of every other)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {BELL}")  # delivered by the server when this transaction commits
    transaction.on_commit(bell.strike)
