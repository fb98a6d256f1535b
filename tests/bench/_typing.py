"""A question as a tired thumb writes it: no accents, no capitals, a slip in one letter of ten. The same seed, the same slips."""

import random
from string import ascii_lowercase

from baquiano.lib.text import fold

SLIPS = 0.1
"""The share of letters with a slip."""


def hurried(text: str, seed: str) -> str:
    dice = random.Random(seed)
    left = list(fold(text))
    typed: list[str] = []
    while left:
        letter = left.pop(0)
        slips = letter.isalpha() and dice.random() < SLIPS
        typed.append(_slipped(letter, left, dice) if slips else letter)
    return "".join(typed)


def _slipped(letter: str, left: list[str], dice: random.Random) -> str:
    """One of four, equally likely: another letter, one too many, two swapped (the second is taken from `left`), or none."""
    slip = dice.randrange(4)
    if slip == 0:
        return dice.choice(ascii_lowercase)
    if slip == 1:
        return letter + dice.choice(ascii_lowercase)
    if slip == 2 and left:
        return left.pop(0) + letter
    return ""
