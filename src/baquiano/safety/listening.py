"""A second ear: danger in a message that no phrase rule foresaw, told from how alike it is to messages people have labelled.

It only adds. What the phrase rules found stands; the listener speaks when they heard nothing as grave. It learns from
`packs/comun/safety/heard.jsonl` while it is made (a second or so; nothing is stored besides the messages) and sets its own
bars on what it would have said of each of those messages had it never read it, so that few ordinary ones are alarms.

The maths is kernel ridge regression (Rifkin & Lippert, "Notes on Regularized Least Squares", 2007: the left-out scores come
from one inverse). Likeness is by words and rows of letters, and by sentence vectors centred per language where they are.
Nothing here reads a file or a table, and nothing raises because of what a person wrote.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.knowledge.search.lexical import Nearest
from baquiano.knowledge.search.normalise import NO_SLANG, Slang, grams, stems, words
from baquiano.knowledge.search.vectors import Remembered
from baquiano.lib.text import fold

Numbers = NDArray[np.float32]

KINDS = (
    Danger.MEDICAL,
    Danger.SELF_HARM,
    Danger.CHILD,
    Danger.SEXUAL,
    Danger.CAPTIVITY,
    Danger.VIOLENCE,
    Danger.STAFF_ABUSE,
    Danger.DETENTION,
    Danger.NEED,
)
"""What may be heard, in the order of whose number comes first: it settles a tie."""

FEWEST_WORDS = 3
"""Under this many words a message says too little: "ayuda", "tengo miedo" have their own place in the rules and the menu."""

FALSE_ALARMS = 0.03
"""At most this share of the ordinary messages may be an alarm, each scored by a listener that had not read it."""

SURE = 0.97
"""From where a finding is P1: of those alarms, this share must be true."""

DANGERS_AMONG_ALL = 0.1
"""How many of a hundred messages tell of a danger, for `SURE`: far fewer than among the labelled ones."""

WIDTH = 1.5
"""How fast likeness by meaning falls with distance: exp(−WIDTH · squared distance)."""

STIFFNESS = 0.3
"""Ridge penalty: how little one message may bend the whole."""

_A_WORD = re.compile(r"[^\W\d_]+")
_STEPS = 30


class BadMessage(ValueError):
    """A labelled message that cannot be read; names its line, never its words."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled message. `kind` None: ordinary."""

    text: str
    language: str
    kind: Danger | None


def heard_from(rows: Iterable[Mapping[str, Any]]) -> tuple[Heard, ...]:
    """The messages of heard.jsonl, parsed. Raises BadMessage with the number of the line."""
    return tuple(_heard(row, line) for line, row in enumerate(rows, 1))


def _heard(row: Mapping[str, Any], line: int) -> Heard:
    text, language, kind = row.get("text"), row.get("lang"), row.get("kind")
    if not isinstance(text, str) or not text.strip() or not isinstance(language, str):
        raise BadMessage(f"line {line}: text and lang are missing")
    if kind is not None and kind not in KINDS:
        raise BadMessage(f"line {line}: kind is one of {', '.join(KINDS)}, or null")
    return Heard(text, language, None if kind is None else Danger(kind))


@dataclass(frozen=True, slots=True)
class Opinion:
    """`score` grows with danger (about −1 to 1); `chance` is the probability, were `DANGERS_AMONG_ALL` dangers."""

    score: float
    chance: float
    kind: Danger


class Listener:
    """Made once from the labelled messages; the same ones always give the same listener."""

    def __init__(self, messages: Sequence[Heard], slang: Slang = NO_SLANG, embedder: Remembered | None = None) -> None:
        """Needs dangers and ordinary messages. With an `embedder` the vectors it lacks are made here, which is slow."""
        dangerous = np.array([message.kind is not None for message in messages])
        if dangerous.all() or not dangerous.any():
            raise BadMessage("a listener needs dangers and ordinary messages")
        self._slang = slang
        # The terms of each message are made twice: kept, the strings of two thousand would hold 40 MB for a moment.
        self._words = Nearest(map(self._terms, messages), [0] * len(messages), count=1)
        self._meaning = None if embedder is None else _Meaning(embedder, messages)
        alike = np.empty((len(messages), len(messages)), np.float32)
        for row, message in zip(alike, messages, strict=True):
            row[:] = self._words.cosines(self._terms(message))
        if self._meaning is not None:
            alike += self._meaning.alike_among()
        self._weights, left_out = _fit(alike, _targets(messages))
        self.bars = bars(left_out, dangerous)
        self._slope, self._start = _chances(left_out, dangerous)

    @property
    def has_meaning(self) -> bool:
        return self._meaning is not None

    def hear(self, text: str, language: str) -> Finding | None:
        """P2, or P1 when it is sure; None when it hears nothing, or too little was said. Never P0: only a rule is that sure."""
        if len(_A_WORD.findall(fold(text))) < FEWEST_WORDS:
            return None
        opinion = self.weigh(text, language)
        if opinion.score < self.bars.alarm:
            return None
        is_sure = opinion.score >= self.bars.sure and opinion.kind is not Danger.NEED
        return Finding(Level.P1 if is_sure else Level.P2, opinion.kind, f"heard:{opinion.kind}")

    def weigh(self, text: str, language: str) -> Opinion:
        alike = self._words.cosines(self._terms(Heard(text, language, None)))
        if self._meaning is not None:
            alike = alike + self._meaning.alike(text, language)
        scores = alike @ self._weights
        score = float(scores[0])
        chance = 1 / (1 + np.exp(-(self._slope * score + self._start)))
        return Opinion(score, float(chance), KINDS[int(np.argmax(scores[1:]))])

    def _terms(self, message: Heard) -> list[str]:
        """Stems, each two that follow one another, and rows of 3 to 5 letters."""
        typed = words(message.text, message.language, self._slang)
        roots = stems(typed, message.language)
        letters = ("#" + row for word in typed for row in grams(word))
        return [*roots, *(f"{first} {second}" for first, second in pairwise(roots)), *letters]


class _Meaning:
    """Likeness of sentence vectors, each moved by the mean of its language: what is left is what is said, not in which tongue."""

    def __init__(self, embedder: Remembered, messages: Sequence[Heard]) -> None:
        self._embedder = embedder
        raw = embedder.embed([message.text for message in messages])
        languages = np.array([message.language for message in messages])
        self._means = {str(language): raw[languages == language].mean(0) for language in np.unique(languages)}
        self._everywhere = raw.mean(0)
        pairs = zip(raw, messages, strict=True)
        self._rows = np.stack([self._centred(row, message.language) for row, message in pairs])

    def alike_among(self) -> Numbers:
        return _kernel(self._rows, self._rows)

    def alike(self, text: str, language: str) -> Numbers:
        asked = self._centred(self._embedder.embed_once(text), language)
        return _kernel(asked[None, :], self._rows).ravel()

    def _centred(self, row: Numbers, language: str) -> Numbers:
        moved = row - self._means.get(language, self._everywhere)
        return np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-6), np.float32)


def _kernel(some: Numbers, others: Numbers) -> Numbers:
    """exp(−WIDTH · squared distance) between rows of unit length, in the memory of one table."""
    alike: Numbers = some @ others.T
    alike -= 1
    alike *= 2 * WIDTH
    return np.exp(alike, out=alike)


def _targets(messages: Sequence[Heard]) -> Numbers:
    """First column: danger or not (1, −1); then one for each kind (1, 0)."""
    columns = [[1.0 if message.kind else -1.0 for message in messages]]
    columns += [[float(message.kind is kind) for message in messages] for kind in KINDS]
    return np.array(columns, np.float32).T


def _fit(alike: Numbers, targets: Numbers) -> tuple[Numbers, Numbers]:
    """The weight of each message, and the danger score each would get from all the others. `alike` is used up."""
    alike[np.diag_indices_from(alike)] += STIFFNESS
    inverse = np.linalg.inv(alike)
    weights = np.asarray(inverse @ targets, np.float32)
    return weights, np.asarray(targets[:, 0] - weights[:, 0] / np.diagonal(inverse), np.float32)


@dataclass(frozen=True, slots=True)
class Bars:
    """Scores from which a message is an alarm, and from which the alarm is P1."""

    alarm: float
    sure: float


def bars(scores: Numbers, dangerous: NDArray[np.bool_]) -> Bars:
    """From scores of messages the listener had not read. The lowest bars that keep `FALSE_ALARMS` and `SURE`."""
    ordinary = np.sort(scores[~dangerous])[::-1]
    allowed = int(FALSE_ALARMS * len(ordinary))
    alarm = float(np.nextafter(ordinary[allowed], np.float32(np.inf)))
    sure = float("inf")
    for score in np.sort(scores[dangerous])[::-1]:
        true = float((scores[dangerous] >= score).mean()) * DANGERS_AMONG_ALL
        # One more than were counted: a bar that let nothing false through has not shown that nothing ever will.
        false = (int((ordinary >= score).sum()) + 1) / (len(ordinary) + 1) * (1 - DANGERS_AMONG_ALL)
        if true / (true + false) >= SURE:
            sure = float(score)
    return Bars(alarm, max(alarm, sure))


def _chances(scores: Numbers, dangerous: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and start of the line whose logistic is the probability (Platt, 1999), by Newton's method."""
    weights = np.where(dangerous, DANGERS_AMONG_ALL / dangerous.sum(), (1 - DANGERS_AMONG_ALL) / (~dangerous).sum())
    rows = np.stack([scores, np.ones_like(scores)], axis=1).astype(np.float64)
    line = np.zeros(2)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ line, -30, 30)))
        pull = rows.T @ (weights * (dangerous - chance)) - 1e-4 * line
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + 1e-4 * np.eye(2)
        line += np.clip(np.linalg.solve(bend, pull), -5, 5)
    return float(line[0]), float(line[1])
