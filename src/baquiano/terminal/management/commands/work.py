"""`baquiano work`."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from baquiano.terminal import loops, production


class Command(BaseCommand):
    help = "Run only the loops. Example: baquiano work (beside several `serve` on PostgreSQL)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now and stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        reasons = production.reasons_not_to_start()
        if reasons:
            raise CommandError("\n".join(reasons))
        self._refuse_beside_serve()
        if once:
            loops.once()
            return
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopping.set())
        self.stdout.write("Working; stop with Ctrl+C.")
        loops.Runner(goes_on=lambda: not stopping.is_set()).run()

    def _refuse_beside_serve(self) -> None:
        """On SQLite there is exactly one process, and `serve` has the loops already."""
        if connection.vendor != "sqlite" or (
            connection.settings_dict["NAME"].__class__ is str and ":memory:" in str(connection.settings_dict["NAME"])
        ):
            return
        with loops.lock_file().open("a") as lock:
            if not loops.try_lock(lock):
                raise CommandError(
                    "`baquiano serve` is running and does this work already. With SQLite there is one process; "
                    "for several, use PostgreSQL (DATABASE_URL)."
                )
