"""The index over every topic, and the one question it answers: what is this message about?

Built once from texts handed in, then never changed: threads share it. It keeps no message and logs nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from baquiano.engine.language import LANGUAGES
from baquiano.engine.tools import Decision
from baquiano.knowledge.search.decision import Judge, Probabilities, choices, decide, is_open, judge_from
from baquiano.knowledge.search.entries import Elsewhere, Entry, Message
from baquiano.knowledge.search.features import Sight, features_of
from baquiano.knowledge.search.fusion import fuse
from baquiano.knowledge.search.lexical import Bm25, Nearest, add, saturation_of, with_pairs
from baquiano.knowledge.search.normalise import ABROAD, READ_AT_MOST, Slang, countries_named, grams, stems, words
from baquiano.knowledge.search.spelling import Spelling
from baquiano.knowledge.search.vectors import Meaning, Remembered

TITLE, WORDS, EXAMPLE = 3.0, 3.0, 1.0
BODY_IN_WORDS, BODY_IN_LETTERS = 0.6, 0.3
"""How much a field of a topic counts; a body is long, and speaks like an office."""

FUSION = {"words": 1.0, "letters": 1.0, "nearest": 0.5, "meaning": 1.7}
"""Weights of the rankers, the best of a coarse grid on held-back examples; between 1 and 2 the last one hardly matters there, and was
chosen on XQuAD-es."""

RARE_LETTERS = 1.0
"""A row of letters whose weight over all topics is no more than this (once, in one example) is not kept: half the memory."""

LENGTH_SEEN = 40
"""Different words beyond which a longer message is no surer."""


@dataclass(frozen=True)
class Found:
    """`article` and `choices` are topic ids, best first; `choices` is filled whatever the decision, three at most.

    `country`: the one the words themselves told, when nobody had said it. `by`: "lexical" or "semantic".
    """

    decision: Decision
    article: str | None
    choices: tuple[str, ...]
    p_right: float
    p_scope: float
    p_smalltalk: float = 0.0
    country: str | None = None
    by: str = "lexical"


NOWHERE_ELSE = Elsewhere()
NOTHING = Found(Decision.UNSURE, None, (), 0.0, 0.0)


class Index:
    """Topics, ready to be searched. Use `Index.build`."""

    def __init__(
        self,
        entries: tuple[Entry, ...],
        slang: Slang,
        elsewhere: Elsewhere,
        judges: Mapping[str, Judge],
        embedder: Remembered | None,
    ) -> None:
        self.topics = tuple(entry.topic for entry in entries)
        self.countries = tuple(entry.country for entry in entries)
        self._slang = slang
        self._judges = judges
        groups = _groups(entries, elsewhere)
        typed = [[words(field.text, field.language, slang) for field in fields] for fields in groups]
        of_topics = groups[: len(entries)]
        self._spelling = Spelling(
            asked=_vocabulary(of_topics, typed, are_asked=True), written=_vocabulary(of_topics, typed, are_asked=False)
        )
        saturation = saturation_of([len(fields) for fields in of_topics])
        self._words = Bm25(
            (_stems_of(fields, told) for fields, told in zip(groups, typed, strict=True)), saturation=saturation
        )
        self._letters = Bm25(
            (_letters_of(fields, told) for fields, told in zip(groups, typed, strict=True)),
            saturation=saturation,
            least=RARE_LETTERS,
        )
        said = [
            (told, field.language, group)
            for group, fields in enumerate(groups)
            for field, told in zip(fields, typed[group], strict=True)
            if not field.is_body
        ]
        terms = (with_pairs(stems(told, language)) for told, language, _ in said)
        self._nearest = Nearest(terms, [group for _, _, group in said], count=len(groups))
        self._meaning = None if embedder is None else _learn_meaning(groups, embedder)

    @classmethod
    def build(
        cls,
        entries: Iterable[Entry],
        slang: Slang,
        *,
        elsewhere: Elsewhere = NOWHERE_ELSE,
        calibration: Mapping[str, Any] | None = None,
        embedder: Remembered | None = None,
    ) -> "Index":
        """An index of topics; the same input gives the same index.

        `elsewhere`: messages that belong to no topic. `calibration`: calibration.json; without it nothing is ever answered
        plainly, only offered. `embedder`: for search by meaning; its texts are embedded here (minutes, unless remembered).
        """
        judges = {
            name: judge_from(calibration[name])
            for name in ("lexical", "semantic")
            if calibration and calibration.get(name)
        }
        return cls(tuple(entries), slang, elsewhere, judges, embedder)

    @staticmethod
    def texts_with_meaning(entries: Iterable[Entry], elsewhere: Elsewhere = NOWHERE_ELSE) -> list[str]:
        """Every text whose vector `build` needs when it is given an embedder."""
        return [text for fields in _groups(entries, elsewhere) for text, _ in _whole_texts(fields)]

    @property
    def by(self) -> str:
        return "lexical" if self._meaning is None else "semantic"

    def find(self, text: str, *, country: str | None, language: str) -> Found:
        """What a message is about. `country`: where the person is, None while unknown: then both countries compete.

        With the country known, a topic of another country is never offered. Never raises, whatever the text.
        """
        told = None if country else self.country_told(text)
        sight = self.look(text, country=country or told, language=language)
        order = sight.order
        if not order or not text.strip():
            return NOTHING
        best = order[0]
        is_country_open = not (country or told) and self.countries[best] is not None
        offered = tuple(self.topics[i] for i in choices(order, self.countries, is_country_open=is_country_open))
        judge = self._judges.get(self.by)
        if judge is None:
            return Found(Decision.CHOICES, None, offered, 0.0, 0.0, country=told, by=self.by)
        chances = judge.probabilities(features_of(sight))
        unsaid = is_open(length=sight.length, is_country_open=is_country_open)
        decision = decide(chances, judge.thresholds, is_open=unsaid)
        return _found(decision, offered, chances, told, self.by)

    def look(self, text: str, *, country: str | None, language: str) -> Sight:
        """How the rankers see a message, before anything is decided."""
        typed = words(text, language, self._slang)
        told = stems(self._spelling.correct(typed, language), language)
        rows_of_letters = [gram for word in typed for gram in grams(word)]
        cosines = self._nearest.cosines(with_pairs(told))
        scores = {
            "words": self._words.scores(told),
            "letters": self._letters.scores(rows_of_letters),
            "nearest": self._nearest.gather(cosines),
        }
        if self._meaning is not None:
            scores["meaning"] = self._meaning.scores(text[:READ_AT_MOST], language)
        allowed = np.array([country is None or own in (None, country) for own in self.countries], bool)
        topics_only = {name: values[: len(self.topics)] for name, values in scores.items()}
        unknown = sum(not self._spelling.knows(word) for word in typed)
        return Sight(
            fused=fuse(topics_only, FUSION, allowed),
            allowed=allowed,
            scores=scores,
            possible={"words": self._words.most(told), "letters": self._letters.most(rows_of_letters)},
            nearest=self._nearest.nearest(cosines),
            length=min(len(set(typed)), LENGTH_SEEN),
            unknown=unknown / max(len(typed), 1),
            is_abroad=ABROAD in countries_named(text, self._slang),
        )

    def country_told(self, text: str) -> str | None:
        """The one country of ours that the words name; None when they name none or several."""
        ours = {country for country in self.countries if country}
        named = countries_named(text, self._slang) & ours
        return next(iter(named)) if len(named) == 1 else None


@dataclass(frozen=True)
class _Field:
    """One text of a group, and what it counts for. `is_asked`: somebody's question, with the mistakes of one."""

    text: str
    language: str
    in_words: float = EXAMPLE
    in_letters: float = EXAMPLE
    is_word: bool = False
    is_body: bool = False
    is_asked: bool = False


def _fields(entry: Entry) -> list[_Field]:
    titles = [_Field(text, lang, TITLE, TITLE) for lang, text in entry.titles.items()]
    own = [_Field(text, lang, WORDS, WORDS, is_word=True) for lang in LANGUAGES for text in entry.words.get(lang, ())]
    asked = [_Field(text, lang, is_asked=True) for lang in LANGUAGES for text in entry.examples.get(lang, ())]
    lines = [line for line in entry.body.splitlines() if line.strip()]
    return [
        *titles,
        *own,
        *asked,
        *(_Field(line, "es", BODY_IN_WORDS, BODY_IN_LETTERS, is_body=True) for line in lines),
    ]


def _groups(entries: Iterable[Entry], elsewhere: Elsewhere) -> list[list[_Field]]:
    """The topics in order, then "outside", then "small talk"."""
    return [*map(_fields, entries), _fields_of(elsewhere.outside), _fields_of(elsewhere.smalltalk)]


def _fields_of(messages: Sequence[Message]) -> list[_Field]:
    return [_Field(message.text, message.language, is_asked=True) for message in messages]


def _stems_of(fields: Sequence[_Field], typed: Sequence[Sequence[str]]) -> dict[str, float]:
    document: dict[str, float] = {}
    for field, told in zip(fields, typed, strict=True):
        add(document, Counter(stems(told, field.language)), field.in_words)
    return document


def _letters_of(fields: Sequence[_Field], typed: Sequence[Sequence[str]]) -> dict[str, float]:
    """Letters of each different word once, weighed by how often it is said: what is said often is not taken apart again."""
    said: dict[str, float] = {}
    for field, told in zip(fields, typed, strict=True):
        add(said, Counter(told), field.in_letters)
    document: dict[str, float] = {}
    for word, weight in said.items():
        add(document, Counter(grams(word)), weight)
    return document


def _whole_texts(fields: Sequence[_Field]) -> list[tuple[str, str]]:
    """What has a meaning of its own: questions and titles; the single words of a language only all together."""
    whole = [(field.text, field.language) for field in fields if not field.is_word and not field.is_body]
    for language in LANGUAGES:
        own = [field.text for field in fields if field.is_word and field.language == language]
        if own:
            whole.append((", ".join(own), language))
    return whole


def _vocabulary(
    groups: Sequence[Sequence[_Field]], typed: Sequence[Sequence[Sequence[str]]], *, are_asked: bool
) -> dict[str, list[str]]:
    """Language → the words of its questions, or of everything else."""
    seen: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for fields, of_group in zip(groups, typed, strict=False):
        for field, told in zip(fields, of_group, strict=True):
            if field.is_asked == are_asked:
                seen[field.language].extend(told)
    return seen


def _learn_meaning(groups: Sequence[Sequence[_Field]], embedder: Remembered) -> Meaning:
    said = [(text, language, group) for group, fields in enumerate(groups) for text, language in _whole_texts(fields)]
    texts = [(text, language) for text, language, _ in said]
    return Meaning(embedder, texts, [group for *_, group in said], count=len(groups))


def _found(decision: Decision, offered: tuple[str, ...], chances: Probabilities, told: str | None, by: str) -> Found:
    article = offered[0] if decision is Decision.ANSWER else None
    return Found(decision, article, offered, chances.right, chances.scope, chances.smalltalk, told, by)
