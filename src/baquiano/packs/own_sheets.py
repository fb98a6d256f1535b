"""Topics and articles of a pack that an organisation's own texts were written out to (`own: true` in its pack.yaml).

Their facts are the organisation's: two people of it published them, and no FACTS.md knows them. They rest on no fichas, may be in Spanish
only, and are as long as an editor may write; the files are those of every pack.
"""

import re
from collections.abc import Mapping

from baquiano.packs import markdown
from baquiano.packs.contents import (
    BRANCHES,
    CONFIDENCE,
    LANGUAGES,
    SECTIONS,
    ArticleFile,
    ExampleFile,
    SourceFile,
    TopicFile,
)
from baquiano.packs.sheets import COUNTRY, EXAMPLE, LABEL, Sheet
from baquiano.packs.strict import Table

TITLE, CAUTION, SAYS, MOST_SOURCES = 120, 600, 600, 20

_ID = re.compile(r"[a-z][a-z0-9_]{1,58}")
_ADDRESS = re.compile(r"https?://\S+")
_PCODE = re.compile(r"[A-Z]{2}[A-Z0-9-]{2,10}")
_MEASURED = (markdown.FIRST_SENTENCE, markdown.SHORT_ANSWER)


def topic(sheet: Sheet) -> TopicFile:
    table = sheet.table
    found = TopicFile(
        origin=sheet.origin,
        id=_named_as_file(sheet),
        country=table.matching("country", COUNTRY, "a country code such as CO, or null", optional=True) or None,
        branch=table.one_of("branch", BRANCHES),
        fichas=table.texts("fichas", most=10, at_most=0),
        titles=_by_language(table.table("title"), most=TITLE),
        labels=_by_language(table.table("short"), most=LABEL),
        words={},
        unlike=(),
        examples=_examples(table),
    )
    table.done(also=["words"])
    return found


def article(sheet: Sheet) -> ArticleFile:
    table, pages = sheet.table, sheet.pages
    found = ArticleFile(
        origin=sheet.origin,
        id=_named_as_file(sheet),
        topic=table.matching("topic", _ID, "the id of a topic"),
        country=table.matching("country", COUNTRY, "a country code such as CO, or null", optional=True) or None,
        title=table.text("title", most=TITLE),
        fichas=table.texts("fichas", most=10, at_most=0),
        known_on=table.day("known_on"),
        window_closes_on=table.day("window_closes_on"),
        good_until=table.day("good_until"),
        confidence=table.one_of("confidence", CONFIDENCE),
        is_life_saving=bool(table.flag("life_saving")),
        populations=table.texts("population", most=20),
        stages=table.texts("stage", most=20),
        sdg=table.texts("sdg", most=5),
        territory=table.matching("territory", _PCODE, "the pcode of a division, such as CO88 or CL05", optional=True),
        warning_words=(),
        examples=_examples(table),
        sources=tuple(_source(row) for row in table.tables("sources", at_least=1, at_most=MOST_SOURCES)),
        caution=table.text("caution", most=CAUTION, least=0),
        next_topics=table.texts("next", most=60, at_most=3),
        first_sentence=pages.text(markdown.FIRST_SENTENCE),
        short_answer=pages.text(markdown.SHORT_ANSWER),
        sections={key: pages.lines(heading) for heading, key in SECTIONS.items() if pages.lines(heading)},
        body=pages.body,
        body_line=pages.body_line,
    )
    for heading in _MEASURED:
        if not 0 < len(pages.text(heading)) <= markdown.MOST[heading]:
            sheet.report.add(pages.body_line, f"“{heading}” has 1 to {markdown.MOST[heading]} characters")
    table.done()
    return found


def _named_as_file(sheet: Sheet) -> str:
    found = sheet.table.matching("id", _ID, "small letters, digits and _")
    if found and found != sheet.path.stem:
        sheet.table.wrong("id", f"should be the name of its file, {sheet.path.stem}")
    return found


def _by_language(table: Table, *, most: int) -> Mapping[str, str]:
    """Spanish always, the others if somebody wrote them."""
    found = {
        language: table.text(language, most=most) for language in LANGUAGES if language == "es" or table.has(language)
    }
    table.done()
    return found


def _examples(table: Table) -> tuple[ExampleFile, ...]:
    """A list of Spanish ones, or a table of lists by language."""
    if not table.is_table("examples"):
        return tuple(ExampleFile("es", text, line) for text, line in table.texts_with_lines("examples", most=EXAMPLE))
    own = table.table("examples")
    found = tuple(
        ExampleFile(language, text, line)
        for language in LANGUAGES
        for text, line in own.texts_with_lines(language, most=EXAMPLE)
    )
    own.done()
    return found


def _source(row: Table) -> SourceFile:
    found = SourceFile(
        title=row.text("title", most=160),
        url=row.matching("url", _ADDRESS, "an address that begins with https://", optional=True),
        dated_on=row.day("on"),
        confidence=row.one_of("code", CONFIDENCE),
        line=row.line,
        says=" ".join(row.text("says", most=SAYS, least=0).split()),
        says_line=row.line_of("says"),
    )
    row.done()
    return found
