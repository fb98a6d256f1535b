"""What may be said now, in memory: a frozen picture of the tables, carrying the number it was taken at.

Whoever asks compares the number with the stored one (one small query) and takes a new picture when it is older; so every process notices a
publication or a withdrawal within one turn. In production only published versions are in the picture.
"""

import math
import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from baquiano.knowledge.models import ArticleVersion, Example, Topic, Verification, shelf_number
from baquiano.lib.text import fold


@dataclass(frozen=True)
class SourceShown:
    title: str
    url: str
    dated_on: date | None


@dataclass(frozen=True)
class Checked:
    """The last verification of a version."""

    on: date
    good_until: date


@dataclass(frozen=True)
class Text:
    """One version's words, as they may be served. `is_proposal`: a pack's, approved by nobody here."""

    version: int
    article: str
    topic: str
    country: str
    title: str
    first_sentence: str
    short_answer: str
    sections: dict[str, list[str]]
    caution: str
    known_on: date | None
    window_closes_on: date | None
    next_topics: tuple[str, ...]
    sources: tuple[SourceShown, ...]
    checked: Checked | None
    is_proposal: bool

    @property
    def what_it_answers(self) -> str:
        """Its words without those that say what it does not answer."""
        told = (line for name, lines in self.sections.items() if name != "unknown" for line in lines)
        return "\n".join((self.title, self.first_sentence, self.short_answer, *told))


@dataclass(frozen=True)
class TopicShown:
    id: str
    country: str
    branch: str
    titles: dict[str, str]
    labels: dict[str, str]
    words: dict[str, list[str]]

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("es", self.id)

    def label(self, language: str) -> str:
        return self.labels.get(language) or self.labels.get("es", self.id)


@dataclass(frozen=True)
class Shelf:
    """`number`: when it was taken. `texts`: by version id. `of_topic`: topic → texts, the main one first."""

    number: int
    topics: dict[str, TopicShown]
    texts: dict[int, Text]
    of_topic: dict[str, tuple[Text, ...]]
    examples: dict[str, dict[str, tuple[str, ...]]]
    menus: dict[tuple[str, tuple[str, ...]], tuple[TopicShown, ...]] = field(
        default_factory=dict
    )  # made when asked for

    def texts_of(self, topic: str, country: str) -> tuple[Text, ...]:
        """What may be said of a topic in a country. With the country unknown, only what does not depend on it."""
        texts = self.of_topic.get(topic, ())
        if country:
            return tuple(text for text in texts if text.country in ("", country))
        countries = {text.country for text in texts}
        return texts if len(countries) == 1 else ()

    def closest(self, texts: Sequence[Text], about: str) -> Text:
        """The text that shares most telling words with what was asked; the first one when nothing tells."""
        if len(texts) == 1 or not about.strip():
            return texts[0]
        asked = _stems(about)
        bags = [_stems(text.what_it_answers) for text in texts]
        spread = Counter(stem for bag in bags for stem in bag)
        scores = [sum(math.log(1 + len(texts) / spread[stem]) for stem in asked & bag) for bag in bags]
        best = max(range(len(texts)), key=lambda i: (scores[i], -i))
        return texts[best] if scores[best] > scores[0] * 1.2 else texts[0]

    def branches(self, country: str, countries: Sequence[str]) -> tuple[str, ...]:
        present = {topic.branch for topic in self._topics_in(country, countries)}
        return tuple(sorted(present))

    def topics_in(self, branch: str, country: str, countries: Sequence[str]) -> tuple[str, ...]:
        return tuple(topic.id for topic in self._topics_in(country, countries) if topic.branch == branch)

    def _topics_in(self, country: str, countries: Sequence[str]) -> tuple[TopicShown, ...]:
        """Every menu of every turn asks for them, and they only change with the picture."""
        served = (country,) if country else tuple(countries)
        if (country, served) not in self.menus:
            self.menus[country, served] = tuple(
                topic
                for topic in self.topics.values()
                if topic.country in ("", *served) and any(self.texts_of(topic.id, c) for c in served)
            )
        return self.menus[country, served]


def _stems(text: str) -> frozenset[str]:
    words = "".join(c if c.isalnum() else " " for c in fold(text)).split()
    return frozenset(word[:5] for word in words if len(word) > 3)


_lock = threading.Lock()
_current: list[Shelf] = []


def current() -> Shelf:
    """The picture in force; a new one is taken by one thread at a time."""
    number = shelf_number()
    if _current and _current[0].number == number:
        return _current[0]
    with _lock:
        if not _current or _current[0].number != number:
            _current[:] = [_take(number)]
        return _current[0]


def _take(number: int) -> Shelf:
    versions = (
        ArticleVersion.objects.servable(with_proposals=settings.IS_DEMO)
        .select_related("article")
        .prefetch_related("sources")
        .order_by("article__id")
    )
    checked = _last_checks()
    texts = {version.pk: _text(version, checked) for version in versions}
    of_topic: dict[str, list[Text]] = defaultdict(list)
    for text in texts.values():
        of_topic[text.topic].append(text)
    topics = {
        topic.pk: TopicShown(topic.pk, topic.country or "", topic.branch, topic.titles, topic.labels, topic.words)
        for topic in Topic.objects.order_by("position", "id")
    }
    return Shelf(number, topics, texts, {topic: tuple(rows) for topic, rows in of_topic.items()}, _examples())


def _text(version: ArticleVersion, checked: dict[int, Checked]) -> Text:
    return Text(
        version=version.pk,
        article=version.article_id,
        topic=version.article.topic_id,
        country=version.article.country or "",
        title=version.title,
        first_sentence=version.first_sentence,
        short_answer=version.short_answer,
        sections=version.sections,
        caution=version.caution,
        known_on=version.known_on,
        window_closes_on=version.window_closes_on,
        next_topics=tuple(version.next_topics),
        sources=tuple(SourceShown(s.title, s.url, s.dated_on) for s in version.sources.all()),
        checked=checked.get(version.pk),
        is_proposal=version.published_at is None,
    )


def _last_checks() -> dict[int, Checked]:
    rows = Verification.objects.order_by("on", "id").values_list("version_id", "on", "good_until")
    return {version: Checked(on, good_until) for version, on, good_until in rows}


def _examples() -> dict[str, dict[str, tuple[str, ...]]]:
    grouped: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for topic, language, text in Example.objects.order_by("id").values_list("topic_id", "language", "text"):
        grouped[topic][language].append(text)
    return {topic: {lang: tuple(texts) for lang, texts in by.items()} for topic, by in grouped.items()}
