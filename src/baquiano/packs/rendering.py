"""A pack's values as the files they would be read from: the same values always give the same bytes. Pure.

What is read and what is rendered agree: reading a rendered pack gives the same values. Comments, and the order of things whose order says
nothing, are not values. Invented organisations and their people are not rendered: no person ever leaves by this door.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from baquiano.packs.contents import (
    BESIDE_DANGER,
    LANGUAGES,
    SECTIONS,
    ArticleFile,
    ExampleFile,
    NumberFile,
    PackFile,
    SourceFile,
    TopicFile,
    TranslationFile,
    WordingFile,
)
from baquiano.packs.markdown import FIRST_SENTENCE, SHORT_ANSWER
from baquiano.territory.loading import Row

WIDTH = 140
_NUMBERED = ("steps",)
_PARAGRAPHS = ("long", "cost", "time")
_KEYS_OF_A_RULE = ("id", "words", "level", "kind", "plain", "any")
_LOOKS_LIKE_MARKUP = re.compile(r"#|(?:\d+[.)]|[-*•])\s")


def files_of(pack: PackFile) -> dict[str, str]:
    """Path inside the pack's folder → its text."""
    return {name: page.text() for name, page in _pages(pack).items()}


def said_in(pack: PackFile) -> dict[str, str]:
    """Path inside the pack's folder → what it says, whatever the order of things whose order says nothing. For comparing."""
    return {name: page.said() for name, page in _pages(_in_one_order(pack)).items()}


@dataclass(frozen=True)
class _Page:
    """One file: a table as YAML, or a body of text, or both as an article has them."""

    table: Mapping[str, Any] | None = None
    body: str | None = None

    def text(self) -> str:
        if self.table is None:
            return self.body or ""
        return _yaml(self.table) if self.body is None else f"---\n{_yaml(self.table)}---\n{self.body}"

    def said(self) -> str:
        return json.dumps([self.table, self.body], ensure_ascii=False, default=str)


def _pages(pack: PackFile) -> dict[str, _Page]:
    pages = {"pack.yaml": _Page(_head(pack))}
    pages |= {f"topics/{topic.id}.yaml": _Page(_topic(topic)) for topic in pack.topics}
    pages |= {f"articles/{article.id}.md": _Page(_front(article), _body(article)) for article in pack.articles}
    pages |= {
        f"translations/{article}.yaml": _Page(_translations(article, rows))
        for article, rows in _grouped(pack.translations).items()
    }
    if pack.numbers:
        numbers = sorted(pack.numbers, key=lambda number: number.id)
        pages["safety/numbers.yaml"] = _Page({"numbers": [_number(number) for number in numbers]})
    for language in LANGUAGES:
        pages |= _danger(pack, language)
        said = {row.key: row.text for row in _sentences(pack, language) if not is_beside_danger(row.key)}
        if said:
            pages[f"wording/{language}.yaml"] = _Page(said)
    if pack.divisions:
        pages["divisions.csv"] = _Page(body=_divisions(pack.divisions))
    return pages


def _in_one_order(pack: PackFile) -> PackFile:
    return replace(
        pack,
        topics=tuple(replace(topic, examples=_sorted(topic.examples)) for topic in pack.topics),
        articles=tuple(replace(article, examples=_sorted(article.examples)) for article in pack.articles),
        wordings=tuple(sorted(pack.wordings, key=lambda row: (row.language, row.key))),
    )


def is_beside_danger(key: str) -> bool:
    """Does a sentence stand in the file of the danger texts?"""
    return key.split(".")[0] in BESIDE_DANGER


def _sorted(examples: Iterable[ExampleFile]) -> tuple[ExampleFile, ...]:
    return tuple(sorted(examples, key=lambda example: (example.language, example.text)))


def _head(pack: PackFile) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": pack.name,
        "title": pack.title,
        "version": pack.version,
        "country": pack.country,
        "languages": _Flow(pack.languages),
    }
    if pack.requires:
        said["requires"] = _Flow(pack.requires)
    if pack.is_demo:
        said["demo"] = True
    if pack.is_own:
        said["own"] = True
    if pack.order:
        said["topics"] = list(pack.order)
    return said


def _topic(topic: TopicFile) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": topic.id,
        "country": topic.country,
        "branch": topic.branch,
        **({"sensitive": True} if topic.is_sensitive else {}),
        "fichas": _Flow(topic.fichas),
        "title": _by_language(topic.titles),
        "short": _by_language(topic.labels),
        "words": {language: _Flow(words) for language, words in _by_language(topic.words).items()},
    }
    if topic.unlike:
        said["not_this"] = [_FlowTable({"if": row.said, "then": row.topic}) for row in topic.unlike]
    said["examples"] = {
        language: [example.text for example in topic.examples if example.language == language] for language in LANGUAGES
    }
    return said


def _front(article: ArticleFile) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": article.id,
        "topic": article.topic or None,
        "country": article.country,
        "title": article.title,
        "fichas": _Flow(article.fichas),
        "known_on": article.known_on,
        "confidence": article.confidence,
    }
    if article.window_closes_on:
        said["window_closes_on"] = article.window_closes_on
    if article.good_until:
        said["good_until"] = article.good_until
    said |= {
        "life_saving": article.is_life_saving,
        "population": _Flow(article.populations),
        "stage": _Flow(article.stages),
        "sdg": _Flow(article.sdg),
    }
    if article.territory:
        said["territory"] = article.territory
    said["sources"] = [_source(source) for source in article.sources]
    said["caution"] = article.caution
    said["next"] = _Flow(article.next_topics)
    if article.warning_words:
        said["warning_words"] = [_FlowTable({"word": row.word, "reason": row.reason}) for row in article.warning_words]
    said["examples"] = _asked(article.examples)
    return said


def _asked(examples: Sequence[ExampleFile]) -> list[str] | dict[str, list[str]]:
    """Of a pack they are Spanish; what an organisation wrote itself may be asked in every language."""
    if all(example.language == "es" for example in examples):
        return [example.text for example in examples]
    spoken = [language for language in LANGUAGES if any(example.language == language for example in examples)]
    return {language: [e.text for e in examples if e.language == language] for language in spoken}


def _source(source: SourceFile) -> "_FlowTable":
    said: dict[str, Any] = {"title": source.title, "url": source.url}
    if source.dated_on:
        said["on"] = source.dated_on
    said["code"] = source.confidence
    if source.says:
        said["says"] = source.says
    return _FlowTable(said)


def _body(article: ArticleFile) -> str:
    parts = [
        f"# {FIRST_SENTENCE}\n{_text(' '.join(article.first_sentence.split()))}\n",
        f"# {SHORT_ANSWER}\n{_text(article.short_answer)}\n",
    ]
    for heading, key in SECTIONS.items():
        lines = article.sections.get(key, ())
        if lines:
            parts.append(f"# {heading}\n" + "".join(f"{line}\n" for line in _lines(key, lines)))
    return "".join(parts)


def _text(text: str) -> str:
    """A line that begins with # would be read as a heading."""
    return "\n".join(f" {line}" if line.startswith("#") else line for line in text.splitlines())


def _lines(key: str, lines: Sequence[str]) -> list[str]:
    whole = [" ".join(line.split()) for line in lines]
    if key in _NUMBERED:
        return [f"{place}. {line}" for place, line in enumerate(whole, start=1)]
    if key in _PARAGRAPHS:
        return [f"- {line}" if _LOOKS_LIKE_MARKUP.match(line) else line for line in whole]
    return [f"- {line}" for line in whole]


def _grouped(translations: Iterable[TranslationFile]) -> dict[str, list[TranslationFile]]:
    found: dict[str, list[TranslationFile]] = {}
    for row in translations:
        found.setdefault(row.article, []).append(row)
    return found


def _translations(article: str, rows: Sequence[TranslationFile]) -> dict[str, Any]:
    by_language = {row.language: row for row in rows}
    ordered = [by_language[language] for language in LANGUAGES if language in by_language]
    return {"article": article, **{row.language: dict(row.texts) for row in ordered}}


def _number(number: NumberFile) -> dict[str, Any]:
    return {
        "id": number.id,
        "country": number.country,
        "number": number.number,
        "name": _by_language(number.names),
        "kinds": _Flow(number.kinds),
        "whose": number.whose,
        "free": number.is_free,
        "hours": number.hours,
        "source_ficha": number.ficha,
        "confidence": number.confidence,
        "last_known_on": number.known_on,
        "note": number.note,
        **({"territory": number.territory} if number.territory else {}),
    }


def _danger(pack: PackFile, language: str) -> dict[str, _Page]:
    """The files of one language's danger texts and phrase rules, where there are any."""
    pages = {}
    texts = sorted((text for text in pack.crisis if text.language == language), key=lambda text: text.kind)
    if texts:
        fixed = [row for row in _sentences(pack, language) if is_beside_danger(row.key)]
        pages[f"safety/crisis.{language}.yaml"] = _Page(
            {
                "version": pack.crisis_versions.get(language, pack.version),
                "language": language,
                "fixed": _nested(fixed),
                "texts": [{"kind": t.kind, "numbers": _Flow(t.numbers), "text": t.text} for t in texts],
            }
        )
    for rules in pack.rules:
        if rules.language == language:
            rows = [_rule(row) for row in rules.rows]
            pages[f"safety/phrases.{language}.yaml"] = _Page({"version": rules.version, "rules": rows})
    return pages


def _rule(row: Mapping[str, Any]) -> dict[str, Any]:
    """PostgreSQL forgets in which order the keys of a row were written."""
    known = {key: place for place, key in enumerate(_KEYS_OF_A_RULE)}
    return {key: row[key] for key in sorted(row, key=lambda key: (known.get(key, len(known)), key))}


def _by_language(said: Mapping[str, Any]) -> dict[str, Any]:
    return {language: said[language] for language in LANGUAGES if language in said}


def _sentences(pack: PackFile, language: str) -> list[WordingFile]:
    return [row for row in pack.wordings if row.language == language]


def _nested(rows: Iterable[WordingFile]) -> dict[str, Any]:
    """`countries.CO` stands in a table `countries`."""
    found: dict[str, Any] = {}
    for row in rows:
        table, _, key = row.key.partition(".")
        if key:
            found.setdefault(table, {})[key] = row.text
        else:
            found[table] = row.text
    return found


def _divisions(rows: Iterable[Row]) -> str:
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["country", "level", "code", "parent_code", "pcode", "name", "lat", "lon"])
    for row in sorted(rows, key=lambda row: (row.country, row.level, row.code)):
        place = ["" if number is None else repr(number) for number in (row.latitude, row.longitude)]
        table.writerow([row.country, row.level, row.code, row.parent_code, row.pcode, row.name, *place])
    return file.getvalue()


# YAML as people write it here: short lists and rows on one line, long texts as blocks ------------------------------------


class _Flow(list[Any]):
    """On one line."""


class _FlowTable(dict[str, Any]):
    """On one line."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 (PyYAML's signature)
        """Packs hold no anchors."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Items of a list stand two blanks under their key."""
        super().increase_indent(flow, False)


def _a_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _a_text)
_Dumper.add_representer(
    _Flow, lambda dumper, row: dumper.represent_sequence("tag:yaml.org,2002:seq", row, flow_style=True)
)
_Dumper.add_representer(
    _FlowTable, lambda dumper, row: dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)
)


def _yaml(said: Mapping[str, Any]) -> str:
    return str(
        yaml.dump(said, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False)
    )
