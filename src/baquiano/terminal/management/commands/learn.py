"""`baquiano learn`."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from baquiano.knowledge import finding
from baquiano.knowledge.search import fit, reading
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.vectors import Packaged, Remembered
from baquiano.safety import book
from baquiano.safety.learning import learn


class Command(BaseCommand):
    help = (
        "After topics or examples of the packs, or the messages of the second ear, have changed: make the vectors that are missing, "
        "let the ear learn, and fit the calibration again, out of fold. Example: baquiano learn --vectors-only"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--vectors-only", action="store_true", help="leave the calibration as it is")

    def handle(self, *args: Any, vectors_only: bool, **options: Any) -> None:
        why_not = finding.why_not_by_meaning()
        if why_not:
            raise CommandError(f"Search by meaning cannot run here: {why_not}")
        folder = Path(settings.PACKS) / "comun" / "search"
        embedder = self._vectors(folder / finding.SHIPPED)
        self._ear(embedder)
        if not vectors_only:
            self._calibration(folder / "calibration.json", embedder)

    def _vectors(self, file: Path) -> Remembered:
        entries = reading.read_entries(settings.PACKS)
        texts = Index.texts_with_meaning(entries, reading.read_elsewhere(settings.PACKS))
        texts += [message.text for message in book.messages_heard()]
        before = Remembered(Packaged())
        before.load(file)
        before.embed(texts)
        needed = before.only(texts)
        needed.save(file)
        self.stdout.write(f"{file.name}: vectors of {len(set(texts))} texts")
        return before

    def _ear(self, embedder: Remembered) -> None:
        messages = book.messages_heard()
        self.stdout.write(f"Learning from {len(messages)} messages of danger and none …")
        learned = learn(messages, reading.read_slang(settings.PACKS), embedder)
        learned.save(book.ear_file())
        self.stdout.write(f"{book.ear_file().name}: learnt ({book.ear_file().stat().st_size / 1e6:.1f} MB)")

    def _calibration(self, file: Path, embedder: Remembered) -> None:
        self.stdout.write("Fitting the calibration on examples held back from the index …")
        fitted = fit.calibrate(
            reading.read_entries(settings.PACKS),
            reading.read_slang(settings.PACKS),
            reading.read_elsewhere(settings.PACKS),
            reading.read_messages(file.with_name("ambiguous.jsonl")),
            on=timezone.localdate(),
            embedder=embedder,
        )
        file.write_text(json.dumps(fitted, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        self.stdout.write(f"{file.name}: fitted")
