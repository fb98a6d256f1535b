"""What a pack brings, as frozen values: read from its files, not yet in any table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from baquiano.territory.loading import Row

LANGUAGES = ("es", "en", "pt", "fr", "ht")
CONFIDENCE = ("A", "B", "C", "M")
BRANCHES = (
    "regularizacion",
    "salud",
    "ninez_educacion",
    "registro_civil",
    "trabajo_dinero",
    "vivienda_ayuda",
    "proteccion",
    "derechos",
    "movilidad",
)
SECTIONS = {
    "Pasos": "steps",
    "Documentos": "documents",
    "Costo": "cost",
    "Tiempo": "time",
    "Quién puede": "who_can",
    "Quién no puede": "who_cannot",
    "Si te dicen que no": "if_refused",
    "No firmes ni pagues": "do_not_sign",
    "Lo que no sabemos": "unknown",
}
"""Heading in the file → the stable key of ArticleVersion.sections, in the order in which they are shown."""


@dataclass(frozen=True)
class Origin:
    """Where something was read, so that a problem found later can still name its file and line."""

    file: str
    first: int
    lines: Mapping[str, int]

    def line(self, key: str) -> int:
        return self.lines.get(key, self.first)


@dataclass(frozen=True)
class ExampleFile:
    """A question as people type it."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class TopicFile:
    """`unlike`: topics it is often mistaken for, some still to be written. `fichas`: the entries of FACTS.md it rests on."""

    origin: Origin
    id: str
    country: str | None
    branch: str
    fichas: tuple[str, ...]
    titles: Mapping[str, str]
    labels: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    unlike: tuple[str, ...]
    examples: tuple[ExampleFile, ...]


@dataclass(frozen=True)
class SourceFile:
    title: str
    url: str
    dated_on: date | None
    confidence: str
    line: int


@dataclass(frozen=True)
class ArticleFile:
    """`body` is everything under the front matter as it stands in the file, from line `body_line` on."""

    origin: Origin
    id: str
    topic: str
    country: str
    title: str
    fichas: tuple[str, ...]
    known_on: date | None
    window_closes_on: date | None
    confidence: str
    is_life_saving: bool
    sources: tuple[SourceFile, ...]
    caution: str
    next_topics: tuple[str, ...]
    first_sentence: str
    short_answer: str
    sections: Mapping[str, tuple[str, ...]]
    body: str
    body_line: int


@dataclass(frozen=True)
class NumberFile:
    """A number to call. `kinds`: of danger, the ones it is for."""

    origin: Origin
    id: str
    country: str
    number: str
    names: Mapping[str, str]
    kinds: tuple[str, ...]
    whose: str
    is_free: bool | None
    hours: str
    ficha: str
    confidence: str
    known_on: date | None
    note: str


@dataclass(frozen=True)
class CrisisFile:
    """What is said first for one kind of danger. `country` empty: it is not known yet."""

    origin: Origin
    kind: str
    language: str
    country: str
    text: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class WordingFile:
    """One fixed sentence."""

    file: str
    line: int
    key: str
    language: str
    country: str
    text: str


@dataclass(frozen=True)
class RulesFile:
    """One language's phrase rules; `row_lines` says where each row stands."""

    file: str
    language: str
    version: str
    rows: tuple[dict[str, Any], ...]
    row_lines: tuple[int, ...]


@dataclass(frozen=True)
class OrganisationFile:
    """The invented organisation of a demo pack."""

    name: str
    countries: tuple[str, ...]
    language: str
    timezone: str
    staffed_hours: str


@dataclass(frozen=True)
class MemberFile:
    """Somebody invented who works in it. A pack never brings a password."""

    username: str
    display_name: str
    role: str


@dataclass(frozen=True)
class PackFile:
    """One folder of packs/. `digest` covers every byte of every file in it, also those that no table holds."""

    origin: Origin
    name: str
    title: str
    version: str
    country: str | None
    languages: tuple[str, ...]
    requires: tuple[str, ...]
    order: tuple[str, ...]
    is_demo: bool
    topics: tuple[TopicFile, ...]
    articles: tuple[ArticleFile, ...]
    numbers: tuple[NumberFile, ...]
    crisis: tuple[CrisisFile, ...]
    wordings: tuple[WordingFile, ...]
    rules: tuple[RulesFile, ...]
    organisation: OrganisationFile | None
    members: tuple[MemberFile, ...]
    divisions: tuple[Row, ...]
    digest: str
