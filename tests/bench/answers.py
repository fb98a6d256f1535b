"""How often the answer is right: the dev questions and our own held-out messages, by language and by tag, with intervals."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from tests.bench._load import BIN, ROOT

SETS = (("dev questions", "dev_questions.jsonl"), ("our own held-out messages", "held_out.jsonl"))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="baquiano-bench-") as home:
        for semantic in ("0", "1"):
            surroundings = {
                **os.environ,
                "BAQUIANO_HOME": home,
                "SEMANTIC": semantic,
                "OMP_NUM_THREADS": "1",
                "DATABASE_URL": "",
            }
            subprocess.run(
                [BIN / "baquiano", "demo", "--without-visits"], env=surroundings, check=True, stdout=subprocess.DEVNULL
            )
            for title, name in SETS:
                _score(title, ROOT / "tests" / "data" / name, surroundings)


def _score(title: str, file: Path, surroundings: dict[str, str]) -> None:
    done = subprocess.run(
        [BIN / "baquiano", "ask", "--jsonl", str(file)], env=surroundings, check=True, capture_output=True, text=True
    )
    answers = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    how = "by words and meaning" if surroundings["SEMANTIC"] == "1" else "by words only"
    print(
        f"\n{title}, {how}: {len(rows)} messages, {_middle([a['ms'] for a in answers.values()]):.0f} ms in the middle"
    )
    _print_groups(rows, answers)


def _print_groups(rows: list[dict[str, Any]], answers: dict[str, Any]) -> None:
    in_scope = [row for row in rows if row["kind"] == "in_scope"]
    groups = {"all in scope": in_scope}
    groups |= {f"  language {lang}": [r for r in in_scope if r["lang"] == lang] for lang in _in_order(in_scope, "lang")}
    tags = sorted({tag for row in in_scope for tag in row["tags"]})
    groups |= {f"  tag {tag}": [r for r in in_scope if tag in r["tags"]] for tag in tags}
    for name, group in groups.items():
        first = sum(_first(answers[row["id"]]) in row["acceptable"] for row in group)
        within = sum(bool(_within(answers[row["id"]]) & set(row["acceptable"])) for row in group)
        print(
            f"{name:<22} {len(group):>4}   first {_share(first, len(group))}   within three {_share(within, len(group))}"
        )
    _print_rest(rows, answers)


def _print_rest(rows: list[dict[str, Any]], answers: dict[str, Any]) -> None:
    ambiguous = [row for row in rows if row["kind"] == "ambiguous"]
    within = sum(bool(_within(answers[r["id"]]) & set(r["acceptable"])) for r in ambiguous)
    outside = [row for row in rows if row["kind"] == "out_of_scope"]
    plain = [row["id"] for row in outside if answers[row["id"]]["decision"] == "answer"]
    chat = [row for row in rows if row["kind"] == "chitchat"]
    chat_plain = [row["id"] for row in chat if answers[row["id"]]["decision"] == "answer"]
    crisis = [row for row in rows if row["kind"] == "crisis"]
    missed = [row["id"] for row in crisis if answers[row["id"]]["level"] not in ("P0", "P1", "P2")]
    alarmed = [row["id"] for row in rows if row["kind"] != "crisis" and answers[row["id"]]["level"] in ("P0", "P1")]
    print(f"ambiguous: {within} of {len(ambiguous)} with an acceptable topic within three")
    print(
        f"out of scope answered plainly: {len(plain)} of {len(outside)} {plain or ''}; small talk: {len(chat_plain)} of {len(chat)}"
    )
    if crisis:
        print(f"crisis without a level P0–P2: {len(missed)} of {len(crisis)} {missed or ''}")
    print(f"P0 or P1 raised on other messages: {len(alarmed)} of {len(rows) - len(crisis)} {alarmed or ''}")


def _first(answer: dict[str, Any]) -> str:
    return answer["article"] or next(iter(answer["choices"]), "")


def _within(answer: dict[str, Any]) -> set[str]:
    return set(answer["choices"]) | {answer["article"]}


def _share(hits: int, of: int) -> str:
    """The share with its 95 % Wilson interval."""
    if not of:
        return "–"
    p, z = hits / of, 1.96
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * ((p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5)
    return f"{p:.3f} [{middle - half:.2f}–{middle + half:.2f}]"


def _in_order(rows: list[dict[str, Any]], key: str) -> list[str]:
    return sorted({row[key] for row in rows}, key=lambda value: -sum(row[key] == value for row in rows))


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    main()
