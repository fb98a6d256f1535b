"""The programs of PostgreSQL that copy a database and put it back: where they are, and where they are told to go."""

import os
import shutil

from django.db import connection


class ToolMissing(RuntimeError):
    """Shown as it is written: what to install."""


def path_of(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ToolMissing(
            f"The program {name} is not on this machine. With PostgreSQL it is needed: apt-get install postgresql-client "
            "(of the version of the server, or newer)."
        )
    return found


def surroundings() -> dict[str, str]:
    """Our own, and the database we use: no password stands among the arguments, which everybody on the machine can list."""
    place = connection.settings_dict
    said = {
        "PGHOST": place["HOST"], "PGPORT": place["PORT"], "PGUSER": place["USER"], "PGPASSWORD": place["PASSWORD"],
        "PGDATABASE": place["NAME"], "PGCONNECT_TIMEOUT": "10",
    }  # fmt: skip
    return {**os.environ, **{name: str(value) for name, value in said.items() if value}, "LC_MESSAGES": "C"}


def first_error(said: bytes) -> str:
    """The first line in which one of them complains, without what follows: that may quote rows."""
    lines = said.decode("utf-8", "replace").splitlines()
    return next((line for line in lines if "error" in line.lower() or "fatal" in line.lower()), "it said nothing")[:200]
