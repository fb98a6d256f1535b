"""Misspelt words brought to the nearest word the topics use. A word anybody here has written is never touched."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from symspellpy import SymSpell, Verbosity

SHORTEST = 5
"""Letters under which a word is left alone: among short words everything is near everything."""

LONG = 7
"""Letters from which two letters may be wrong; below, one."""

LEAST_SEEN = 2
"""How often example questions must use a word before others are corrected to it: a typo in one of them is not a word."""

PREFIX = 5
"""Letters of a word that are indexed: fewer take less memory and longer to compare, and find the same words."""

Words = Mapping[str, Iterable[str]]


class Spelling:
    """The correct words of each language, and every word known in any of them."""

    def __init__(self, asked: Words, written: Words = MappingProxyType({})) -> None:
        """Language → every word of its texts, as `normalise.words` gives them, repeated as often as used.

        `asked`: of example questions, typed as people type. `written`: of texts written with care; there once is enough.
        """
        self._known: set[str] = set()
        self._near: dict[str, SymSpell] = {}
        for language in {**asked, **written}:
            counts = Counter(asked.get(language, ()))
            for word, count in Counter(written.get(language, ())).items():
                counts[word] += max(count, LEAST_SEEN)
            self._known.update(counts)
            near = SymSpell(max_dictionary_edit_distance=2, prefix_length=PREFIX)
            for word, count in counts.items():
                if count >= LEAST_SEEN and len(word) >= SHORTEST - 1 and word.isalpha():
                    near.create_dictionary_entry(word, count)
            self._near[language] = near

    def knows(self, word: str) -> bool:
        return word in self._known

    def correct(self, typed: Sequence[str], language: str) -> list[str]:
        """The same words, each unknown one replaced by its nearest known word when one is near enough."""
        near = self._near.get(language)
        return [word if near is None else self._nearest(word, near) for word in typed]

    def _nearest(self, word: str, near: SymSpell) -> str:
        if word in self._known or not SHORTEST <= len(word) <= 24 or not word.isalpha():
            return word
        found = near.lookup(word, Verbosity.CLOSEST, max_edit_distance=2 if len(word) >= LONG else 1)
        # Of equally near words the one said most; the alphabet settles the rest, so that the order of loading never does.
        return str(min(found, key=lambda one: (-one.count, one.term)).term) if found else word
