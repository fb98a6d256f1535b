"""Time of one question over 2,000 articles in five languages: beside a plain FTS5 query over the same texts, and beside the embedding of
the question alone. In one process, question by question in turn, answers checked; each question's best round counts.

Ours reads a misspelt message without accents and ranks every article. FTS5 gets the same words joined by OR and gives its best three by
bm25. By meaning, the articles' vectors are those of the packs' own titles, moved a little (so that minutes of making them are not spent);
the question's is made by the model, as in a conversation.
"""

import os
import re
import sqlite3
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.measure import Share
from baquiano.knowledge.search.reading import read_entries, read_slang
from baquiano.knowledge.search.vectors import Packaged, Remembered, Vectors, available
from tests.bench._articles import Asked, questions, synthetic
from tests.bench._load import ROOT

PACKS = ROOT / "packs"
ARTICLES, QUESTIONS, ROUNDS = 2_000, 60, 7
AGAINST_FTS5, AGAINST_EMBEDDING = 6.0, 1.4
LEAST_RIGHT = 0.9
"""Share of the questions whose article must be within our three: a quick wrong answer is no figure."""

MOVED = 0.02
"""Spread of what is added to each of the 384 numbers of a vector of length one."""

_WORD = re.compile(r"\w+")

Search = Callable[[Asked], tuple[str, ...]]


def main() -> None:
    entries = synthetic(PACKS, ARTICLES)
    asked = questions(entries, QUESTIONS)
    lexical, fts5 = _ours(Index.build(entries, read_slang(PACKS))), _fts5(entries)
    print(f"{ARTICLES} articles in five languages, {QUESTIONS} questions, best of {ROUNDS} rounds each")
    ours, floor = _in_turn(asked, lexical, fts5)
    _print("by words, against FTS5", ours, floor, AGAINST_FTS5)
    _check("ours", asked, lexical, least=LEAST_RIGHT)
    _check("FTS5", asked, fts5)
    here = available()
    if not here:
        print(f"by words and meaning: not measured: {here.reason}")
        return
    _by_meaning(entries, asked)


def _by_meaning(entries: Sequence[Entry], asked: Sequence[Asked]) -> None:
    """Titles alone have a meaning here: 10,000 texts. The classifier over them is made in time that grows with their cube."""
    titled = [replace(entry, examples={}) for entry in entries]
    model = Packaged()
    search = _ours(Index.build(titled, read_slang(PACKS), embedder=Remembered(_Moved(titled, model))))

    def embedding_alone(one: Asked) -> tuple[str, ...]:
        return (str(model.embed([one.text]).shape),)

    ours, floor = _in_turn(asked, search, embedding_alone)
    _print("with meaning, against the embedding alone", ours, floor, AGAINST_EMBEDDING)
    _check("ours, with meaning", asked, search)


class _Moved:
    """The shipped vector of its topic's title, moved, for each article's title. What is asked goes to the model."""

    def __init__(self, entries: Sequence[Entry], model: Packaged) -> None:
        self.model, self.dimension = model.model, model.dimension
        self._embedder = model
        shipped = Remembered(model)
        shipped.load(PACKS / "comun" / "search" / "vectors.npz")
        topics = read_entries(PACKS)
        pairs = [
            (title, topics[place % len(topics)].titles[language])
            for place, entry in enumerate(entries)
            for language, title in entry.titles.items()
        ]
        rows = shipped.embed([base for _, base in pairs])
        self._rows = {title: _moved(row, title) for row, (title, _) in zip(rows, pairs, strict=True)}

    def embed(self, texts: Sequence[str]) -> Vectors:
        known = [self._rows.get(text) for text in texts]
        rows = [row for row in known if row is not None]
        return np.stack(rows) if len(rows) == len(known) else self._embedder.embed(texts)


def _moved(row: Vectors, text: str) -> Vectors:
    dice = np.random.default_rng(zlib.crc32(text.encode()))
    other = row + dice.normal(0, MOVED, len(row)).astype(np.float32)
    return np.asarray(other / np.linalg.norm(other), np.float32)


def _ours(index: Index) -> Search:
    return lambda one: index.find(one.text, country=None, language=one.language).choices


def _fts5(entries: Sequence[Entry]) -> Search:
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE article USING fts5(said, tokenize = 'unicode61 remove_diacritics 2')")
    table.executemany("INSERT INTO article(rowid, said) VALUES (?, ?)", enumerate(map(_all_of, entries)))
    table.execute("INSERT INTO article(article) VALUES ('optimize')")

    def search(one: Asked) -> tuple[str, ...]:
        query = " OR ".join(f'"{word}"' for word in _WORD.findall(one.text))
        rows = table.execute("SELECT rowid FROM article WHERE article MATCH ? ORDER BY rank LIMIT 3", (query,))
        return tuple(entries[place].topic for (place,) in rows)

    return search


def _all_of(entry: Entry) -> str:
    return "\n".join(
        [*entry.titles.values(), *(text for texts in entry.examples.values() for text in texts), entry.body]
    )


def _in_turn(asked: Sequence[Asked], ours: Search, floor: Search) -> tuple[float, float]:
    """Mean seconds a question of each side; an answer that changes from round to round is a mistake."""
    best = {side: [float("inf")] * len(asked) for side in (ours, floor)}
    first: dict[tuple[Search, int], tuple[str, ...]] = {}
    for _ in range(ROUNDS):
        for number, one in enumerate(asked):
            for side, times in best.items():
                begun = time.perf_counter()
                answer = side(one)
                times[number] = min(times[number], time.perf_counter() - begun)
                assert first.setdefault((side, number), answer) == answer
    return sum(best[ours]) / len(asked), sum(best[floor]) / len(asked)


def _print(what: str, ours: float, floor: float, bar: float) -> None:
    verdict = "held" if ours <= bar * floor else "MISSED"
    print(f"{what}: {ours * 1000:.1f} ms to {floor * 1000:.1f} ms, {ours / floor:.2f} times (bar {bar:.1f}: {verdict})")


def _check(who: str, asked: Sequence[Asked], search: Search, *, least: float = 0.0) -> None:
    right = Share(sum(one.article in search(one) for one in asked), len(asked))
    assert right.value >= least, f"{who}: only {right} right"
    print(f"  {who}: the right article within three: {right}")


if __name__ == "__main__":
    main()
