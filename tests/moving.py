"""Moves the house of the tests to a temporary place, before anything reads the settings: a plugin of pytest (`-p tests.moving`).

A conftest would be too late: in the workers of xdist the settings are read before it, and all of them would share one home. A test
never touches `var/`, never sees the variables of the shell that started it, and never reads a real key. `DATABASE_URL` alone is
kept: it chooses the engine.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

SHELTERED = ("BAQUIANO_", "SEMANTIC", "DJANGO_")
ROOT = "HOUSE_FOR_TESTS"
ROOMY = 2 << 30  # bytes


def _move_house() -> Path:
    """One temporary folder per run, one room in it per xdist worker; removed by whoever made it."""
    for name in [name for name in os.environ if name.startswith(SHELTERED)]:
        del os.environ[name]
    if ROOT not in os.environ:
        # In memory where there is some: a database that is thrown away need not wait for a disk. `make soak` and `make bench` do.
        memory = Path("/dev/shm")
        roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOMY
        os.environ[ROOT] = tempfile.mkdtemp(prefix="baquiano-tests-", dir=memory if roomy else None)
        atexit.register(shutil.rmtree, os.environ[ROOT], ignore_errors=True)
    home = Path(os.environ[ROOT]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    (home / "data" / "static").mkdir(parents=True, exist_ok=True)  # whitenoise warns of a missing folder
    os.environ.update(
        DJANGO_SETTINGS_MODULE="baquiano.config.settings",
        BAQUIANO_HOME=str(home),
        SEMANTIC="0",  # by words: the tests of search by meaning build their own index
        OMP_NUM_THREADS="1",  # the embedder with two threads is 20 times slower on a busy machine
        BAQUIANO_KEYS="yQ2k0mA5cTzvTqvJv0mBq8m1o8pJ8k3nQk4m7d2r5xE=",
        BAQUIANO_HASH_KEY="a hash key of the tests",
        BAQUIANO_SECRET_KEY="a secret key of the tests, long enough to sign a session with",
    )
    return home


HOME = _move_house()
