"""One kind of file each: a sheet in, frozen values out. What is wrong is written in the sheet's report."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from baquiano.engine.danger import Danger
from baquiano.packs import markdown
from baquiano.packs.contents import (
    BESIDE_DANGER,
    BRANCHES,
    CONFIDENCE,
    LANGUAGES,
    SECTIONS,
    ArticleFile,
    CrisisFile,
    ExampleFile,
    MemberFile,
    NumberFile,
    OrganisationFile,
    Origin,
    RulesFile,
    SourceFile,
    TopicFile,
    TranslationFile,
    Unlike,
    WarningWord,
    WordingFile,
)
from baquiano.packs.markdown import Pages
from baquiano.packs.strict import Report, Table
from baquiano.territory.codes import POPULATIONS, STAGES

TITLE, LABEL, WORD, EXAMPLE, CAUTION, SAYS = 72, 24, 60, 400, 400, 200
MOST_EXAMPLES = 15
MOST_SOURCES = 8

COUNTRY = re.compile(r"[A-Z]{2}")
ID = re.compile(r"[a-z][a-z0-9_]{1,58}")
_WORDING_KEY = re.compile(r"[A-Za-z0-9_.]{1,60}")
_USERNAME = re.compile(r"[a-z]{2,30}")
_FICHA = re.compile(r"(?:CO|CL|G)-\d{2}")
_HTTPS = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(?:/\S*)?")
_PHONE = re.compile(r"[+*]?[\d ]{2,25}")
PCODE = re.compile(r"[A-Z]{2}[A-Z0-9-]{2,10}")
_TARGET = re.compile(r"(?:1[0-7]|[1-9])\.(?:1\d|[1-9]|[a-d])")
_KINDS = tuple(Danger)


@dataclass(frozen=True)
class Sheet:
    """One file, opened: its YAML (of an article, the front matter), and of an article its pages too."""

    path: Path
    table: Table
    report: Report
    first_line: int
    pages: Pages

    @property
    def origin(self) -> Origin:
        return Origin(self.report.file, self.first_line, self.table.lines())


def topic(sheet: Sheet) -> TopicFile:
    table = sheet.table
    examples = table.table("examples")
    found = TopicFile(
        origin=sheet.origin,
        id=named_as_file(sheet),
        country=table.matching("country", COUNTRY, "a country code such as CO, or null", optional=True) or None,
        branch=table.one_of("branch", BRANCHES),
        is_sensitive=bool(table.flag("sensitive")),
        fichas=_fichas(table),
        titles=_by_language(table.table("title"), most=TITLE),
        labels=_by_language(table.table("short"), most=LABEL),
        words=_lists_by_language(table.table("words"), most=WORD),
        unlike=tuple(_unlike(row) for row in table.tables("not_this", at_most=8)),
        examples=tuple(
            ExampleFile(language, text, line)
            for language in LANGUAGES
            for text, line in examples.texts_with_lines(language, most=EXAMPLE, at_least=1)
        ),
    )
    examples.done()
    table.done()
    return found


def _unlike(row: Table) -> Unlike:
    found = Unlike(row.text("if", most=200), row.matching("then", ID, "the id of a topic"))
    row.done()
    return found


def article(sheet: Sheet) -> ArticleFile:
    table, pages = sheet.table, sheet.pages
    found = ArticleFile(
        origin=sheet.origin,
        id=named_as_file(sheet),
        topic=table.matching("topic", ID, "the id of a topic, or null for a public page", optional=True),
        country=table.matching("country", COUNTRY, "a country code such as CO, or null", optional=True) or None,
        title=table.text("title", most=TITLE),
        fichas=_fichas(table),
        known_on=table.day("known_on"),
        window_closes_on=table.day("window_closes_on"),
        good_until=table.day("good_until"),
        confidence=table.one_of("confidence", CONFIDENCE),
        is_life_saving=bool(table.flag("life_saving")),
        populations=_codes(table, "population", POPULATIONS),
        stages=_codes(table, "stage", STAGES),
        sdg=_targets(table),
        territory=table.matching(
            "territory", PCODE, "the pcode of a division in divisions.csv, such as CO88 or CL05101", optional=True
        ),
        warning_words=tuple(_warning_word(row) for row in table.tables("warning_words", at_most=6)),
        examples=tuple(
            ExampleFile("es", text, line)
            for text, line in table.texts_with_lines("examples", most=EXAMPLE, at_most=MOST_EXAMPLES)
        ),
        sources=tuple(source(row) for row in table.tables("sources", at_least=1, at_most=MOST_SOURCES)),
        caution=table.text("caution", most=CAUTION, least=0),
        next_topics=table.texts("next", most=60, at_most=3),
        first_sentence=pages.text(markdown.FIRST_SENTENCE),
        short_answer=pages.text(markdown.SHORT_ANSWER),
        sections={key: pages.lines(heading) for heading, key in SECTIONS.items() if pages.lines(heading)},
        body=pages.body,
        body_line=pages.body_line,
    )
    for key, meaning in (("known_on", "the last known date"), ("topic", "the topic"), ("country", "the country")):
        if not table.has(key):
            table.wrong(key, f"is missing: write {meaning}, or null")
    _refuse_one_side(found.sources, sheet.report)
    table.done()
    return found


def _codes(table: Table, key: str, allowed: Sequence[str]) -> tuple[str, ...]:
    found = table.texts(key, most=20, at_least=1, at_most=5)
    for code in found:
        if code and code not in allowed:
            table.wrong(key, f"{code} is not one of {', '.join(allowed)}")
    return found


def _targets(table: Table) -> tuple[str, ...]:
    found = table.texts("sdg", most=5, at_least=1, at_most=3)
    for target in found:
        if target and not _TARGET.fullmatch(target):
            table.wrong("sdg", f"{target} is not a target of the sustainable development goals, such as 10.7")
    return found


def _warning_word(row: Table) -> WarningWord:
    found = WarningWord(row.text("word", most=60), row.text("reason", most=200, least=10))
    row.done()
    return found


def translations(sheet: Sheet) -> tuple[TranslationFile, ...]:
    """One article in the languages that its file gives."""
    table = sheet.table
    article = table.matching("article", ID, "the id of an article")
    if article and article != sheet.path.stem:
        table.wrong("article", f"should be the name of its file, {sheet.path.stem}")
    languages = [language for language in LANGUAGES if language != "es" and table.has(language)]
    found = tuple(_translation(table.table(language), sheet, article, language) for language in languages)
    if not found:
        table.wrong("article", "has no language: en, pt, fr or ht")
    table.done()
    return found


def _translation(row: Table, sheet: Sheet, article: str, language: str) -> TranslationFile:
    found = TranslationFile(
        origin=Origin(sheet.report.file, row.line, row.lines()),
        article=article,
        language=language,
        title=row.text("title", most=TITLE),
        first_sentence=row.text("first", most=markdown.MOST[markdown.FIRST_SENTENCE]),
        short_answer=row.text("short", most=markdown.MOST[markdown.SHORT_ANSWER]),
    )
    row.done()
    return found


def numbers(sheet: Sheet) -> tuple[NumberFile, ...]:
    found = tuple(_number(row, sheet) for row in sheet.table.tables("numbers", at_least=1))
    sheet.table.done()
    return found


def _number(row: Table, sheet: Sheet) -> NumberFile:
    found = NumberFile(
        origin=Origin(sheet.report.file, row.line, {}),
        id=row.matching("id", ID, "small letters, digits and _"),
        country=row.matching("country", COUNTRY, "a country code such as CO"),
        number=row.matching("number", _PHONE, "a telephone number"),
        names=_by_language(row.table("name"), most=60),
        kinds=row.texts("kinds", most=20),
        whose=row.text("whose", most=160),
        is_free=row.flag("free", default=None),
        hours=row.text("hours", most=160, least=0),
        ficha=row.text("source_ficha", most=160),
        confidence=row.one_of("confidence", CONFIDENCE),
        known_on=row.day("last_known_on"),
        note=row.text("note", most=600, least=0),
        territory=row.matching("territory", PCODE, "the pcode of a division, such as CO11", optional=True),
    )
    if found.territory and not found.territory.startswith(found.country):
        row.wrong("territory", f"{found.territory} does not lie in {found.country}")
    for kind in sorted(set(found.kinds) - set(_KINDS)):
        row.wrong("kinds", f"{kind} is not a kind of danger; they are {', '.join(_KINDS)}")
    row.done()
    return found


def crisis(sheet: Sheet, country: str | None) -> tuple[CrisisFile, ...]:
    """The danger texts of one language; the fixed sentences beside them are read by `crisis_sentences`."""
    language, table = _language(sheet), sheet.table
    if table.one_of("language", LANGUAGES) not in ("", language):
        table.wrong("language", f"should be that of its file, {language}")
    found = tuple(_crisis(row, sheet, language, country) for row in table.tables("texts", at_least=1))
    table.done(also=["fixed"])
    return found


def version_of(sheet: Sheet) -> tuple[str, str]:
    """The language of a file of danger texts, and the version it names."""
    return _language(sheet), sheet.table.text("version", most=40)


def _crisis(row: Table, sheet: Sheet, language: str, country: str | None) -> CrisisFile:
    found = CrisisFile(
        origin=Origin(sheet.report.file, row.line, {}),
        kind=row.one_of("kind", _KINDS),
        language=language,
        country=country or "",
        text=row.text("text", most=500),
        numbers=row.texts("numbers", most=40),
    )
    if found.text.count("{numbers}") != bool(found.numbers):
        row.wrong("text", "should hold {numbers} once if the row names numbers, and not otherwise")
    row.done()
    return found


def crisis_sentences(sheet: Sheet, country: str | None) -> tuple[WordingFile, ...]:
    """They are kept with the other wording: `told`, `call_local` …, and `countries.CO` for a table in them."""
    fixed = sheet.table.table("fixed")
    for key in fixed.lines():
        if key not in BESIDE_DANGER:
            fixed.wrong(key, f"does not stand beside danger texts: only {', '.join(BESIDE_DANGER)}")
    plain = [key for key in fixed.lines() if not fixed.is_table(key)]
    nested = [(key, fixed.table(key)) for key in fixed.lines() if fixed.is_table(key)]
    return (
        *_sentences(sheet, fixed, country, plain),
        *(
            replace(sentence, key=f"{key}.{sentence.key}")
            for key, table in nested
            for sentence in _sentences(sheet, table, country, list(table.lines()))
        ),
    )


def wordings(sheet: Sheet, country: str | None) -> tuple[WordingFile, ...]:
    for key in sheet.table.lines():
        if key.split(".")[0] in BESIDE_DANGER:
            sheet.table.wrong(key, "stands with the danger texts, in safety/crisis.*.yaml under `fixed`")
    return _sentences(sheet, sheet.table, country, list(sheet.table.lines()))


def _sentences(sheet: Sheet, table: Table, country: str | None, keys: list[str]) -> tuple[WordingFile, ...]:
    """One may be empty on purpose ("we only have this in Spanish" is not said in Spanish); blanks at its ends count (" o ")."""
    for key in keys:
        if not _WORDING_KEY.fullmatch(key):
            table.wrong(key, "is not a key: letters, digits, _ and . only")
    language = _language(sheet)
    return tuple(
        WordingFile(
            sheet.report.file,
            table.line_of(key),
            key,
            language,
            country or "",
            table.text(key, most=1200, least=0, blanks=True),
        )
        for key in keys
    )


def rules(sheet: Sheet) -> RulesFile:
    found = RulesFile(
        file=sheet.report.file,
        language=_language(sheet),
        version=sheet.table.text("version", most=40),
        rows=tuple(sheet.table.rows("rules")),
        row_lines=tuple(sheet.table.row_lines("rules")),
    )
    sheet.table.done()
    return found


def organisation(sheet: Sheet) -> OrganisationFile:
    table = sheet.table
    found = OrganisationFile(
        name=table.text("name", most=120),
        countries=table.texts("countries", most=2, at_least=1),
        language=table.one_of("language", LANGUAGES),
        timezone=table.text("timezone", most=40),
        staffed_hours=table.text("staffed_hours", most=200),
    )
    if "(demo)" not in found.name:
        table.wrong("name", "an invented organisation carries “(demo)” in its name")
    table.done()
    return found


def members(sheet: Sheet) -> tuple[MemberFile, ...]:
    found = tuple(_member(row) for row in sheet.table.tables("members", at_least=1))
    sheet.table.done()
    return found


def _member(row: Table) -> MemberFile:
    found = MemberFile(
        username=row.matching("username", _USERNAME, "small letters"),
        display_name=row.text("name", most=80),
        role=row.text("role", most=20),
    )
    if "(demo)" not in found.display_name:
        row.wrong("name", "an invented person carries “(demo)” in the name")
    row.done()
    return found


# Pieces that several kinds of file have -----------------------------------------------------------------------------


def named_as_file(sheet: Sheet) -> str:
    found = sheet.table.matching("id", ID, "small letters, digits and _")
    if found and found != sheet.path.stem:
        sheet.table.wrong("id", f"should be the name of its file, {sheet.path.stem}")
    return found


def _language(sheet: Sheet) -> str:
    language = sheet.path.name.split(".")[-2]
    if language not in LANGUAGES:
        sheet.report.add(0, f"{language} is not one of {', '.join(LANGUAGES)}")
    return language


def _fichas(table: Table) -> tuple[str, ...]:
    fichas = table.texts("fichas", most=10, at_least=1)
    for ficha in fichas:
        if ficha and not _FICHA.fullmatch(ficha):
            table.wrong("fichas", f"{ficha} is not the number of a ficha")
    return fichas


def source(row: Table, *, address: re.Pattern[str] = _HTTPS) -> SourceFile:
    found = SourceFile(
        title=row.text("title", most=160),
        url=row.matching("url", address, "an address that begins with https://", optional=True),
        dated_on=row.day("on"),
        confidence=row.one_of("code", CONFIDENCE),
        line=row.line,
        says=" ".join(row.text("says", most=SAYS, least=0).split()),
        says_line=row.line_of("says"),
    )
    row.done()
    return found


def _refuse_one_side(sources: Sequence[SourceFile], report: Report) -> None:
    """Sources differ from each other: one alone that says something contradicts nothing."""
    told = [source for source in sources if source.says]
    if len(told) == 1:
        report.add(
            told[0].says_line, "says: no other source says anything: write what another one says, or leave it out"
        )


def _by_language(table: Table, *, most: int) -> Mapping[str, str]:
    found = {language: table.text(language, most=most) for language in LANGUAGES}
    table.done()
    return found


def _lists_by_language(table: Table, *, most: int) -> Mapping[str, tuple[str, ...]]:
    found = {language: table.texts(language, most=most, at_least=1) for language in LANGUAGES}
    table.done()
    return found
