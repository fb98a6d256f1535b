"""Test builds only: named points at which the process can be killed as a power cut would, and shorter waits.

`BAQUIANO_TEST_BUILD=1 BAQUIANO_KILL_AT=after_claim` ends the process with SIGKILL the first time it passes there;
`BAQUIANO_KILL_ONCE` names a file that is made before, so that the next process passes. `BAQUIANO_HASTE=10` makes every
lease ten times shorter. Without BAQUIANO_TEST_BUILD nothing here does anything.
"""

import os
import signal
from datetime import timedelta
from pathlib import Path

POINTS = (
    "before_raw",
    "after_raw",
    "before_receive",
    "after_receive",
    "after_claim",
    "after_turn",
    "after_settle",
    "after_lease",
    "after_send",
    "after_delivery",
)
_TEST_BUILD = os.environ.get("BAQUIANO_TEST_BUILD") == "1"
_KILL_AT = os.environ.get("BAQUIANO_KILL_AT", "") if _TEST_BUILD else ""
_ONCE = os.environ.get("BAQUIANO_KILL_ONCE", "")
_HASTE = float(os.environ.get("BAQUIANO_HASTE", "1")) if _TEST_BUILD else 1.0


def point(name: str) -> None:
    if name != _KILL_AT:
        return
    if _ONCE:
        if Path(_ONCE).exists():
            return
        Path(_ONCE).touch()
    os.kill(os.getpid(), signal.SIGKILL)


def lasting(seconds: float) -> timedelta:
    """A lease or a grace of so many seconds."""
    return timedelta(seconds=seconds / _HASTE)
