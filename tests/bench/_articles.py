"""Many articles that no pack has: the packs' own sentences shuffled together, each article about one town. Always the same ones.

The sentences are real, so words are as common and as rare as people write them; the towns make one article unlike its brothers.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.reading import COUNTRY_PACKS, read_entries
from tests.bench._typing import hurried

LANGUAGES = ("es", "en", "pt", "fr", "ht")
SENTENCES, STRANGE_SENTENCES = 25, 5
"""Spanish lines of one article: from its own topic, and from any other (an article strays)."""

STRIDE = 997
"""From one asked article to the next: a prime, so that they lie all over."""

IN_TOWN = {"es": "en", "en": "in", "pt": "em", "fr": "à", "ht": "nan"}


@dataclass(frozen=True)
class Asked:
    """A question and the article it is about."""

    text: str
    language: str
    article: str


def synthetic(packs: Path, count: int) -> tuple[Entry, ...]:
    """Articles with title, first sentence and short answer in five languages, an example question in each, and a Spanish body."""
    topics, said, towns = read_entries(packs), _translated(packs), _towns(packs)
    bodies = [topic.body.splitlines() for topic in topics]
    return tuple(
        _article(number, topics, said, bodies, towns[number // len(topics) % len(towns)]) for number in range(count)
    )


def questions(entries: Sequence[Entry], count: int) -> tuple[Asked, ...]:
    """Through the five languages in turn, articles' own example questions typed in a hurry."""
    asked = []
    for number in range(count):
        entry, language = entries[number * STRIDE % len(entries)], LANGUAGES[number % len(LANGUAGES)]
        asked.append(Asked(hurried(entry.examples[language][0], str(number)), language, entry.topic))
    return tuple(asked)


def _article(
    number: int,
    topics: Sequence[Entry],
    said: Mapping[str, Mapping[str, Sequence[str]]],
    bodies: Sequence[Sequence[str]],
    town: str,
) -> Entry:
    dice = random.Random(number)
    own = number % len(topics)
    topic = topics[own]
    lines = dice.sample(bodies[own], min(SENTENCES, len(bodies[own])))
    lines += [dice.choice(dice.choice([body for body in bodies if body])) for _ in range(STRANGE_SENTENCES)]
    titles = {
        language: f"{topic.titles[language]} {IN_TOWN[language]} {town}. {dice.choice(said[language][topic.topic])}"
        for language in LANGUAGES
    }
    examples = {
        language: (f"{dice.choice(topic.examples[language])} {IN_TOWN[language]} {town}",) for language in LANGUAGES
    }
    return Entry(f"article_{number}", topic.country, titles, {}, examples, "\n".join([*lines, town]))


def _translated(packs: Path) -> dict[str, dict[str, list[str]]]:
    """Language → topic → first sentence and short answer of each of its articles; in Spanish, and for articles without, the title."""
    said: dict[str, dict[str, list[str]]] = {language: defaultdict(list) for language in LANGUAGES}
    for topic, article in _rows(packs):
        for language, texts in article.items():
            if language in said:
                said[language][topic].append(f"{texts['first']} {texts['short']}")
    for topic in read_entries(packs):
        for language in LANGUAGES:
            said[language][topic.topic] = said[language][topic.topic] or [topic.titles[language]]
    return said


def _rows(packs: Path) -> Iterator[tuple[str, Mapping[str, Mapping[str, str]]]]:
    """The topic and the translations of each article that has some."""
    for pack in COUNTRY_PACKS:
        for path in sorted((packs / pack / "translations").glob("*.yaml")):
            row = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
            article = packs / pack / "articles" / f"{path.stem}.md"
            head = yaml.load(article.read_text(encoding="utf-8").split("---\n", 2)[1], yaml.CSafeLoader)
            if head["topic"]:
                yield head["topic"], {key: value for key, value in row.items() if isinstance(value, dict)}


def _towns(packs: Path) -> list[str]:
    rows = (packs / "comun" / "divisions.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = sorted({row.split(",")[5] for row in rows if row.split(",")[1] != "1"})
    return random.Random(0).sample(names, len(names))
