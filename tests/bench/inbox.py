"""The list of who waits, against the same rows by hand-written SQL with the same template: on SQLite, and on PostgreSQL if there is one.

python -m tests.bench.inbox [--waiting 200] [--operators 20] [--rounds 5]

200 people wait, of every level and language; 20 colleagues' screens go on asking meanwhile, as they do. Ours is asked over the whole door
(who it is, what the matrix says, what of it they may see); who signed in and the audit are left out on both sides. The median of the rounds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.bench._load import BIN

WAITING, OPERATORS, ROUNDS = 200, 20, 5
BAR = 3.0
OWN = "inbox_of_the_bench"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--waiting", type=int, default=WAITING)
    asked.add_argument("--operators", type=int, default=OPERATORS)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="baquiano-bench-") as folder:
        _measure(given, "SQLite", Path(folder) / "sqlite", "")
        url = os.environ.get("BENCH_POSTGRESQL", "")
        if not url:
            print("PostgreSQL: not measured (BENCH_POSTGRESQL is not set)")
            return
        with _database_of_its_own(url) as own:
            _measure(given, "PostgreSQL", Path(folder) / "postgresql", own)


@contextmanager
def _database_of_its_own(url: str) -> Iterator[str]:
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            yield urlsplit(url)._replace(path=f"/{OWN}").geturl()
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


def _measure(given: argparse.Namespace, name: str, home: Path, url: str) -> None:
    around = {**os.environ, "BAQUIANO_HOME": str(home), "SEMANTIC": "0", "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
    around |= {"DJANGO_SETTINGS_MODULE": "baquiano.config.settings", "BAQUIANO_MODE": "demo"}
    (home / "data" / "static").mkdir(parents=True)  # whitenoise warns of a missing folder
    migrate = [BIN / "django-admin", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, env=around, check=True)
    here = [sys.executable, "-m", "tests.bench._listing", name]
    numbers = [str(number) for number in (given.waiting, given.operators, given.rounds, BAR)]
    subprocess.run([*here, *numbers], env=around, check=True)


if __name__ == "__main__":
    main()
