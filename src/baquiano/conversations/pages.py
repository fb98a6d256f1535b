"""Answers, menus and numbers as pages: the same words and dates as in the chat, from the same picture."""

from dataclasses import dataclass
from datetime import date

from baquiano.conversations.wording import DETAILS, Speaker, closed_line, date_line, pictures, sentences
from baquiano.knowledge.shelf import Text
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
class AnswerPage:
    topic: str
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
    demo_mark: str
    in_spanish_notice: str
    next: tuple[Link, ...]
    others: tuple[Link, ...]


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
    return _page(text, texts, voice)


def _page(text: Text, texts: tuple[Text, ...], voice: Speaker) -> AnswerPage:
    return AnswerPage(
        topic=text.topic,
        version_id=text.version,
        article=text.article,
        title=text.title,
        first_sentence=text.first_sentence,
        short_answer=text.short_answer,
        sections=tuple(
            Section(voice.say(f"heading.{name}").rstrip(":"), tuple(text.sections[name]), name == "steps")
            for name in HEADINGS
            if text.sections.get(name)
        ),
        date_line=date_line(text, voice),
        closed_line=closed_line(text, voice),
        caution=text.caution,
        sources=tuple(SourceLine(s.title, s.url, s.dated_on) for s in text.sources),
        demo_mark=voice.say("demo_mark") if text.is_proposal else "",
        in_spanish_notice=voice.say("in_spanish") if voice.language != "es" else "",
        next=tuple(
            Link(topic, voice.shelf.topics[topic].title(voice.language))
            for topic in text.next_topics
            if topic in voice.shelf.topics and voice.shelf.texts_of(topic, voice.country)
        ),
        others=tuple(Link(other.article, other.title) for other in texts if other.version != text.version),
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
