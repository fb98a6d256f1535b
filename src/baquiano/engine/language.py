"""Which of the five languages a message is in. Never guesses on a word or two: the conversation's language stays."""

from __future__ import annotations

import math
import re
from array import array
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from tempfile import TemporaryFile

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from baquiano.lib.text import fold, squeeze

LANGUAGES = ("es", "en", "pt", "fr", "ht")

READ_AT_MOST = 600
"""Characters that are looked at: a language shows itself early."""

FEW_WORDS = 3
"""Under this many words a message never changes the language of a conversation."""

_WORD = re.compile(r"[^\W\d_]+")

_NAMES = {
    "es": "espanol castellano spanish espagnol espanhol panyol espanyol",
    "en": "english ingles anglais angle inglesa",
    "pt": "portugues portuguese portugais potige brasileiro brasilero",
    "fr": "francais frances french franse",
    "ht": "kreyol creole creol kreol criollo haitiano haitien haitian ayisyen crioulo",
}
_NAMED = {name: language for language, names in _NAMES.items() for name in names.split()}
_AROUND_A_NAME = frozenset(
    "en in em an nan idioma lengua lang langue language por favor please haitiano haitien ayisyen".split()
)

# Words of one language that the others do not have, so that a short or misspelt message is not taken for its neighbour. Written
# without accents. A word that Spanish speakers type as a short form ("pra", "ta", "to", "na") is not here.
_MARKERS = {
    "es": "hola el los las una del al es esta estoy soy hay muy pero porque donde cuando quien cual cuanto puedo quiero tengo "
    "necesito hijo hija hijos mis sus gracias buenas buenos dias tardes noches ayuda papeles permiso trabajo aqui aca y yo "
    "usted tambien ahora hacer sacar tiene tienen hice llegue con sin para que me mi se lo le su nos pueden puede piden dicen ya "
    "q xq pa x tb toy dnd kiero ke si hago les ni sobre hasta desde sino entre cita carnet cedula pasaporte",
    "en": "the is are am i my we they he she what where when how can could do does did have has need want with without and or but "
    "for from this that there here hello hi thanks thank you please help get apply work job child children papers was were been "
    "good morning evening bye great documents permit residence papers work school "
    "will would should if your you me it not dont cant im who which in of to at on any",
    "pt": "nao voce voces eu meu minha meus minhas estou sou tenho preciso quero posso onde quando quanto quem uma um os as do da dos "
    "das pelo pela com sem mas ele ela isso este esse aqui agora filho filha filhos trabalho oi obrigado obrigada bom dia boa "
    "tarde noite tchau visto tirar sendo inscrevo faco quanto custa meus ficar trabalhar morar ajuda documentos fazer tirar fiz cheguei ainda mesmo tambem pra sao esta pode podem foi ja muito qual seu sua",
    "fr": "je le la les des une un du est suis ai avez avec sans pour dans mon ma mes ton votre vous nous ils elle il que qui quoi ou "
    "comment quand combien peux puis faire besoin bonjour bonsoir salut merci enfant enfants travail papiers aide ne pas sur ce cette "
    "cela ca et mais au aux demander veux dois j d l n c qu moi mon si ont sont ca va coute faut cherche",
    "ht": "mwen m ou li nou yo se pa gen genyen ki kijan kote kilè kile konbyen pou nan ak avek men kijan sa te ap pral poko deja anpil "
    "bonjou bonswa mesi tanpri ede bezwen vle ka travay pitit timoun papye lekol lopital paspo fe jwenn ale vin rive isit kounye poukisa "
    "kisa kiyes eske yon nou moun lajan kay peyi madanm mari manman papa an la a dokiman mande ba ban pran pale ayisyen chili kolonbi alo dako orevwa wi non sak pase bondye lakay travay sante",
}
_MARKS = {language: frozenset(fold(words).split()) for language, words in _MARKERS.items()}
_OWN = {
    language: words - frozenset().union(*(_MARKS[other] for other in LANGUAGES if other != language))
    for language, words in _MARKS.items()
}
"""Markers that belong to one language only: each counts fully; shared ones count a little for each of their languages."""

_SHARED_WEIGHT = 0.25
_MARKER_WEIGHT = 2.0
"""Nats of evidence that one marker is worth against the letters' own probability."""

_LETTERS_AT_MOST = 6.0
"""Nats by which the letters alone may prefer one language: their probabilities are far too sure of themselves."""

_HABIT = 1.0
"""Nats in favour of the language the conversation already has (Spanish when it has none)."""


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    """The letters' model with the columns of our languages only, its table of states on the disk: 50 MB less, for ever."""
    whole = LanguageIdentifier.from_model_file(MODEL_FILE)
    whole.set_languages(list(LANGUAGES))
    ours = LanguageIdentifier(
        whole.nb_ptc.copy(),
        whole.nb_pc.copy(),
        list(whole.nb_classes),
        _on_disk(whole.tk_nextmove),
        array("i", whole.tk_output),
        norm_probs=True,
        tk_row=whole.tk_row,
    )
    ours._rowbase = array("I", ours._rowbase)  # the same numbers without an object each: 4 MB
    return ours


def _on_disk(states: array[int]) -> memoryview[int]:
    """The same numbers in a file that is already deleted: only what our languages touch stays in memory."""
    with TemporaryFile() as file:
        states.tofile(file)
        file.flush()
        return memoryview(mmap(file.fileno(), 0, access=ACCESS_READ)).cast("I")


CLEARLY = 6.0
"""Nats by which one language must lead before a message is said not to be in another: as much as the letters alone can say."""

FOREIGN_FEW = 2
"""So many words of a language's own and a message may be in it too, whatever leads: people mix."""


def possible(text: str) -> frozenset[str]:
    """The languages a message may be in, mixed ones included; all of them when it is short or unclear. Never raises."""
    words = _WORD.findall(squeeze(fold(text[:READ_AT_MOST])))
    if len(words) < FEW_WORDS:
        return frozenset(LANGUAGES)
    evidence = _from_words(words)
    for language, value in _from_letters(text[:READ_AT_MOST]).items():
        evidence[language] += value
    leads = max(evidence.values())
    own = {language: sum(word in _OWN[language] for word in words) for language in LANGUAGES}
    return frozenset(
        language for language in LANGUAGES if leads - evidence[language] < CLEARLY or own[language] >= FOREIGN_FEW
    )


def detect(text: str, current: str | None) -> str:
    """The language of a message; `current` is the conversation's, None while there is none.

    A message under three words keeps `current`; without one, a word of one language only ("bonjou", "thanks") decides,
    else Spanish. Never raises, whatever the text.
    """
    words = _WORD.findall(squeeze(fold(text[:READ_AT_MOST])))
    if len(words) < FEW_WORDS and current in LANGUAGES:
        return str(current)
    evidence = _from_words(words)
    if len(words) < FEW_WORDS:
        best = max(LANGUAGES, key=lambda language: evidence[language])
        return best if evidence[best] >= _MARKER_WEIGHT else "es"
    for language, value in _from_letters(text[:READ_AT_MOST]).items():
        evidence[language] += value
    evidence[current if current in LANGUAGES else "es"] += _HABIT
    return max(LANGUAGES, key=lambda language: evidence[language])


def named(text: str) -> str | None:
    """The language whose name is the whole message ("kreyòl", "en español", "English please"); None for anything else."""
    words = _WORD.findall(fold(text[:READ_AT_MOST]))
    languages = {_NAMED[word] for word in words if word in _NAMED}
    only_names = all(word in _NAMED or word in _AROUND_A_NAME for word in words)
    return languages.pop() if len(languages) == 1 and only_names else None


def _from_words(words: list[str]) -> dict[str, float]:
    evidence = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        for language in LANGUAGES:
            if word in _OWN[language]:
                evidence[language] += _MARKER_WEIGHT
            elif word in _MARKS[language]:
                evidence[language] += _MARKER_WEIGHT * _SHARED_WEIGHT
    return evidence


def _from_letters(text: str) -> dict[str, float]:
    """Log-probabilities by the letters, none further than a bound from the best."""
    ranked = dict(_identifier().rank(text.lower()))
    logs = {language: math.log(max(float(ranked.get(language, 0.0)), 1e-9)) for language in LANGUAGES}
    best = max(logs.values())
    return {language: max(value - best, -_LETTERS_AT_MOST) for language, value in logs.items()}
