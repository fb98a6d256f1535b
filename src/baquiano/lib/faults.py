"""Named points at which a test build can be killed, as a power cut would. Nothing happens unless both variables are set.

`BAQUIANO_TEST_BUILD=1 BAQUIANO_KILL_AT=after_claim` makes the process end with SIGKILL the first time it passes there;
`BAQUIANO_KILL_ONCE` names a file that is made before, so that the next process passes.
"""

import os
import signal
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


def point(name: str) -> None:
    if os.environ.get("BAQUIANO_KILL_AT") != name or os.environ.get("BAQUIANO_TEST_BUILD") != "1":
        return
    once = os.environ.get("BAQUIANO_KILL_ONCE", "")
    if once:
        if Path(once).exists():
            return
        Path(once).touch()
    os.kill(os.getpid(), signal.SIGKILL)
