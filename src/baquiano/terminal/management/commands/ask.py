"""`baquiano ask`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.conversations.tools import tools
from baquiano.conversations.wording import sentences
from baquiano.engine.language import LANGUAGES
from baquiano.knowledge import finding
from baquiano.terminal.asking import Asked, Question, ask


class Command(BaseCommand):
    help = (
        "What would be answered. Examples: baquiano ask 'dónde me inscribo en fonasa' --country CL · "
        "baquiano ask --jsonl questions.jsonl"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="?", default="")
        parser.add_argument("--country", default="", type=str.upper, help="CO or CL; left out: not known")
        parser.add_argument("--lang", default="", help=f"one of {', '.join(LANGUAGES)}; left out: detected")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--jsonl", default="", help="a file with one JSON object per line (- for standard input)")

    def handle(self, *args: Any, text: str, country: str, lang: str, as_json: bool, jsonl: str, **options: Any) -> None:
        if not sentences().texts:
            raise CommandError("Nothing is loaded yet. First: make demo (or baquiano demo).")
        if lang and lang not in LANGUAGES:
            raise CommandError(f"--lang is one of {', '.join(LANGUAGES)}")
        if jsonl:
            self._ask_file(jsonl)
            return
        if not text.strip():
            raise CommandError("Write a question, or give --jsonl FILE.")
        finding.index()  # built before the clock of the question runs
        self._show(ask(Question("", text, country, lang)), as_json=as_json)

    def _show(self, asked: Asked, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asked.as_dict(), ensure_ascii=False))
            return
        self.stdout.write(asked.text)
        level = f" · {asked.level}" if asked.level else ""
        topics = " ".join(filter(None, (asked.article, *(c for c in asked.choices if c != asked.article))))
        self.stdout.write(self.style.SUCCESS(f"\n[{asked.decision}{level} · {topics or '-'} · {asked.ms:.0f} ms]"))

    def _ask_file(self, name: str) -> None:
        if not finding.why_not_by_meaning():
            self.stderr.write("Search by meaning: loading; vectors that are missing are made now, once …")
            finding.deepen()
        ready = tools()
        finding.index()
        for number, line in enumerate(_lines(name), 1):
            try:
                asked = ask(_question(line), ready)
            except (ValueError, TypeError, AttributeError):
                raise CommandError(f"{name}, line {number}: not a JSON object with id and text") from None
            self.stdout.write(json.dumps(asked.as_dict(), ensure_ascii=False))


def _lines(name: str) -> Iterator[str]:
    if name == "-":
        yield from _filled(sys.stdin)
        return
    path = Path(name)
    if not path.is_file():
        raise CommandError(f"There is no file {name}")
    with path.open(encoding="utf-8") as file:
        yield from _filled(file)


def _filled(file: TextIO) -> Iterator[str]:
    return (line for line in file if line.strip())


def _question(line: str) -> Question:
    raw = json.loads(line)
    return Question(
        id=str(raw.get("id", "")),
        text=str(raw["text"]),
        country=str(raw.get("country") or "").upper(),
        lang=str(raw.get("lang") or ""),
    )
