"""Can the articles be told apart? With the search by words, over the packs that are read and those they require.

An article is taken for another one when its own title and first sentence, or a question that it alone should answer, lead to another topic
first by a clear margin, or when it says nearly the same as another article of its country.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from baquiano.knowledge.search import reading
from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.index import NOWHERE_ELSE, Index
from baquiano.knowledge.search.normalise import NO_SLANG, words
from baquiano.packs.contents import LANGUAGES, ArticleFile, PackFile, TopicFile
from baquiano.packs.manner import spoken
from baquiano.packs.strict import Problem

CLEARLY = 0.15
"""Of the fused score, 0 to 1: below it, two topics that touch each other change places with every comma."""

SAME_WORDS = 0.8
"""Share of the shorter text's rows of three words that the other one has too."""


def of_packs(packs: Sequence[PackFile], beside: Sequence[PackFile], search: Path) -> Iterator[Problem]:
    """`beside`: packs that are searched too and not complained about. `search`: the folder of packs that holds the map of how people type."""
    every = [*packs, *beside]
    articles = [article for pack in packs for article in pack.articles]
    yield from _said_twice(articles)
    if sum(len(pack.topics) for pack in every) > 1:
        yield from _led_astray(articles, _index(every, search))


def _index(packs: Sequence[PackFile], search: Path) -> Index:
    """As a running house builds it: examples of a topic and of its articles, and what its articles say."""
    asked: dict[str, list[str]] = defaultdict(list)
    told: dict[str, list[str]] = defaultdict(list)
    for article in (article for pack in packs for article in pack.articles):
        asked[article.topic] += [example.text for example in article.examples]
        told[article.topic] += _what_it_answers(article)
    entries = [
        Entry(
            topic=topic.id,
            country=topic.country,
            titles=topic.titles,
            words=topic.words,
            examples=_examples(topic, asked[topic.id]),
            body="\n".join(told[topic.id]),
        )
        for pack in packs
        for topic in pack.topics
    ]
    if not (search / "comun" / "search" / "slang.yaml").is_file():
        return Index.build(entries, NO_SLANG, elsewhere=NOWHERE_ELSE)
    return Index.build(entries, reading.read_slang(search), elsewhere=reading.read_elsewhere(search))


def _examples(topic: TopicFile, of_articles: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = {
        language: tuple(example.text for example in topic.examples if example.language == language)
        for language in LANGUAGES
    }
    return {**found, "es": (*found["es"], *of_articles)}


def _what_it_answers(article: ArticleFile) -> list[str]:
    """Without what it says it does not know."""
    told = [line for name, lines in article.sections.items() if name != "unknown" for line in lines]
    return [article.title, article.first_sentence, article.short_answer, *told]


def _led_astray(articles: Sequence[ArticleFile], index: Index) -> Iterator[Problem]:
    places = {topic: place for place, topic in enumerate(index.topics)}
    for article in articles:
        if article.topic not in places:
            continue
        itself = (article.origin.line("title"), f"{article.title}. {article.first_sentence}")
        for line, text in (itself, *((example.line, example.text) for example in article.examples)):
            sight = index.look(text, country=article.country, language="es")
            best = sight.order[0]
            if float(sight.fused[best] - sight.fused[places[article.topic]]) > CLEARLY:
                what = "its title and first sentence lead" if line == itself[0] else "this question leads"
                said = f"{what} to {index.topics[best]} before {article.topic}: say what is particular here"
                yield Problem(article.origin.file, line, said)


def _said_twice(articles: Sequence[ArticleFile]) -> Iterator[Problem]:
    rows = {article.id: _rows_of_three(article) for article in articles}
    for first, second in combinations(articles, 2):
        if first.country and second.country and first.country != second.country:
            continue
        fewer = min(len(rows[first.id]), len(rows[second.id]))
        if fewer and len(rows[first.id] & rows[second.id]) > SAME_WORDS * fewer:
            yield second.origin.problem("id", f"{second.id} says nearly the same as {first.id} ({first.origin.file})")


def _rows_of_three(article: ArticleFile) -> frozenset[tuple[str, ...]]:
    said = [words(line, "es", NO_SLANG) for line in spoken(article)]
    return frozenset(tuple(line[at : at + 3]) for line in said for at in range(len(line) - 2))
