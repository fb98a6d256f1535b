"""How each language writes figures, dates and units. Everything is folded: no accents, small letters.

The unit of a span is given its Spanish name in every language, so that "15 days" can be compared with "15 días".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_MONTHS = {
    "es": (  # FACTS.md has its corrections in English
        "enero ene january jan",
        "febrero feb february",
        "marzo mar march",
        "abril abr april apr",
        "mayo may",
        "junio jun june",
        "julio jul july",
        "agosto ago august aug",
        "septiembre setiembre sept sep september",
        "octubre oct october",
        "noviembre nov november",
        "diciembre dic december dec",
    ),
    "en": (
        "january jan",
        "february feb",
        "march mar",
        "april apr",
        "may",
        "june jun",
        "july jul",
        "august aug",
        "september sept sep",
        "october oct",
        "november nov",
        "december dec",
    ),
    "pt": (
        "janeiro jan",
        "fevereiro fev",
        "marco mar",
        "abril abr",
        "maio mai",
        "junho jun",
        "julho jul",
        "agosto ago",
        "setembro set",
        "outubro out",
        "novembro nov",
        "dezembro dez",
    ),
    "fr": (
        "janvier janv",
        "fevrier fevr",
        "mars",
        "avril avr",
        "mai",
        "juin",
        "juillet juil",
        "aout",
        "septembre sept",
        "octobre oct",
        "novembre nov",
        "decembre dec",
    ),
    "ht": (
        "janvye janv jan",
        "fevriye fev",
        "mas",
        "avril avr",
        "me",
        "jen",
        "jiye",
        "out",
        "septanm sept",
        "oktob okt",
        "novanm nov",
        "desanm des",
    ),
}
_UNITS = {
    "es": {
        "día": "dia dias day days",
        "mes": "mes meses month months",
        "año": "ano anos year years",
        "hora": "hora horas h hour hours",
        "semana": "semana semanas week weeks",
        "minuto": "minuto minutos minute minutes",
    },
    "en": {
        "día": "day days",
        "mes": "month months",
        "año": "year years",
        "hora": "hour hours",
        "semana": "week weeks",
        "minuto": "minute minutes",
    },
    "pt": {
        "día": "dia dias",
        "mes": "mes meses",
        "año": "ano anos",
        "hora": "hora horas h",
        "semana": "semana semanas",
        "minuto": "minuto minutos",
    },
    "fr": {
        "día": "jour jours",
        "mes": "mois",
        "año": "an ans annee annees",
        "hora": "heure heures h",
        "semana": "semaine semaines",
        "minuto": "minute minutes",
    },
    "ht": {"día": "jou", "mes": "mwa", "año": "ane", "hora": "edtan", "semana": "semen", "minuto": "minit"},
}
_WORTH = {"UF": "uf", "UTM": "utm", "UVT": "uvt"}
_JOINED = {"es": "y o u a or to", "en": "and or to", "pt": "e ou a", "fr": "et ou a", "ht": "ak oswa a rive"}
_IN_WORDS = {  # small numbers that a translation may spell, 2 to 12 and the round ones
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta sesenta noventa",
    "en": "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty sixty ninety",
    "pt": "dois|duas tres quatro cinco seis sete oito nove dez onze doze quinze vinte trinta sessenta noventa",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente soixante quatre-vingt-dix",
    "ht": "de twa kat senk sis set uit nef dis onz douz kenz ven trant swasant katrevendis",
}
_WORTH_IN_WORDS = (*range(2, 13), 15, 20, 30, 60, 90)


_FIGURE = {
    "es": r"\d+(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?",
    "fr": r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?",
}
_ANY_FIGURE = r"\d+(?:[.,]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_THOUSANDS = {"es": re.compile(r"\.(?=\d{3}(?:\D|$))"), "fr": re.compile(r"[., ](?=\d{3}(?:\D|$))")}
_ANY_THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))")
_NTH = r"(?:er|ro|ye|st|nd|rd|th|º|°)?"


@dataclass(frozen=True)
class Tongue:
    """One language's patterns. `months` and `units`: each way of writing one → what it is. `small`: numbers in words → digits."""

    months: Mapping[str, int]
    units: Mapping[str, str]
    small: Mapping[str, str]
    thousands: re.Pattern[str]
    plain: re.Pattern[str]
    written_date: re.Pattern[str]
    month_first: re.Pattern[str]
    written_month: re.Pattern[str]
    day_of_month: re.Pattern[str]
    money: re.Pattern[str]
    span: re.Pattern[str]
    percents: re.Pattern[str]
    in_words: re.Pattern[str]
    age: re.Pattern[str]


@cache
def tongue(language: str) -> Tongue:
    """Of es, en, pt, fr or ht."""
    figure = _FIGURE.get(language, _ANY_FIGURE)
    months = {name: number for number, names in enumerate(_MONTHS[language], start=1) for name in names.split()}
    units = {name: unit for unit, names in _UNITS[language].items() for name in names.split()}
    units |= {name: unit for unit, name in _WORTH.items()}
    names = zip(_IN_WORDS[language].split(), _WORTH_IN_WORDS, strict=True)
    small = {word: str(worth) for words, worth in names for word in words.split("|")}
    month = rf"(?P<month>{_any_of(months)})\b\.?"
    unit = rf"(?P<unit>{_any_of(units)})\b"
    between = "|".join(f" {word} " for word in _JOINED[language].split())
    figures = rf"(?<![\d.,])(?:{figure})(?:(?:(?<!\d{{4}}), |{between}|-|–)(?:{figure})){{0,6}}"
    return Tongue(
        months=months,
        units=units,
        small=small,
        thousands=_THOUSANDS.get(language, _ANY_THOUSANDS),
        plain=re.compile(figure),
        written_date=re.compile(
            rf"(?<!\d)(?P<day>\d{{1,2}}){_NTH}(?:-| de | )({month})(?:-| de | del | )(?P<year>\d{{4}})(?!\d)"
        ),
        month_first=re.compile(rf"(?<!\w)({month}) (?P<day>\d{{1,2}}){_NTH},? (?P<year>\d{{4}})(?!\d)"),
        written_month=re.compile(rf"(?<!\w)({month})(?:-| de | del | )(?P<year>\d{{4}})(?!\d)"),
        day_of_month=re.compile(
            rf"(?<!\d)(?P<day>\d{{1,2}}){_NTH}{'(?:-| de )' if language == 'es' else '(?:-| de | )'}({month})(?![\w-])"
        ),
        money=re.compile(rf"\$ ?(?P<sign>{figure})|(?P<figures>(?<![\d.,])(?:{figure})) pesos?\b"),
        span=re.compile(rf"(?P<figures>{figures}) ?{unit}"),
        percents=re.compile(rf"(?P<figures>{figures}) ?%"),
        in_words=re.compile(rf"(?<!\w)(?P<word>{_any_of(small)})(?: de)? {unit}"),
        age=re.compile(
            rf"(?:[<>≤≥] ?|(?:menor|mayor)(?:es)? de |cumplir )(?P<figures>{figure})(?![\d/-]|[.,]\d| ?(?:{unit}|[%$]))"
        ),
    )


def _any_of(words: Mapping[str, object]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
