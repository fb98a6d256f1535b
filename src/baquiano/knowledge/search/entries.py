"""What the index is built from: a topic as people speak of it, and messages whose meaning a person has labelled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from baquiano.engine.language import LANGUAGES


@dataclass(frozen=True)
class Entry:
    """One topic. The mappings go from a language code to texts in it; `body` is Spanish, what its articles say.

    `country`: "CO", "CL" …; None when the topic holds everywhere. `examples` are questions as people type them.
    """

    topic: str
    country: str | None
    titles: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    examples: Mapping[str, tuple[str, ...]]
    body: str = ""


@dataclass(frozen=True)
class Message:
    """A message written for calibrating or measuring. `topics`: every acceptable one; none when it asks for no topic."""

    text: str
    language: str
    country: str | None = None
    topics: tuple[str, ...] = ()
    kind: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Elsewhere:
    """Messages that belong to no topic, by why: not our subject, or only being polite."""

    outside: tuple[Message, ...] = ()
    smalltalk: tuple[Message, ...] = ()


def entry_from(topic: Mapping[str, Any], body: str = "") -> Entry:
    """An entry from a topic file of a pack, already parsed. Raises KeyError when `id` or `title` is missing."""
    return Entry(
        topic=topic["id"],
        country=topic.get("country") or None,
        titles={language: str(topic["title"][language]) for language in LANGUAGES if language in topic["title"]},
        words=_texts(topic.get("words")),
        examples=_texts(topic.get("examples")),
        body=body,
    )


def message_from(row: Mapping[str, Any]) -> Message:
    """A labelled message from a row of a .jsonl file. Raises KeyError without `text` or `lang`."""
    return Message(
        text=row["text"],
        language=row["lang"],
        country=row.get("country") or None,
        topics=tuple(row.get("topics") or row.get("acceptable") or filter(None, [row.get("topic")])),
        kind=row.get("kind", ""),
        tags=tuple(row.get("tags") or ()),
    )


def examples_of(entries: Iterable[Entry]) -> tuple[Message, ...]:
    """Every example question as a message of its topic, in the order of the entries; languages in the house's order."""
    return tuple(
        Message(text, language, entry.country, (entry.topic,), "in_scope")
        for entry in entries
        for language in LANGUAGES
        for text in entry.examples.get(language, ())
    )


def _texts(by_language: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]]:
    return {
        lang: tuple(str(text) for text in texts) for lang, texts in (by_language or {}).items() if lang in LANGUAGES
    }
