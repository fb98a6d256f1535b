"""Do the keys in hand open what lies here? Asked before anything is served, and before `keys.check` is first written.

The file `keys.check` answers for the data folder (the settings ask it); the database is asked by opening what every
installation has: a name of the staff, the settings of a channel. No model is read here: this runs before there are any.
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from baquiano.lib import crypto, keys_check
from baquiano.terminal import running

SAMPLES = (("accounts_user", "display_name"), ("channels_channel", "settings"))


def reasons_not_to_serve() -> Iterator[str]:
    """In demo and in production."""
    if running.unfinished_file().exists():
        yield (
            "a restore was begun here and has not ended: whoever was forgotten since that backup may stand in the database again. "
            "Restore again: baquiano restore FILE --replace"
        )
    elif not database_opens():
        yield (
            "the keys are not those of this database: what it holds does not open. Give the right key file, or type it again from the "
            "key sheet (baquiano keys type)."
        )


def database_opens() -> bool:
    """True also while there is nothing in it."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table, column in SAMPLES:
            if table not in tables:
                continue
            cursor.execute(f"SELECT {column} FROM {table} LIMIT 1")
            if not all(_opens(bytes(row[0])) for row in cursor.fetchall()):
                return False
    return True


def _opens(token: bytes) -> bool:
    try:
        crypto.decrypt(token)
    except crypto.WrongKey:
        return False
    return True


def make_check() -> None:
    """After the tables were made: a data folder gets its check once, from keys that open what is there."""
    data = Path(settings.ENVIRONMENT.data)
    if not (data / keys_check.NAME).exists() and database_opens():
        keys_check.make(data)
