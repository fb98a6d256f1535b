"""A fake Meta, and a database of its own for each house that is really started."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.fakes.graph import Graph


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture
def database() -> Iterator[str]:
    """A database of its own on the PostgreSQL of this run; empty on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield ""
        return
    name = f"soak_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield url.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
