"""What changed between two texts, word by word, side by side. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(
    r"\w+\s*|[^\w\s]\s*|\s+"
)  # with the space behind it, so that words that change together stay together


@dataclass(frozen=True)
class Piece:
    """Some words in a row, all of them there before, gone, or new."""

    kind: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True)
class Difference:
    """`before` holds same and gone pieces, `after` same and new ones: each side reads as its own text."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def is_same(self) -> bool:
        return all(piece.kind == "same" for piece in (*self.before, *self.after))


def difference(before: str, after: str) -> Difference:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    bare = ([word.strip() for word in old], [word.strip() for word in new])  # a space more or less is no difference
    for what, a, b, c, d in SequenceMatcher(None, *bare, autojunk=False).get_opcodes():
        left += _piece("same" if what == "equal" else "gone", old[a:b])
        right += _piece("same" if what == "equal" else "new", new[c:d])
    return Difference(tuple(left), tuple(right))


def _piece(kind: Literal["same", "gone", "new"], words: list[str]) -> Iterable[Piece]:
    if words:
        yield Piece(kind, "".join(words))
