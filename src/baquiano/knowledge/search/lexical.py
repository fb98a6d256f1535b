"""Three rankers that need nothing but words: stemmed words, rows of letters, and the nearest labelled messages.

Each gives every group (a topic, or one of the groups that are no topic) a number; only their order and distances mean
anything. BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), with weighted fields added up before
saturation (BM25F with one length).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
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


class Postings:
    """Which rows a term stands in, and with what weight; packed, since there are tens of thousands of terms."""

    def __init__(self, weights: Mapping[str, Sequence[tuple[int, float]]], rows: int) -> None:
        self.rows = rows
        self._span: dict[str, tuple[int, int]] = {}
        size = sum(map(len, weights.values()))
        self._row = np.empty(size, np.uint16 if rows < 1 << 16 else np.uint32)
        self._weight = np.empty(size, np.float32)
        start = 0
        for term in sorted(weights):
            end = start + len(weights[term])
            self._span[term] = (start, end)
            self._row[start:end] = [row for row, _ in weights[term]]
            self._weight[start:end] = [weight for _, weight in weights[term]]
            start = end

    def __contains__(self, term: object) -> bool:
        return term in self._span

    def add_up(self, terms: Mapping[str, float]) -> Scores:
        """The sum over the terms of term weight × row weight, for every row. An unknown term adds nothing."""
        found = [(self._span[term], weight) for term, weight in terms.items() if term in self._span]
        if not found:
            return np.zeros(self.rows, np.float32)
        rows = np.concatenate([self._row[start:end] for (start, end), _ in found])
        weights = np.concatenate([self._weight[start:end] * np.float32(weight) for (start, end), weight in found])
        return np.bincount(rows, weights, minlength=self.rows).astype(np.float32)


class Bm25:
    """BM25 over one document a group: `documents[i]` counts the terms of group i, weighted by field."""

    def __init__(self, documents: Sequence[Mapping[str, float]], *, least: float = 0.0) -> None:
        """`least`: a term whose weight over all documents is no more than this is left out (it only costs memory)."""
        lengths = np.array([sum(document.values()) for document in documents], np.float64)
        average = float(lengths.mean()) if len(documents) and lengths.any() else 1.0
        rows: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, document in enumerate(documents):
            for term, count in document.items():
                rows[term].append((row, count))
        weights: dict[str, list[tuple[int, float]]] = {}
        for term, counts in rows.items():
            if sum(count for _, count in counts) <= least:
                continue
            rarity = inverse_frequency(len(counts), len(documents))
            weights[term] = [(row, rarity * _saturated(count, lengths[row] / average)) for row, count in counts]
        self._postings = Postings(weights, len(documents))

    def scores(self, terms: Sequence[str]) -> Scores:
        return self._postings.add_up(Counter(terms))

    def __contains__(self, term: object) -> bool:
        return term in self._postings


class Nearest:
    """Every labelled message by itself: a group's score is the sum of its messages' cosines to a high power.

    Only for words. Over sentence vectors the nearest message shares style and language, not the topic.
    """

    def __init__(self, messages: Sequence[Sequence[str]], groups: Sequence[int], *, count: int) -> None:
        """`messages[i]`: terms of a message of group `groups[i]`; `count`: how many groups there are."""
        self._groups = np.array(groups, np.int64)
        self._count = count
        bags = [Counter(message) for message in messages]
        spread = Counter(term for bag in bags for term in bag)
        self._rarity = {term: math.log((len(bags) + 1) / (seen + 0.5)) for term, seen in spread.items()}
        self._unseen = math.log((len(bags) + 1) / 0.5)
        weights: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, bag in enumerate(bags):
            length = _length(self._weighed(bag)) or 1.0
            for term, weight in self._weighed(bag).items():
                weights[term].append((row, weight / length))
        self._postings = Postings(weights, len(bags))

    def cosines(self, terms: Sequence[str]) -> Scores:
        """How near each message is, 0–1. What nobody ever said makes everything farther."""
        asked = self._weighed(Counter(terms))
        return self._postings.add_up(asked) / np.float32(_length(asked) or 1.0)

    def scores(self, terms: Sequence[str]) -> Scores:
        return self.gather(self.cosines(terms))

    def gather(self, cosines: Scores) -> Scores:
        return np.bincount(self._groups, cosines**NEARNESS, minlength=self._count).astype(np.float32)

    def nearest(self, cosines: Scores) -> Scores:
        """The nearest message of each group: tells a known kind of message from a new one, never a topic from another."""
        nearest = np.zeros(self._count, np.float32)
        np.maximum.at(nearest, self._groups, cosines)
        return nearest

    def _weighed(self, bag: Mapping[str, int]) -> dict[str, float]:
        return {term: count * self._rarity.get(term, self._unseen) for term, count in bag.items()}


def inverse_frequency(documents_with: int, documents: int) -> float:
    """BM25's rarity of a term, never negative."""
    return math.log(1 + (documents - documents_with + 0.5) / (documents_with + 0.5))


def with_pairs(stems: Sequence[str]) -> list[str]:
    """The stems and each two that follow one another."""
    return [*stems, *(f"{first} {second}" for first, second in zip(stems, stems[1:], strict=False))]


def add(document: Counter[str], terms: Iterable[str], weight: float) -> None:
    """Adds a field's terms to a group's document."""
    for term in terms:
        document[term] += weight  # type: ignore[assignment]


def _saturated(count: float, relative_length: float) -> float:
    return count * (SATURATION + 1) / (count + SATURATION * (1 - LENGTH + LENGTH * relative_length))


def _length(weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights.values()))
