"""Reads a folder of packs into what the index is built from. For the bench, the calibration and tests; a running house hands in its tables."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from baquiano.knowledge.search.entries import Elsewhere, Entry, Message, entry_from, message_from
from baquiano.knowledge.search.normalise import Slang, slang_from

COUNTRY_PACKS = ("comun", "colombia", "chile")
WITHOUT_WORDS_OF_ITS_OWN = "# Lo que no sabemos"
"""From this heading on an article speaks of what it does not answer."""


def read_entries(packs: Path) -> tuple[Entry, ...]:
    """Every topic with the text of its articles, by id. Raises what PyYAML raises when a file is broken."""
    topics = [
        yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        for pack in COUNTRY_PACKS
        for path in sorted((packs / pack / "topics").glob("*.yaml"))
    ]
    said = _of_articles(packs)
    return tuple(
        entry_from(_with_examples(topic, said), "\n".join(said.bodies.get(topic["id"], ())))
        for topic in sorted(topics, key=lambda topic: str(topic["id"]))
    )


def _with_examples(topic: Mapping[str, Any], said: "_Articles") -> dict[str, Any]:
    """A question that one article of a topic answers is a question about the topic."""
    examples = topic["examples"]
    return {**topic, "examples": {**examples, "es": [*examples["es"], *said.examples.get(topic["id"], ())]}}


def read_slang(packs: Path) -> Slang:
    return slang_from(
        yaml.load((packs / "comun" / "search" / "slang.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    )


def read_messages(path: Path) -> tuple[Message, ...]:
    """One labelled message a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(message_from(json.loads(line)) for line in lines if line.strip())


def read_elsewhere(packs: Path) -> Elsewhere:
    folder = packs / "comun" / "search"
    return Elsewhere(read_messages(folder / "outside.jsonl"), read_messages(folder / "smalltalk.jsonl"))


@dataclass(frozen=True)
class _Articles:
    """By topic: the lines of its articles, and the questions that lead to them. A public page has no topic: None."""

    bodies: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    examples: dict[str | None, list[str]] = field(default_factory=lambda: defaultdict(list))


def _of_articles(packs: Path) -> _Articles:
    found = _Articles()
    for pack in COUNTRY_PACKS:
        for path in sorted((packs / pack / "articles").glob("*.md")):
            _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
            head = yaml.load(front, yaml.CSafeLoader)
            spoken = text.split(WITHOUT_WORDS_OF_ITS_OWN)[0]
            lines = (line for line in spoken.splitlines() if line.strip() and not line.startswith("#"))
            found.bodies[head["topic"]].extend(lines)
            found.examples[head["topic"]].extend(head.get("examples", ()))
    return found
