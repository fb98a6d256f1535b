"""What every worker of one run needs and is dear to make: made by whoever needs it first, read by the others."""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests import moving

Made = TypeVar("Made")


def once_per_run(name: str, make: Callable[[], Made]) -> Made:
    """Kept as a file of the run's own folder (tests/moving.py), which goes with the run: nothing old is ever read."""
    file = Path(os.environ[moving.ROOT]) / f"{name}.pickle"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_bytes(pickle.dumps(make()))
        made: Made = pickle.loads(file.read_bytes())
    return made
