"""How many SMS a text is. Plain arithmetic, no network.

3GPP TS 23.038, section 6.2.1: the 7-bit alphabet and its extension table, whose characters take two septets.
3GPP TS 23.040, section 9.2.3.24.1: parts of a long message lose 6 octets to a header: 153 septets or 67 UCS-2 units remain.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from baquiano.channels.splitting import units

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM_ALONE, GSM_PART = 160, 153
UCS2_ALONE, UCS2_PART = 70, 67


@dataclass(frozen=True)
class Segments:
    """`length` in septets or in UTF-16 units; `outside`: the characters that make the message twice as dear."""

    alphabet: Literal["GSM-7", "UCS-2"]
    length: int
    count: int
    outside: str


def segments(text: str) -> Segments:
    outside = "".join(sorted(set(text) - _BASIC - _EXTENDED))
    if outside:
        length = units(text)
        return Segments("UCS-2", length, _parts(_widths(text), UCS2_ALONE, UCS2_PART), outside)
    widths = [2 if character in _EXTENDED else 1 for character in text]
    return Segments("GSM-7", sum(widths), _parts(widths, GSM_ALONE, GSM_PART), "")


def _widths(text: str) -> list[int]:
    return [units(character) for character in text]


def _parts(widths: list[int], alone: int, part: int) -> int:
    """A character of two units is never cut in half: it begins the next part."""
    if sum(widths) <= alone:
        return 1 if widths else 0
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts


_PLAIN = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "…": "...", "·": "-", "•": "-", "\u00a0": " "})  # fmt: skip


def transliterated(text: str) -> str:
    """The text without the accents and signs that make it dearer ("aquí" → "aqui"), if that saves a message; otherwise as it was.

    Only letters that the 7-bit alphabet lacks are touched: ñ, ü, é, à stay.
    """
    plain = "".join(
        character if character in _BASIC else _without_accent(character) for character in text.translate(_PLAIN)
    )
    return plain if segments(plain).count < segments(text).count else text


def _without_accent(character: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part))
    return bare if bare and all(part in _BASIC for part in bare) else character
