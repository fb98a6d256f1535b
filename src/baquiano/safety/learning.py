"""What the second ear learns from labelled messages: `baquiano learn` does it beforehand, no process that serves people does.

Kernel ridge regression (Rifkin & Lippert, "Notes on Regularized Least Squares", 2007: the score a message would get from all the
others comes from one inverse), once over words and rows of letters, once over sentence vectors; by meaning the two are added up.
Thousands of messages cost a minute and a gigabyte here, and 3 MB where they are heard.

The bars are set on what it would have said of each message had it never read it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from baquiano.engine.danger import Level
from baquiano.knowledge.search.lexical import Nearest
from baquiano.knowledge.search.normalise import NO_SLANG, Slang
from baquiano.knowledge.search.vectors import Remembered
from baquiano.safety.listening import (
    CRISIS,
    DANGER,
    KINDS,
    NOW,
    WORDS_BESIDE_MEANING,
    BadMessage,
    Bars,
    Heard,
    Learned,
    Meanings,
    Numbers,
    Terms,
    hash_of,
    mark_of,
    terms_of,
)

FALSE_ALARMS_BY_WORDS, FALSE_ALARMS_BY_MEANING = 0.055, 0.025
"""At most this share of the ordinary messages may be an alarm. Most of those it learns from have words of danger in them and were
written to be hard: of ordinary messages as they come it is about a third."""

CRISES_TOLD = 0.98
"""Of the crises that are an alarm, this share is told as a crisis: what to do comes first. A need taken for one costs a kind sentence."""

SURE = 0.9
"""Of the crises told as being at this moment, this share must be; and not one in `ONE_ORDINARY_IN` ordinary messages."""

ONE_ORDINARY_IN = 500

STIFFNESS_BY_WORDS, STIFFNESS_BY_MEANING = 0.3, 0.1
"""Ridge penalty: how little one message may bend the whole."""


def learn(messages: Sequence[Heard], slang: Slang = NO_SLANG, embedder: Remembered | None = None) -> Learned:
    """The same messages always teach the same. Needs dangers and ordinary messages; raises BadMessage without them."""
    labels = _labels(messages)
    if labels.dangerous.all() or not labels.dangerous.any():
        raise BadMessage("learning needs dangers and ordinary messages")
    targets = _targets(messages)
    documents = [terms_of(message.text, message.language, slang) for message in messages]
    weights, heard = _fit(_alike_by_words(documents), targets, STIFFNESS_BY_WORDS)
    terms, shares = _shares(documents, weights)
    learned = Learned(mark_of(messages), terms, shares, bars(heard, labels, FALSE_ALARMS_BY_WORDS))
    if embedder is None:
        return learned
    meanings, felt = _fit(Meanings(embedder, messages).alike_among(), targets, STIFFNESS_BY_MEANING)
    both = felt + WORDS_BESIDE_MEANING * heard
    return replace(learned, meanings=meanings, by_meaning=bars(both, labels, FALSE_ALARMS_BY_MEANING))


@dataclass(frozen=True, slots=True)
class Labels:
    dangerous: NDArray[np.bool_]
    crisis: NDArray[np.bool_]
    now: NDArray[np.bool_]


def _labels(messages: Sequence[Heard]) -> Labels:
    levels = [message.level for message in messages]
    return Labels(
        np.array([level is not None for level in levels]),
        np.array([level is not None and level.is_crisis for level in levels]),
        np.array([level is Level.P0 for level in levels]),
    )


def _targets(messages: Sequence[Heard]) -> Numbers:
    """A column for each answer: 1 or −1 for the first three, 1 or 0 for each kind."""
    labels = _labels(messages)
    first = [np.where(column, 1.0, -1.0) for column in (labels.dangerous, labels.crisis, labels.now)]
    kinds = [np.array([float(message.kind is kind) for message in messages]) for kind in KINDS]
    return np.stack([*first, *kinds], axis=1).astype(np.float32)


def _alike_by_words(documents: Sequence[Sequence[str]]) -> Numbers:
    nearest = Nearest(documents, [0] * len(documents), count=1)
    alike = np.empty((len(documents), len(documents)), np.float32)
    for row, document in zip(alike, documents, strict=True):
        row[:] = nearest.cosines(document)
    return alike


def _shares(documents: Sequence[Sequence[str]], weights: Numbers) -> tuple[Terms, NDArray[np.float16]]:
    """The weights of the messages handed down to their terms: a message is then heard by its own terms alone."""
    spread = Counter(term for document in documents for term in set(map(hash_of, document)))
    hashes = np.array(sorted(spread), np.uint32)
    counts = np.array([spread[int(term)] for term in hashes], np.float32)
    rarity = np.log((len(documents) + 1) / (counts + 0.5)).astype(np.float32)
    terms = Terms(hashes, rarity, float(np.log((len(documents) + 1) / 0.5)))
    shares = np.zeros((len(hashes), weights.shape[1]), np.float32)
    for document, own in zip(documents, weights, strict=True):
        places, weighed = terms.weigh(document)
        shares[places] += weighed[:, None] * own
    return terms, shares.astype(np.float16)


def _fit(alike: Numbers, targets: Numbers, stiffness: float) -> tuple[Numbers, Numbers]:
    """The weights of each message, and the answers each would get from all the others. `alike` is used up."""
    alike[np.diag_indices_from(alike)] += stiffness
    inverse = np.linalg.inv(alike)
    weights = np.asarray(inverse @ targets, np.float32)
    return weights, np.asarray(targets - weights / np.diagonal(inverse)[:, None], np.float32)


def bars(answers: Numbers, labels: Labels, false_alarms: float) -> Bars:
    """From the answers to messages it had not read: the lowest bars that keep `false_alarms` and `SURE`, and `CRISES_TOLD`."""
    ordinary = np.sort(answers[~labels.dangerous, DANGER])[::-1]
    alarm = float(np.nextafter(ordinary[int(false_alarms * len(ordinary))], np.float32(np.inf)))
    heard = labels.crisis & (answers[:, DANGER] >= alarm)
    crisis = float(np.quantile(answers[heard, CRISIS], 1 - CRISES_TOLD)) if heard.any() else float("inf")
    return Bars(alarm, crisis, _now(answers[:, NOW], labels))


def _now(scores: Numbers, labels: Labels) -> float:
    """The lowest score from which `SURE` of the crises are P0 and nearly nothing is ordinary."""
    ordinary = np.sort(scores[~labels.dangerous])[::-1]
    lowest = float(ordinary[len(ordinary) // ONE_ORDINARY_IN])
    found = float("inf")
    for score in np.sort(scores[labels.now])[::-1]:
        told = labels.crisis & (scores >= score)
        if score > lowest and float(labels.now[told].mean()) >= SURE:
            found = float(score)
    return found
