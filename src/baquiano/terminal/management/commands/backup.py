"""`baquiano backup`."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.lib import crypto
from baquiano.terminal import backing_up
from baquiano.terminal.postgres_tools import ToolMissing


class Command(BaseCommand):
    help = (
        "Everything here in one encrypted file, while it runs; the keys are never in it. "
        "Example: baquiano backup /media/disk --keep 14"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="a folder, or a file that is not there yet")
        parser.add_argument("--keep", type=int, help="so many backups in that folder, the newest; the older ones go")

    def handle(self, *args: Any, target: Path, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep: at least 1.")
        try:
            made = backing_up.back_up(target, keep=keep, out=sys.stderr)
        except (backing_up.CannotBackUp, ToolMissing, OSError) as reason:
            raise CommandError(f"No backup was made. {reason}") from None
        self.stdout.write(f"{made.file}: {made.size / 1e6:.1f} MB, read back to its end.")
        if made.dropped:
            self.stdout.write(f"{made.dropped} older backups were dropped, {keep} are kept.")
        self.stdout.write(
            f"It opens only with the key {crypto.fingerprints()[0]} of the key sheet. The keys are not in it: keep them elsewhere."
        )
