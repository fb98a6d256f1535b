"""The words that occur in names, in the memory of this process: where a slip, a spelling and a short form are forgiven.

The table keeps them encrypted; here they are readable, like everything that is being worked with. Which person bears which word is never
here. Each word and its sound are filed under themselves and under what is left when one letter is taken out: two words that are one slip
apart share one of these. The files are chains in arrays of numbers (a dictionary of the same takes ten times the memory).
"""

import threading
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping, Set

from baquiano.lib import crypto
from baquiano.people.models import NameWord
from baquiano.people.naming import also_called, is_one_slip, sound

EXACT, SAME_SOUND, CALLED, SLIP, SLIP_OF_SOUND = 1.0, 0.95, 0.9, 0.8, 0.72
"""How close two words are. The order matters more than the figures."""

SHORTEST = 5
"""Letters of two words together under which nothing is forgiven: among the shortest everything is near everything."""

RECENT = 64
"""How far back new words are looked for: on PostgreSQL a lower id may be committed after a higher one was seen."""
RECOUNTED = 60.0
"""Seconds after which the words are counted again: those of forgotten people leave this memory too."""

_FILES = 1 << 12
_A_WORD = 12  # files that a word is in, more or less


def word_hash(word: str) -> str:
    """As `NameWord` keeps it; `PersonWord` keeps its first half."""
    return crypto.keyed_hash(word, "name word")


class Vocabulary:
    """Words by their ids. Whoever reads while somebody adds may miss the newest one, and never sees half of one."""

    def __init__(self, *, expected: int = 0) -> None:
        self._words: list[str] = []  # "" where one was dropped
        self._sounds: list[str] = []
        self._place_of: dict[int, int] = {}
        self._firsts = array("i", [-1]) * max(_FILES, 1 << (expected * _A_WORD).bit_length())
        self._nexts = array("i")
        self._places = array("i")
        self.newest = 0
        self.counted_at = time.monotonic()
        self.counts: dict[str, int] = {}  # of those asked for lately: how many people bear them; see searching.py

    def __len__(self) -> int:
        return len(self._place_of)

    @property
    def is_crowded(self) -> bool:
        """The chains have become long: time for a new one."""
        return len(self._places) > 2 * len(self._firsts)

    def lacks(self, ids: Iterable[int]) -> list[int]:
        return [one for one in ids if one not in self._place_of]

    def known(self) -> Set[int]:
        return self._place_of.keys()

    def add(self, pairs: Iterable[tuple[int, str]]) -> None:
        """Ids and words, each word once."""
        for number, word in pairs:
            place, heard = len(self._words), sound(word)
            self._words.append(word)
            self._sounds.append(word if heard == word else heard)
            for file in {self._file(key) for key in _keys(word, heard)}:
                self._places.append(place)
                self._nexts.append(self._firsts[file])
                self._firsts[file] = len(self._places) - 1
            self._place_of[number] = place
            self.newest = max(self.newest, number)

    def drop(self, ids: Iterable[int]) -> None:
        for number in list(ids):
            place = self._place_of.pop(number)
            self._words[place] = self._sounds[place] = ""

    def near(self, word: str) -> Mapping[str, float]:
        """The words that may be meant by this one, and how close each is, the closest first; itself always, known or not. Of equally
        close ones the likeliest first: common words came in early.
        """
        heard = sound(word)
        near = {word: EXACT}
        for other, other_heard in self._filed_under(_keys(word, heard)):
            closeness = _closeness(word, heard, other, other_heard)
            if closeness:
                near[other] = closeness
        for name in also_called(word):
            for other in self._said(name):
                near[other] = max(near.get(other, 0.0), CALLED)
        return dict(sorted(near.items(), key=lambda pair: -pair[1]))

    def _said(self, name: str) -> list[str]:
        """The words that sound like this one."""
        heard = sound(name)
        return [other for other, other_heard in self._filed_under([heard]) if other_heard == heard]

    def _filed_under(self, keys: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Words and their sounds, the oldest first; some of them for no reason but the same file."""
        places: set[int] = set()
        for key in keys:
            at = self._firsts[self._file(key)]
            while at >= 0:
                places.add(self._places[at])
                at = self._nexts[at]
        for place in sorted(places):
            if self._words[place]:
                yield self._words[place], self._sounds[place]

    def _file(self, key: str) -> int:
        return hash(key) & (len(self._firsts) - 1)


def _closeness(word: str, heard: str, other: str, other_heard: str) -> float:
    if word == other:
        return EXACT
    if heard == other_heard:
        return SAME_SOUND
    if len(word) + len(other) < SHORTEST:
        return 0.0
    if is_one_slip(word, other):
        return SLIP
    return SLIP_OF_SOUND if is_one_slip(heard, other_heard) else 0.0


def _keys(word: str, heard: str) -> set[str]:
    return _less_one_letter(word) | _less_one_letter(heard)


def _less_one_letter(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


# -- the one of this process -------------------------------------------------------------------------------------------

_lock = threading.Lock()
_current: list[Vocabulary] = []


def current() -> Vocabulary:
    """The words of this moment. The first call of a process opens them all: a second for every 20,000, more or less."""
    with _lock:
        if not _current or _current[0].is_crowded:
            _current[:] = [Vocabulary(expected=NameWord.objects.count())]
        words = _current[0]
        recent = NameWord.objects.filter(pk__gt=words.newest - RECENT)
        words.add(_opened(words.lacks(recent.values_list("pk", flat=True))))
        if time.monotonic() - words.counted_at > RECOUNTED:
            _recount(words)
        return words


def _recount(words: Vocabulary) -> None:
    words.counted_at = time.monotonic()
    words.counts.clear()
    if NameWord.objects.count() != len(words):
        there = set(NameWord.objects.values_list("pk", flat=True))
        words.drop(words.known() - there)
        words.add(_opened(sorted(there - words.known())))


def _opened(ids: list[int]) -> Iterator[tuple[int, str]]:
    for start in range(0, len(ids), 500):
        some = NameWord.objects.filter(pk__in=ids[start : start + 500]).order_by("pk")
        yield from ((number, str(word)) for number, word in some.values_list("pk", "word"))
