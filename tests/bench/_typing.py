"""A question as a tired thumb writes it: no accents, no capitals, and a slip in one letter of ten. The same text and seed, the same slips."""

import random
from string import ascii_lowercase

from baquiano.lib.text import fold

SLIPS = 0.1
"""The share of letters with one of four slips, equally likely: another letter, one too many, one too few, two swapped."""


def hurried(text: str, seed: str) -> str:
    dice = random.Random(seed)
    plain = fold(text)
    typed, place = "", 0
    while place < len(plain):
        here, after = plain[place], plain[place + 1 : place + 2]
        if here.isalpha() and dice.random() < SLIPS:
            typed += dice.choice((dice.choice(ascii_lowercase), here + dice.choice(ascii_lowercase), "", after + here))
            place += typed.endswith(after + here) and bool(after)
        else:
            typed += here
        place += 1
    return typed
