"""Answers, menus and numbers as pages: the same words and dates as in the chat, from the same picture."""

from dataclasses import dataclass
from datetime import date

from baquiano.conversations.wording import (
    DETAILS,
    Speaker,
    closed_line,
    date_line,
    language_line,
    pictures,
    said_in,
    sentences,
)
from baquiano.knowledge.shelf import Text
from baquiano.lib.dates import written
from baquiano.safety import book

HEADINGS = ("steps", *DETAILS, "unknown")


@dataclass(frozen=True)
class Section:
    heading: str
    lines: tuple[str, ...]
    is_ordered: bool


@dataclass(frozen=True)
class Link:
    """`id`: a topic's, or an article's."""

    id: str
    title: str


@dataclass(frozen=True)
class SourceLine:
    title: str
    url: str
    dated_on: date | None


@dataclass(frozen=True)
class SourceSays:
    """What one source says where another one says something else; in Spanish."""

    title: str
    dated_on: date | None
    says: str


@dataclass(frozen=True)
class AnswerPage:
    """`topic` and `branch` empty: a page that no question leads to. `differing`: its sources, where they contradict each other."""

    topic: str
    branch: str
    version_id: int
    article: str
    title: str
    first_sentence: str
    short_answer: str
    sections: tuple[Section, ...]
    date_line: str
    closed_line: str
    caution: str
    sources: tuple[SourceLine, ...]
    differing: tuple[SourceSays, ...]
    demo_mark: str
    in_spanish_notice: str
    language: str
    next: tuple[Link, ...]
    others: tuple[Link, ...]


@dataclass(frozen=True)
class RumourPage:
    """`place`: the country's name; empty: everywhere. The words are in Spanish."""

    heard: str
    answer: str
    place: str
    date_line: str
    source: SourceLine


@dataclass(frozen=True)
class Branch:
    id: str
    title: str
    topics: tuple[Link, ...]


@dataclass(frozen=True)
class EmergencyLine:
    number: str
    name: str
    whose: str
    country: str


def answer_page(topic: str, *, language: str, country: str, article: str = "") -> AnswerPage | None:
    """None when nothing may be served on this topic here."""
    voice = Speaker(language, country, pictures())
    served = voice.sentences.organisation.countries
    texts = voice.shelf.texts_of(topic, country or (served[0] if len(served) == 1 else ""))
    if not texts:
        return None
    text = next((one for one in texts if one.article == article), texts[0])
    return page_of(text, texts, voice)


def other_page(article: str, *, language: str, country: str) -> AnswerPage | None:
    """A page that no question leads to; None when it may not be served here."""
    voice = Speaker(language, country, pictures())
    text = next((one for one in voice.shelf.texts_without_topic(country) if one.article == article), None)
    return page_of(text, (), voice) if text else None


def other_pages(language: str, country: str) -> list[Link]:
    voice = Speaker(language, country, pictures())
    texts = voice.shelf.texts_without_topic(country)
    return [Link(text.article, said_in(text, language).title) for text in texts]


def rumours_answered(language: str, country: str) -> list[RumourPage]:
    """What goes round and two people answered; with the country unknown, of every one we serve."""
    voice = Speaker(language, country, pictures())
    return [
        RumourPage(
            rumour.heard,
            rumour.answer,
            voice.say(f"pick.country.{rumour.country}") if rumour.country else "",
            voice.say("verified_on", date=written(rumour.checked.on)),
            SourceLine(rumour.source.title, rumour.source.url, None),
        )
        for rumour in voice.shelf.rumours_in(country)
    ]


def in_spanish_notice(language: str) -> str:
    """For a page whose words are all in Spanish; empty for who reads it."""
    return "" if language == "es" else Speaker(language, "", pictures()).say("in_spanish")


def fraud_alerts(language: str, country: str) -> list[str]:
    """What swindles go round there today; nothing while the country is not known."""
    return [alert.text(language) for alert in pictures().shelf.alerts_in(country)]


def page_of(text: Text, texts: tuple[Text, ...], voice: Speaker) -> AnswerPage:
    """`texts`: all that may be said of its topic, to name the others."""
    words = said_in(text, voice.language)
    topic = voice.shelf.topics.get(text.topic)  # none on the preview of a text whose topic was never said yet
    return AnswerPage(
        topic=text.topic,
        branch=topic.branch if topic else "",
        version_id=text.version,
        article=text.article,
        title=words.title,
        first_sentence=words.first_sentence,
        short_answer=words.short_answer,
        sections=tuple(
            Section(voice.say(f"heading.{name}").rstrip(":"), tuple(text.sections[name]), name == "steps")
            for name in HEADINGS
            if text.sections.get(name)
        ),
        date_line=date_line(text, voice),
        closed_line=closed_line(text, voice),
        caution=text.caution,
        sources=tuple(SourceLine(s.title, s.url, s.dated_on) for s in text.sources),
        differing=tuple(SourceSays(s.title, s.dated_on, s.says) for s in text.differing),
        demo_mark=voice.say("demo_mark") if words.is_proposal else "",
        in_spanish_notice=language_line(text, voice),
        language=voice.language if text.words(voice.language) else "es",
        next=tuple(
            Link(topic, voice.shelf.topics[topic].title(voice.language))
            for topic in text.next_topics
            if topic in voice.shelf.topics and voice.shelf.texts_of(topic, voice.country)
        ),
        others=tuple(
            Link(other.article, said_in(other, voice.language).title)
            for other in texts
            if other.version != text.version
        ),
    )


def branches(language: str, country: str) -> list[Branch]:
    voice = Speaker(language, country, pictures())
    served = tuple(voice.sentences.organisation.countries)
    return [
        Branch(
            branch,
            voice.say(f"pick.branch.{branch}"),
            tuple(
                Link(topic, voice.shelf.topics[topic].title(language))
                for topic in voice.shelf.topics_in(branch, country, served)
            ),
        )
        for branch in voice.shelf.branches(country, served)
    ]


def emergency_numbers(language: str, country: str) -> list[EmergencyLine]:
    """What may be given now; empty in production until somebody here has verified them."""
    rules = book.current()
    served = [country] if country else sentences().organisation.countries
    return [
        EmergencyLine(number.number, number.name(language), number.whose, number.country)
        for number in rules.given(sorted(rules.numbers))
        if number.country in served
    ]
