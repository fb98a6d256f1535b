"""What people asked and we could not answer, or not well: kept for a time, put together, and made into something that answers.

What is kept is masked and hangs on nobody: no address, no conversation, no hour. What told of a danger never comes here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User, organisation
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.editing import fields_of
from baquiano.knowledge.models import Article, ArticleVersion, Draft, Example, Question
from baquiano.knowledge.search import reading
from baquiano.knowledge.search.lexical import Nearest
from baquiano.knowledge.search.normalise import READ_AT_MOST, Slang, stems, words
from baquiano.knowledge.shelf import Shelf
from baquiano.lib import crypto
from baquiano.lib.masking import mask
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing
from baquiano.territory.models import Country, Division

ALIKE = 0.5
"""Likeness of words (0–1) from which two questions are put together: below it they share only how people begin to ask."""

LOOKED_AT = 1000
"""The newest open questions that are put together at once: more is a second of somebody's patience."""

EXAMPLE_LENGTH = 400


class CannotSettle(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Asked:
    """A question ready to be kept: masked already. `topic` empty: nothing came near."""

    text: str
    said_hash: str
    language: str
    country: str
    reason: Question.Reason
    topic: str


@dataclass(frozen=True)
class Group:
    """Questions that say much the same, the newest first."""

    questions: tuple[Question, ...]

    @property
    def leader(self) -> Question:
        return self.questions[0]

    @property
    def languages(self) -> list[str]:
        return [language for language, _ in Counter(one.language for one in self.questions).most_common()]

    @property
    def countries(self) -> list[str]:
        return [country for country, _ in Counter(one.country for one in self.questions).most_common()]

    @property
    def topic_id(self) -> str:
        """The topic that came nearest most often; empty when none did."""
        near = Counter(one.topic_id for one in self.questions if one.topic_id)
        return near.most_common(1)[0][0] if near else ""


@dataclass(frozen=True)
class Edited:
    """A kept question and the words an editor made of it."""

    question: Question
    words: str


@dataclass(frozen=True)
class TopicWeeks:
    """How often a topic was asked about in vain, week by week. `topic_id` empty: nothing came near."""

    topic_id: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


# Keeping and forgetting ---------------------------------------------------------------------------------------------------


def masked(
    text: str, *, shelf: Shelf, language: str, country: str, reason: Question.Reason, topic: str
) -> Asked | None:
    """Outside any transaction. None when nothing is left that says anything."""
    kept = mask(text[:READ_AT_MOST], known_words(shelf)).strip()
    if not any(letter.isalpha() for letter in kept):
        return None
    near = topic if topic in shelf.topics else ""
    return Asked(kept, hash_of(text), language, country, reason, near)


def keep(asked: Iterable[Asked]) -> None:
    """Inside the caller's transaction. Only the day is kept, not the hour."""
    today = timezone.localdate(timezone=ZoneInfo(organisation().timezone))
    noon = datetime.combine(today, time(12), UTC)  # the same day on every clock of the Americas
    Question.objects.bulk_create(
        Question(
            text=one.text,
            said_hash=one.said_hash,
            language=one.language,
            country=one.country,
            reason=one.reason,
            topic_id=one.topic or None,
            asked_at=noon,
        )
        for one in asked
    )


def forget(said: Iterable[str]) -> None:
    """Somebody erases her words: what was kept of them goes too, even if others asked in exactly the same words."""
    hashes = {hash_of(text) for text in said if text}
    if hashes:
        Question.objects.filter(said_hash__in=hashes).delete()


def forget_past_keeping(now: datetime) -> int:
    """Whatever became of them."""
    deleted, _rows = Question.objects.past_keeping(now).delete()
    return deleted


def hash_of(text: str) -> str:
    return crypto.keyed_hash(fold(text[:READ_AT_MOST]), "question")


_known: list[tuple[Shelf, frozenset[str]]] = []


def known_words(shelf: Shelf) -> frozenset[str]:
    """Folded words and phrases that are nobody's name: those our texts use in small letters, topics, places, countries."""
    known = next((words for picture, words in _known if picture is shelf), None)
    if known is None:
        known = frozenset(_ordinary(shelf) | _titles(shelf) | _places())
        _known[:] = [(shelf, known)]
    return known


def _ordinary(shelf: Shelf) -> set[str]:
    """A word that stands only with a capital may be somebody's name ("Hospital San Juan")."""
    texts = [example for by in shelf.examples.values() for examples in by.values() for example in examples]
    for text in shelf.texts.values():
        texts += [text.what_it_answers, text.in_other_languages]
    return {fold(word) for text in texts for word in _split(text) if word[0].islower()}


def _titles(shelf: Shelf) -> set[str]:
    named: list[str] = []
    for topic in shelf.topics.values():
        named += [*topic.titles.values(), *topic.labels.values(), *(w for own in topic.words.values() for w in own)]
    return {fold(word) for name in named for word in _split(name)}


def _places() -> set[str]:
    names = {*Division.objects.values_list("name", flat=True), *Country.objects.values_list("name", flat=True)}
    return {fold(name) for name in names}


def _split(text: str) -> list[str]:
    return "".join(c if c.isalpha() or c in "'’-" else " " for c in text).replace("’", "'").split()


# Putting together ---------------------------------------------------------------------------------------------------------


def grouped(questions: Sequence[Question], shelf: Shelf) -> list[Group]:
    """Those alike in their words together, the largest group first. Each goes with the newest one it is like.

    The examples of all topics are looked at beside them: they tell which words everybody uses, and so say little.
    """
    if not questions:
        return []
    slang = _slang()
    terms = [_terms(question.text, question.language, slang) for question in questions]
    examples = [(text, lang) for by in shelf.examples.values() for lang, texts in by.items() for text in texts]
    everything = [*terms, *(_terms(text, language, slang) for text, language in examples)]
    nearest = Nearest(everything, range(len(everything)), count=len(everything))
    left = dict.fromkeys(range(len(questions)))
    groups: list[Group] = []
    while left:
        leader = next(iter(left))
        alike = nearest.cosines(terms[leader])
        own = [place for place in left if place == leader or alike[place] >= ALIKE]
        for place in own:
            del left[place]
        groups.append(Group(tuple(questions[place] for place in own)))
    return sorted(groups, key=lambda group: -len(group.questions))


def _terms(text: str, language: str, slang: Slang) -> list[str]:
    return stems(words(text, language, slang), language)


@lru_cache(maxsize=1)
def _slang() -> Slang:
    return reading.read_slang(Path(settings.PACKS))


# What becomes of them -------------------------------------------------------------------------------------------------------


def attach(edited: Sequence[Edited], article: Article, *, by: User) -> int:
    """Each becomes an example of the article, in the editor's words, from the next turn on. Returns how many are new.

    Raises `CannotSettle`; then nothing has changed.
    """
    topic = article.topic
    if topic is None:
        raise CannotSettle(_("No question leads to this page: it has no topic. Choose an article with one."))
    if not edited:
        raise CannotSettle(_("Choose at least one question."))
    for one in edited:
        check_words(one.words.strip())
    added = 0
    with writing():
        known = known_examples({one.question.language for one in edited})
        for one in edited:
            key = one.question.language, fold(one.words)
            example = known.get(key)
            if example is None:
                example = known[key] = Example.objects.create(
                    topic=topic, article=article, language=one.question.language, text=one.words.strip(), pack=""
                )
                added += 1
            elif example.topic_id != topic.pk:
                raise CannotSettle(
                    _("“%(topic)s” has this very question already. Words that tell the two apart are needed.")
                    % {"topic": example.topic.title("es")}
                )
            _settle([one.question], Question.Outcome.EXAMPLE, by=by, example=example)
            audit(by, "question.attached", one.question, about=article.pk)
        shelf_changed()
    return added


def known_examples(languages: set[str]) -> dict[tuple[str, str], Example]:
    """By language and folded words. The oldest of two that are the same."""
    rows = Example.objects.filter(language__in=languages).select_related("topic").order_by("-pk")
    return {(row.language, fold(row.text)): row for row in rows}


def check_words(text: str) -> None:
    """Raises `CannotSettle` unless this may stand as an example: somebody's question, and nothing that leads to a person."""
    if not any(letter.isalpha() for letter in text):
        raise CannotSettle(_("Write the question as somebody might type it."))
    if len(text) > EXAMPLE_LENGTH:
        raise CannotSettle(_("A question has %(n)d characters at most.") % {"n": EXAMPLE_LENGTH})
    if mask(text, _EVERYTHING) != text or any(character in text for character in "[]"):
        raise CannotSettle(_("Take out marks, numbers, addresses and links: whoever asks next will have others."))


class _Everything:
    """Knows every word: only numbers, addresses and what follows "me llamo" are looked for."""

    def __contains__(self, word: object) -> bool:
        return True


_EVERYTHING = _Everything()


def open_draft(questions: Sequence[Question], article: Article, *, by: User) -> Draft:
    """Something is missing in this article: a draft of it, the editor's own. One that she has begun is left as it is."""
    if not questions:
        raise CannotSettle(_("Choose at least one question."))
    version = _newest(article)
    with writing():
        _settle(questions, Question.Outcome.NEW_TEXT, by=by)
        draft, _is_new = Draft.objects.get_or_create(
            author=by, article=article, defaults={"body": {"fields": fields_of(version) if version else {}}}
        )
        for question in questions:
            audit(by, "question.drafted", question, about=article.pk)
    return draft


def _newest(article: Article) -> ArticleVersion | None:
    return article.versions.filter(withdrawn_at=None).order_by("-number").first()


def set_aside(questions: Sequence[Question], *, by: User) -> None:
    """Not our subject: nothing is learnt from them, and they no longer wait."""
    if not questions:
        raise CannotSettle(_("Choose at least one question."))
    with writing():
        _settle(questions, Question.Outcome.NOT_OURS, by=by)
        for question in questions:
            audit(by, "question.set_aside", question)


def _settle(
    questions: Sequence[Question], outcome: Question.Outcome, *, by: User, example: Example | None = None
) -> None:
    """Inside the caller's transaction; whatever somebody else has settled meanwhile stops it."""
    still_open = Question.objects.open().filter(pk__in=[question.pk for question in questions])
    moved = still_open.update(outcome=outcome, example=example, settled_by=by, settled_at=timezone.now())
    if moved != len(questions):
        raise CannotSettle(_("Somebody has dealt with one of these meanwhile. Look at the list again."))


# How many, by topic and week ------------------------------------------------------------------------------------------------


def by_week(weeks: Sequence[date]) -> list[TopicWeeks]:
    """Kept questions by the topic that came nearest, in each of these weeks (their Mondays); the most asked first. One query.

    Small counts are shown: whoever sees them may read each question.
    """
    counted: dict[str, Counter[date]] = defaultdict(Counter)
    rows = Question.objects.annotate(week=TruncWeek("asked_at")).values_list("topic_id", "week").annotate(n=Count("pk"))
    for topic, week, n in rows:
        counted[topic or ""][week.date()] += n
    found = [TopicWeeks(topic, tuple(own[week] for week in weeks)) for topic, own in counted.items()]
    return sorted((row for row in found if row.total), key=lambda row: (-row.total, row.topic_id))


def last_weeks(today: date, count: int) -> list[date]:
    """Mondays, this week's last."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=ago) for ago in reversed(range(count))]
