"""`baquiano safety`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.knowledge import finding
from baquiano.knowledge.search.measure import Share
from baquiano.safety import book
from baquiano.safety.scoring import BadRow, Noticed, Score, by_kind, by_language, notice, read_rows, score

HALVES = {"dev": "gold_dev.jsonl", "test": "gold_test.jsonl"}
BAD_FILE = 2
WIDTH = 12
HEADS = ("P0 as a crisis", "P0 as grave", "P1 as a crisis", "P1 as grave", "noticed", "false alarms")


class Command(BaseCommand):
    help = (
        "How well danger is noticed here, by the rules in force and the second ear, on labelled messages. It shows counts, "
        "never a message. Example: baquiano safety score --half dev"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        told = verbs.add_parser("score", help="recall and false alarms, by level, kind and language")
        told.add_argument("file", nargs="?", default="", help="JSON Lines with text, lang, level and kind")
        told.add_argument("--half", choices=sorted(HALVES), default="", help="one half of the packs' gold set; both")
        told.add_argument("--json", action="store_true", dest="as_json")
        told.add_argument("--lines", action="store_true", help="the numbers of the lines that were missed")

    def handle(self, *args: Any, verb: str, file: str, half: str, as_json: bool, lines: bool, **options: Any) -> None:
        if file and half:
            raise CommandError("Either a file or --half.", returncode=BAD_FILE)
        named = [Path(file)] if file else _gold(half)
        found = {path.name: _noticed(path) for path in named}
        every = [one for own in found.values() for one in own]
        if not every:
            raise CommandError(f"{', '.join(found)}: no rows", returncode=BAD_FILE)
        if as_json:
            self.stdout.write(json.dumps({**_as_json(every), **({"lines": _lines(found)} if lines else {})}))
            return
        for line in _table(every):
            self.stdout.write(line)
        if lines:
            for name, own in _lines(found).items():
                self.stdout.write(
                    f"{name}: missed {_numbers(own['missed'])}; false alarms {_numbers(own['false_alarms'])}"
                )


def _gold(half: str) -> list[Path]:
    folder = Path(settings.PACKS) / "comun" / "safety"
    return [folder / HALVES[half]] if half else [folder / name for name in HALVES.values()]


def _noticed(path: Path) -> tuple[Noticed, ...]:
    try:
        rows = list(read_rows(path.read_text(encoding="utf-8").splitlines()))
    except OSError:
        raise CommandError(f"There is no file {path}", returncode=BAD_FILE) from None
    except UnicodeDecodeError:
        raise CommandError(f"{path}: not a text in UTF-8", returncode=BAD_FILE) from None
    except BadRow as reason:
        raise CommandError(f"{path}, {reason}", returncode=BAD_FILE) from None
    if not book.current().rules.rules:
        raise CommandError("No phrase rules are loaded yet. First: make demo (or baquiano pack load).")
    book.deepen()
    return notice(rows, book.current().scan)


def _ear() -> str:
    listener = book.current().listener
    if listener is None:
        return "there is no second ear: the phrase rules are alone"
    if listener.has_meaning:
        return "the second ear hears by meaning"
    return f"the second ear hears by words ({finding.why_not_by_meaning() or 'it is behind: baquiano learn'})"


def _as_json(every: Sequence[Noticed]) -> dict[str, Any]:
    listener = book.current().listener
    return {
        "messages": len(every),
        "ear": None if listener is None else "meaning" if listener.has_meaning else "words",
        "all": score(every).as_json(),
        "languages": {name: own.as_json() for name, own in by_language(every).items()},
        "kinds": {name: own.as_json() for name, own in by_kind(every).items()},
    }


def _table(every: Sequence[Noticed]) -> Iterator[str]:
    yield f"{len(every)} messages; {_ear()}"
    yield f"{'':<{WIDTH}}" + "".join(f"{head:<24}" for head in HEADS).rstrip()
    yield _row("all", score(every))
    yield from _rows(by_language(every))
    yield from _rows(by_kind(every))


def _rows(scores: Mapping[str, Score]) -> Iterator[str]:
    return (_row(name, own) for name, own in scores.items())


def _row(name: str, own: Score) -> str:
    shares = (
        own.p0_as_crisis, own.p0_as_grave, own.p1_as_crisis, own.p1_as_grave, own.noticed, own.false_alarms
    )  # fmt: skip
    return f"{name:<{WIDTH}}" + "".join(f"{_share(share):<24}" for share in shares).rstrip()


def _share(share: Share) -> str:
    return str(share) if share.total else "–"


def _lines(found: Mapping[str, Sequence[Noticed]]) -> dict[str, dict[str, list[int]]]:
    return {
        name: {
            "missed": [one.row.line for one in own if one.is_missed],
            "false_alarms": [one.row.line for one in own if one.is_false_alarm],
        }
        for name, own in found.items()
    }


def _numbers(lines: Sequence[int]) -> str:
    return " ".join(map(str, lines)) or "none"
