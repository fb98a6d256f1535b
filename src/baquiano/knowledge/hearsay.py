"""Whether somebody asks if something is true, and which of the rumours we have checked it is. Precision first: in doubt, none.

The likeness is that of `search.lexical.Nearest`: the rare words that two messages share. What people ask about our topics stands beside the
rumours, so that it knows which words are rare, and so that a question about a topic is nearer to its topic.
"""

import re
import threading
from dataclasses import dataclass

import numpy as np

from baquiano.knowledge import shelf
from baquiano.knowledge.search.lexical import Nearest, with_pairs
from baquiano.knowledge.shelf import Shelf
from baquiano.lib.text import fold

ALIKE = 0.46
"""The least likeness (cosine), chosen on tests/knowledge/test_hearsay.py: above every statement there that is another one (0.45)."""

LETTERS = 5  # of a word that are compared: "cobran", "cobrar", "cobraron"
_WORD = re.compile(r"[^\W_]+")

_BEFORE = (
    # Spanish
    r"(?:sera|es|seria) (?:verdad|cierto|real)(?: eso)?(?: de)? (?:que|q|ke|k|lo de|lo del)",
    r"(?:me|nos|le) (?:dijeron|han dicho|contaron|comentaron|dijo|conto|comento|dicen)(?: \w+){0,3}? (?:que|q|ke|k)",
    r"(?:dicen|andan diciendo|anda diciendo|se dice|se comenta|corre el rumor|hay un rumor|hay rumores)(?: \w+){0,3}? (?:que|q|ke|k)",
    r"(?:escuche|oi|lei|supe)(?: \w+){0,3}? (?:que|q|ke|k)",
    # English
    r"is it (?:true|right|real)(?: that)?",
    r"(?:i (?:was told|heard|read)|they (?:say|told me)|people say|someone told me|somebody told me)(?: that)?",
    # Portuguese
    r"(?:e|sera) verdade que",
    r"(?:me disseram|ouvi dizer|ouvi|dizem|falaram|me falaram) que",
    # French
    r"(?:est ce(?: que c est)?|c est) vrai qu?e?",
    r"(?:on m a dit|j ai entendu(?: dire)?|il parait|on dit|on raconte) qu?e?",
    # Haitian Creole
    r"(?:eske )?(?:se|li) (?:vre|verite)(?: ke)?",
    r"(?:yo di(?: m| mwen)?|yon moun di(?: m| mwen)|(?:m|mwen) tande(?: yo di)?)(?: ke)?",
)
_AFTER = (
    r"(?:eso )?(?:sera|es) (?:verdad|cierto)(?: eso| o no| o mentira)?",
    r"is (?:it|that|this) true",
    r"(?:isso )?e verdade",
    r"(?:c est|est ce(?: que c est)?) vrai",
    r"(?:eske )?(?:se|li) (?:vre|verite)",
)
_ASKS_FIRST = re.compile(rf"\b(?:{'|'.join(_BEFORE)}) (?P<said>.+)$")
_ASKS_LAST = re.compile(rf"^(?P<said>.+?) (?:{'|'.join(_AFTER)})$")


def asked_about(text: str) -> str:
    """What somebody asks to be true or not, folded and without the asking; empty when nobody asks that."""
    plain = " ".join(_WORD.findall(fold(text)))
    found = _ASKS_LAST.search(plain) or _ASKS_FIRST.search(plain)
    return found["said"] if found else ""


@dataclass(frozen=True)
class _Ear:
    """What was built from one shelf. `rumours`: the ids, in the order of the messages; 0 is a question about a topic."""

    number: int
    nearest: Nearest
    rumours: tuple[int, ...]


_lock = threading.Lock()
_built: list[_Ear] = []


def rumour_meant(text: str, *, country: str) -> int | None:
    """The id of the rumour, answered and not expired, that somebody asks about; None: none of them, or nobody asks."""
    now = shelf.current()
    said = asked_about(text)
    if not said or not now.rumours_in(country):
        return None
    ear = _ear(now)
    cosines = ear.nearest.cosines(_terms(said))
    here = {rumour.id for rumour in now.rumours_in(country)}
    is_here = np.fromiter((rumour in here for rumour in ear.rumours), np.bool_, len(ear.rumours))
    best = int(np.where(is_here, cosines, -1).argmax())
    return ear.rumours[best] if is_here[best] and cosines[best] >= ALIKE else None


def _ear(now: Shelf) -> _Ear:
    if not _built or _built[0].number != now.number:
        with _lock:
            if not _built or _built[0].number != now.number:
                _built[:] = [_listen(now)]
    return _built[0]


def _listen(now: Shelf) -> _Ear:
    asked = [text for by_language in now.examples.values() for texts in by_language.values() for text in texts]
    told = [(rumour.id, words) for rumour in now.rumours.values() for words in (rumour.heard, *rumour.examples)]
    messages = [*map(_terms, asked), *(_terms(asked_about(words) or words) for _, words in told)]
    rumours = (*(0 for _ in asked), *(number for number, _ in told))
    return _Ear(now.number, Nearest(messages, range(len(messages)), count=len(messages)), rumours)


def _terms(text: str) -> list[str]:
    return with_pairs([word[:LETTERS] for word in _WORD.findall(fold(text))])
