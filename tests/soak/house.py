"""The running program with a home of its own, and what can be seen of it from outside."""

import json
import os
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from tests.bench._load import BIN, ROOT, free_port
from tests.fakes.graph import LINE, Graph

PATIENCE = 120.0  # seconds until everything must be answered; nothing is asserted about how long it took


class House:
    """The running program, and what can be seen of it from outside."""

    def __init__(self, home: Path, url: str, graph: Graph) -> None:
        self.graph, self.url, self.home = graph, url, home
        self.port = free_port()
        self.surroundings = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("BAQUIANO_", "DJANGO_"))},
            "BAQUIANO_HOME": str(home), "SEMANTIC": "0", "DATABASE_URL": url,
            "BAQUIANO_TEST_BUILD": "1", "BAQUIANO_HASTE": "20",
            "BAQUIANO_KEYS": "", "BAQUIANO_HASH_KEY": "", "BAQUIANO_SECRET_KEY": "",  # its own key file, not the tests'
        }  # fmt: skip
        self._run("demo", "--without-visits")
        self.channel = self._make_channel()

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [BIN / "baquiano", *arguments], env=self.surroundings, cwd=ROOT, check=True, capture_output=True, text=True
        )
        return done.stdout

    def _make_channel(self) -> int:
        settings = {**self.graph.settings, "app_secret": self.graph.secret}
        code = (
            "from baquiano.channels.models import Channel; "
            f"c, _ = Channel.objects.get_or_create(kind='whatsapp', line='{LINE}', name='Soak'); "
            f"c.settings = {settings!r}; c.save(); print(c.pk)"
        )
        return int(self._run("shell", "-v0", "-c", code).split()[-1])

    def posts(self, body: dict[str, Any]) -> None:
        """As Meta does: again and again until it is answered with 200."""
        raw = json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/webhooks/whatsapp/{self.channel}/", raw, self.graph.headers(raw)
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        raise AssertionError("the webhook was never acknowledged")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.url:
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql).fetchall()
        with sqlite3.connect(self.home / "data" / "baquiano.sqlite3") as database:
            return database.execute(sql).fetchall()

    def wait(self, is_so: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < until, f"it never came to this: {what}"
            time.sleep(0.1)

    def all_settled(self) -> bool:
        return not self.rows("SELECT 1 FROM conversations_message WHERE state = 'waiting'") and not self.rows(
            "SELECT 1 FROM post_letter WHERE state IN ('queued', 'sending', 'uncertain')"
        )
