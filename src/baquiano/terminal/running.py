"""Which other processes of this installation are running, and with which key: asked before a rotation goes on and before a restore.

On SQLite there is one, and it holds two lock files in the data folder; on PostgreSQL every connection says who it is.
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from baquiano.lib import crypto

UNKNOWN = ""  # it has only just started: nobody can say yet which key it has
NAMED = "baquiano "  # how connections begin to say who they are; config/settings.py
CONNECTED = (
    "SELECT application_name FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE %s"
)


def serving_file() -> Path:
    return Path(settings.ENVIRONMENT.data) / "serving.lock"


def loops_file() -> Path:
    return Path(settings.ENVIRONMENT.data) / "loops.lock"


def unfinished_file() -> Path:
    """Lies there while a restore is half done: nothing may be served."""
    return Path(settings.ENVIRONMENT.data) / "restore.unfinished"


def others() -> list[str]:
    """The fingerprint of the first key of each other process or connection; UNKNOWN where nobody can say."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(CONNECTED, [f"{NAMED}%"])
            return [row[0].removeprefix(NAMED) for row in cursor.fetchall()]
    if _is_held(loops_file()):
        return [loops_file().read_text(encoding="utf-8").strip()]
    return [UNKNOWN] if _is_held(serving_file()) else []


def with_another_first_key() -> int:
    """How many still write with a key that is not the first one of the key file."""
    return sum(key != crypto.fingerprints()[0] for key in others())


def say_which_key(lock: IO[str]) -> None:
    """Whoever has the loops writes it into their lock file."""
    lock.seek(0)
    lock.truncate()
    lock.write(crypto.fingerprints()[0])
    lock.flush()


def hold_for_life(file: Path) -> bool:
    """A shared lock that stays when this process becomes another program. False: somebody is restoring here."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    os.set_inheritable(descriptor, True)
    return True


def hold_alone(file: Path) -> IO[str] | None:
    """The lock for us alone, until it is closed; None: somebody else has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = file.open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _is_held(file: Path) -> bool:
    lock = hold_alone(file)
    if lock is None:
        return True
    lock.close()
    return False
