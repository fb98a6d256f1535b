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
    TopicFile,
)
from baquiano.packs.sheets import COUNTRY, EXAMPLE, ID, LABEL, PCODE, Sheet, named_as_file, source
from baquiano.packs.strict import Table

TITLE, CAUTION, MOST_SOURCES = 120, 600, 20

_ADDRESS = re.compile(r"https?://\S+")
_MEASURED = (markdown.FIRST_SENTENCE, markdown.SHORT_ANSWER)


def topic(sheet: Sheet) -> TopicFile:
    table = sheet.table
    found = TopicFile(
        origin=sheet.origin,
        id=named_as_file(sheet),
        country=table.matching("country", COUNTRY, "a country code such as CO, or null", optional=True) or None,
        branch=table.one_of("branch", BRANCHES),
        is_sensitive=bool(table.flag("sensitive")),
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
        id=named_as_file(sheet),
        topic=table.matching("topic", ID, "the id of a topic"),
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
        territory=table.matching("territory", PCODE, "the pcode of a division, such as CO88 or CL05", optional=True),
        warning_words=(),
        examples=_examples(table),
        sources=tuple(
            source(row, address=_ADDRESS) for row in table.tables("sources", at_least=1, at_most=MOST_SOURCES)
        ),
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
