"""`baquiano seed-load`."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.terminal import seeding
from baquiano.terminal.progress import Bar


class Command(BaseCommand):
    help = (
        "Many people who do not exist, to see how this installation does with them. "
        "Example: baquiano seed-load --people 500000 --attentions 0"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--people", type=int, required=True, help="how many there are to be; those already made count"
        )
        parser.add_argument("--attentions", type=int, default=0, help="only 0 for now: attentions come with cases")
        parser.add_argument("--seed", type=int, default=1, help="the same number makes the same people")

    def handle(self, *args: Any, people: int, attentions: int, seed: int, **options: Any) -> None:
        if attentions:
            raise CommandError("Attentions come later, with cases. For now: --attentions 0")
        bar = Bar("people", people, sys.stderr)
        begun = time.perf_counter()
        try:
            added = seeding.seed(people, number=seed, tell=bar.reach)
        except seeding.CannotSeed as reason:
            raise CommandError(str(reason)) from None
        bar.end()
        speed = added / max(time.perf_counter() - begun, 0.001)
        self.stdout.write(f"{added} people were added, {speed:.0f} a second. They are fictional and marked so.")
