"""How people really type, in the five languages, brought to one spelling: only for comparing a text with the phrase rules.

Rules and texts pass through the same functions, so a rule is written in plain words and still meets "kiero", "enbarasada",
"jsuis" or "mouin". What comes out is not for reading: it is a row of words and the pauses between them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from baquiano.lib.text import fold, squeeze

LANGUAGES = ("es", "en", "pt", "fr", "ht")

LAUGH = "jaja"
"""Every laugh, written or drawn, becomes this one word, so that a rule can say "unless they laugh"."""

_LAUGHING_FACES = re.compile("[😀😁😂😃😄😅😆😉😊😋😎😛😜😝😹🙃🙈🤣🤪]+")
_LAUGHTER = re.compile(
    r"\b(?:(?:ja){2,}j?|(?:je){2,}|(?:ji){2,}|(?:ha){2,}h?|(?:he){2,}|(?:hi){2,}|(?:rs){2,}|k{3,}|lo+l|mdr+|xd+)\b"
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufe0f*_~]")
_SPELLED_OUT = re.compile(r"(?<!\w)(?:[a-z][ .\-]){3,}[a-z](?!\w)")
_NUMBER_INSIDE = re.compile(r"(?<![a-z0-9])[a-z]+(?:[0-9@$][a-z0-9@$]*)(?![a-z0-9])")
_AT_SIGN = re.compile(r"(?<=[a-z])@")
_DIGIT_LETTERS = str.maketrans("0134578@$", "oieastbas")
_WORDS = re.compile(r"[^\W_]+|\.{2,}|…|[.!?;]+|[^\w\s]")


class Pause(IntEnum):
    """What stands before a word: nothing, a comma (or the like), the end of a sentence."""

    NONE = 0
    SOFT = 1
    HARD = 2


@dataclass(frozen=True, slots=True)
class Words:
    """A text as one language spells it: `pauses[i]` stands before `words[i]`; both have the same length."""

    words: tuple[str, ...]
    pauses: tuple[Pause, ...]


def tidy(text: str) -> str:
    """The part that is the same for every language: accents, case, repeated letters, laughs, digits used as letters."""
    plain = _LAUGHTER.sub(LAUGH, fold(_LAUGHING_FACES.sub(f" {LAUGH} ", text.replace("’", "'").replace("`", "'"))))
    plain = squeeze(_INVISIBLE.sub("", plain))
    plain = _SPELLED_OUT.sub(lambda found: re.sub(r"[ .\-]", "", found.group()), plain)
    plain = _NUMBER_INSIDE.sub(lambda found: found.group().translate(_DIGIT_LETTERS), plain)
    return _AT_SIGN.sub("a", plain)


def spell(tidied: str, language: str) -> Words:
    """A text that passed `tidy`, as `language` spells it. Raises KeyError for a language nobody taught us."""
    spelling, short_forms = _SPELLINGS[language]
    words: list[str] = []
    pauses: list[Pause] = []
    pause = Pause.NONE
    for token in _WORDS.findall(spelling(tidied)):
        if not token[0].isalnum():
            pause = max(pause, Pause.HARD if token[0] in ".!?;" and not token.startswith("..") else Pause.SOFT)
            continue
        for word in short_forms.get(token, (token,)):
            words.append(word)
            pauses.append(pause)
            pause = Pause.NONE
    return Words(tuple(words), tuple(pauses))


def _in_order(*steps: tuple[str, str]) -> Callable[[str], str]:
    compiled = [(re.compile(pattern), replacement) for pattern, replacement in steps]

    def respell(text: str) -> str:
        for pattern, replacement in compiled:
            text = pattern.sub(replacement, text)
        return text

    return respell


_DOUBLES = (r"([a-z])\1+", r"\1")

_SPANISH = _in_order(
    (r"[cs]h", "ç"),  # accents are gone by now, so ç is free to stand for the sound of "ch"
    (r"h|'", ""),
    (r"g(?=[ei])", "j"),
    (r"gu(?=[ei])", "g"),
    (r"qu(?=[ei])|q|c(?![ei])", "k"),
    (r"[cz]", "s"),
    (r"v", "b"),
    (r"ll|y", "i"),
    (r"n(?=[bp])", "m"),
    (r"ado\b", "ao"),
    _DOUBLES,
)
_PORTUGUESE = _in_order(
    (r"ch", "x"),
    (r"ph", "f"),
    (r"h|'", ""),
    (r"qu(?=[ei])|q|c(?![ei])", "k"),
    (r"[cz]", "s"),
    (r"y", "i"),
    (r"n(?=[bp])", "m"),
    _DOUBLES,
)
_ENGLISH = _in_order((r"'", ""), _DOUBLES)
_FRENCH = _in_order(
    (r"'", " "),
    (r"qu", "k"),
    _DOUBLES,
    (r"(?<=[a-z]{3})(?:ees|ee|es|er|ez|ent|e|s|x|t)\b", ""),  # frappe, frappé, frappée, frapper, frappez: one sound
)
_CREOLE = _in_order(
    (r"'", " "),
    (r"qu", "k"),
    (r"\bc(?=[ei])", "s"),
    (r"c(?!h)", "k"),
    (r"oua", "wa"),
    _DOUBLES,
)


def _short_forms(spelling: Callable[[str], str], forms: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {spelling(short): tuple(spelling(full).split()) for short, full in forms.items()}


_SPANISH_SHORT = {
    "q": "que", "k": "que", "ke": "que", "xq": "porque", "pq": "porque", "porq": "porque", "xke": "porque", "x": "por",
    "m": "me", "d": "de", "t": "te", "l": "le", "s": "se", "tb": "tambien", "tmb": "tambien", "tbn": "tambien",
    "toy": "estoy", "stoy": "estoy", "ta": "esta", "tan": "estan", "tamos": "estamos", "pa": "para", "pal": "para el",
    "bb": "bebe", "kro": "quiero", "qro": "quiero", "kieren": "quieren", "aki": "aqui",
    "aca": "aqui", "ayda": "ayuda", "aiuda": "ayuda", "alludenme": "ayudenme", "hize": "hice", "i": "y", "sta": "esta",
    "na": "nada", "to": "todo", "hrs": "horas", "dnd": "donde", "dond": "donde",
    "ahorita": "ahora", "orita": "ahora", "aora": "ahora", "haora": "ahora", "muxo": "mucho", "msj": "mensaje",
    "mija": "hija", "mijo": "hijo", "chamo": "niño", "chama": "niña", "chamito": "niño", "chamita": "niña",
    "carajito": "niño", "carajita": "niña", "guagua": "niño", "pelao": "niño", "pelado": "niño", "pelada": "niña",
}  # fmt: skip
_PORTUGUESE_SHORT = {
    "q": "que", "k": "que", "vc": "voce", "vcs": "voces", "n": "nao", "naum": "nao", "nao": "nao", "num": "nao",
    "to": "estou", "tou": "estou", "ta": "esta", "tao": "estao", "tamo": "estamos", "tava": "estava", "pra": "para",
    "pro": "para o", "pras": "para as", "mt": "muito", "mto": "muito", "tb": "tambem", "tbm": "tambem", "hj": "hoje",
    "agr": "agora", "msm": "mesmo", "blz": "beleza", "bb": "bebe", "nenem": "bebe", "cmg": "comigo", "ngm": "ninguem",
    "td": "tudo", "pq": "porque", "eh": "e", "qro": "quero", "kero": "quero",
}  # fmt: skip
_ENGLISH_SHORT = {
    "u": "you", "r": "are", "ur": "your", "im": "i am", "ive": "i have",
    "hes": "he is", "shes": "she is", "theyre": "they are", "wanna": "want to", "gonna": "going to",
    "rn": "right now", "pls": "please", "plz": "please", "cannot": "cant", "dont": "do not", "doesnt": "does not",
    "didnt": "did not", "wont": "will not", "isnt": "is not", "cant": "can not", "havent": "have not",
    "hasnt": "has not", "aint": "is not", "tonite": "tonight", "2nite": "tonight", "2day": "today", "tmrw": "tomorrow",
    "ppl": "people", "dnt": "do not", "wnt": "want", "whats": "what is", "theres": "there is", "someones": "someone is",
    "wasnt": "was not", "arent": "are not", "couldnt": "could not", "kms": "kill myself",
}  # fmt: skip
_FRENCH_SHORT = {
    "pa": "pas", "jveux": "je veux", "jveu": "je veux", "jvais": "je vais", "jv": "je vais", "jsuis": "je suis",
    "chui": "je suis", "chuis": "je suis", "jai": "j ai", "jme": "je me", "c": "c est", "ya": "il y a", "ki": "qui",
    "ke": "que", "koi": "quoi", "kelkun": "quelqu un", "mnt": "maintenant", "mtn": "maintenant", "svp": "s il vous plait",
    "bb": "bebe", "ds": "dans", "dsl": "desole", "jpeux": "je peux", "jpeu": "je peux", "ns": "nous",
    "vs": "vous", "auj": "aujourd hui", "2main": "demain", "jen": "j en", "pr": "pour", "avc": "avec",
}  # fmt: skip
_CREOLE_SHORT = {
    "mwen": "m", "mouin": "m", "mwin": "m", "moin": "m", "mwenn": "m", "li": "l", "lap": "l ap", "map": "m ap",
    "mwap": "m ap", "yap": "yo ap", "y": "yo", "nap": "n ap", "nou": "n", "ou": "w", "wap": "w ap", "poum": "pou m",
    "poul": "pou l", "kem": "ke m", "tuye": "touye", "tchouye": "touye", "pitim": "pitit m",
    "timoun": "pitit", "timoun-yo": "pitit yo", "tibebe": "bebe", "bebe": "bebe", "kounya": "kounye a", "aswe": "aswe a",
    "jodia": "jodi a", "ave": "avek", "passpo": "paspo", "edem": "ede m",
    "vlem": "vle m", "sem": "se m", "papam": "papa m", "manmanm": "manman m", "mpa": "m pa", "mvle": "m vle", "m'pa": "m pa",
}  # fmt: skip

_SPELLINGS: Mapping[str, tuple[Callable[[str], str], Mapping[str, tuple[str, ...]]]] = {
    "es": (_SPANISH, _short_forms(_SPANISH, {fold(k): fold(v) for k, v in _SPANISH_SHORT.items()})),
    "en": (_ENGLISH, _short_forms(_ENGLISH, _ENGLISH_SHORT)),
    "pt": (_PORTUGUESE, _short_forms(_PORTUGUESE, _PORTUGUESE_SHORT)),
    "fr": (_FRENCH, _short_forms(_FRENCH, _FRENCH_SHORT)),
    "ht": (_CREOLE, _short_forms(_CREOLE, _CREOLE_SHORT)),
}
