"""A trail for tests: entries written in any order, and somebody who has the database in his hands."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from baquiano.accounts.audit import reason_mac, seal
from baquiano.accounts.models import AuditEntry, AuditSeal, User
from baquiano.accounts.sealing import Verdict, catch_late, keep_up, verify


class Trail:
    """Numbers are given out as PostgreSQL does: before the commit, so that a low one may come late or never."""

    def __init__(self, actor: User) -> None:
        self.actor = actor
        self.at = timezone.now()
        self.next = (AuditEntry.objects.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        self.open: list[int] = []

    def write(self) -> None:
        self._insert(self._number())

    def begin(self) -> None:
        """A transaction that has its number, and commits later or never."""
        self.open.append(self._number())

    def commit(self) -> None:
        if self.open:
            self._insert(self.open.pop(0))

    def roll_back(self) -> None:
        if self.open:
            self.open.pop()

    def keep_up(self) -> None:
        self.at += timedelta(seconds=1)
        keep_up(self.at)

    def catch_late(self) -> None:
        self.at += timedelta(minutes=1)
        catch_late(self.at)

    def _number(self) -> int:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_auditentry', 'id'))")
                return int(cursor.fetchone()[0])
        self.next += 1
        return self.next - 1

    def _insert(self, number: int) -> None:
        self.at += timedelta(milliseconds=1)
        reason = f"razón {number}" if number % 2 else None
        entry = AuditEntry(pk=number, at=self.at, actor=self.actor, verb="person.edited", room="people", row=f"person:{number}",
                           about=str(number), reason=reason)  # fmt: skip
        entry.reason_mac = reason_mac(entry)
        entry.mac = seal(entry)
        entry.save(force_insert=True)


def looked_at(at: datetime, **options: Any) -> Verdict:
    return verify(at, tell=lambda done, of: None, **options)


def without_triggers() -> None:
    """Whoever owns the database can take them off. They come back when the test is rolled back."""
    with connection.cursor() as cursor:
        for table in (AuditEntry._meta.db_table, AuditSeal._meta.db_table):
            for event in ("update", "delete"):
                on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "{table}_no_{event}"{on}')


# -- what somebody with the database in his hands may do ---------------------------------------------------------------

ALTERATIONS: dict[str, Callable[[AuditEntry], Any]] = {
    "at": lambda entry: entry.at + timedelta(microseconds=1),
    "actor": lambda entry: None,
    "verb": lambda entry: "person.read",
    "room": lambda entry: "files",
    "row": lambda entry: entry.row + "0",
    "about": lambda entry: "",
    "reason": lambda entry: "otra",
    "reason_mac": lambda entry: "0" * 64,
    "mac": lambda entry: "0" * 64,
}
SEAL_ALTERATIONS: dict[str, Callable[[AuditSeal], Any]] = {
    "number": lambda link: link.number + 100_000,
    "entry": lambda link: link.entry + 100_000,
    "entry_mac": lambda link: "0" * 64,
    "at": lambda link: link.at + timedelta(microseconds=1),
    "mac": lambda link: "0" * 64,
}


def alter(row: models.Model, field: str) -> None:
    table = ALTERATIONS if isinstance(row, AuditEntry) else SEAL_ALTERATIONS
    type(row)._default_manager.filter(pk=row.pk).update(**{field: table[field](row)})  # type: ignore[arg-type]


def delete(*rows: models.Model) -> None:
    for row in rows:
        type(row)._default_manager.filter(pk=row.pk).delete()


def swap(one: models.Model, other: models.Model) -> None:
    """Each takes the place of the other, with everything it says."""
    rows = type(one)._default_manager
    key = "number" if isinstance(one, AuditSeal) else "id"
    for before, after in ((one.pk, -1), (other.pk, one.pk), (-1, other.pk)):
        rows.filter(pk=before).update(**{key: after})
