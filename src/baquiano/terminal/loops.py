"""The loops: they call each room's due work and decide nothing.

clock (each second, alerts and leases first, seals last), messages (what came in → turns), letters (what must leave), mails (to
colleagues: a loop of its own, because a mail server may keep us waiting), background (purging).
`config/serving.py` starts them, `baquiano work` runs them. One process owns them on SQLite (a lock file); on PostgreSQL any number may run,
each row is claimed with SKIP LOCKED.
"""

import ctypes
import fcntl
import logging
import math
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from baquiano.accounts import actions as accounts
from baquiano.accounts import sealing, sessions
from baquiano.accounts.models import Tick
from baquiano.channels import actions as channels
from baquiano.conversations import actions as conversations
from baquiano.conversations import (
    blue_ticks,
    enclosures,
    owning,
    receiving,
    surge,
    taking_back,
    telling,
    turns,
    undelivered,
)
from baquiano.custody import keeping
from baquiano.directory import reporting
from baquiano.files import erasing
from baquiano.knowledge import editing, finding, questions
from baquiano.lib.turnstile import BELL, ME, For, bell, writing
from baquiano.people import facts, joining, vocabulary
from baquiano.post import actions as post
from baquiano.post import broadcasting, fate, mail, settling
from baquiano.post import lines as post_lines
from baquiano.recalls import actions as recalls
from baquiano.safety import book, chain, following, numbers, presence
from baquiano.terminal import running

log = logging.getLogger(__name__)

LOOKS_EVERY = 0.25  # seconds between two looks at what nobody told of
TICK_EVERY = 5.0  # seconds between two written signs of life
AFTER_TROUBLE = 1.0


A_RUSH = 8  # so much done at once: more is coming, it is worth gathering
A_FULL_ROUND = 200  # so much: more is waiting, go on without gathering
QUIET = 0.02  # seconds without news: what came together is all here
GATHER = 0.15  # seconds: in a rush that does not end, the wait that nobody notices


@dataclass(frozen=True)
class Loop:
    """`work` returns how much it did: nothing means wait `pause` seconds.

    `gathers`: the bell wakes it at once, so that one message waits for nobody. After a round that did much it begins again once nothing
    has come for `QUIET` seconds, or after `GATHER`: a rush is written in few large batches, which cost a third of many small ones.
    `ear`: which strokes of the bell are for it. `is_told`: whatever is left to do has struck it, so after a small round nobody looks again.
    """

    name: str
    work: Callable[[], int]
    pause: float
    gathers: bool = False
    ear: For = For.ALL
    is_told: bool = False


class Messages:
    """What came in, and its answers. Whoever writes alone is answered at once; whether somebody else waits is then not asked again, if
    nobody did a moment ago.
    """

    def __init__(self) -> None:
        self._nobody_until = -math.inf

    def __call__(self) -> int:
        taken = receiving.take_in_and_lease()
        done = taken.bodies + turns.answer(taken.leased)
        if taken.leased and not taken.others_wait and time.monotonic() < self._nobody_until:
            return done
        worked = turns.work()
        self._nobody_until = -math.inf if worked else time.monotonic() + LOOKS_EVERY
        return done + worked


messages = Messages()


def letters() -> int:
    """A broadcast has its turn only when nothing else is left to send."""
    return post.deliver() or broadcasting.due(timezone.now())


def mails() -> int:
    return mail.deliver_mails()


def clock() -> int:
    now = timezone.now()
    done = chain.climb(now) + telling.tell(now)
    done += (
        fate.settle_cut(now)
        + undelivered.tell_the_team(now)
        + owning.release_deserted(now)
        + editing.publish_scheduled(now)
    )
    return done + sealing.keep_up(now)


def media() -> int:
    """What came with messages, from whoever carries them: a slow download holds up neither turns nor letters."""
    return enclosures.fetch_due(timezone.now())


def signs() -> int:
    """Blue ticks and "typing…", a moment after a message came in."""
    return blue_ticks.show()


def lines() -> int:
    """How our lines are, from whoever carries them: the answer may take its time, so nothing else waits for it."""
    return post_lines.check_due(timezone.now())


def background() -> int:
    """What may wait: making vectors for search and listening by meaning, lists of who was told what changed, erasing."""
    vocabulary.current()  # opened here once, so that nobody's first search waits for it
    now = timezone.now()
    done = finding.deepen() + book.deepen() + recalls.due() + numbers.remind(now) + surge.watch(now)
    return done + settling.settle_parked() + erase() + sealing.catch_late(now)


def erase() -> int:
    """What has been kept long enough goes."""
    now = timezone.now()
    return (
        accounts.forget_attempts(now)
        + sessions.forget_ended(now)
        + channels.erase_past_keeping(now)
        + erasing.erase_past_keeping(now, besides=keeping.held_files(now))
        + settling.forget_parked(now)
        + broadcasting.forget_unread(now)
        + mail.forget(now)
        + presence.forget(now)
        + following.erase_past_keeping(now, besides=keeping.held_conversations(now))
        + editing.forget_drafts(now)
        + conversations.erase_past_keeping(now, besides=keeping.held_addresses(now))
        + taking_back.erase_taken_back(besides=keeping.held_addresses(now))
        + questions.forget_past_keeping(now)
        + joining.forget_codes(now)
        + facts.erase_due(now, besides=keeping.held_people(now))
        + reporting.forget_doors(now)
        + keeping.watch(now)
        + keeping.work(now)
    )


LOOPS = (
    Loop("clock", clock, 1.0),
    Loop("messages", messages, LOOKS_EVERY, gathers=True, ear=For.MESSAGES, is_told=True),
    Loop("letters", letters, LOOKS_EVERY, gathers=True, ear=For.LETTERS, is_told=True),
    Loop("mails", mails, 1.0, gathers=True, ear=For.MAILS),
    Loop("media", media, 1.0),
    Loop("signs", signs, 0.2),
    Loop("lines", lines, 60.0),
    Loop("background", background, 60.0),
)


def once() -> None:
    """Everything that is due now, until nothing is."""
    numbers.remind(timezone.now())
    while any([clock(), messages(), letters(), mails(), media()]):
        continue
    recalls.due()
    erase()


class Runner:
    """The threads of the loops, alive as long as `goes_on` says so."""

    def __init__(self, goes_on: Callable[[], bool]) -> None:
        self.goes_on = goes_on
        self.seen: dict[str, datetime] = {}

    def run(self) -> None:
        lock = self._own_the_loops()
        if lock is None and connection.vendor == "sqlite":
            return
        if connection.vendor == "sqlite":
            with writing():
                turns.release_all_claims()
                fate.release_all_leases()
                enclosures.release_all_leases()
                mail.release_all_leases()
        owning.house_opened(timezone.now())
        threads = [threading.Thread(target=self._go_round, args=(loop,), name=loop.name) for loop in LOOPS]
        if connection.vendor == "postgresql":
            threads.append(threading.Thread(target=self._listen, name="bell"))
        for thread in threads:
            thread.start()
        self._sign_life(threads)
        for thread in threads:
            thread.join()
        connection.close()

    def _own_the_loops(self) -> IO[str] | None:
        """On SQLite, wait until no other process has the loops (a worker being replaced, an orphan)."""
        if connection.vendor != "sqlite":
            return None
        lock = lock_file().open("a")
        while self.goes_on():
            if try_lock(lock):
                running.say_which_key(lock)
                return lock
            time.sleep(0.1)
        return None

    def _go_round(self, loop: Loop) -> None:
        heard = 0
        while self.goes_on():
            try:
                done = loop.work()
                self.seen[loop.name] = timezone.now()
            except Exception as problem:  # a loop never dies; the next round tries again
                log.error("loop %s: %s", loop.name, type(problem).__name__)
                close_old_connections()
                time.sleep(AFTER_TROUBLE)
                continue
            if not done or (loop.is_told and done < A_RUSH):
                heard = self._rest(loop, heard)
            elif loop.gathers and A_RUSH <= done < A_FULL_ROUND:
                heard = self._gather(heard, loop.ear)
        connection.close()

    def _gather(self, heard: int, ear: For) -> int:
        """Waits while news keep coming. Returns the strokes of the bell heard so far."""
        for _ in range(round(GATHER / QUIET)):
            time.sleep(QUIET)
            before, heard = heard, bell.strokes(ear)
            if before == heard:
                break
        return heard

    def _rest(self, loop: Loop, heard: int) -> int:
        """Never longer than half a second at a time, so that a stop is noticed. The bell ends only the rest of a loop that gathers:
        the clock would go round with every message of a rush."""
        until = time.monotonic() + loop.pause
        while (left := until - time.monotonic()) > 0 and self.goes_on():
            if not loop.gathers:
                time.sleep(min(left, 0.5))
                continue
            struck, heard = heard, bell.wait(heard, min(left, 0.5), loop.ear)
            if struck != heard:
                break
        return heard

    def _sign_life(self, threads: list[threading.Thread]) -> None:
        written = 0.0
        while self.goes_on() and any(thread.is_alive() for thread in threads):
            if time.monotonic() - written >= TICK_EVERY:
                self._write_ticks()
                written = time.monotonic()
            time.sleep(0.2)

    def _write_ticks(self) -> None:
        worker = f"{socket.gethostname()}:{os.getpid()}"[:80]
        try:
            with writing():
                for name, at in list(self.seen.items()):
                    Tick.objects.update_or_create(name=name, defaults={"at": at, "worker": worker})
        except DatabaseError as problem:
            log.error("ticks: %s", type(problem).__name__)

    def _listen(self) -> None:
        """PostgreSQL tells every process that something is due. Its driver is Django's: on SQLite nobody loads it (12 MB)."""
        driver: Any = getattr(connection, "Database")  # noqa: B009 - only the real backends have it
        parameters = {key: value for key, value in connection.get_connection_params().items() if key in _CONNECT}
        while self.goes_on():
            try:
                with driver.connect(**parameters, autocommit=True) as ear:
                    ear.execute(f"LISTEN {BELL}")
                    while self.goes_on():
                        for stroke in ear.notifies(timeout=0.5, stop_after=1):
                            _heard(stroke.payload)
            except driver.Error as problem:
                log.error("bell: %s", type(problem).__name__)
                time.sleep(AFTER_TROUBLE)


def _heard(payload: str) -> None:
    """From another process: our own struck our bell itself. One of another version may say it in other words: then everybody looks."""
    whom, _, process = payload.partition(":")
    if process != ME:
        bell.strike(For(whom) if whom in list(For) else For.ALL)


_CONNECT = ("dbname", "user", "password", "host", "port")


def lock_file() -> Path:
    return running.loops_file()


def try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def start() -> threading.Thread:
    """In the serving process: the loops end with its main thread (granian ends it after the open requests)."""
    runner = Runner(goes_on=threading.main_thread().is_alive)
    thread = threading.Thread(target=_warmed_up, args=(runner,), name="loops")
    thread.start()
    return thread


def _warmed_up(runner: Runner) -> None:
    """The first question should not pay for building the index."""
    try:
        book.current()
        finding.index()
    except Exception as problem:
        log.error("the index or the danger rules could not be built: %s", type(problem).__name__)
    finally:
        connection.close()
        _give_back()
    runner.run()


def _give_back() -> None:
    """What building the index and the rules borrowed goes back to the machine: the C library would keep some 20 MB."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError):
        return  # not this C library: nothing is wrong
