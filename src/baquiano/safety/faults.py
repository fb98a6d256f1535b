"""What a danger text must never be, looked at as it is said on the worst day: every number old, each with the day it was confirmed.

Asked by the check of packs and by whoever proposes other words here. Pure: values in, faults out. It judges no tone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.engine.danger import Danger
from baquiano.lib.text import fold
from baquiano.safety.said import Around, Line, numbers_said

GLANCE = 40
"""What a locked screen shows."""
SOME_DAY = date(2000, 9, 28)  # as long as any, and nowhere shown
HAND_WRITTEN = (
    "72",
)  # hours within which urgent care helps most after sexual violence; every other figure is a number's


class Rule(StrEnum):
    LONG = "is longer than a danger text may be, with its numbers and their days"
    GLANCE = "shows on a locked screen what it is about"
    LINK = "holds a link"
    MENU = "holds a menu or a figure written by hand"
    ASKS = "asks for a document, a photo or the place"
    CHILD_ASKED = "asks a child something"
    NO_NUMBER = "gives no number"
    OTHER_KIND = "gives a number that is not for this kind of danger"
    ABROAD = "gives a number of another country"
    POLICE_UNNAMED = "gives a line of the police without saying so"
    POLICE_FIRST = "gives a line of the police before any other way"
    COUNTRIES = "does not name each country served, with its number"
    ELSEWHERE = "does not say what to do in another country"
    TOLD = "says that somebody was told"


WORDS: dict[Rule, Promise] = {
    Rule.LONG: _("With its numbers and their days it is too long. Leave something out."),
    Rule.GLANCE: _("Its beginning shows on a locked screen what it is about. Begin with something that anybody could read."),
    Rule.LINK: _("It holds a link. Whoever is in danger should not have to open anything."),
    Rule.MENU: _("It holds a menu, a second paragraph, or a figure written by hand."),
    Rule.ASKS: _("It asks for a document, a photo or the place. Nobody in danger is asked for those."),
    Rule.CHILD_ASKED: _("It asks a child something. A child is not questioned."),
    Rule.NO_NUMBER: _("It gives no number. Write {numbers} once, where the numbers go."),
    Rule.OTHER_KIND: _("It gives a number that is not for this kind of danger."),
    Rule.ABROAD: _("It gives a number of another country."),
    Rule.POLICE_UNNAMED: _("It gives a line of the police whose name does not say so."),
    Rule.POLICE_FIRST: _("It gives a line of the police before any other way to be safe."),
    Rule.COUNTRIES: _("The country is not known: it must give a number of each country served."),
    Rule.ELSEWHERE: _("The country is not known: it must say what to do in another country."),
    Rule.TOLD: _("It says that somebody was told. The assistant adds that, when it is true."),
}  # fmt: skip
"""For whoever proposes a text here."""


@dataclass(frozen=True)
class Fault:
    rule: Rule
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.detail}" if self.detail else str(self.rule)


@dataclass(frozen=True)
class Offered:
    """A danger text as somebody offers it. `country` empty: not known. `kinds`: beside each of `lines`, the dangers it is for."""

    kind: str
    language: str
    country: str
    text: str  # holds {numbers}
    lines: tuple[Line, ...]
    kinds: tuple[tuple[str, ...], ...]


def faults(offered: Offered, around: Around, generals: Mapping[str, Line]) -> list[Fault]:
    """`generals`: by country, the number that is added once another one is old. `around.countries`: those served."""
    return [
        *_length(offered, around, generals),
        *_glance(offered, around),
        *_words(offered),
        *_numbers(offered),
        *_police(offered),
        *(_unknown_country(offered, around) if not offered.country else ()),
    ]


def worst(offered: Offered, around: Around, generals: Mapping[str, Line]) -> str:
    """With every number old and named, in the shortest way that still says every name."""
    lines = [replace(line, confirmed_on=SOME_DAY) for line in offered.lines]
    given = {line.number for line in lines}
    for country in dict.fromkeys(line.country for line in lines):
        if country in generals and generals[country].number not in given:
            lines.append(replace(generals[country], confirmed_on=SOME_DAY))
    _exact, with_names, *_shorter = (*numbers_said(lines, around), "")
    return offered.text.replace("{numbers}", with_names)


def _length(offered: Offered, around: Around, generals: Mapping[str, Line]) -> Iterator[Fault]:
    length = max(
        len(worst(offered, around, generals)) if offered.lines else 0,
        len(offered.text.replace("{numbers}", around.call_local)),
    )
    if length > around.room:
        yield Fault(Rule.LONG, f"{length}, at most {around.room}")


def _glance(offered: Offered, around: Around) -> Iterator[Fault]:
    numbers = next(iter(numbers_said(offered.lines, around)))
    seen = fold(offered.text.replace("{numbers}", numbers)[:GLANCE])
    told = re.search(_BETRAYS, seen)
    if told:
        yield Fault(Rule.GLANCE, told[0].strip())
    elif re.search(r"\d", offered.text.replace("{numbers}", "")[:GLANCE]) or "{numbers}" in offered.text[:GLANCE]:
        yield Fault(Rule.GLANCE, "a number")


def _words(offered: Offered) -> Iterator[Fault]:
    text = fold(offered.text)
    link = re.search(r"https?:|www\.|\b\w+\.(?:com|org|net|gov|gob|cl|co|int)\b", text)
    if link:
        yield Fault(Rule.LINK, link[0])
    figures = [figure for figure in re.findall(r"\d+", text) if figure not in HAND_WRITTEN]
    if figures or "\n" in offered.text.strip() or re.search(r"\bmenu\b", text):
        yield Fault(Rule.MENU, ", ".join(figures))
    told = re.search(_TOLD[offered.language], text)
    if told:
        yield Fault(Rule.TOLD, told[0])
    yield from _questions(offered)


def _questions(offered: Offered) -> Iterator[Fault]:
    asked = re.findall(r"[^.!?¿]*\?", fold(offered.text))
    if asked and offered.kind == Danger.CHILD:
        yield Fault(Rule.CHILD_ASKED)
    for question in asked:
        found = re.search(_ASKED_FOR, question)
        if found or not re.search(_SAFE[offered.language], question):
            yield Fault(Rule.ASKS, question.strip())
    wanted = re.search(_WANTED, fold(offered.text))
    if wanted:
        yield Fault(Rule.ASKS, wanted[0])


def _numbers(offered: Offered) -> Iterator[Fault]:
    if offered.text.count("{numbers}") != 1 or not offered.lines:
        yield Fault(Rule.NO_NUMBER)
    for line, kinds in zip(offered.lines, offered.kinds, strict=True):
        if offered.kind not in kinds:
            yield Fault(Rule.OTHER_KIND, line.number)
        if offered.country and line.country != offered.country:
            yield Fault(Rule.ABROAD, line.number)


def _police(offered: Offered) -> Iterator[Fault]:
    police = [line for line in offered.lines if line.is_police]
    for line in police:
        if not re.search(r"polic|lapolis|polis\b", fold(line.name)):
            yield Fault(Rule.POLICE_UNNAMED, line.number)
    before = fold(offered.text.split("{numbers}")[0])
    if police and not re.search(_ANOTHER_WAY[offered.language], before):
        yield Fault(Rule.POLICE_FIRST, police[0].number)


def _unknown_country(offered: Offered, around: Around) -> Iterator[Fault]:
    missing = [country for country in around.countries or {} if country not in {line.country for line in offered.lines}]
    if missing:
        yield Fault(Rule.COUNTRIES, ", ".join(missing))
    after = fold(offered.text).split("{numbers}")[-1]
    said = re.search(_ELSEWHERE[offered.language], after)
    if not said or "?" in after[said.start() :]:
        yield Fault(Rule.ELSEWHERE)


# Beginnings of folded words. The dangers themselves, in five languages, and what the organisation is about.
_BETRAYS = r"\b(?:{})".format(
    "|".join(
        (
            "violen|vyolan|abus|maltrat|agres|golpe|pega(?:r|ndo)|kadejak|vyol|viol|rape|assault|sex|"
            "suici|suisid|muert|morir|matar|mata\\b|kill|death|die\\b|dead|tuer|mort|mouri|touye|"
            "polic|lapolis|polis|carabiner|pdi\\b|deten|detain|arrest|arete|deport|expul|"
            "secuest|encerr|trata\\b|trafic|traffick|traite|kidnap|"
            "danger|peligr|perig|danje|ambulan|anbilans|hospital|lopital|"
            "denunc|plent|plainte|complain|queja|queixa|culpa|fault|faute|fot ou|"
            "migra|refug|asil|azil|asyl|exil|hiv|vih|sida|humanitari|ong\\b|embarazo|pregnan|"
            "hacerte dano|hurting yourself|se machucar|faire du mal|fe tet"
        ).split("|")
    )
)
_TOLD = {
    "es": r"\bya avis|\bavisamos\b|\bavise a\b|\bestamos avisando",
    "en": r"\bhave (?:told|alerted)\b|\bwe told\b|\bis on (?:the|their) way\b",
    "pt": r"\bavisei\b|\bavisamos\b|\bja foi avisad",
    "fr": r"\b(?:ai|avons) prevenu\b|\best prevenue?\b",
    "ht": r"\b(?:mwen|nou) (?:gentan )?aveti\b",
}
_SAFE = {
    "es": r"\ba salvo\b|\blugar seguro\b",
    "en": r"\bsafe\b",
    "pt": r"\ba salvo\b|\bseguranca\b|\blugar seguro\b",
    "fr": r"\ba l'abri\b|\bsecurite\b|\blieu sur\b",
    "ht": r"\ban sekirite\b",
}
"""The one thing that may be asked."""
_ASKED_FOR = (
    r"\b(?:document|papel|paper|papye|pasaporte|passport|cedula|rut\b|foto|photo|picture|ou vives|donde|onde|where|"
    r"direccion|address|endereco|adresse|adres\b|ubicacion|location|ki kote|non ou|nombre|name\b|nom\b|edad|age\b|idade)"
)
_WANTED = (
    r"\b(?:envia|envie|manda|mande|mandanos|comparte|comparta|dinos|digame|send|share|tell us|envoyez|partagez|dites-nous|"
    r"voye|di nou) (?:\w+ ){0,3}(?:document|papel|papier|papye|foto|photo|picture|donde|onde|where|ou vous|ki kote|"
    r"direccion|address|ubicacion|location)"
)
_ANOTHER_WAY = {
    "es": r"\bgente\b|\bde confianza\b|\bhospital\b|\bcolegio\b",
    "en": r"\bpeople\b|\byou trust\b|\bhospital\b|\bschool\b",
    "pt": r"\bgente\b|\bde confianca\b|\bhospital\b|\bescola\b",
    "fr": r"\bdu monde\b|\bde confiance\b|\bproche\b|\bhopital\b|\becole\b",
    "ht": r"\bki gen moun\b|\bfe konfyans\b|\blopital\b|\blekol\b",
}
_ELSEWHERE = {
    "es": r"si est(?:as|a) en otro pais, llam[ae] al numero de emergencias de ese pais",
    "en": r"in another country, call the emergency number of that country",
    "pt": r"em outro pais, ligue para o numero de emergencia desse pais",
    "fr": r"dans un autre pays, appelez le numero d'urgence de ce pays",
    "ht": r"nan yon lot peyi, rele nimewo ijans peyi sa a",
}
