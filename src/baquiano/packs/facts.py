"""Which figures, dates, telephone numbers and sites a text uses, and which of them its fichas give.

A ficha is one numbered subject of packs/FACTS.md. An article may carry a figure only if one of its own fichas carries it,
or a correction that speaks of them; a site only if FACTS.md names it. Pure: text in, mentions out.

What is compared, so that "15 días" is not excused by "15 %":

    date 2023-11-24 · day --11-24 · month 2023-11     whatever way it is written (24-nov-2023, 24 de noviembre de 2023, ISO)
    percent 5.1 · money 65000 · span "30 día"         a figure with its unit; "3 a 6 meses" gives both figures the unit
    telephone 018000522020 · number 21325 · host bcn.cl · page bcn.cl/leychile

A translation is compared with its article in the same way: "15 business days" needs the article's 15.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from baquiano.lib.text import fold
from baquiano.packs.tongues import Tongue, tongue

_TOP_LEVEL = r"(?:com|co|cl|org|gov|gob|net|info|int|edu|io|app|es|pe|ve|mx|news|online|la|tv|cat|eu|us)"
_FICHA_ID = r"(?:CO|CL|G|R)-\d{2}"

_SITE = re.compile(
    rf"(?:https?://)?(?:www\.)?(?P<host>(?:[a-z0-9-]+\.)+{_TOP_LEVEL})(?![a-z0-9-]|\.[a-z])(?P<path>/[^\s)\]}},;«»\"”'|]*)?",
    re.IGNORECASE,
)
_FICHA_REFERENCE = re.compile(_FICHA_ID)
_TELEPHONE = re.compile(r"(?<![\d.,$])\+?\d{1,3}(?:[ -]\d{1,6}){2,}(?![\d]|[.,]\d)")
_ISO_DATE = re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})(?!\d)")
_NUMERIC_DATE = re.compile(r"(?<!\d)(?P<day>\d{1,2})[-/](?P<number>\d{1,2})[-/](?P<year>\d{4})(?!\d)")
_ISO_MONTH = re.compile(r"(?<![\d-])(?P<year>\d{4})-(?P<number>\d{2})(?![\d-])")
_ROUND_THE_CLOCK = re.compile(r"(?<!\d)24/7(?!\d)")
_RULING_OF_YEAR = re.compile(r"\b(?:T|SU|C)-\d+/(?P<year>\d{2})\b")
_LIST_MARKER = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+")

_SPELLED = re.compile(
    r"\b(?:dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieciseis|diecisiete|dieciocho|"
    r"diecinueve|veinte|veinti\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|doscient[oa]s|"
    r"trescient[oa]s|mil|un millon|medio)(?: y \w+)?(?: mil| millones)?(?: de)? "
    r"(?:dias?|mes(?:es)?|anos?|horas?|semanas?|minutos?|pesos|uf|utm|por ciento)\b"
)


@dataclass(frozen=True)
class Mention:
    """One thing that must come from somewhere. `shown`: as the text has it; `line`: counted from 1."""

    kind: str
    value: str
    shown: str
    line: int


@dataclass(frozen=True)
class Facts:
    """What a piece of FACTS.md gives. `spelled`: the same text folded, for figures written in words."""

    mentions: frozenset[tuple[str, str]]
    numbers: frozenset[str]
    spelled: str

    def give(self, mention: Mention) -> bool:
        if mention.kind == "number":
            return mention.value in self.numbers
        if mention.kind == "spelled":
            return mention.value in self.spelled
        if (mention.kind, mention.value) in self.mentions:
            return True
        # "una fuente dice 1-abr" in a ficha that speaks of 2026 gives 1-abr-2026
        year, day = mention.value[:4], f"-{mention.value[4:]}"
        return mention.kind == "date" and year in self.numbers and ("day without a year", day) in self.mentions


@dataclass(frozen=True)
class FactsFile:
    """FACTS.md: its fichas by id, the corrections one by one, and every site it names."""

    fichas: Mapping[str, str]
    corrections: tuple[str, ...]
    hosts: frozenset[str]
    pages: str

    def of(self, fichas: Iterable[str]) -> Facts:
        """What these fichas give, with the corrections that name one of them and those that name none."""
        wanted = set(fichas)
        texts = [self.fichas[ficha] for ficha in wanted if ficha in self.fichas]
        texts += [c for c in self.corrections if not (named := set(_FICHA_REFERENCE.findall(c))) or named & wanted]
        return known("\n".join(texts))

    def names_site(self, mention: Mention) -> bool:
        return mention.value in self.hosts if mention.kind == "host" else mention.value in self.pages


def read(path: Path) -> FactsFile:
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> FactsFile:
    """Fichas begin with "**CO-01 · title**" and end at the next one or at a heading."""
    body, _, after = text.partition("\n## Corrections")
    corrections = after.partition("\n## ")[0]
    marks = list(re.finditer(rf"\*\*(?P<id>{_FICHA_ID}) · ", body))
    ends = [mark.start() for mark in marks[1:]] + [len(body)]
    fichas = {}
    for mark, end in zip(marks, ends, strict=True):
        fichas[mark["id"]] = re.split(r"\n## |\n\*\*Contradictions", body[mark.start() : end])[0]
    sites = {m for m in mentions(text) if m.kind in ("host", "page")}
    return FactsFile(
        fichas=fichas,
        corrections=tuple(line[2:] for line in corrections.splitlines() if line.startswith("- ")),
        hosts=frozenset(m.value for m in sites if m.kind == "host"),
        pages="\n".join(m.value for m in sites if m.kind == "page"),
    )


def known(text: str) -> Facts:
    """Also what is given without being said: the month of a date, the bare figure of "15 días", years in "<18", in T-178/19."""
    found: set[tuple[str, str]] = set()
    numbers: set[str] = set()
    for mention in mentions(text):
        found.add((mention.kind, mention.value))
        if mention.kind == "date":
            found |= {("day", f"-{mention.value[4:]}"), ("month", mention.value[:7])}
        if mention.kind == "day":
            found.add(("day without a year", mention.value))
        if mention.kind in ("date", "month"):
            numbers.add(mention.value[:4])
        if mention.kind in ("number", "percent", "money", "span"):
            numbers.add(mention.value.split(" ")[0])
        if mention.kind == "telephone" and mention.value.startswith("018000"):
            numbers |= {"01", "8000"}  # "las líneas 01 8000"
    folded, spanish = fold(text), tongue("es")
    found |= {
        ("span", f"{figure} año")
        for age in spanish.age.finditer(folded)
        for figure in _figures(age["figures"], spanish)
    }
    found |= {
        ("span", f"{spanish.small[spelled['word']]} {spanish.units[spelled['unit']]}")
        for spelled in spanish.in_words.finditer(folded)
    }
    if _ROUND_THE_CLOCK.search(text):
        found.add(("span", "24 hora"))
    numbers |= {f"20{ruling['year']}" for ruling in _RULING_OF_YEAR.finditer(text)}
    return Facts(frozenset(found), frozenset(numbers), folded)


def mentions(text: str, language: str = "es") -> list[Mention]:
    """Everything in the text that must come from somewhere, line by line; the number of a list item is not one."""
    own = tongue(language)
    in_words = _spelled if language == "es" else _translated
    return [
        mention for number, line in enumerate(text.splitlines(), 1) for mention in _in_line(line, number, own, in_words)
    ]


def on(day: date, facts: Facts) -> bool:
    """A date of the front matter: given as it is, or as a month (then the first) or a year (then 1 January)."""
    return (
        ("date", day.isoformat()) in facts.mentions
        or (day.day == 1 and ("month", day.isoformat()[:7]) in facts.mentions)
        or ((day.day, day.month) == (1, 1) and str(day.year) in facts.numbers)
    )


_DIGIT = re.compile(r"\d")
Reader = Callable[[re.Match[str], Tongue], Iterator[tuple[str, str]]]
InWords = Callable[[str, Tongue], Iterator[tuple[str, str, str]]]


def _in_line(line: str, number: int, own: Tongue, in_words: InWords) -> Iterator[Mention]:
    rest = _LIST_MARKER.sub("", line)
    for found in _SITE.finditer(rest):
        host, path = found["host"].lower(), (found["path"] or "").rstrip("/.…")
        yield Mention("host", host, found[0], number)
        if path:
            yield Mention("page", host + path.lower(), found[0], number)
    rest = _FICHA_REFERENCE.sub(" ", _SITE.sub(" ", rest))
    rest = fold(rest).replace("·", " ")
    yield from (Mention(kind, value, shown, number) for kind, value, shown in in_words(rest, own))
    for pattern, reader in _readers(own):
        if not _DIGIT.search(rest):  # all of them read figures; most lines have none
            return
        kept = []
        at = 0
        for match in pattern.finditer(rest):
            values = list(reader(match, own))
            if not values:
                continue
            yield from (Mention(kind, value, match[0].strip(), number) for kind, value in values)
            kept.append(rest[at : match.start()])
            at = match.end()
        rest = " ; ".join([*kept, rest[at:]])


def _spelled(rest: str, _own: Tongue) -> Iterator[tuple[str, str, str]]:
    """In Spanish a figure before its unit is written in digits, unless the ficha itself spells it."""
    yield from (("spelled", found[0], found[0]) for found in _SPELLED.finditer(rest))


def _translated(rest: str, own: Tongue) -> Iterator[tuple[str, str, str]]:
    """A translation may spell it; the article's digits must say the same."""
    for found in own.in_words.finditer(rest):
        yield "span", f"{own.small[found['word']]} {own.units[found['unit']]}", found[0]


def _telephone(match: re.Match[str], _own: Tongue) -> Iterator[tuple[str, str]]:
    digits = re.sub(r"\D", "", match[0])
    if len(digits) >= 9:
        yield "telephone", digits


def _date(match: re.Match[str], own: Tongue) -> Iterator[tuple[str, str]]:
    parts = match.groupdict()
    month = int(parts["number"]) if parts.get("number") else own.months[parts["month"]]
    if not 1 <= month <= 12:
        return
    if "year" not in parts:
        yield "day", f"--{month:02}-{int(parts['day']):02}"
    elif "day" not in parts:
        yield "month", f"{parts['year']}-{month:02}"
    else:
        yield "date", f"{parts['year']}-{month:02}-{int(parts['day']):02}"


def _figures(text: str, own: Tongue) -> Iterator[str]:
    """ "65.000" is 65000, "5,1" is 5.1 where Spanish writes them; "65,000" is 65000 in English."""
    for figure in own.plain.findall(text):
        yield own.thousands.sub("", figure).replace(",", ".")


def _percent(match: re.Match[str], own: Tongue) -> Iterator[tuple[str, str]]:
    yield from (("percent", figure) for figure in _figures(match["figures"], own))


def _money(match: re.Match[str], own: Tongue) -> Iterator[tuple[str, str]]:
    yield from (("money", figure) for figure in _figures(match["sign"] or match["figures"], own))


def _span(match: re.Match[str], own: Tongue) -> Iterator[tuple[str, str]]:
    yield from (("span", f"{figure} {own.units[match['unit']]}") for figure in _figures(match["figures"], own))


def _number(match: re.Match[str], own: Tongue) -> Iterator[tuple[str, str]]:
    yield from (("number", figure) for figure in _figures(match[0], own))


def _readers(own: Tongue) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """In this order; what one has read, the next no longer sees."""
    return (
        (_ISO_DATE, _date),
        (_NUMERIC_DATE, _date),
        (own.written_date, _date),
        (own.month_first, _date),
        (_ISO_MONTH, _date),
        (own.written_month, _date),
        (own.day_of_month, _date),
        (_TELEPHONE, _telephone),
        (own.percents, _percent),
        (own.money, _money),
        (own.span, _span),
        (own.plain, _number),
    )
