"""Cutting a long text into messages: at the end of a paragraph if there is one, and never inside a character.

Lengths are UTF-16 units, the largest way anybody counts: a text that fits so fits however the provider counts.
"""

import re
import unicodedata

_ENDS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?…。؟][\"'»”)]*\s"), re.compile(r"\s"))
_JOINER = "\u200d"


def units(text: str) -> int:
    """How long a text is, in UTF-16 units: most letters are one, most emoji two or more."""
    return len(text) + sum(character > "\uffff" for character in text)


def pieces(text: str, limit: int) -> tuple[str, ...]:
    """The text in order, in pieces of at most `limit` units; only white space at the cuts is lost, none is empty."""
    found = []
    rest = text.strip()
    while units(rest) > limit:
        cut = _cut(rest, _reach(rest, limit))
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return (*found, rest) if rest else tuple(found)


def _reach(text: str, limit: int) -> int:
    """How many characters of a text that is too long fit in `limit` units; always at least one."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return max(place, 1)
    return len(text)


def _cut(text: str, reach: int) -> int:
    """Where to cut within the first `reach` characters: the best kind of end, unless it wastes over half of them."""
    for end in _ENDS:
        # One more character is looked at: white space just after the reach is an end, and it is dropped, not sent.
        places = [found.end() for found in end.finditer(text, 0, reach + 1) if text[: found.end()].strip()]
        usable = [place for place in places if len(text[:place].rstrip()) <= reach]
        if usable and usable[-1] > reach // 2:
            return usable[-1]
    place = reach
    while place > 0 and _is_inside_a_character(text, place):
        place -= 1
    return place or reach  # one character longer than a whole message can only be cut


def _is_inside_a_character(text: str, place: int) -> bool:
    """Whether what a reader sees as one character (an emoji of several parts, a flag, a letter and its accent) spans it."""
    before, after = text[place - 1], text[place]
    if (
        _JOINER in (before, after)
        or unicodedata.category(after).startswith("M")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    ):
        return True
    return _is_flag_letter(before) and _is_flag_letter(after) and _flag_letters_before(text, place) % 2 == 1


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, place: int) -> int:
    start = place
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return place - start
