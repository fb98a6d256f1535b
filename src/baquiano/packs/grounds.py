"""Does every figure, date, telephone number and site of a pack come from somewhere? Pure: values in, problems out.

An article's come from its fichas in FACTS.md; a translation's from its Spanish article; an emergency number from the ficha it names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from baquiano.packs.contents import ArticleFile, Origin, PackFile, TranslationFile
from baquiano.packs.facts import Facts, FactsFile, Mention, known, mentions, on
from baquiano.packs.strict import Problem

_LAST_DATE = re.compile(r"[ÚU]ltima fecha: (?P<said>[^.;\n]*)")


def of_pack(pack: PackFile, file: FactsFile) -> Iterator[Problem]:
    """Everything that FACTS.md must give."""
    for topic in pack.topics:
        yield from _unknown_fichas(topic.origin, topic.fichas, file)
    for article in pack.articles:
        yield from _unknown_fichas(article.origin, article.fichas, file)
        yield from of_article(article, file)
    for number in pack.numbers:
        fichas = re.findall(r"(?:CO|CL|G)-\d{2}", number.ficha)
        given = re.sub(r"\D", " ", " ".join(file.fichas.get(ficha, "") for ficha in fichas))
        wanted = re.sub(r"\D", "", number.number)
        if not re.search(r"(?<!\d)" + r" *".join(wanted) + r"(?!\d)", given):
            said = f"{number.id}: {', '.join(fichas) or 'no ficha'} does not give this number"
            yield number.origin.problem("number", said)
        if number.known_on and not on(number.known_on, file.of(fichas)):
            yield number.origin.problem("last_known_on", f"{number.id}: {number.ficha} does not give {number.known_on}")


def _unknown_fichas(origin: Origin, fichas: Sequence[str], file: FactsFile) -> Iterator[Problem]:
    for ficha in fichas:
        if ficha not in file.fichas:
            yield origin.problem("fichas", f"FACTS.md has no ficha {ficha}")


def of_article(article: ArticleFile, file: FactsFile) -> Iterator[Problem]:
    """Every figure, date, telephone number and site of an article that neither its fichas nor the corrections give."""
    facts = file.of(article.fichas)
    own = f"{', '.join(article.fichas)} and the corrections"
    for mention in uses(article):
        if mention.kind in ("host", "page"):
            if not file.names_site(mention):
                yield Problem(article.origin.file, mention.line, f"FACTS.md does not name the site {mention.shown}")
        elif not facts.give(mention):
            yield Problem(
                article.origin.file,
                mention.line,
                f"{own} do not give “{mention.shown}” ({mention.kind} {mention.value})",
            )
    yield from _days(article, facts, file)


def uses(article: ArticleFile) -> Iterator[Mention]:
    """In its body, its title, its caution, its sources and what they say. The name of a source may repeat its own site ("Canal 13", 13.cl).

    What people ask (`examples`) is free: somebody may well have heard another figure.
    """
    for mention in mentions(article.body):
        yield replace(mention, line=mention.line + article.body_line - 1)
    for key, text in (("title", article.title), ("caution", article.caution)):
        for mention in mentions(text):
            yield replace(mention, line=article.origin.line(key))
    for source in article.sources:
        for mention in (*mentions(source.title), *mentions(source.url)):
            if mention.kind != "number" or mention.value not in source.url:
                yield replace(mention, line=source.line)
        for mention in mentions(source.says):
            yield replace(mention, line=source.says_line)


def _days(article: ArticleFile, facts: Facts, file: FactsFile) -> Iterator[Problem]:
    days = {
        "known_on": article.known_on,
        "window_closes_on": article.window_closes_on,
        "good_until": article.good_until,
    }
    for key, day in days.items():
        if day and not on(day, facts):
            yield article.origin.problem(key, f"{key}: the fichas do not give {day}")
    for source in article.sources:
        if source.dated_on and not on(source.dated_on, facts):
            yield Problem(article.origin.file, source.line, f"on: the fichas do not give {source.dated_on}")
    if article.known_on is None:
        for ficha in article.fichas:
            dated = _LAST_DATE.search(file.fichas.get(ficha, ""))
            if dated and re.search(r"\d{4}", dated["said"]):
                yield article.origin.problem(
                    "known_on", f"known_on: {ficha} gives a last date, {dated['said'].strip()}"
                )


def of_translations(pack: PackFile) -> Iterator[Problem]:
    """What a translation says beyond its article. It may say less."""
    articles = {article.id: article for article in pack.articles}
    given = {name: (known(_all_of(article)), _sites(article)) for name, article in articles.items()}
    for translation in pack.translations:
        if translation.article in given:
            yield from _beyond(translation, *given[translation.article])


def _all_of(article: ArticleFile) -> str:
    return "\n".join((article.title, article.caution, article.body))


def _sites(article: ArticleFile) -> str:
    return "\n".join(mention.value for mention in uses(article) if mention.kind in ("host", "page"))


def _beyond(translation: TranslationFile, facts: Facts, sites: str) -> Iterator[Problem]:
    for key, text in translation.texts.items():
        for mention in mentions(text, translation.language):
            is_given = mention.value in sites if mention.kind in ("host", "page") else _is_given(mention, facts)
            if not is_given:
                said = f"the Spanish article does not give “{mention.shown}” ({mention.kind} {mention.value})"
                yield translation.origin.problem(key, f"{translation.language}: {said}")


def _is_given(mention: Mention, facts: Facts) -> bool:
    """A figure that stands alone in Spanish ("mayor de 18", "en días hábiles: 15") may have its unit beside it in another language."""
    alone = mention.kind == "span" and ("number", mention.value.split(" ")[0]) in facts.mentions
    return alone or facts.give(mention)
