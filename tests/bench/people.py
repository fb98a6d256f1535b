"""Finding one person among half a million, and the list of whom one may see: on SQLite, and on PostgreSQL in a database of its own.

python -m tests.bench.people [--people 500000] [--searches 400]

A search is two words of somebody's name with one slip in one of them, and her year of birth or her municipality, by a coordinator, who has
the most ways to stand to a person. Timed with everything it asks: who the searcher is, what the matrix says, the query, the names opened.
The slips are made by chance; they are not those the search was written after.
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

PEOPLE, SEARCHES = 500_000, 400
OWN = "people_of_the_bench"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--people", type=int, default=PEOPLE)
    asked.add_argument("--searches", type=int, default=SEARCHES)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="baquiano-bench-") as folder:
        _fill(given, "SQLite", Path(folder) / "sqlite", "")
        url = os.environ.get("BENCH_POSTGRESQL", "")
        if not url:
            print("PostgreSQL: not measured (BENCH_POSTGRESQL is not set)")
            return
        with _database_of_its_own(url) as own:
            _fill(given, "PostgreSQL", Path(folder) / "postgresql", own)


@contextmanager
def _database_of_its_own(url: str) -> Iterator[str]:
    """Half a million people are in nobody else's way."""
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {OWN}")
        try:
            yield urlsplit(url)._replace(path=f"/{OWN}").geturl()
        finally:
            server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


def _fill(given: argparse.Namespace, name: str, home: Path, url: str) -> None:
    around = {**os.environ, "BAQUIANO_HOME": str(home), "SEMANTIC": "0", "DATABASE_URL": url, "OMP_NUM_THREADS": "1"}
    around["DJANGO_SETTINGS_MODULE"] = "baquiano.config.settings"
    (home / "data" / "static").mkdir(parents=True)  # whitenoise warns of a missing folder
    subprocess.run([BIN / "baquiano", "demo", "--without-visits"], env=around, check=True, stdout=subprocess.DEVNULL)
    seeding = [BIN / "baquiano", "seed-load", "--people", str(given.people), "--attentions", "0"]
    done = subprocess.run(seeding, env=around, check=True, capture_output=True, text=True)
    print(f"{name}: {done.stdout.strip()}", flush=True)
    here = [sys.executable, "-m", "tests.bench._finding", name, str(given.people), str(given.searches)]
    subprocess.run(here, env=around, check=True)


if __name__ == "__main__":
    main()
