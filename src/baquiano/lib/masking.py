"""Takes out of a text what could lead to a person: e-mail addresses, links, numbers, names. What is left still says what was asked.

Names are found by what stands before them ("me llamo", "mwen rele") and by a capital letter inside a sentence. A name typed in small
letters with nothing before it is not found: what is masked is less personal, not anonymous.
"""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from baquiano.lib.text import fold

NUMBER, MAIL, LINK, NAME = "[#]", "[@]", "[//]", "[…]"
MARKS = (NUMBER, MAIL, LINK, NAME)

LONGEST_NAME = 5
"""Words after "me llamo" that can belong to the name."""

SHOUTED = 0.6
"""Share of capitals from which a text is written in capitals: then they say nothing."""

_MAIL = re.compile(r"\S*@\S*?(?=[.,;:!?)]*(?:\s|$))")
_LINK = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w.])\w[\w-]*(?:\.[\w-]+)*\.(?:com|org|net|info|gov|gob|edu|app|link|page|online|site|me|ly|co|cl|ve|pe|ec|br|ht|fr|us)\b(?:/\S*)?",
    re.IGNORECASE,
)
# Telephone, document, date: four digits, however they are parted, with the letters that stand against them ("V-12.345.678").
_NUMBER = re.compile(r"(?:\b[A-Za-z]{1,3}-?|\+)?\d(?:[ \t\u00a0.,\-–/()]{0,2}\d){3,}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BEGINS = re.compile(r"(?:^|[.!?¡¿:;\n])[\s\"'«»“”(¡¿*-]*$")
_GLUE = re.compile(r"[ \t\u00a0]+")
_AFTER_TOLD = re.compile(r"[ \t\u00a0]*[:,]?[ \t\u00a0]+")

# After these a name follows, whatever it looks like; folded.
_TOLD = tuple(
    tuple(phrase.split())
    for phrase in (
        "me llamo;mi nombre es;me llaman;se llama;se llaman;a nombre de;su nombre es;my name is;her name is;his name is;my name's;"
        "meu nome e;me chamo;chamo-me;se chama;o nome dele e;o nome dela e;je m'appelle;mon nom est;il s'appelle;elle s'appelle;"
        "mwen rele;m rele;non mwen se;non m se;yo rele m;li rele;don;dona;senor;senora;senorita;sr;sra;mr;mrs;madame;monsieur"
    ).split(";")
)
# After these a name may follow: only words that nobody here uses are taken for one.
_MAYBE = tuple(
    tuple(phrase.split())
    for phrase in "soy;yo soy;somos;i am;i'm;this is;eu sou;sou;je suis;mwen se;m se;se mwen;habla con".split(";")
)
_PARTICLES = frozenset("de del la las los da do das dos di du van von".split())
_BETWEEN = _PARTICLES | frozenset("y e et ak".split())


def mask(text: str, known: Container[str]) -> str:
    """The text with a mark for each thing taken out. `known`: folded words and phrases that are no names (places, offices, our own words).

    Masking what is masked changes nothing.
    """
    masked = _once(text, known)
    while masked != text:
        text, masked = masked, _once(masked, known)
    return masked


def without_marks(text: str) -> str:
    """What a masked text says, for somebody who goes on writing it."""
    for mark in MARKS:
        text = text.replace(mark, " ")
    return " ".join(text.split())


def _once(text: str, known: Container[str]) -> str:
    for pattern, mark in ((_MAIL, MAIL), (_LINK, LINK), (_NUMBER, NUMBER)):
        text = pattern.sub(mark, text)
    return _without_names(text, known)


@dataclass(frozen=True)
class _Word:
    """One word and where it stands. `is_glued`: only blanks are between it and the word before."""

    start: int
    end: int
    typed: str
    folded: str
    is_first: bool
    is_glued: bool

    @property
    def is_capital(self) -> bool:
        return self.typed[0].isupper()


def _without_names(text: str, known: Container[str]) -> str:
    words = _words(text)
    hidden = set(_told(text, words, known))
    if not _is_shouted(text):
        hidden |= set(_capitals(words, known))
    parts, end = [], 0
    for run in _runs(sorted(hidden), words):
        parts += [text[end : words[run[0]].start], NAME]
        end = words[run[-1]].end
    return "".join((*parts, text[end:]))


def _words(text: str) -> list[_Word]:
    found: list[_Word] = []
    for match in _WORD.finditer(text):
        before = text[found[-1].end : match.start()] if found else ""
        is_first = (
            bool(_BEGINS.search(text[max(match.start() - 20, 0) : match.start()])) or not text[: match.start()].strip()
        )
        typed = match.group()
        folded = fold(typed.replace("’", "'"))
        found.append(_Word(match.start(), match.end(), typed, folded, is_first, bool(_GLUE.fullmatch(before))))
    return found


def _told(text: str, words: Sequence[_Word], known: Container[str]) -> Iterator[int]:
    """Places of the words that follow "me llamo" and the like."""
    for place in range(len(words)):
        for phrases, is_sure in ((_TOLD, True), (_MAYBE, False)):
            if any(_ends_with(words, place, phrase) for phrase in phrases):
                yield from _name_after(text, words, place, known, is_sure=is_sure)


def _ends_with(words: Sequence[_Word], place: int, phrase: Sequence[str]) -> bool:
    said = words[max(place + 1 - len(phrase), 0) : place + 1]
    return [word.folded for word in said] == list(phrase) and all(word.is_glued for word in said[1:])


def _name_after(
    text: str, words: Sequence[_Word], place: int, known: Container[str], *, is_sure: bool
) -> Iterator[int]:
    following = words[place + 1 : place + 1 + LONGEST_NAME]
    if not following or not _AFTER_TOLD.fullmatch(text[words[place].end : following[0].start]):
        return
    case_tells = is_sure and not _is_shouted(text)
    waiting: list[int] = []  # "de la": part of the name when more of it follows
    for number, word in enumerate(following, start=place + 1):
        if number > place + 1 and not word.is_glued:
            return
        if word.folded in _PARTICLES and number > place + 1:
            waiting.append(number)
            continue
        is_first = is_sure and number == place + 1
        if not (is_first or _is_strange(word, known) or (case_tells and word.is_capital)):
            return
        yield from (*waiting, number)
        waiting = []


def _is_strange(word: _Word, known: Container[str]) -> bool:
    return word.folded not in known and word.folded not in _BETWEEN


def _capitals(words: Sequence[_Word], known: Container[str]) -> Iterator[int]:
    """Places of capitalised words inside sentences that are neither a place nor an office."""
    for run in _runs([number for number, word in enumerate(words) if word.is_capital], words, across=_BETWEEN):
        rest = run
        if words[run[0]].is_first and (len(run) == 1 or words[run[0]].folded in known):
            rest = run[1:]
        if rest and not _is_known([words[number] for number in rest], known):
            yield from rest


def _is_known(run: Sequence[_Word], known: Container[str]) -> bool:
    if " ".join(word.folded for word in run) in known:
        return True
    return all(word.folded in known for word in run if word.folded not in _BETWEEN)


def _runs(places: Sequence[int], words: Sequence[_Word], across: Container[str] = ()) -> Iterator[list[int]]:
    """Neighbours together; small words of `across` between two of them belong to the run."""
    run: list[int] = []
    for place in places:
        between = list(range(run[-1] + 1, place)) if run else []
        joined = all(words[number].is_glued for number in (*between, place)) and not words[place].is_first
        if run and joined and all(words[number].folded in across for number in between):
            run += [*between, place]
            continue
        if run:
            yield run
        run = [place]
    if run:
        yield run


def _is_shouted(text: str) -> bool:
    bare = text
    for mark in MARKS:
        bare = bare.replace(mark, "")
    letters = [letter.isupper() for letter in bare if letter.isalpha()]
    return bool(letters) and sum(letters) / len(letters) > SHOUTED
