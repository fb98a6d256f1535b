"""The questions the search is measured with are nowhere in what it learns from.

Nothing here shows a dev question: a failure names files, lines and ids only.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from baquiano.lib.text import fold
from tests.packs.test_facts import packs

DATA = Path(__file__).parents[1] / "data"
MOST_SHARED = 0.6
SHORTEST = 12


def grams(text: str) -> frozenset[str]:
    folded = fold(text)
    return frozenset(folded[place : place + 3] for place in range(len(folded) - 2))


def shared(text: str, question: str) -> float:
    """How much of the text stands in the question: |A∩B| / |A|, of its 3-grams."""
    mine = grams(text)
    return len(mine & grams(question)) / len(mine)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield number, json.loads(line)


def learned() -> Iterator[tuple[str, str]]:
    """Everything the search is built, calibrated or measured on besides the dev questions: place, text."""
    for pack in packs().values():
        for asked in (*pack.topics, *pack.articles):
            for example in asked.examples:
                yield f"{asked.origin.file}:{example.line}", example.text
    for path in (
        *sorted(settings.PACKS.glob("*/search/*.jsonl")),
        *sorted(settings.PACKS.glob("*/safety/*.jsonl")),
        DATA / "held_out.jsonl",
    ):
        for number, row in _lines(path):
            yield f"{path.parent.name}/{path.name}:{number}", row["text"]


def test_the_measure_tells_a_copy_from_another_wording() -> None:
    assert shared("como saco el ppt de mi hija", "¿Cómo saco el PPT de mi hija?") > 0.9
    assert shared("necesito el permiso para la niña", "¿Cómo saco el PPT de mi hija?") < 0.3


def test_no_example_shares_most_of_its_letters_with_a_dev_question() -> None:
    questions = {row["id"]: grams(row["text"]) for _, row in _lines(DATA / "dev_questions.jsonl")}
    assert len(questions) > 100
    seen = 0
    offending = []
    for place, text in learned():
        if len(fold(text)) < SHORTEST:
            continue
        seen += 1
        mine = grams(text)
        most, question = max((len(mine & theirs) / len(mine), id_) for id_, theirs in questions.items())
        if most > MOST_SHARED:
            offending.append(f"{place} ~ {question} ({most:.2f})")
    assert seen > 4000
    assert not offending, "\n".join(["write these in other words:", *offending])
