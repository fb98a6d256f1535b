"""Letters and words as people type them: accents, doubled letters, typewriter variants. No language is known here."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_TRIPLED = re.compile(r"(\w)\1{2,}")


def fold(text: str) -> str:
    """Lower case, no accents (ñ becomes n), NFKC, single spaces: how two spellings of one word are compared."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).lower())
    return _SPACES.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def squeeze(text: str) -> str:
    """Three or more of one letter become one ("holaaaa" → "hola"); real doubles ("llamar", "correo") stay."""
    return _TRIPLED.sub(r"\1", text)


def clip(text: str, units: int) -> str:
    """At most `units` (≥ 1) UTF-16 code units, as Meta counts; never cuts a character in two. A cut text ends in "…"."""
    used, end = 0, 0
    for position, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > units:
            return text[:end].rstrip() + "…"
        if used < units:
            end = position + 1
    return text
