"""Three rankers that need nothing but words: stemmed words, rows of letters, and the nearest labelled messages.

Each gives every group (a topic, or one of the groups that are no topic) a number; only their order and distances mean
anything. BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), with weighted fields added up before
saturation (BM25F with one length).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

SATURATION = 5.0
"""k1. High on purpose: a topic's document holds many people's questions, so a word said often there means more."""

LENGTH = 0.5
"""b: how much a long document is held back."""

NEARNESS = 3
"""Power of the cosine: one close message weighs more than many far ones, and still each topic's messages add up."""


class Ranker(Protocol):
    """Anything that can say how well a message fits each group."""

    def scores(self, terms: Sequence[str]) -> Scores: ...


class Bm25:
    """BM25 over one document a group: `documents[i]` counts the terms of group i, weighted by field.

    A row of numbers a term: with some fifty groups that is smaller and faster than lists of the groups that have it.
    """

    def __init__(self, documents: Iterable[Mapping[str, float]], *, least: float = 0.0) -> None:
        """Documents are taken one by one and not kept.

        `least`: a term whose weight over all documents is no more than this is left out (it only costs memory).
        """
        number: dict[str, int] = {}
        taken = [_numbered(document, number) for document in documents]
        counts = np.zeros((len(number), len(taken)), np.float32)
        for group, (numbers, weights) in enumerate(taken):
            counts[numbers, group] = weights
        relative = counts.sum(0) / max(float(counts.sum()) / max(len(taken), 1), 1e-9)
        kept = counts.sum(1) > least
        place = np.cumsum(kept) - 1
        self._row = {term: int(place[row]) for term, row in number.items() if kept[row]}
        counts = counts[kept]
        of_spread = [inverse_frequency(spread, len(taken)) for spread in range(len(taken) + 1)]
        self._rarest = of_spread[0]
        self._rarity = np.array(of_spread, np.float32)[np.count_nonzero(counts, axis=1)]
        hold_back = SATURATION * (1 - LENGTH + LENGTH * relative)
        self._weights = (counts * (SATURATION + 1) / (counts + hold_back) * self._rarity[:, None]).astype(np.float32)

    def scores(self, terms: Iterable[str]) -> Scores:
        """A number a group; terms nobody used add nothing."""
        rows = [self._row[term] for term in terms if term in self._row]
        return np.asarray(self._weights[rows].sum(0, dtype=np.float32), np.float32)

    def most(self, terms: Sequence[str]) -> float:
        """What a document could score for these terms at the very most; a term nobody uses counts as the rarest."""
        rows = [self._row[term] for term in terms if term in self._row]
        unknown = (len(terms) - len(rows)) * self._rarest
        return (SATURATION + 1) * (float(self._rarity[rows].sum()) + unknown)


class Nearest:
    """Every labelled message by itself: a group's score is the sum of its messages' cosines to a high power.

    Only for words. Over sentence vectors the nearest message shares style and language, not the topic.
    """

    def __init__(self, messages: Iterable[Sequence[str]], groups: Sequence[int], *, count: int) -> None:
        """`messages[i]`: terms of a message of group `groups[i]`; `count`: how many groups there are."""
        self._groups = np.array(groups, np.int64)
        self._count = count
        self._number: dict[str, int] = {}
        bags = [_numbered(Counter(message), self._number) for message in messages]
        columns = np.concatenate([np.empty(0, np.int32), *(numbers for numbers, _ in bags)])
        order = np.argsort(columns, kind="stable")
        spread = np.bincount(columns, minlength=len(self._number))
        self._ends = np.cumsum(spread)
        self._rarity = np.log((len(bags) + 1) / (spread + 0.5)).astype(np.float32)
        self._unseen = math.log((len(bags) + 1) / 0.5)
        weighed = [counts * self._rarity[numbers] for numbers, counts in bags]
        unit = [row / max(float(np.linalg.norm(row)), 1e-9) for row in weighed]
        self._weights = np.concatenate([np.empty(0, np.float32), *unit])[order].astype(np.float32)
        self._rows = np.repeat(np.arange(len(bags)), [len(numbers) for numbers, _ in bags])[order].astype(np.int32)

    def cosines(self, terms: Sequence[str]) -> Scores:
        """How near each message is, 0–1. What nobody ever said makes everything farther."""
        asked = Counter(terms)
        known = [(self._number[term], count) for term, count in asked.items() if term in self._number]
        strange = sum((count * self._unseen) ** 2 for term, count in asked.items() if term not in self._number)
        if not known:
            return np.zeros(len(self._groups), np.float32)
        weights = [count * float(self._rarity[number]) for number, count in known]
        spans = [slice(self._ends[number - 1] if number else 0, self._ends[number]) for number, _ in known]
        rows = np.concatenate([self._rows[span] for span in spans])
        added = np.concatenate(
            [self._weights[span] * np.float32(weight) for span, weight in zip(spans, weights, strict=True)]
        )
        length = math.sqrt(strange + sum(weight * weight for weight in weights))
        return (np.bincount(rows, added, minlength=len(self._groups)) / length).astype(np.float32)

    def scores(self, terms: Sequence[str]) -> Scores:
        return self.gather(self.cosines(terms))

    def gather(self, cosines: Scores) -> Scores:
        return np.bincount(self._groups, cosines**NEARNESS, minlength=self._count).astype(np.float32)

    def nearest(self, cosines: Scores) -> Scores:
        """The nearest message of each group: tells a known kind of message from a new one, never a topic from another."""
        nearest = np.zeros(self._count, np.float32)
        np.maximum.at(nearest, self._groups, cosines)
        return nearest


def inverse_frequency(documents_with: int, documents: int) -> float:
    """BM25's rarity of a term, never negative."""
    return math.log(1 + (documents - documents_with + 0.5) / (documents_with + 0.5))


def with_pairs(stems: Sequence[str]) -> list[str]:
    """The stems and each two that follow one another."""
    return [*stems, *(f"{first} {second}" for first, second in pairwise(stems))]


def add(document: dict[str, float], terms: Mapping[str, float], weight: float = 1.0) -> None:
    """Adds a field's counted terms to a group's document."""
    for term, count in terms.items():
        document[term] = document.get(term, 0.0) + count * weight


def _numbered(document: Mapping[str, float], number: dict[str, int]) -> tuple[NDArray[np.int32], Scores]:
    """A document's terms as numbers, new ones given the next number, and their counts."""
    numbers = np.fromiter((number.setdefault(term, len(number)) for term in document), np.int32, len(document))
    return numbers, np.fromiter(document.values(), np.float32, len(document))
