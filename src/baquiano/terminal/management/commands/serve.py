"""`baquiano serve`."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from baquiano.accounts.models import User
from baquiano.terminal import doors, production, running


class Command(BaseCommand):
    help = "Serve the pages, the webhooks and the loops. Example: baquiano serve --port 8000"

    def _refuse_taken_port(self, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((host, port))
            except OSError:
                raise CommandError(
                    f"Something else listens on {host}:{port} already. Stop it, or choose another: --port {port + 1}"
                ) from None

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=4)

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        reasons = production.reasons_not_to_start()
        if reasons:
            raise CommandError("Baquiano does not start:\n" + "\n".join(f"  - {reason}" for reason in reasons))
        if User._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The database is empty. First: baquiano migrate (or make demo).")
        self._refuse_taken_port(host, port)
        if not running.hold_for_life(running.serving_file()):
            raise CommandError("A backup is being restored here. Wait until it has ended.")
        doors.open_own()
        call_command("createcachetable", verbosity=0)  # PostgreSQL keeps rate limits there; on SQLite it does nothing
        call_command("collectstatic", interactive=False, verbosity=0)
        granian = Path(sys.executable).with_name("granian")
        self.stdout.write(f"Serving {settings.ENVIRONMENT.url} (listening on {host}:{port}); stop with Ctrl+C.")
        self.stdout.flush()
        connection.close()
        # The process becomes granian: no Django in the parent that forks. The flags are explained in the reference.
        os.execv(
            granian,
            [
                str(granian), "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1",
                "--blocking-threads", str(threads), "--respawn-failed-workers", "--workers-kill-timeout", "30",
                "--no-ws", "--log-level", "warning", "baquiano.config.serving:application",
            ],
        )  # fmt: skip
