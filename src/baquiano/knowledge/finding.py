"""The search index in force, built from the picture in memory and built again when the shelf's number moves.

By words it is built at once (a second or two). By meaning it needs a vector of every example: those are made by the background loop, kept in
the data folder, and taken up from there; until then the index by words answers.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from baquiano.knowledge import own_calibration, shelf
from baquiano.knowledge.search import reading, vectors
from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.vectors import Packaged, Remembered
from baquiano.knowledge.shelf import Shelf


@dataclass(frozen=True)
class Built:
    number: int
    index: Index
    has_meaning: bool


SHIPPED = "vectors.npz"  # beside the packs' examples: nobody waits minutes for vectors that are always the same

_lock = threading.Lock()
_built: list[Built] = []
_embedder: list[Remembered] = []
_last: list[
    tuple[str, Index]
] = []  # what the last index was made of, and the index: seconds to make, and often the same


def index() -> Index:
    """What answers now. Never waits for vectors that have not been made yet."""
    now = shelf.current()
    if not _built or _built[0].number != now.number:
        with _lock:
            if not _built or _built[0].number != now.number:
                _built[:] = [_build(now, ready_embedder(_texts_needed(now)))]
    return _built[0].index


def deepen() -> int:
    """Makes the vectors that are missing and puts the index by meaning in force. For the background loop; 1 when it did."""
    if why_not_by_meaning():
        return 0
    now = shelf.current()
    if _built and _built[0].number == now.number and _built[0].has_meaning:
        return 0
    built = _build(now, embedder_with(_texts_needed(now)))
    with _lock:
        _built[:] = [built]
    return 1


def by_words() -> Index:
    """An index of the same texts by words alone, to compare. Slow."""
    return _build(shelf.current(), None).index


def why_not_by_meaning() -> str:
    """Empty when search by meaning can run here."""
    if not settings.ENVIRONMENT.semantic:
        return "SEMANTIC=0"
    here = vectors.available()
    return "" if here else here.reason


def ready_embedder(texts: Sequence[str]) -> Remembered | None:
    """The embedder, if the vector of each of these texts is already in the data folder. Never makes one."""
    if why_not_by_meaning():
        return None
    embedder = _load_embedder()
    return embedder if embedder.knows(texts) else None


def embedder_with(texts: Sequence[str]) -> Remembered:
    """The embedder with the vector of each of these texts: makes those missing, keeps them in the data folder. Slow."""
    embedder = _load_embedder()
    if not embedder.knows(texts):
        embedder.embed(texts)
        embedder.save(_vectors_file())
    return embedder


def _load_embedder() -> Remembered:
    if not _embedder:
        fresh = Remembered(Packaged())
        fresh.load(Path(settings.PACKS) / "comun" / "search" / SHIPPED)
        fresh.load(_vectors_file())
        _embedder[:] = [fresh]
    return _embedder[0]


def _vectors_file() -> Path:
    return Path(settings.ENVIRONMENT.data) / "vectors.npz"


def _texts_needed(now: Shelf) -> list[str]:
    return Index.texts_with_meaning(entries(now), reading.read_elsewhere(settings.PACKS))


def _build(now: Shelf, embedder: Remembered | None) -> Built:
    packs = Path(settings.PACKS)
    made_of = entries(now), reading.read_slang(packs), reading.read_elsewhere(packs), own_calibration.in_force()
    # A number was verified, a text was checked again: the shelf has moved, and nothing that is searched has.
    mark = hashlib.sha256(repr((*made_of, id(embedder))).encode("utf-8", "surrogatepass")).hexdigest()
    if not _last or _last[0][0] != mark:
        topics, slang, elsewhere, calibration = made_of
        index = Index.build(topics, slang, elsewhere=elsewhere, calibration=calibration, embedder=embedder)
        _last[:] = [(mark, index)]
    return Built(now.number, _last[0][1], embedder is not None)


def entries(now: Shelf) -> list[Entry]:
    """One entry per topic: all its texts are its body. A topic with nothing to serve is still understood."""
    return [
        Entry(
            topic=topic.id,
            country=topic.country or None,
            titles=topic.titles,
            words={language: tuple(words) for language, words in topic.words.items()},
            examples=now.examples.get(topic.id, {}),
            body="\n".join(text.what_it_answers for text in now.of_topic.get(topic.id, ())),
        )
        for topic in sorted(now.topics.values(), key=lambda topic: topic.id)
    ]
