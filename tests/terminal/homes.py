"""An installation of its own in a temporary folder, driven from outside as its operator does: `baquiano …` in a process."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection

from baquiano.lib import key_file
from tests.house.stairs import PROJECT

PROGRAM = Path(sys.executable).with_name("baquiano")


class Home:
    """With the keys of the tests in a key file, so that a test can read what the process wrote."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.folder, self.data = folder, folder / "data"
        self.keys_file = folder / "keys" / "baquiano.keys"
        self.database = self.data / "baquiano.sqlite3"
        self.surroundings = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("BAQUIANO_", "DJANGO_"))},
            "BAQUIANO_HOME": str(folder), "DATABASE_URL": database_url, "SEMANTIC": "0",
        }  # fmt: skip

    def take_keys(self, *encryption: str) -> None:
        self.keys_file.unlink(missing_ok=True)
        keys = settings.KEYS
        lines = (*(encryption or keys.encryption), f"hash:{keys.hash}", f"secret:{keys.secret}")
        key_file.make(self.keys_file, "\n".join(lines) + "\n")

    def take_database(self) -> None:
        """What is committed in the database of the tests, now."""
        self.data.mkdir(exist_ok=True)
        with (
            closing(sqlite3.connect(connection.settings_dict["NAME"])) as here,
            closing(sqlite3.connect(self.database)) as there,
        ):
            here.backup(there)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [PROGRAM, *arguments], env=self.surroundings, cwd=PROJECT, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str]:
        """(exit code, what it said)."""
        process = self.start(*arguments)
        said, complained = process.communicate(timeout=120)
        return process.returncode, said + complained

    def move_keys_away(self) -> None:
        shutil.rmtree(self.keys_file.parent)
