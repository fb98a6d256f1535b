"""What the calibration looks at: a handful of numbers about how the rankers saw one message."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from baquiano.knowledge.search.lexical import Scores


@dataclass(frozen=True)
class Sight:
    """How one message was seen. Arrays have one number a topic, then one for "outside" and one for "small talk".

    `fused` and `allowed` have topics only. `strength` is the best topic's share of all that the message's words (or letters)
    could have scored. `nearest`: cosine of the nearest labelled message of each group. `unknown`: share of words nobody here used. `length`: different words, up to a bound.
    `is_abroad`: it names a country no topic is about.
    """

    fused: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    scores: Mapping[str, Scores] = field(repr=False)
    possible: Mapping[str, float] = field(repr=False)
    nearest: Scores = field(repr=False)
    length: int
    unknown: float
    is_abroad: bool

    @property
    def order(self) -> list[int]:
        """Allowed topics, best first; equal ones in the order of the entries."""
        ranked = np.argsort(-self.fused, kind="stable")
        return [int(topic) for topic in ranked if self.allowed[topic]]


def features_of(sight: Sight) -> dict[str, float]:
    """Named numbers, all finite; the same names for every message seen by the same rankers."""
    order = sight.order
    topics = len(sight.fused)
    best = order[0] if order else 0
    first, second, third = (float(sight.fused[order[i]]) if i < len(order) else 0.0 for i in range(3))
    features = {
        "margin": first - second,
        "margin_third": first - third,
        "level": first,
        "length": math.log1p(sight.length),
        "unknown": sight.unknown,
        "abroad": float(sight.is_abroad),
        "nearest_topic": float(sight.nearest[:topics].max(initial=0.0)),
        "nearest_outside": float(sight.nearest[topics]),
        "nearest_smalltalk": float(sight.nearest[topics + 1]),
        "agreement": _agreement(sight, best),
    }
    for name, scores in sight.scores.items():
        if name in sight.possible:
            features |= _about_words(name, scores, topics, best, sight.possible[name])
        else:
            features |= _about_share(name, scores, topics, best)
    return features


def _agreement(sight: Sight, best: int) -> float:
    """The share of rankers whose own first topic is the fused first one."""
    firsts = [
        int(np.argmax(np.where(sight.allowed, scores[: len(sight.fused)], -np.inf))) for scores in sight.scores.values()
    ]
    return sum(first == best for first in firsts) / max(len(firsts), 1)


def _about_words(name: str, scores: Scores, topics: int, best: int, possible: float) -> dict[str, float]:
    """BM25 against what the message could have scored at most, and against the documents of what is no topic."""
    limit = possible or 1.0
    own = float(scores[best])
    return {
        f"{name}_strength": own / limit,
        f"{name}_outside": (own - float(scores[topics])) / limit,
        f"{name}_smalltalk": (own - float(scores[topics + 1])) / limit,
    }


def _about_share(name: str, scores: Scores, topics: int, best: int) -> dict[str, float]:
    """Scores that need no limit: the best topic's own, its lead, and how it stands against what is no topic."""
    own = float(scores[best])
    others = np.delete(scores[:topics], best)
    return {
        f"{name}_own": own,
        f"{name}_lead": own - float(others.max(initial=0.0)),
        f"{name}_outside": own - float(scores[topics]),
        f"{name}_smalltalk": own - float(scores[topics + 1]),
    }
