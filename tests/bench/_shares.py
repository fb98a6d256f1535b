"""How far one share is from another, with the interval of the difference."""

import math
from dataclasses import dataclass

from baquiano.knowledge.search.measure import Share


@dataclass(frozen=True)
class Gap:
    """First share minus second, and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.3f} [{self.low:+.2f} to {self.high:+.2f}]"


def apart(first: Share, second: Share) -> Gap:
    """Two independent shares by Newcombe's hybrid score interval: R. G. Newcombe, "Interval estimation for the difference between
    independent proportions", Statistics in Medicine 17 (1998) 873–890, method 10. It uses each one's Wilson interval."""
    (low1, high1), (low2, high2) = first.interval, second.interval
    value = first.value - second.value
    down = math.hypot(first.value - low1, high2 - second.value)
    up = math.hypot(high1 - first.value, second.value - low2)
    return Gap(value, value - down, value + up)
