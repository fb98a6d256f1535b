"""How good finding is: labelled messages against an index. Used by the bench and by tests; prints and stores no message."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baquiano.engine.tools import Decision
from baquiano.knowledge.search.entries import Message
from baquiano.knowledge.search.index import Found, Index

SURE = 1.959964
"""Standard deviations of a 95 % interval."""

WANTED_PRECISION = 0.95


@dataclass(frozen=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    right: int
    total: int

    @property
    def value(self) -> float:
        return self.right / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.right, self.total)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.3f} [{low:.2f}–{high:.2f}] of {self.total}"


@dataclass(frozen=True)
class Hits:
    """Of the messages that ask for a topic: the first topic is acceptable; an acceptable one is within three."""

    first: Share
    three: Share


@dataclass(frozen=True)
class Report:
    """`hits` are over messages with topics, by any slice; the rest is over the kinds of message named.

    `plain_outside`: out-of-scope messages that got a plain answer, the error that must not happen. `wrong_answers`: plain
    answers with the wrong topic. `coverage`: the share of messages with topics that could be answered plainly, taking the
    surest first, before 1 in 20 such answers is wrong.
    """

    hits: Hits
    by_kind: Mapping[str, Hits]
    by_language: Mapping[str, Hits]
    by_tag: Mapping[str, Hits]
    by_country: Mapping[str, Hits]
    decisions: Mapping[str, Mapping[str, int]]
    plain_outside: Share
    wrong_answers: Share
    coverage: float

    def lines(self) -> list[str]:
        """The report for a terminal."""
        lines = [f"first {self.hits.first}", f"within three {self.hits.three}"]
        for name, slices in (
            ("kind", self.by_kind),
            ("language", self.by_language),
            ("country", self.by_country),
            ("tag", self.by_tag),
        ):
            lines += [f"{name} {key}: first {hits.first} · three {hits.three}" for key, hits in sorted(slices.items())]
        lines += [
            f"decisions for {kind}: {dict(sorted(counts.items()))}" for kind, counts in sorted(self.decisions.items())
        ]
        lines.append(f"out of scope, answered plainly: {self.plain_outside}")
        lines.append(f"plain answers with the wrong topic: {self.wrong_answers}")
        lines.append(f"coverage at {WANTED_PRECISION:.0%} precision: {self.coverage:.3f}")
        return lines

    def as_json(self) -> dict[str, Any]:
        return {
            "first": round(self.hits.first.value, 4),
            "three": round(self.hits.three.value, 4),
            "messages": self.hits.first.total,
            "plain_outside": self.plain_outside.right,
            "outside": self.plain_outside.total,
            "wrong_answers": self.wrong_answers.right,
            "answers": self.wrong_answers.total,
            "coverage_at_95": round(self.coverage, 4),
        }


def measure(index: Index, messages: Iterable[Message]) -> Report:
    """Scores an index on labelled messages, each found with its own country and language."""
    return report(
        [
            (message, index.find(message.text, country=message.country, language=message.language))
            for message in messages
        ]
    )


def report(pairs: Sequence[tuple[Message, Found]]) -> Report:
    """The report over messages already found."""
    asking = [(message, found) for message, found in pairs if message.topics]
    outside = [found for message, found in pairs if message.kind == "out_of_scope"]
    plain = [(message, found) for message, found in pairs if found.decision is Decision.ANSWER]
    decisions: dict[str, Counter[str]] = defaultdict(Counter)
    for message, found in pairs:
        decisions[message.kind][str(found.decision)] += 1
    return Report(
        hits=_hits(asking),
        by_kind=_sliced(asking, lambda message: [message.kind]),
        by_language=_sliced(asking, lambda message: [message.language]),
        by_tag=_sliced(asking, lambda message: message.tags),
        by_country=_sliced(asking, lambda message: [message.country or "unknown"]),
        decisions=decisions,
        plain_outside=Share(sum(found.decision is Decision.ANSWER for found in outside), len(outside)),
        wrong_answers=Share(sum(found.article not in message.topics for message, found in plain), len(plain)),
        coverage=coverage(
            [(found.p_right * found.p_scope, _is_first(message, found)) for message, found in pairs], len(asking)
        ),
    )


def wilson(right: int, total: int) -> tuple[float, float]:
    """Wilson's score interval for a share; (0, 1) when there is nothing to share."""
    if not total:
        return 0.0, 1.0
    share, square = right / total, SURE**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = SURE * math.sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def coverage(ranked: Iterable[tuple[float, bool]], asking: int, *, precision: float = WANTED_PRECISION) -> float:
    """The largest share of `asking` reached by going down the surest messages while so many of all taken are right."""
    right = best = 0
    for taken, (_, is_right) in enumerate(sorted(ranked, key=lambda pair: -pair[0]), start=1):
        right += is_right
        if right >= precision * taken:
            best = taken
    return min(best / asking, 1.0) if asking else 0.0


def _is_first(message: Message, found: Found) -> bool:
    return bool(found.choices) and found.choices[0] in message.topics


def _hits(asking: Sequence[tuple[Message, Found]]) -> Hits:
    three = sum(not set(message.topics).isdisjoint(found.choices) for message, found in asking)
    return Hits(Share(sum(_is_first(*pair) for pair in asking), len(asking)), Share(three, len(asking)))


def _sliced(asking: Sequence[tuple[Message, Found]], keys: Callable[[Message], Sequence[str]]) -> dict[str, Hits]:
    slices: dict[str, list[tuple[Message, Found]]] = defaultdict(list)
    for message, found in asking:
        for key in keys(message):
            slices[key].append((message, found))
    return {key: _hits(own) for key, own in slices.items()}
