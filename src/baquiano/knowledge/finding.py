"""The search index in force, built from the picture in memory and built again when the shelf's number moves."""

import threading
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from baquiano.knowledge import shelf
from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.shelf import Shelf

_lock = threading.Lock()
_built: list[tuple[int, Index]] = []


def index() -> Index:
    now = shelf.current()
    if _built and _built[0][0] == now.number:
        return _built[0][1]
    with _lock:
        if not _built or _built[0][0] != now.number:
            _built[:] = [(now.number, _build(now))]
        return _built[0][1]


def entries(now: Shelf) -> list[Entry]:
    """One entry per topic: all its texts are its body. A topic with nothing to serve is still understood."""
    return [
        Entry(
            topic=topic.id,
            country=topic.country or None,
            titles=topic.titles,
            words={language: tuple(words) for language, words in topic.words.items()},
            examples=now.examples.get(topic.id, {}),
            body="\n".join(text.words for text in now.of_topic.get(topic.id, ())),
        )
        for topic in now.topics.values()
    ]


@lru_cache(maxsize=1)
def search_files() -> Path:
    return Path(settings.PACKS) / "comun" / "search"
