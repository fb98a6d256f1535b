"""What was deleted leaves no bytes behind. The settings make SQLite overwrite what it deletes (`secure_delete`); here its write-ahead log,
which still holds the pages as they were, is emptied.

PostgreSQL keeps a deleted row in its page until a vacuum makes room for another; nobody can read it through the database, and on disk it is
ciphertext, as everything was.
"""

from django.db import connection


def empty() -> bool:
    """After the commit, never inside a transaction. False: somebody was reading; the next round does it."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return connection.vendor != "sqlite"
    with connection.cursor() as cursor:
        busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
