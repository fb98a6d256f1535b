"""How often the answer is right: the dev questions, our own held-out messages, and own sets in four languages by somebody who had seen no
example; by language and by tag, with intervals, and how far Creole is behind Spanish."""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from baquiano.knowledge.search.measure import Hits, Share
from tests.bench._load import BIN, ROOT
from tests.bench._shares import apart

DEV, HELD_OUT, OWN = "dev questions", "our own held-out messages", "own sets of one language each"
SETS = {
    DEV: ("dev_questions.jsonl",),
    HELD_OUT: ("held_out.jsonl",),
    OWN: ("own_ht.jsonl", "own_en.jsonl", "own_pt.jsonl", "own_fr.jsonl"),
}

Row = dict[str, Any]


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
            how = "by words and meaning" if semantic == "1" else "by words only"
            scored = {
                title: _score(f"{title}, {how}", [ROOT / "tests" / "data" / name for name in names], surroundings)
                for title, names in SETS.items()
            }
            _print_gap(scored[OWN], scored[HELD_OUT])


def _score(title: str, files: list[Path], surroundings: dict[str, str]) -> dict[str, Hits]:
    """Prints one set; returns the hits of each language."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    command = [BIN / "baquiano", "ask", "--jsonl", "-"]
    done = subprocess.run(
        command, env=surroundings, check=True, stdout=subprocess.PIPE, text=True, input="\n".join(lines)
    )
    answers = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    rows = [_labelled(json.loads(line)) for line in lines]
    print(f"\n{title}: {len(rows)} messages, {_middle([a['ms'] for a in answers.values()]):.0f} ms in the middle")
    return _print_groups(rows, answers)


def _labelled(row: Row) -> Row:
    """A row of the own sets names one topic, or none: it is then out of scope."""
    topic = row.get("topic")
    return {"kind": "in_scope" if topic else "out_of_scope", "acceptable": [topic] if topic else [], **row}


def _print_gap(own: dict[str, Hits], spanish_set: dict[str, Hits]) -> None:
    """Creole of the own set against Spanish of the held-out one: other messages by another hand, so the gap is between those too."""
    creole, spanish = own["ht"], spanish_set["es"]
    print(
        "\nCreole behind Spanish, and behind the other own sets (a share of messages; minus: behind; 95 % by Newcombe)"
    )
    for name, other in (("Spanish, held out", spanish), *((lang, own[lang]) for lang in ("en", "pt", "fr"))):
        first, three = apart(creole.first, other.first), apart(creole.three, other.three)
        print(f"  against {name:<18} first {first}   within three {three}")


def _print_groups(rows: list[Row], answers: dict[str, Any]) -> dict[str, Hits]:
    in_scope = [row for row in rows if row["kind"] == "in_scope"]
    groups = {"all in scope": in_scope}
    languages = {lang: [r for r in in_scope if r["lang"] == lang] for lang in _in_order(in_scope, "lang")}
    groups |= {f"  language {lang}": own for lang, own in languages.items()}
    tags = sorted({tag for row in in_scope for tag in row["tags"]})
    groups |= {f"  tag {tag}": [r for r in in_scope if tag in r["tags"]] for tag in tags}
    for name, group in groups.items():
        hits = _hits(group, answers)
        print(f"{name:<22} {len(group):>4}   first {_share(hits.first)}   within three {_share(hits.three)}")
    _print_rest(rows, answers)
    return {lang: _hits(own, answers) for lang, own in languages.items()}


def _hits(rows: list[Row], answers: dict[str, Any]) -> Hits:
    first = sum(_first(answers[row["id"]]) in row["acceptable"] for row in rows)
    within = sum(bool(_within(answers[row["id"]]) & set(row["acceptable"])) for row in rows)
    return Hits(Share(first, len(rows)), Share(within, len(rows)))


def _print_rest(rows: list[Row], answers: dict[str, Any]) -> None:
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


def _share(share: Share) -> str:
    """With its 95 % Wilson interval."""
    low, high = share.interval
    return f"{share.value:.3f} [{low:.2f}–{high:.2f}]" if share.total else "–"


def _in_order(rows: list[Row], key: str) -> list[str]:
    return sorted({row[key] for row in rows}, key=lambda value: -sum(row[key] == value for row in rows))


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


if __name__ == "__main__":
    main()
