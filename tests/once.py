"""What every worker of one run needs and is dear to make: made by whoever needs it first, read by the others.

`make test` hands what the first round made to the second one (`MADE_ONCE`): it fits both engines.
"""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests import moving

Made = TypeVar("Made")


def once_per_run(name: str, make: Callable[[], Made]) -> Made:
    """Kept as a file of a folder that goes with the run: nothing old is ever read."""
    file = _file(name)
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_bytes(pickle.dumps(make()))
        made: Made = pickle.loads(file.read_bytes())
    return made


def is_made(name: str) -> bool:
    return _file(name).exists()


def _file(name: str) -> Path:
    return Path(os.environ.get("MADE_ONCE") or os.environ[moving.ROOT]) / f"{name}.pickle"
