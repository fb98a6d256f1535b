"""What may be said now, in memory: a frozen picture of the tables, carrying the number it was taken at.

Whoever asks compares the number with the stored one (one small query) and takes a new picture when it is older; so every process notices a
publication or a withdrawal within one turn. In production only published versions are in the picture.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from baquiano.knowledge.models import (
    Article,
    ArticleVersion,
    Example,
    FraudAlert,
    Rumour,
    Topic,
    Translation,
    Verification,
    shelf_number,
)
from baquiano.knowledge.search.lexical import MANY_VOICES, Bm25, add
from baquiano.lib.text import fold

EXPIRES_AFTER = timedelta(days=60)
"""How long a text is still served, with its date and "do not decide with this alone", after our trust in it ended."""

CLEARLY = 1.2
"""How much better than the first text of its topic another one must fit what was asked."""


@dataclass(frozen=True)
class SourceShown:
    """`says`: what it says where another source of the same text says something else."""

    title: str
    url: str
    dated_on: date | None
    says: str


@dataclass(frozen=True)
class Checked:
    """The last verification of a version."""

    on: date
    good_until: date


@dataclass(frozen=True)
class Words:
    """What is said first, in one language. `is_proposal`: a pack's, approved by nobody here."""

    title: str
    first_sentence: str
    short_answer: str
    is_proposal: bool


@dataclass(frozen=True)
class Text:
    """One version's words, as they may be served. `is_proposal`: a pack's, approved by nobody here.

    `figures_until`: the last day that its figures are good for, as its source says. `examples`: questions only it answers.
    """

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
    figures_until: date | None
    next_topics: tuple[str, ...]
    sources: tuple[SourceShown, ...]
    checked: Checked | None
    is_proposal: bool
    is_life_saving: bool
    translations: dict[str, Words]
    examples: tuple[str, ...]

    def words(self, language: str) -> Words | None:
        """None: nothing approved in that language; the Spanish words are served with a sentence that says so."""
        if language == "es":
            return Words(self.title, self.first_sentence, self.short_answer, self.is_proposal)
        return self.translations.get(language)

    def needs_review(self, today: date) -> bool:
        """Our trust, or the trust in its figures, has ended: it is served with its date and a caution."""
        return is_past_trust(self.trusted_until, self.figures_until, today)

    def is_expired(self, today: date) -> bool:
        """Nobody has checked it for so long that it is no longer said, save what may save a life."""
        return not self.is_life_saving and is_past_saying(self.trusted_until, today)

    @property
    def differing(self) -> tuple[SourceShown, ...]:
        """What each source says where they contradict each other; empty when nobody declared that they do."""
        told = tuple(source for source in self.sources if source.says)
        return told if len(told) > 1 else ()

    @property
    def trusted_until(self) -> date | None:
        return self.checked.good_until if self.checked else None

    @property
    def what_it_answers(self) -> str:
        """Its words without those that say what it does not answer."""
        told = (line for name, lines in self.sections.items() if name != "unknown" for line in lines)
        return "\n".join((self.title, self.first_sentence, self.short_answer, *told))

    @property
    def in_other_languages(self) -> str:
        return "\n".join(
            part for w in self.translations.values() for part in (w.title, w.first_sentence, w.short_answer)
        )


def is_past_trust(trusted_until: date | None, figures_until: date | None, today: date) -> bool:
    """Our trust in a text, or in its figures, has ended."""
    return any(day is not None and day < today for day in (trusted_until, figures_until))


def is_past_saying(trusted_until: date | None, today: date) -> bool:
    """Our trust ended so long ago that the text is no longer said."""
    return trusted_until is not None and trusted_until + EXPIRES_AFTER < today


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
class AlertShown:
    """A swindle that goes round, said between two days, both included."""

    id: int
    country: str
    texts: dict[str, str]
    begins_on: date
    ends_on: date

    def text(self, language: str) -> str:
        return self.texts.get(language) or self.texts.get("es", "")


@dataclass(frozen=True)
class RumourShown:
    """Something that goes round and that we have checked. `examples`: other ways in which it is told."""

    id: int
    heard: str
    country: str
    answer: str
    source: SourceShown
    checked: Checked
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    """`number`: when it was taken. `texts`: by version id. `of_topic`: topic → texts, the main one first.

    `telling`: what tells the texts of one topic apart, made when first asked for.
    """

    number: int
    topics: dict[str, TopicShown]
    texts: dict[int, Text]
    of_topic: dict[str, tuple[Text, ...]]
    examples: dict[str, dict[str, tuple[str, ...]]]
    menus: dict[tuple[str, tuple[str, ...]], tuple[TopicShown, ...]] = field(
        default_factory=dict
    )  # made when asked for
    telling: dict[tuple[int, ...], Bm25] = field(default_factory=dict)
    alerts: dict[int, AlertShown] = field(default_factory=dict)  # by id, the newest first
    rumours: dict[int, RumourShown] = field(default_factory=dict)  # by id, the newest first

    def texts_of(self, topic: str, country: str) -> tuple[Text, ...]:
        """What may be said of a topic in a country. With the country unknown, only what does not depend on it."""
        today = timezone.localdate()
        texts = tuple(text for text in self.of_topic.get(topic, ()) if not text.is_expired(today))
        if country:
            return tuple(text for text in texts if text.country in ("", country))
        countries = {text.country for text in texts}
        return texts if len(countries) == 1 else ()

    def texts_without_topic(self, country: str) -> tuple[Text, ...]:
        """What stands on a page of its own, and no question leads to."""
        today = timezone.localdate()
        alone = (text for text in self.texts.values() if not text.topic and text.country in ("", country))
        return tuple(text for text in alone if not text.is_expired(today))

    def now_of(self, article: str) -> Text | None:
        """The text of an article that is said now."""
        return next((text for text in self.texts.values() if text.article == article), None)

    def expired(self, topic: str, country: str) -> Text | None:
        """The text that would answer, had somebody checked it in time: it says where to ask instead."""
        today = timezone.localdate()
        texts = (text for text in self.of_topic.get(topic, ()) if text.is_expired(today))
        return next((text for text in texts if text.country in ("", country) or not country), None)

    def closest(self, texts: Sequence[Text], about: str) -> Text:
        """The text of a topic that clearly fits best what was asked; the first one when nothing tells."""
        if len(texts) == 1 or not about.strip():
            return texts[0]
        key = tuple(text.version for text in texts)
        if key not in self.telling:
            self.telling[key] = Bm25(map(_told_apart, texts), saturation=MANY_VOICES)
        scores = self.telling[key].scores(sorted(_stems(about)))
        best = int(scores.argmax())
        return texts[best] if scores[best] > scores[0] * CLEARLY else texts[0]

    def alerts_in(self, country: str) -> tuple[AlertShown, ...]:
        """What is said today about swindles in a country, the newest first; nothing while the country is not known."""
        today = timezone.localdate()
        here = (alert for alert in self.alerts.values() if alert.country == country)
        return tuple(alert for alert in here if alert.begins_on <= today <= alert.ends_on)

    def rumours_in(self, country: str) -> tuple[RumourShown, ...]:
        """Those whose answer still holds; with the country unknown, of every country."""
        today = timezone.localdate()
        held = (rumour for rumour in self.rumours.values() if rumour.checked.good_until >= today)
        return tuple(rumour for rumour in held if not country or rumour.country in ("", country))

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


def _told_apart(text: Text) -> dict[str, float]:
    """Its title and its questions count most; a stem says little in a long body."""
    document: dict[str, float] = {}
    add(document, Counter(_stems(text.title)), 3.0)
    for example in text.examples:
        add(document, Counter(_stems(example)), 1.0)
    add(document, Counter(_stems(f"{text.what_it_answers}\n{text.in_other_languages}")), 1.0)
    return document


def _stems(text: str) -> frozenset[str]:
    words = "".join(c if c.isalnum() else " " for c in fold(text)).split()
    return frozenset(word[:5] for word in words if len(word) > 3)


_lock = threading.Lock()
_current: list[Shelf] = []


def current(number: int | None = None) -> Shelf:
    """The picture in force; a new one is taken by one thread at a time."""
    number = shelf_number() if number is None else number
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
    around = _Around(last_checks(), _translations(), _examples_of_articles())
    texts = {version.pk: _text(version, around) for version in versions}
    of_topic: dict[str, list[Text]] = defaultdict(list)
    for text in texts.values():
        if text.topic:
            of_topic[text.topic].append(text)
    unsaid = _unsaid(texts)
    topics = {
        topic.pk: TopicShown(topic.pk, topic.country or "", topic.branch, topic.titles, topic.labels, topic.words)
        for topic in Topic.objects.exclude(pk__in=_topics_only_of(unsaid)).order_by("position", "id")
    }
    shown = {topic: tuple(rows) for topic, rows in of_topic.items()}
    return Shelf(number, topics, texts, shown, _examples(unsaid), alerts=_alerts(), rumours=_rumours())


def _unsaid(texts: dict[int, Text]) -> frozenset[str]:
    """Articles opened here of which no word was ever published: nobody is led to them, and nothing learns from them."""
    published = ArticleVersion.objects.filter(article=OuterRef("pk"), published_at__isnull=False)
    begun = Article.objects.filter(~Exists(published), pack="").values_list("pk", flat=True)
    return frozenset(begun) - {text.article for text in texts.values()}


def _topics_only_of(unsaid: frozenset[str]) -> list[str]:
    """Topics opened here all of whose articles are still to be said."""
    articles: dict[str, set[str]] = defaultdict(set)
    for topic, article in Article.objects.filter(topic__pack="").values_list("topic_id", "pk"):
        articles[str(topic)].add(article)
    return [topic for topic, own in articles.items() if own <= unsaid]


def _alerts() -> dict[int, AlertShown]:
    rows = FraudAlert.objects.published().filter(ends_on__gte=timezone.localdate()).order_by("-published_at", "-id")
    return {row.pk: AlertShown(row.pk, row.country, row.texts, row.begins_on, row.ends_on) for row in rows}


def _rumours() -> dict[int, RumourShown]:
    rows = Rumour.objects.said(timezone.localdate()).order_by("-answered_at", "-id")
    return {row.pk: _rumour(row) for row in rows}


def _rumour(row: Rumour) -> RumourShown:
    assert row.answered_at and row.good_until  # the database holds it
    on = timezone.localtime(row.answered_at).date()
    source = SourceShown(row.source_title, row.source_url, None, "")
    examples = tuple(row.examples)
    return RumourShown(row.pk, row.heard, row.country, row.answer, source, Checked(on, row.good_until), examples)


@dataclass(frozen=True)
class _Around:
    """What stands beside the versions: by version, by version, by article."""

    checked: dict[int, Checked]
    translations: dict[int, dict[str, Words]]
    examples: dict[str, tuple[str, ...]]


def _text(version: ArticleVersion, around: _Around) -> Text:
    return Text(
        version=version.pk,
        article=version.article_id,
        topic=version.article.topic_id or "",
        country=version.article.country or "",
        title=version.title,
        first_sentence=version.first_sentence,
        short_answer=version.short_answer,
        sections=version.sections,
        caution=version.caution,
        known_on=version.known_on,
        window_closes_on=version.window_closes_on,
        figures_until=version.figures_until,
        next_topics=tuple(version.next_topics),
        sources=tuple(SourceShown(s.title, s.url, s.dated_on, s.says) for s in version.sources.all()),
        checked=around.checked.get(version.pk),
        is_proposal=version.published_at is None,
        is_life_saving=version.article.is_life_saving,
        translations=around.translations.get(version.pk, {}),
        examples=around.examples.get(version.article_id, ()),
    )


def last_checks() -> dict[int, Checked]:
    """By version."""
    rows = Verification.objects.order_by("on", "id").values_list("version_id", "on", "good_until")
    return {version: Checked(on, good_until) for version, on, good_until in rows}


def _translations() -> dict[int, dict[str, Words]]:
    """The last one of each version and language that may be served; what was published wins over what is proposed."""
    rows = Translation.objects.filter(withdrawn_at=None)
    if not settings.IS_DEMO:
        rows = rows.filter(published_at__isnull=False)
    found: dict[int, dict[str, Words]] = defaultdict(dict)
    for row in rows.order_by("number"):
        words = Words(row.title, row.first_sentence, row.short_answer, row.published_at is None)
        known = found[row.version_id].get(row.language)
        if known is None or known.is_proposal or not words.is_proposal:
            found[row.version_id][row.language] = words
    return found


def _examples_of_articles() -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    rows = Example.objects.filter(article__isnull=False).order_by("id").values_list("article_id", "text")
    for article, text in rows:
        grouped[article].append(text)
    return {article: tuple(texts) for article, texts in grouped.items()}


def _examples(unsaid: frozenset[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    grouped: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = Example.objects.order_by("id").values_list("topic_id", "article_id", "language", "text")
    for topic, article, language, text in rows:
        if article not in unsaid:
            grouped[topic][language].append(text)
    return {topic: {lang: tuple(texts) for lang, texts in by.items()} for topic, by in grouped.items()}
