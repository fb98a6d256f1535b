"""Short codes that people copy by hand or read aloud: no sign that looks like another, never a word, never only digits."""

import re

SIGNS = "CDFGHJKMNPQRTVWXY34679"  # no 0/O, 1/I/L, 2/Z, 5/S, 8/B, and no vowels: no words
LENGTH = 6
_BETWEEN = re.compile(r"[\s.\-_]+")


def is_code(text: str) -> bool:
    """The right length and signs, with a letter and a digit at least: so no word and no number passes for one."""
    return (
        len(text) == LENGTH
        and all(sign in SIGNS for sign in text)
        and any(sign.isdigit() for sign in text)
        and any(sign.isalpha() for sign in text)
    )


def read(text: str) -> str | None:
    """The code that this whole text is, however it was spaced or capitalised. None: it does not look like one.

    What could only be a code with a sign misread ("K7RTO4") comes back too, so that it is counted as a wrong try.
    """
    plain = _BETWEEN.sub("", text.strip().strip("¡!¿?.,;:\"'")).upper()
    if len(plain) != LENGTH or not (plain.isascii() and plain.isalnum()):
        return None
    return plain if any(sign.isdigit() for sign in plain) and any(sign.isalpha() for sign in plain) else None
