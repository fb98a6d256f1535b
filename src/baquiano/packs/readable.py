"""How easily a text is read: the Spanish reading ease, and how long the sentences are. Pure arithmetic on letters.

Szigriszt Pazos, "Sistemas predictivos de legilibilidad del mensaje escrito: fórmula de perspicuidad" (thesis, Universidad Complutense de
Madrid, 1993): 206.835 − 62.3 · syllables/words − words/sentences. Read on the INFLESZ scale of Barrio-Cantalejo and others, "Validación
de la Escala INFLESZ para evaluar la legibilidad de los textos dirigidos a pacientes" (Anales del Sistema Sanitario de Navarra, 2008):
from 55 on, most people can read it; from 65 on, quite easily.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

EASIEST = 206.835
_WORD = re.compile(r"[^\W\d_]+")
_END = re.compile(r"[.!?…:;]+(?=[\s»”\")\]]|$)|\n")
_SILENT_H = re.compile(r"(?<=[aeiouáéíóúü])h(?=[aeiouáéíóúü])")  # between vowels it is not heard: "prohi-bir"
_VOWELS = re.compile(r"[aeiouáéíóúü]+")
_STRONG, _STRESSED_WEAK = frozenset("aeoáéó"), frozenset("íú")


def reading_ease(lines: Iterable[str]) -> float:
    """Of a Spanish text; every line ends a sentence. 206.835, the most there is, when nothing in it is a word."""
    text = "\n".join(lines)
    words = _WORD.findall(text)
    if not words:
        return EASIEST
    in_syllables = sum(syllables(word) for word in words)
    return EASIEST - 62.3 * in_syllables / len(words) - len(words) / len(sentences(text))


def words_a_sentence(lines: Iterable[str]) -> float:
    """The mean, in any of our languages; 0 when nothing is a word."""
    found = sentences("\n".join(lines))
    return sum(len(_WORD.findall(sentence)) for sentence in found) / len(found) if found else 0.0


def sentences(text: str) -> list[str]:
    """Up to a full stop, a question or exclamation mark, a colon or a semicolon that a gap follows ("65.000" is no end), or a line's end."""
    return [part for part in _END.split(text) if part and _WORD.search(part)]


def syllables(word: str) -> int:
    """Of a Spanish word, at least one. Two strong vowels, or a stressed weak one beside another vowel, are two syllables (país, ahora).

    Letters are counted, not the places where a printer may break a line: "amigo" has three syllables and one such place.
    """
    plain = _SILENT_H.sub("", unicodedata.normalize("NFC", word.lower()))
    found = 0
    for row in _VOWELS.findall(plain):
        found += 1 + sum(_are_apart(first, second) for first, second in pairwise(row))
    return max(found, 1)


def _are_apart(first: str, second: str) -> bool:
    return {first, second} <= _STRONG or bool(_STRESSED_WEAK & {first, second})
