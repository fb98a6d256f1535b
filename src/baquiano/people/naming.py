"""Names as words: what is kept of a name to find it again, when two words sound the same, and what people are called for short.

Nothing here knows a person or a table. Letters of any alphabet may come; only Latin ones are brought together by sound.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from baquiano.lib.text import fold

NICKNAMES = Path(__file__).with_name("data") / "nicknames.txt"

MOST_WORDS = 8
"""Of one person. Longer names exist; their first words find them."""
LONGEST = 40
"""Letters of a word that count."""

PARTICLES = frozenset("de la las los el del da das do dos di du des le van von der y e ti".split())
"""They are said or left out, joined or apart: nobody is found by them."""

_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")

_SOUNDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        # Order matters: two letters that are one sound come before the letters. C stands for ch and sh, J for j, ll, y.
        ("ph", "f"),
        ("dj", "j"),
        ("[cs]h", "C"),
        ("h", ""),
        ("ll", "J"),
        (r"(.)\1+", r"\1"),
        ("eau", "o"),
        ("ou", "u"),
        ("c?q(?:u(?=[ei]))?", "k"),
        ("gu(?=[ei])", "g§"),
        ("g(?=[ei])", "J"),
        ("§", ""),
        ("s?c(?=[eiy])", "s"),
        ("ck?", "k"),
        ("ks|[xz]", "s"),
        ("[vw]", "b"),
        ("n(?=[bp])", "m"),
        ("(?:^|(?<=[aeiou]))[iy](?=[aeiou])|j", "J"),
        ("y", "i"),
        (r"(.)\1+", r"\1"),
    )
)


def words(text: str) -> list[str]:
    """Folded, in the order written, each once. Without particles and initials, unless there is nothing else."""
    found = list(dict.fromkeys(_pieces(text)))
    said = [word for word in found if word not in PARTICLES and not _is_initial(word)]
    return said or found


def words_of(name: str, called: str = "") -> set[str]:
    """What is kept of a name and of what somebody prefers to be called, as keyed hashes."""
    return set(list(dict.fromkeys([*words(name), *words(called)]))[:MOST_WORDS])


def sound(word: str) -> str:
    """The same for spellings that are said the same in Spanish, Portuguese or Creole names: b/v/w, s/z/c, ll/y/j, silent h,
    doubled letters. Of a folded word. Not a spelling of anything.
    """
    if not word.isascii():
        return word
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


def is_one_slip(one: str, other: str) -> bool:
    """One letter more, one less, another one, or two neighbours swapped (Damerau–Levenshtein 1); or nothing at all."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at : at + 2][::-1] == other[at : at + 2] and one[at + 2 :] == other[at + 2 :]
    return swapped or one[at + 1 :] == other[at + 1 :]


def also_called(word: str) -> frozenset[str]:
    """What somebody of this name may be called, or of what it may be short. Of a folded word."""
    return _also_called().get(word, frozenset())


@cache
def _also_called() -> Mapping[str, frozenset[str]]:
    both: dict[str, set[str]] = {}
    for name, short in read_nicknames():
        both.setdefault(name, set()).add(short)
        both.setdefault(short, set()).add(name)
    return {word: frozenset(others - {word}) for word, others in both.items()}


def read_nicknames() -> Iterator[tuple[str, str]]:
    """(name, what it is shortened to), folded, from the file."""
    for line in NICKNAMES.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, shorts = line.partition(":")
            for short in shorts.split(","):
                yield fold(name), "".join(words(short))


def _pieces(text: str) -> Iterator[str]:
    """Runs of letters and digits; marks belong to the letter before them."""
    folded = fold(text).translate(_APOSTROPHES)
    plain = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in folded)
    for piece in plain.split():
        yield piece[:LONGEST]


def _is_initial(word: str) -> bool:
    """ "J." says little; in other alphabets one letter may be a whole name."""
    return len(word) == 1 and word.isascii() and word.isalpha()
