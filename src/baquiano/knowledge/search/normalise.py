"""A text as a row of comparable words: no accents, no case, no SMS spelling, regional words beside their plain ones."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any

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


@dataclass(frozen=True)
class Slang:
    """The versioned map of how people type (`packs/comun/search/slang.yaml`), per language.

    `short`: a typed word → what it stands for. `same`: a row of regional words → plain words that are added to it.
    `countries`: country → rows of words that tell it. All folded; phrases are tuples of words.
    """

    version: int
    short: Mapping[str, Mapping[str, tuple[str, ...]]]
    same: Mapping[str, Mapping[tuple[str, ...], tuple[str, ...]]]
    countries: Mapping[str, frozenset[tuple[str, ...]]]

    @property
    def longest_phrase(self) -> int:
        phrases = [phrase for rows in self.same.values() for phrase in rows]
        phrases += [phrase for rows in self.countries.values() for phrase in rows]
        return max(map(len, phrases), default=1)


def slang_from(data: Mapping[str, Any]) -> Slang:
    """The map from its parsed file. Raises KeyError when a part is missing."""
    return Slang(
        version=int(data["version"]),
        short={lang: {_phrase(k)[0]: _phrase(v) for k, v in rows.items()} for lang, rows in data["short"].items()},
        same={lang: {_phrase(k): _phrase(v) for k, v in rows.items()} for lang, rows in data["same"].items()},
        countries={country: frozenset(map(_phrase, rows)) for country, rows in data["countries"].items()},
    )


NO_SLANG = Slang(0, {}, {}, {})


def words(text: str, language: str, slang: Slang) -> list[str]:
    """The words of a text in reading order; the plain words of a regional one stand right after it."""
    short = slang.short.get(language, {})
    plain = squeeze(fold(text[:READ_AT_MOST]))
    typed = [word for token in _WORD.findall(plain) for word in short.get(token, (token,))]
    return _with_plain_words(typed, slang.same.get(language, {}), slang.longest_phrase)


def countries_named(text: str, language: str, slang: Slang) -> frozenset[str]:
    """The countries a text names, by name, city, authority or paper."""
    typed = words(text, language, slang)
    rows = {
        tuple(typed[start : start + length])
        for length in range(1, slang.longest_phrase + 1)
        for start in range(len(typed) - length + 1)
    }
    return frozenset(country for country, phrases in slang.countries.items() if not phrases.isdisjoint(rows))


@lru_cache(maxsize=40_000)
def stem(word: str, language: str) -> str:
    """What a word shares with its family ("trabajando", "trabajo"); the word itself when the language has no stemmer."""
    stemmer = _STEMMERS.get(language)
    if stemmer is None:
        return word
    with _one_at_a_time:
        return str(stemmer.stemWord(word))


def stems(typed: Sequence[str], language: str) -> list[str]:
    return [stem(word, language) for word in typed]


def grams(typed: Sequence[str]) -> Iterator[str]:
    """Rows of 3 to 5 letters inside each word and its edges (a space): what survives misspelling."""
    for word in typed:
        edged = f" {word} "
        for length in range(SHORTEST_GRAM, LONGEST_GRAM + 1):
            for start in range(len(edged) - length + 1):
                yield edged[start : start + length]


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(str(text))))


def _with_plain_words(
    typed: list[str], same: Mapping[tuple[str, ...], tuple[str, ...]], longest: int
) -> list[str]:
    if not same:
        return typed
    told: list[str] = []
    for end in range(1, len(typed) + 1):
        told.append(typed[end - 1])
        for length in range(1, min(longest, end) + 1):
            told.extend(same.get(tuple(typed[end - length : end]), ()))
    return told
