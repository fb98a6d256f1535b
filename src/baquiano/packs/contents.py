"""What a pack brings, as frozen values: read from its files, not yet in any table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from baquiano.packs.strict import Problem
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
    "Explicación": "long",
    "Pasos": "steps",
    "Documentos": "documents",
    "Costo": "cost",
    "Tiempo": "time",
    "Dónde": "where",
    "Opciones": "options",
    "Quién puede": "who_can",
    "Quién no puede": "who_cannot",
    "Si te dicen que no": "if_refused",
    "Riesgos": "risks",
    "No firmes ni pagues": "do_not_sign",
    "Lo que no sabemos": "unknown",
}
"""Heading in the file → the stable key of ArticleVersion.sections, in the order in which they are shown."""

BESIDE_DANGER = (
    "told",
    "not_told",
    "automatic",
    "call_local",
    "number_confirmed_on",
    "between_numbers",
    "in_country",
    "countries",
)
"""Sentences that stand in the files of the danger texts (`fixed`), and nowhere else."""


@dataclass(frozen=True)
class Origin:
    """Where something was read, so that a problem found later can still name its file and line."""

    file: str
    first: int
    lines: Mapping[str, int]

    def line(self, key: str) -> int:
        return self.lines.get(key, self.first)

    def problem(self, key: str, message: str) -> Problem:
        return Problem(self.file, self.line(key), message)


@dataclass(frozen=True)
class ExampleFile:
    """A question as people type it."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Unlike:
    """A topic it is often mistaken for, perhaps one still to be written, and what people say who mean that one."""

    said: str
    topic: str


@dataclass(frozen=True)
class TopicFile:
    """`fichas`: the entries of FACTS.md it rests on. `is_sensitive`: nothing about it is sent by itself."""

    origin: Origin
    id: str
    country: str | None
    branch: str
    is_sensitive: bool
    fichas: tuple[str, ...]
    titles: Mapping[str, str]
    labels: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    unlike: tuple[Unlike, ...]
    examples: tuple[ExampleFile, ...]


@dataclass(frozen=True)
class SourceFile:
    """`says`: what it says where another source of the article says something else; empty when none differs."""

    title: str
    url: str
    dated_on: date | None
    confidence: str
    line: int
    says: str
    says_line: int


@dataclass(frozen=True)
class WarningWord:
    """A word that no text may use, except to warn; here it stands for a reason that somebody wrote down."""

    word: str
    reason: str


@dataclass(frozen=True)
class ArticleFile:
    """`body` is everything under the front matter as it stands in the file, from line `body_line` on.

    `topic` empty: a public page that no question leads to. `country` None: both. `good_until`: the last day its figures are
    good for, where the fichas say so. `examples`: Spanish questions that this article answers and its neighbours do not.
    """

    origin: Origin
    id: str
    topic: str
    country: str | None
    title: str
    fichas: tuple[str, ...]
    known_on: date | None
    window_closes_on: date | None
    good_until: date | None
    confidence: str
    is_life_saving: bool
    populations: tuple[str, ...]
    stages: tuple[str, ...]
    sdg: tuple[str, ...]
    territory: str
    warning_words: tuple[WarningWord, ...]
    examples: tuple[ExampleFile, ...]
    sources: tuple[SourceFile, ...]
    caution: str
    next_topics: tuple[str, ...]
    first_sentence: str
    short_answer: str
    sections: Mapping[str, tuple[str, ...]]
    body: str
    body_line: int


@dataclass(frozen=True)
class TranslationFile:
    """An article's title, first sentence and short answer in another language."""

    origin: Origin
    article: str
    language: str
    title: str
    first_sentence: str
    short_answer: str

    @property
    def texts(self) -> dict[str, str]:
        """By the key they have in the file."""
        return {"title": self.title, "first": self.first_sentence, "short": self.short_answer}


@dataclass(frozen=True)
class NumberFile:
    """A number to call. `kinds`: of danger, the ones it is for. `territory`: the pcode of the only part of the country it serves."""

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
    territory: str = ""


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
class ServiceFile:
    """One service of services/*.json, as HSDS writes it, and the how-manieth of its file it is."""

    file: str
    place: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class PackFile:
    """One folder of packs/, the one at `folder`. `crisis_versions`: language → the version its danger texts name.

    `is_own`: texts that an organisation wrote itself, which no FACTS.md knows.
    `digest` covers every value in it, and every byte of the files that no table holds; a comment is not a value.
    """

    origin: Origin
    folder: str
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
    translations: tuple[TranslationFile, ...]
    numbers: tuple[NumberFile, ...]
    crisis: tuple[CrisisFile, ...]
    crisis_versions: Mapping[str, str]
    wordings: tuple[WordingFile, ...]
    rules: tuple[RulesFile, ...]
    organisation: OrganisationFile | None
    members: tuple[MemberFile, ...]
    divisions: tuple[Row, ...]
    digest: str
    is_own: bool = False
    services: tuple[ServiceFile, ...] = ()
