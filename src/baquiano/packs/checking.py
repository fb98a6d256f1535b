"""What one file alone cannot show: do the packs fit together, does every figure come from a ficha, is anything promised.

Pure: values in, problems out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from baquiano.accounts.models import Role
from baquiano.engine.safety import BadRule, compile_rules
from baquiano.lib.text import fold
from baquiano.packs.contents import ArticleFile, Origin, PackFile, RulesFile
from baquiano.packs.facts import Facts, FactsFile, Mention, mentions, on
from baquiano.packs.strict import Problem

_PROMISES = re.compile(
    r"\b(?:te|le) (?:daremos|vamos a (?:dar|conseguir|entregar|ayudar a cruzar)|conseguiremos|conseguimos|entregaremos|aseguramos|"
    r"garantizamos|prometemos)\b|(?<!pension )\bgarantizad[oa]s?\b|\bgarantizamos\b|\bprometemos\b|\bdenuncia obligatoria\b"
)


@dataclass(frozen=True)
class Surroundings:
    """What stands outside the packs that are read: topics (id → country, None: everywhere) and numbers already there."""

    topics: Mapping[str, str | None]
    numbers: frozenset[str]
    packs: frozenset[str]


def surroundings_of(packs: Iterable[PackFile]) -> Surroundings:
    found = list(packs)
    return Surroundings(
        {topic.id: topic.country for pack in found for topic in pack.topics},
        frozenset(number.id for pack in found for number in pack.numbers),
        frozenset(pack.name for pack in found),
    )


def check(packs: Sequence[PackFile], around: Surroundings, facts: Mapping[str, FactsFile]) -> list[Problem]:
    """`facts`: pack name → its FACTS.md; a pack without one is not compared with anything."""
    here = surroundings_of(packs)
    known = Surroundings({**around.topics, **here.topics}, around.numbers | here.numbers, around.packs | here.packs)
    problems = [*_doubled(packs), *_phrase_rules([rules for pack in packs for rules in pack.rules])]
    for pack in packs:
        problems += [*_head(pack, known), *_articles(pack, known), *_danger(pack, known), *_people(pack)]
        if pack.name in facts:
            problems += _facts(pack, facts[pack.name])
    return sorted(set(problems))


def _at(origin: Origin, key: str, message: str) -> Problem:
    return Problem(origin.file, origin.line(key), message)


def _doubled(packs: Sequence[PackFile]) -> Iterator[Problem]:
    """The same thing twice, in one pack or in two."""
    seen: dict[tuple[str, ...], str] = {}
    for file, line, name, *key in _named(packs):
        first = seen.setdefault((name, *key), f"{file}:{line}")
        if first != f"{file}:{line}":
            yield Problem(file, line, f"{name} {' '.join(part for part in key if part)} already stands in {first}")


def _named(packs: Sequence[PackFile]) -> Iterator[tuple[str, int, str, str] | tuple[str, int, str, str, str, str]]:
    for pack in packs:
        for topic in pack.topics:
            yield topic.origin.file, topic.origin.line("id"), "topic", topic.id
            for example in topic.examples:
                yield topic.origin.file, example.line, "the example", fold(example.text)
        for article in pack.articles:
            yield article.origin.file, article.origin.line("id"), "article", article.id
        for number in pack.numbers:
            yield number.origin.file, number.origin.first, "number", number.id
        for crisis in pack.crisis:
            yield (
                crisis.origin.file,
                crisis.origin.first,
                "the danger text",
                crisis.kind,
                crisis.language,
                crisis.country,
            )
        for wording in pack.wordings:
            yield wording.file, wording.line, "the sentence", wording.key, wording.language, wording.country
        for member in pack.members:
            yield pack.origin.file, 0, "member", member.username, pack.name, ""


def _phrase_rules(files: Sequence[RulesFile]) -> Iterator[Problem]:
    """Rules of all languages are tried at once: they are compiled together, as they will be used."""
    rows = [row for file in files for row in file.rows]
    try:
        compile_rules(rows)
    except BadRule as problem:
        yield _place_of_rule(files, problem.rule, f"phrase rule {problem}")
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        yield Problem(files[0].file, 0, f"phrase rules: {type(problem).__name__} {problem}")


def _place_of_rule(files: Sequence[RulesFile], rule: str, message: str) -> Problem:
    for file in files:
        for row, line in zip(file.rows, file.row_lines, strict=False):
            if rule in (str(row.get(key)) for key in ("id", "words", "plain")):
                return Problem(file.file, line, message)
    return Problem(files[0].file, 0, message)


def _head(pack: PackFile, known: Surroundings) -> Iterator[Problem]:
    for needed in pack.requires:
        if needed not in known.packs:
            yield _at(pack.origin, "requires", f"needs the pack {needed}: load it first, or both together")
    ids = [topic.id for topic in pack.topics]
    for name in sorted(set(pack.order) ^ set(ids)):
        what = "has no file in topics/" if name in pack.order else "is missing from this list"
        yield _at(pack.origin, "topics", f"topics: {name} {what}")
    for found in pack.topics:
        if found.country != pack.country:
            yield _at(found.origin, "country", f"country should be that of the pack, {pack.country}")


def _articles(pack: PackFile, known: Surroundings) -> Iterator[Problem]:
    for article in pack.articles:
        if article.country != pack.country:
            yield _at(article.origin, "country", f"country should be that of the pack, {pack.country}")
        for key, topics in (("topic", (article.topic,)), ("next", article.next_topics)):
            for name in filter(None, topics):
                if name not in known.topics:
                    yield _at(article.origin, key, f"{key}: there is no topic {name}")
                elif known.topics[name] not in (None, article.country):
                    yield _at(article.origin, key, f"{key}: {name} is a topic of another country")
        yield from _promises(article)
    answered = {article.topic for article in pack.articles}
    for topic in pack.topics:
        if topic.country and topic.id not in answered:
            yield _at(topic.origin, "id", f"topic {topic.id} has no article")


def _promises(article: ArticleFile) -> Iterator[Problem]:
    """Nobody is promised anything (protection principle S3)."""
    for number, line in enumerate(article.body.splitlines(), article.body_line):
        found = _PROMISES.search(fold(line))
        if found:
            yield Problem(article.origin.file, number, f"“{found[0]}” promises what is not ours to give")


def _danger(pack: PackFile, known: Surroundings) -> Iterator[Problem]:
    for crisis in pack.crisis:
        for number in crisis.numbers:
            if number not in known.numbers:
                yield _at(crisis.origin, "numbers", f"there is no number {number}")
    for found in pack.numbers:
        if found.country != pack.country:
            yield _at(found.origin, "country", f"{found.id}: country should be that of the pack, {pack.country}")


def _people(pack: PackFile) -> Iterator[Problem]:
    for member in pack.members:
        if member.role not in Role.values:
            yield Problem(
                pack.origin.file, 0, f"members: {member.role} is not a role; they are {', '.join(Role.values)}"
            )


# Figures and sites --------------------------------------------------------------------------------------------------


def _facts(pack: PackFile, file: FactsFile) -> Iterator[Problem]:
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
            yield _at(
                number.origin, "number", f"{number.id}: {', '.join(fichas) or 'no ficha'} does not give this number"
            )
        if number.known_on and not on(number.known_on, file.of(fichas)):
            yield _at(number.origin, "last_known_on", f"{number.id}: {number.ficha} does not give {number.known_on}")


def _unknown_fichas(origin: Origin, fichas: Sequence[str], file: FactsFile) -> Iterator[Problem]:
    for ficha in fichas:
        if ficha not in file.fichas:
            yield _at(origin, "fichas", f"FACTS.md has no ficha {ficha}")


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
    yield from _days(article, facts)


def uses(article: ArticleFile) -> Iterator[Mention]:
    """In its body, its title, its caution and its sources. The name of a source may repeat its own site ("Canal 13", 13.cl)."""
    for mention in mentions(article.body):
        yield replace(mention, line=mention.line + article.body_line - 1)
    for key, text in (("title", article.title), ("caution", article.caution)):
        for mention in mentions(text):
            yield replace(mention, line=article.origin.line(key))
    for source in article.sources:
        for mention in (*mentions(source.title), *mentions(source.url)):
            if mention.kind != "number" or mention.value not in source.url:
                yield replace(mention, line=source.line)


def _days(article: ArticleFile, facts: Facts) -> Iterator[Problem]:
    days = [("known_on", article.known_on), ("window_closes_on", article.window_closes_on)]
    for key, day in days:
        if day and not on(day, facts):
            yield _at(article.origin, key, f"{key}: the fichas do not give {day}")
    for source in article.sources:
        if source.dated_on and not on(source.dated_on, facts):
            yield Problem(article.origin.file, source.line, f"on: the fichas do not give {source.dated_on}")
