"""Reads a folder of packs into what the index is built from. For the bench, the calibration and tests; a running house hands in its tables."""

import json
from pathlib import Path

import yaml

from baquiano.knowledge.search.entries import Elsewhere, Entry, Message, entry_from, message_from
from baquiano.knowledge.search.normalise import Slang, slang_from

COUNTRY_PACKS = ("comun", "colombia", "chile")
WITHOUT_WORDS_OF_ITS_OWN = "# Lo que no sabemos"
"""From this heading on an article speaks of what it does not answer."""


def read_entries(packs: Path) -> tuple[Entry, ...]:
    """Every topic with the text of its articles, by id. Raises what PyYAML raises when a file is broken."""
    topics = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for pack in COUNTRY_PACKS
        for path in sorted((packs / pack / "topics").glob("*.yaml"))
    ]
    bodies = _bodies(packs)
    return tuple(
        entry_from(topic, bodies.get(topic["id"], "")) for topic in sorted(topics, key=lambda topic: str(topic["id"]))
    )


def read_slang(packs: Path) -> Slang:
    return slang_from(yaml.safe_load((packs / "comun" / "search" / "slang.yaml").read_text(encoding="utf-8")))


def read_messages(path: Path) -> tuple[Message, ...]:
    """One labelled message a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(message_from(json.loads(line)) for line in lines if line.strip())


def read_elsewhere(packs: Path) -> Elsewhere:
    folder = packs / "comun" / "search"
    return Elsewhere(read_messages(folder / "outside.jsonl"), read_messages(folder / "smalltalk.jsonl"))


def _bodies(packs: Path) -> dict[str, str]:
    bodies: dict[str, list[str]] = {}
    for pack in COUNTRY_PACKS:
        for path in sorted((packs / pack / "articles").glob("*.md")):
            _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
            spoken = text.split(WITHOUT_WORDS_OF_ITS_OWN)[0]
            lines = [line for line in spoken.splitlines() if line.strip() and not line.startswith("#")]
            bodies.setdefault(yaml.safe_load(front)["topic"], []).extend(lines)
    return {topic: "\n".join(lines) for topic, lines in bodies.items()}
