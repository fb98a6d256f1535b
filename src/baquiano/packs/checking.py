"""What one file alone cannot show: do the packs fit together, does every figure come from somewhere, is anything said that must not be.

What is found here is broken or unsafe, and is never loaded; how well it is written (`manner`, `apart`) is only told. Pure: values in,
problems out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from baquiano.accounts.models import Role
from baquiano.engine.safety import BadRule
from baquiano.lib.text import fold
from baquiano.packs import grounds, offers, spoken
from baquiano.packs.contents import ArticleFile, PackFile, RulesFile
from baquiano.packs.facts import FactsFile
from baquiano.packs.strict import Problem
from baquiano.safety.book import compiled

NO_ARTICLE = "new"
"""Where the desk opens a new one: an article of this id could not be reached."""


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


def check(
    packs: Sequence[PackFile], around: Surroundings, facts: Mapping[str, FactsFile], today: date | None
) -> list[Problem]:
    """`facts`: pack name → its FACTS.md; a pack without one is not compared with anything. `today`: which windows have
    closed; None: those that were closed when the article was written, since whoever serves it says CERRADA by itself later."""
    here = surroundings_of(packs)
    known = Surroundings(
        {**around.topics, **here.topics},
        around.numbers | here.numbers,
        around.packs | here.packs,
    )
    problems = [*_doubled(packs), *_phrase_rules([rules for pack in packs for rules in pack.rules])]
    problems += offers.problems_of(packs)
    for pack in packs:
        problems += [*_head(pack, known), *_articles(pack, known), *_danger(pack, known), *_people(pack)]
        if pack.is_own:  # two people of the organisation answer for what it says
            continue
        problems += [*spoken.of_pack(pack, today), *grounds.of_translations(pack)]
        if pack.name in facts:
            problems += grounds.of_pack(pack, facts[pack.name])
    return sorted(set(problems))


def _doubled(packs: Sequence[PackFile]) -> Iterator[Problem]:
    """The same thing twice, in one pack or in two."""
    seen: dict[tuple[str, ...], str] = {}
    for file, line, name, *key in _named(packs):
        first = seen.setdefault((name, *key), f"{file}:{line}")
        if first != f"{file}:{line}":
            yield Problem(file, line, f"{name} {' '.join(part for part in key if part)} already stands in {first}")


def _named(packs: Sequence[PackFile]) -> Iterator[tuple[str, int, str, *tuple[str, ...]]]:
    """File, line, what it is, and its name."""
    for pack in packs:
        yield from _named_texts(pack)
        for number in pack.numbers:
            yield number.origin.file, number.origin.first, "number", number.id
        for crisis in pack.crisis:
            key = (crisis.kind, crisis.language, crisis.country)
            yield crisis.origin.file, crisis.origin.first, "the danger text", *key
        for wording in pack.wordings:
            yield wording.file, wording.line, "the sentence", wording.key, wording.language, wording.country
        for member in pack.members:
            yield pack.origin.file, 0, "member", member.username, pack.name


def _named_texts(pack: PackFile) -> Iterator[tuple[str, int, str, *tuple[str, ...]]]:
    for what, found in (("topic", pack.topics), ("article", pack.articles)):
        for one in found:
            yield one.origin.file, one.origin.line("id"), what, one.id
            for example in one.examples:
                yield one.origin.file, example.line, "the example", fold(example.text)
    for words in pack.translations:
        yield words.origin.file, words.origin.first, "the translation", words.article, words.language


def _phrase_rules(files: Sequence[RulesFile]) -> Iterator[Problem]:
    """Rules of all languages are tried at once: they are compiled together, as they will be used."""
    try:
        compiled([row for file in sorted(files, key=lambda one: one.language) for row in file.rows])
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
            yield pack.origin.problem("requires", f"needs the pack {needed}: load it first, or both together")
    ids = [topic.id for topic in pack.topics]
    for name in sorted(set(pack.order) ^ set(ids)):
        what = "has no file in topics/" if name in pack.order else "is missing from this list"
        yield pack.origin.problem("topics", f"topics: {name} {what}")
    if pack.is_own and (pack.numbers or pack.crisis or pack.wordings or pack.rules or pack.divisions or pack.members):
        yield pack.origin.problem(
            "own", "a pack of own texts holds topics, articles and translations, and nothing else"
        )
    for found in pack.topics:
        if found.country != pack.country and not pack.is_own:
            yield found.origin.problem("country", f"country should be that of the pack, {pack.country}")


def _articles(pack: PackFile, known: Surroundings) -> Iterator[Problem]:
    for article in pack.articles:
        if article.id == NO_ARTICLE:
            yield article.origin.problem("id", f"{NO_ARTICLE} is the name of a page of the desk: choose another id")
        if article.country != pack.country and not pack.is_own:
            yield article.origin.problem("country", f"country should be that of the pack, {pack.country}")
        for key, topics in (("topic", (article.topic,)), ("next", article.next_topics)):
            for name in filter(None, topics):
                yield from _points_to(article, key, name, known)
    answered = {article.topic for article in pack.articles}
    for topic in pack.topics:
        if topic.country and topic.id not in answered:
            yield topic.origin.problem("id", f"topic {topic.id} has no article")
    written = {article.id for article in pack.articles}
    for words in pack.translations:
        if words.article not in written:
            yield Problem(words.origin.file, 0, f"there is no article {words.article} in this pack")


def _points_to(article: ArticleFile, key: str, topic: str, known: Surroundings) -> Iterator[Problem]:
    if topic not in known.topics:
        yield article.origin.problem(key, f"{key}: there is no topic {topic}")
    elif known.topics[topic] not in (None, article.country):
        yield article.origin.problem(key, f"{key}: {topic} is a topic of another country")


def _danger(pack: PackFile, known: Surroundings) -> Iterator[Problem]:
    for crisis in pack.crisis:
        for number in crisis.numbers:
            if number not in known.numbers:
                yield crisis.origin.problem("numbers", f"there is no number {number}")
    for found in pack.numbers:
        if found.country != pack.country:
            yield found.origin.problem("country", f"{found.id}: country should be that of the pack, {pack.country}")


def _people(pack: PackFile) -> Iterator[Problem]:
    for member in pack.members:
        if member.role not in Role.values:
            yield Problem(
                pack.origin.file, 0, f"members: {member.role} is not a role; they are {', '.join(Role.values)}"
            )
