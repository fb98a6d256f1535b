"""A second ear: danger in a message that no phrase rule foresaw, told from how alike it is to messages people have labelled.

It only adds. What the phrase rules found stands; the listener speaks when they heard nothing as grave. What it knows was learnt
beforehand (`safety/learning.py`, `baquiano learn`) from `packs/comun/safety/heard.jsonl` and lies beside it as numbers: to hear
a message is to look up its words, and no message of anybody is in memory.

Nothing here reads a table, and nothing raises because of what a person wrote.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.knowledge.search.normalise import Slang, grams, stems, words
from baquiano.knowledge.search.vectors import Remembered
from baquiano.lib.text import fold

Numbers = NDArray[np.float32]
Hashes = NDArray[np.uint32]

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

DANGER, CRISIS, NOW = range(3)
"""The first three answers to a message: a danger at all, a crisis (P0 or P1), at this moment (P0). Then one for each of `KINDS`."""

FEWEST_WORDS = 4
"""Under this many words a message says too little: "ayuda", "tengo miedo" have their own place in the rules and the menu."""

WIDTH = 1.0
"""How fast likeness by meaning falls with distance: exp(−WIDTH · squared distance)."""

WORDS_BESIDE_MEANING = 0.5
"""What an answer by words weighs when it is added to the one by meaning. Between 0.3 and 0.7 no figure of ours tells them apart."""

_A_WORD = re.compile(r"[^\W\d_]+")
_NEED = len(KINDS) - 1


class BadMessage(ValueError):
    """A labelled message that cannot be read; names its line, never its words."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A labelled message. `kind` and `level` None: ordinary."""

    text: str
    language: str
    kind: Danger | None
    level: Level | None


def heard_from(rows: Iterable[Mapping[str, Any]]) -> tuple[Heard, ...]:
    """The messages of heard.jsonl, parsed. Raises BadMessage with the number of the line."""
    return tuple(_heard(row, line) for line, row in enumerate(rows, 1))


def _heard(row: Mapping[str, Any], line: int) -> Heard:
    text, language, kind, level = row.get("text"), row.get("lang"), row.get("kind"), row.get("level")
    if not isinstance(text, str) or not text.strip() or not isinstance(language, str):
        raise BadMessage(f"line {line}: text and lang are missing")
    if kind is None and level is None:
        return Heard(text, language, None, None)
    if kind not in KINDS:
        raise BadMessage(f"line {line}: kind is one of {', '.join(KINDS)}, or null together with level")
    if level not in (Level.P0, Level.P1, Level.P2) or (kind == Danger.NEED) > (level == Level.P2):
        raise BadMessage(f"line {line}: level is P0, P1 or P2, and P2 for a need")
    return Heard(text, language, Danger(kind), Level(level))


def mark_of(messages: Sequence[Heard]) -> str:
    """Changes when a message, its label or the order changes."""
    told = "\n".join(f"{one.language} {one.level} {one.kind} {one.text}" for one in messages)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


# ------------------------------------------------------------------------------------------------ what was learnt


@dataclass(frozen=True, slots=True)
class Bars:
    """From which score a message is an alarm; from which the alarm is a crisis; from which the crisis is at this moment."""

    alarm: float
    crisis: float
    now: float


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of the messages, known again by a hash of 32 bits (the same everywhere), and how rare each is."""

    hashes: Hashes
    rarity: Numbers
    unseen: float

    def weigh(self, terms: Iterable[str]) -> tuple[NDArray[np.intp], Numbers]:
        """The places of the terms that are known, and their weights. What nobody ever said makes all of them lighter."""
        asked = Counter(map(hash_of, terms))
        hashes = np.fromiter(asked, np.uint32, len(asked))
        counts = np.fromiter(asked.values(), np.float32, len(asked))
        places = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        is_known = self.hashes[places] == hashes
        weights = counts[is_known] * self.rarity[places[is_known]]
        strange = counts[~is_known] * np.float32(self.unseen)
        length = float(np.sqrt(weights @ weights + strange @ strange))
        return places[is_known], weights / np.float32(max(length, 1e-9))


@dataclass(frozen=True, slots=True)
class Learned:
    """What messages have taught: for each term its share in each answer; for each message its share, for likeness by meaning.

    `by_meaning` None: learnt by words alone. `mark`: of which messages.
    """

    mark: str
    terms: Terms
    shares: NDArray[np.float16]
    by_words: Bars
    meanings: Numbers | None = None
    by_meaning: Bars | None = None

    def save(self, path: Path) -> None:
        """About 2 MB. Replaces the file in one step."""
        fresh = path.with_suffix(".new.npz")
        bars = [self.by_words, *([self.by_meaning] if self.by_meaning else [])]
        meanings = np.empty((0, self.shares.shape[1])) if self.meanings is None else self.meanings
        np.savez_compressed(
            fresh,
            mark=self.mark,
            hashes=self.terms.hashes,
            rarity=self.terms.rarity.astype(np.float16),
            unseen=self.terms.unseen,
            shares=self.shares,
            bars=np.array([[one.alarm, one.crisis, one.now] for one in bars]),
            meanings=meanings.astype(np.float16),
        )
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises OSError, ValueError or KeyError when it is not what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            words, *meaning = [Bars(*map(float, row)) for row in stored["bars"]]
            return cls(
                mark=str(stored["mark"]),
                terms=Terms(stored["hashes"], stored["rarity"].astype(np.float32), float(stored["unseen"])),
                shares=stored["shares"],
                by_words=words,
                meanings=stored["meanings"].astype(np.float32) if meaning else None,
                by_meaning=meaning[0] if meaning else None,
            )


# ------------------------------------------------------------------------------------------------ hearing


@dataclass(frozen=True, slots=True)
class Opinion:
    """Three scores that grow with danger (about −1 to 1 by words, −2 to 2 by meaning), and what it is most like.

    `kind` is of all `KINDS`; `crisis_kind` of those that are not a need.
    """

    danger: float
    crisis: float
    now: float
    kind: Danger
    crisis_kind: Danger


class Listener:
    """Hears with what was learnt. The same learning always hears the same."""

    def __init__(
        self, learned: Learned, slang: Slang, messages: Sequence[Heard] = (), embedder: Remembered | None = None
    ) -> None:
        """By meaning with an `embedder` and the `messages` it was learnt from; vectors it lacks are made here, which is slow."""
        self._learned = learned
        self._slang = slang
        self._meaning: _Meaning | None = None
        self.bars = learned.by_words
        if embedder is not None and learned.meanings is not None and learned.by_meaning is not None:
            self._meaning = _Meaning(Meanings(embedder, messages), learned.meanings)
            self.bars = learned.by_meaning

    @property
    def has_meaning(self) -> bool:
        return self._meaning is not None

    def hear(self, text: str, language: str) -> Finding | None:
        """P2 for a need, P1 for a crisis, P0 when it is sure that it is now. None: nothing heard, or too little was said."""
        if len(_A_WORD.findall(fold(text))) < FEWEST_WORDS:
            return None
        opinion = self.weigh(text, language)
        if opinion.danger < self.bars.alarm:
            return None
        if opinion.crisis < self.bars.crisis:
            return Finding(Level.P2, opinion.kind, f"heard:{opinion.kind}")
        level = Level.P0 if opinion.now >= self.bars.now else Level.P1
        return Finding(level, opinion.crisis_kind, f"heard:{opinion.crisis_kind}")

    def weigh(self, text: str, language: str) -> Opinion:
        places, weights = self._learned.terms.weigh(terms_of(text, language, self._slang))
        scores: Numbers = weights @ self._learned.shares[places].astype(np.float32)
        if self._meaning is not None:
            scores = WORDS_BESIDE_MEANING * scores + self._meaning.answer(text, language)
        kinds = scores[NOW + 1 :]
        return Opinion(
            danger=float(scores[DANGER]),
            crisis=float(scores[CRISIS]),
            now=float(scores[NOW]),
            kind=KINDS[int(np.argmax(kinds))],
            crisis_kind=KINDS[int(np.argmax(kinds[:_NEED]))],
        )


def hash_of(term: str) -> int:
    return crc32(term.encode("utf-8", "surrogatepass"))


def terms_of(text: str, language: str, slang: Slang) -> list[str]:
    """Stems, each two that follow one another, and rows of 3 to 5 letters."""
    typed = words(text, language, slang)
    roots = stems(typed, language)
    letters = ("#" + row for word in typed for row in grams(word))
    return [*roots, *(f"{first} {second}" for first, second in pairwise(roots)), *letters]


class Meanings:
    """Sentence vectors, each moved by the mean of its language: what is left is what is said, not in which tongue."""

    def __init__(self, embedder: Remembered, messages: Sequence[Heard]) -> None:
        self._embedder = embedder
        raw = embedder.embed([message.text for message in messages])
        languages = np.array([message.language for message in messages])
        self._means = {str(language): raw[languages == language].mean(0) for language in np.unique(languages)}
        self._everywhere = raw.mean(0)
        pairs = zip(raw, messages, strict=True)
        self._rows = np.stack([self._centred(row, message.language) for row, message in pairs]).astype(np.float16)

    def alike_among(self) -> Numbers:
        rows = self._rows.astype(np.float32)
        return _kernel(rows, rows)

    def alike(self, text: str, language: str) -> Numbers:
        asked = self._centred(self._embedder.embed_once(text), language)
        return _kernel(asked[None, :], self._rows.astype(np.float32)).ravel()

    def _centred(self, row: Numbers, language: str) -> Numbers:
        moved = row - self._means.get(language, self._everywhere)
        return np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-6), np.float32)


@dataclass(frozen=True, slots=True)
class _Meaning:
    meanings: Meanings
    shares: Numbers

    def answer(self, text: str, language: str) -> Numbers:
        return np.asarray(self.meanings.alike(text, language) @ self.shares, np.float32)


def _kernel(some: Numbers, others: Numbers) -> Numbers:
    """exp(−WIDTH · squared distance) between rows of unit length, in the memory of one table."""
    alike: Numbers = some @ others.T
    alike -= 1
    alike *= 2 * WIDTH
    return np.exp(alike, out=alike)
