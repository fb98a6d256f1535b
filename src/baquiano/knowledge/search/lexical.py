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
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]
Hashes = NDArray[np.uint32]

PLAIN_TEXT, MANY_VOICES = 1.2, 5.0
VOICES = 10
"""k1, how long a word said again still counts: as usual for plain text; higher where a document is the questions of many people,
since a word that many of them use means more. It grows with the texts a document holds (`VOICES` to a unit) between the two."""

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

    def __init__(
        self, documents: Iterable[Mapping[str, float]], *, saturation: float = PLAIN_TEXT, least: float = 0.0
    ) -> None:
        """Documents are taken one by one and not kept.

        `saturation`: k1, see `saturation_of`. `least`: a term whose weight over all documents is no more than this is left out
        (it only costs memory).
        """
        self._most = saturation + 1
        taken = [_counted(document) for document in documents]
        self._terms, columns = _Terms.of([terms for terms, _ in taken])
        counts = np.zeros((len(self._terms), len(taken)), np.float32)
        for group, (rows, (_, weights)) in enumerate(zip(columns, taken, strict=True)):
            np.add.at(counts[:, group], rows, weights)
        relative = counts.sum(0) / max(float(counts.sum()) / max(len(taken), 1), 1e-9)
        kept = counts.sum(1) > least
        self._terms = self._terms.only(kept)
        counts = counts[kept]
        of_spread = [inverse_frequency(spread, len(taken)) for spread in range(len(taken) + 1)]
        self._rarest = of_spread[0]
        self._rarity = np.array(of_spread, np.float32)[np.count_nonzero(counts, axis=1)]
        hold_back = saturation * (1 - LENGTH + LENGTH * relative)
        # Two bytes a number: the eleventh bit of a weight never decided an order.
        self._weights = (counts * self._most / (counts + hold_back) * self._rarity[:, None]).astype(np.float16)

    def scores(self, terms: Iterable[str]) -> Scores:
        """A number a group; terms nobody used add nothing."""
        rows = self._terms.known(list(terms))
        return np.asarray(self._weights[rows[rows >= 0]].sum(0, dtype=np.float32), np.float32)

    def most(self, terms: Sequence[str]) -> float:
        """What a document could score for these terms at the very most; a term nobody uses counts as the rarest."""
        rows = self._terms.known(terms)
        unknown = int((rows < 0).sum()) * self._rarest
        return self._most * (float(self._rarity[rows[rows >= 0]].sum()) + unknown)


class Nearest:
    """Every labelled message by itself: a group's score is the sum of its messages' cosines to a high power.

    Only for words. Over sentence vectors the nearest message shares style and language, not the topic.
    """

    def __init__(self, messages: Iterable[Sequence[str]], groups: Sequence[int], *, count: int) -> None:
        """`messages[i]`: terms of a message of group `groups[i]`; `count`: how many groups there are."""
        self._groups = np.array(groups, np.int64)
        self._count = count
        bags = [_counted(Counter(message)) for message in messages]
        self._terms, numbers = _Terms.of([terms for terms, _ in bags])
        columns = np.concatenate([np.empty(0, np.int32), *numbers])
        order = np.argsort(columns, kind="stable")
        spread = np.bincount(columns, minlength=len(self._terms))
        self._ends = np.concatenate([[0], np.cumsum(spread)])
        self._rarity = np.log((len(bags) + 1) / (spread + 0.5)).astype(np.float32)
        self._unseen = math.log((len(bags) + 1) / 0.5)
        weighed = [counts * self._rarity[own] for own, (_, counts) in zip(numbers, bags, strict=True)]
        unit = [row / max(float(np.linalg.norm(row)), 1e-9) for row in weighed]
        # Two bytes each where they fit: this is the largest table of all.
        self._weights = np.concatenate([np.empty(0, np.float32), *unit])[order].astype(np.float16)
        place = np.uint16 if len(bags) < 2**16 else np.uint32
        self._rows = np.repeat(np.arange(len(bags)), [len(own) for own in numbers])[order].astype(place)

    def cosines(self, terms: Sequence[str]) -> Scores:
        """How near each message is, 0–1. What nobody ever said makes everything farther."""
        asked = Counter(terms)
        counts = np.fromiter(asked.values(), np.float32, len(asked))
        numbers = self._terms.known(list(asked))
        is_known = numbers >= 0
        if not is_known.any():
            return np.zeros(len(self._groups), np.float32)
        weights = counts[is_known] * self._rarity[numbers[is_known]]
        spans = [slice(self._ends[number], self._ends[number + 1]) for number in numbers[is_known]]
        rows = np.concatenate([self._rows[span] for span in spans])
        told = np.repeat(weights, [span.stop - span.start for span in spans])
        added = np.concatenate([self._weights[span] for span in spans]).astype(np.float32) * told
        strange = (counts[~is_known] * self._unseen) @ (counts[~is_known] * self._unseen)
        length = math.sqrt(float(strange + weights @ weights))
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


def saturation_of(texts: Sequence[int]) -> float:
    """k1 for documents that hold so many texts each."""
    mean = sum(texts) / max(len(texts), 1)
    return min(max(mean / VOICES, PLAIN_TEXT), MANY_VOICES)


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


class _Terms:
    """Terms as numbers, known again by a hash: a table of strings would hold 40 MB where this holds one.

    Of two hundred thousand terms some five pairs share a hash of 32 bits, and count as one: nobody can tell.
    """

    def __init__(self, hashes: Hashes) -> None:
        """Sorted, each once: the place of a hash is the number of its term."""
        self._hashes = hashes

    @classmethod
    def of(cls, documents: Sequence[Hashes]) -> "tuple[_Terms, list[NDArray[np.int32]]]":
        """All the terms of some documents, and each document's terms as numbers."""
        hashes, numbers = np.unique(np.concatenate([np.empty(0, np.uint32), *documents]), return_inverse=True)
        ends = np.cumsum([len(document) for document in documents])[:-1]
        return cls(hashes), np.split(numbers.astype(np.int32), ends) if documents else []

    def only(self, kept: NDArray[np.bool_]) -> "_Terms":
        return _Terms(self._hashes[kept])

    def known(self, terms: Sequence[str]) -> NDArray[np.int32]:
        """The number of each term; −1: nobody used it."""
        asked = _hashed(terms)
        if not len(self._hashes):
            return np.full(len(asked), -1, np.int32)
        places = np.minimum(np.searchsorted(self._hashes, asked), len(self._hashes) - 1)
        return np.where(self._hashes[places] == asked, places, -1).astype(np.int32)

    def __len__(self) -> int:
        return len(self._hashes)


def _counted(document: Mapping[str, float]) -> tuple[Hashes, Scores]:
    """A document's terms, hashed, and their counts."""
    return _hashed(list(document)), np.fromiter(document.values(), np.float32, len(document))


def _hashed(terms: Sequence[str]) -> Hashes:
    """The same on every machine and in every process (Python's own hash is not)."""
    return np.fromiter((crc32(term.encode("utf-8", "surrogatepass")) for term in terms), np.uint32, len(terms))
