"""`baquiano evaluate`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from baquiano.conversations.wording import sentences
from baquiano.engine import language
from baquiano.knowledge import finding, own_calibration, shelf
from baquiano.knowledge.search import fit, reading
from baquiano.knowledge.search.entries import Message, message_from
from baquiano.knowledge.search.evaluation import PRECISIONS, Evaluation, Scored, evaluate
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.measure import Share
from baquiano.knowledge.search.vectors import Remembered

OUT_OF_SCOPE = frozenset(("", "out_of_scope", "outside", "none", "null"))
WIDTH = 26


class Command(BaseCommand):
    help = (
        "How often the right topic is found, on your own file of questions with what each asks for. "
        "Example: baquiano evaluate questions.jsonl --lexical"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("questions", help="a file with one JSON object a line: id, text, country, lang, expected")
        parser.add_argument("--lexical", action="store_true", help="beside it, the search by words alone")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--refit", action="store_true", help="fit the calibration anew; before and after")
        parser.add_argument("--save", action="store_true", help="with --refit: use the new calibration from now on")

    def handle(
        self, *args: Any, questions: str, lexical: bool, as_json: bool, refit: bool, save: bool, **options: Any
    ) -> None:
        if save and not refit:
            raise CommandError("--save belongs to --refit: there is nothing new to save.")
        if not sentences().texts:
            raise CommandError("Nothing is loaded yet. First: make demo (or baquiano demo).")
        messages = list(_messages(questions))
        found = {name: evaluate(index, messages) for name, index in self._indexes(lexical=lexical)}
        if refit:
            fitted = self._fitted()
            found = {f"{name}, before": own for name, own in found.items()}
            found |= {
                f"{name}, after": evaluate(index, messages) for name, index in _calibrated(fitted, lexical=lexical)
            }
            if save:
                self.stderr.write(f"Saved: {own_calibration.save(fitted)}")
        self._show(found, len(messages), as_json=as_json)
        if refit and not save:
            self.stderr.write("Nothing was changed. With --save the new calibration is used from the next turn on.")

    def _indexes(self, *, lexical: bool) -> Iterator[tuple[str, Index]]:
        if not finding.why_not_by_meaning():
            self.stderr.write("Search by meaning: loading; vectors that are missing are made now, once …")
            finding.deepen()
        best = finding.index()
        yield best.by, best
        if lexical and best.by != "lexical":
            yield "lexical", finding.by_words()

    def _fitted(self) -> dict[str, Any]:
        self.stderr.write("Fitting on the examples of the packs and those added here, each held back once. Minutes …")
        entries = tuple(finding.entries(shelf.current()))
        return fit.calibrate(
            entries,
            reading.read_slang(settings.PACKS),
            reading.read_elsewhere(settings.PACKS),
            reading.read_messages(Path(settings.PACKS) / "comun" / "search" / "ambiguous.jsonl"),
            on=timezone.localdate(),
            embedder=_embedder(),
        )

    def _show(self, found: dict[str, Evaluation], messages: int, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(
                json.dumps({"messages": messages, **{name: own.as_json() for name, own in found.items()}})
            )
            return
        for name, own in found.items():
            self.stdout.write(f"\n{name}: {messages} messages")
            for line in _lines(own):
                self.stdout.write(line)


def _embedder() -> Remembered | None:
    if finding.why_not_by_meaning():
        return None
    entries = finding.entries(shelf.current())
    return finding.embedder_with(Index.texts_with_meaning(entries, reading.read_elsewhere(settings.PACKS)))


def _calibrated(fitted: dict[str, Any], *, lexical: bool) -> Iterator[tuple[str, Index]]:
    embedder = _embedder()
    for one in (embedder, None) if lexical and embedder else (embedder,):
        index = Index.build(
            finding.entries(shelf.current()),
            reading.read_slang(settings.PACKS),
            elsewhere=reading.read_elsewhere(settings.PACKS),
            calibration=fitted,
            embedder=one,
        )
        yield index.by, index


def _messages(name: str) -> Iterator[Message]:
    path = Path(name)
    if not path.is_file():
        raise CommandError(f"There is no file {name}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield _message(json.loads(line))
        except (ValueError, TypeError, AttributeError, KeyError):
            raise CommandError(f"{name}, line {number}: not a JSON object with text and what is expected") from None


def _message(row: dict[str, Any]) -> Message:
    """`expected`: a topic, several, or "out_of_scope"; `topic`, `topics` and `acceptable` are read too."""
    text = str(row["text"])
    asked = message_from({**row, "lang": row.get("lang") or language.detect(text, "es")})
    topics = _topics(row["expected"]) if "expected" in row else asked.topics
    kind = asked.kind or ("in_scope" if topics else "out_of_scope")
    country = str(asked.country).upper() if asked.country else None
    return replace(asked, country=country, topics=topics, kind=kind)


def _topics(expected: object) -> tuple[str, ...]:
    named = expected if isinstance(expected, list) else [expected or ""]
    return tuple(str(topic) for topic in named if str(topic) not in OUT_OF_SCOPE)


def _lines(own: Evaluation) -> Iterator[str]:
    heads = ("first answer", "within three", *(f"at {precision:.0%} precision" for precision in PRECISIONS))
    yield f"{'':<{WIDTH}}{'n':>5}  " + "".join(f"{head:<22}" for head in heads).rstrip()
    yield _line("all", own.whole)
    for what, rows in own.slices.items():
        for which, scored in rows.items():
            yield _line(f"{what} {which}", scored)
    yield f"asking for nothing of ours, answered plainly: {_share(own.outside)} of {own.outside.total}"
    yield f"plain answers of another topic: {_share(own.wrong)} of {own.wrong.total}"


def _line(name: str, own: Scored) -> str:
    shares: Sequence[Share] = (own.first, own.three, *own.covered)
    return f"{name:<{WIDTH}}{own.first.total:>5}  " + "".join(f"{_share(share):<22}" for share in shares).rstrip()


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.3f} [{low:.2f}–{high:.2f}]"
