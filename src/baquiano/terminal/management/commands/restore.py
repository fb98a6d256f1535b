"""`baquiano restore`."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.terminal import restoring
from baquiano.terminal.backing_up import public_header
from baquiano.terminal.keys import LOST_WITHOUT
from baquiano.terminal.postgres_tools import ToolMissing


class Command(BaseCommand):
    help = (
        "A backup put back, with the keys it was made with; whoever was forgotten stays forgotten. "
        "Example: baquiano restore /media/disk/baquiano-20261124-030000.backup"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where people or staff are already: they are put aside, not lost",
        )

    def handle(self, *args: Any, backup: Path, replace: bool, **options: Any) -> None:
        try:
            self.stdout.write(f"{backup.name}: {public_header(restoring.public(backup))}")
            self.stdout.flush()
            restored = restoring.restore(backup, replace=replace, out=sys.stderr)
        except restoring.WithoutItsKey as reason:
            raise CommandError(f"{reason}\n\n{LOST_WITHOUT}") from None
        except (restoring.CannotRestore, ToolMissing, OSError) as reason:
            raise CommandError(str(reason)) from None
        self._tell(restored)

    def _tell(self, restored: restoring.Restored) -> None:
        self.stdout.write(
            f"Restored, as it was on {restored.about.made_at[:16].replace('T', ' ')} UTC. Everybody is signed out."
        )
        self.stdout.write(f"People forgotten since then, and forgotten again: {restored.forgotten_again}")
        if restored.aside:
            self.stdout.write("What was here is put aside; delete it when all is well, for it holds people too:")
            for path in restored.aside:
                self.stdout.write(f"  {path}")
        self.stdout.write("Now: baquiano audit anchor --after-restore, baquiano doctor, and start it.")
