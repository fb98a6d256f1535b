"""A text as a row of comparable words: no accents, no case, no SMS spelling, regional words beside their plain ones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from threading import Lock
from typing import Any, TypeVar

import snowballstemmer

from baquiano.lib.text import fold, squeeze

READ_AT_MOST = 1000
"""Characters that are read of one text: longer messages repeat themselves, and a turn has few milliseconds."""

SHORTEST_GRAM, LONGEST_GRAM = 3, 5

_WORD = re.compile(r"[^\W_]+")
_STEMMERS = {
    "es": snowballstemmer.stemmer("spanish"),
    "en": snowballstemmer.stemmer("english"),
    "pt": snowballstemmer.stemmer("portuguese"),
    "fr": snowballstemmer.stemmer("french"),
}
"""Haitian Creole does not inflect: its words are compared whole."""

_one_at_a_time = Lock()  # a stemmer keeps the word it is working on in itself


ABROAD = "abroad"
"""Stands for every country that people ask about and that no topic is about."""

Phrase = tuple[str, ...]
Told = TypeVar("Told")


@dataclass(frozen=True)
class Slang:
    """The versioned map of how people type (`packs/comun/search/slang.yaml`), per language.

    `short`: a typed word → what it stands for. `same`: the last word of a regional phrase → (the phrase, plain words to add).
    `countries`: the last word of a phrase → (the phrase, the country it tells), `ABROAD` for those no topic is about.
    All folded; phrases are tuples of words.
    """

    version: int
    short: Mapping[str, Mapping[str, Phrase]]
    same: Mapping[str, Mapping[str, tuple[tuple[Phrase, Phrase], ...]]]
    countries: Mapping[str, tuple[tuple[Phrase, str], ...]]


def slang_from(data: Mapping[str, Any]) -> Slang:
    """The map from its parsed file. Raises KeyError when a part is missing, ValueError when a short form is not one word."""
    told = {**data["countries"], ABROAD: data["abroad"]}
    countries = [(_phrase(text), country) for country, texts in told.items() for text in texts]
    return Slang(
        version=int(data["version"]),
        short={lang: {_one_word(k): _phrase(v) for k, v in rows.items()} for lang, rows in data["short"].items()},
        same={
            lang: _by_last_word([(_phrase(k), _phrase(v)) for k, v in rows.items()])
            for lang, rows in data["same"].items()
        },
        countries=_by_last_word(countries),
    )


NO_SLANG = Slang(0, {}, {}, {})


def words(text: str, language: str, slang: Slang) -> list[str]:
    """The words of a text in reading order; the plain words of a regional one stand right after it.

    A word said several times in a row is said once.
    """
    short = slang.short.get(language, {})
    plain = squeeze(fold(text[:READ_AT_MOST]))
    tokens = [token for token, _ in groupby(_WORD.findall(plain))]
    typed = [word for token in tokens for word in short.get(token, (token,))]
    same = slang.same.get(language)
    if not same:
        return typed
    told: list[str] = []
    for place, word in enumerate(typed):
        told.append(word)
        for phrase, plain_words in same.get(word, ()):
            if _stands_before(phrase, typed, place):
                told.extend(plain_words)
    return told


def countries_named(text: str, slang: Slang) -> frozenset[str]:
    """The countries a text names, by name, city, authority or paper; `ABROAD` for any that no topic is about."""
    typed = _WORD.findall(fold(text[:READ_AT_MOST]))
    return frozenset(
        country
        for place, word in enumerate(typed)
        for phrase, country in slang.countries.get(word, ())
        if _stands_before(phrase, typed, place)
    )


@lru_cache(maxsize=8_000)
def stem(word: str, language: str) -> str:
    """What a word shares with its family ("trabajando", "trabajo"); the word itself when the language has no stemmer."""
    stemmer = _STEMMERS.get(language)
    if stemmer is None:
        return word
    with _one_at_a_time:
        return str(stemmer.stemWord(word))


def stems(typed: Sequence[str], language: str) -> list[str]:
    return [stem(word, language) for word in typed]


def grams(word: str) -> tuple[str, ...]:
    """Rows of 3 to 5 letters inside a word and its edges (a space): what survives misspelling."""
    edged = f" {word} "
    return tuple(
        edged[start : start + length]
        for length in range(SHORTEST_GRAM, LONGEST_GRAM + 1)
        for start in range(len(edged) - length + 1)
    )


def _phrase(text: object) -> Phrase:
    return tuple(_WORD.findall(fold(str(text))))


def _one_word(text: object) -> str:
    (word,) = _phrase(text)
    return word


def _by_last_word(rows: Sequence[tuple[Phrase, Told]]) -> dict[str, tuple[tuple[Phrase, Told], ...]]:
    by_last: dict[str, list[tuple[Phrase, Told]]] = {}
    for phrase, told in rows:
        by_last.setdefault(phrase[-1], []).append((phrase, told))
    return {last: tuple(own) for last, own in by_last.items()}


def _stands_before(phrase: Phrase, typed: Sequence[str], place: int) -> bool:
    """Whether the phrase ends with the word at `place`."""
    return tuple(typed[max(place + 1 - len(phrase), 0) : place + 1]) == phrase
