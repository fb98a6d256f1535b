"""A new encryption key, and everything under it: add · restart · encrypt again · drop the old one. Each step refuses to come too early.

Every stored token opens with any key of the key file, so nothing is ever unreadable on the way. Encrypting again replaces a
token only if it is still the one that was read, so it may run while people write; what is already under the first key is
passed by, so it may be cut at any time and begun again. The hash key is not rotated: its hashes cannot be turned into others
without the values they were made from.
"""

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from baquiano.accounts.audit import audit
from baquiano.accounts.models import organisation
from baquiano.lib import crypto, key_file, keys_check
from baquiano.lib.fields import EncryptedBytes
from baquiano.lib.turnstile import writing

AT_ONCE = 200  # rows in one transaction: some ten milliseconds
SECRETS_OF_FACTORS = ("secret", "seed")  # in the data of allauth's authenticators, encrypted by config.signing_in


class TooEarly(RuntimeError):
    """Shown as it is written: which step comes first."""


@dataclass(frozen=True)
class Step:
    """One batch: how many values were looked at, how many were encrypted again, how many open with no key at all."""

    seen: int
    renewed: int = 0
    shut: int = 0


@dataclass(frozen=True)
class Column:
    table: str
    key: str
    name: str

    @property
    def quoted(self) -> tuple[str, str, str]:
        quote = connection.ops.quote_name
        return quote(self.table), quote(self.key), quote(self.name)


def columns() -> list[Column]:
    """Every encrypted column of every table, whichever room it belongs to."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy and model._meta.managed:
            found += [Column(model._meta.db_table, _key(model), name) for name in _encrypted(model)]
    return found


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _encrypted(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.local_concrete_fields if isinstance(field, EncryptedBytes)]


def count() -> int:
    """How many values there are, for a progress bar."""
    total: int = Authenticator.objects.count()
    with connection.cursor() as cursor:
        for column in columns():
            table, _, name = column.quoted
            cursor.execute(f"SELECT count({name}) FROM {table}")
            total += cursor.fetchone()[0]
    return total


# 1. A new key ---------------------------------------------------------------------------------------------------------------


def add_key(file: Path) -> str:
    """A new first key in the key file. Returns its fingerprint. Raises TooEarly while an older rotation is not done."""
    text = file.read_text(encoding="utf-8")
    if len(key_file.parse(text).encryption) > 1:
        raise TooEarly(
            "There is more than one encryption key already: the last rotation is not finished. First `baquiano keys reencrypt`, then "
            "`baquiano keys drop-old`."
        )
    changed = key_file.with_new_first_key(text)
    key_file.replace(file, changed)
    fingerprint = crypto.fingerprint(key_file.parse(changed).encryption[0])
    with writing():
        audit(None, "keys.added", organisation())
        _sheet_is_old()
    return fingerprint


def _sheet_is_old() -> None:
    """The printed sheet lacks the new key: `doctor` asks for another."""
    who = organisation()
    if who.pk:
        who.key_sheet_printed_on = None
        who.save(update_fields=["key_sheet_printed_on"])


# 2. Everything under it ---------------------------------------------------------------------------------------------------------


def reencrypt() -> Iterator[Step]:
    """One short transaction after another; it may be left at any of them."""
    for column in columns():
        for rows in _batches(column):
            yield _renew(column, rows)
    for authenticator in Authenticator.objects.order_by("pk"):
        yield _renew_factor(authenticator)
    keys_check.renew(Path(settings.ENVIRONMENT.data))


def _batches(column: Column) -> Iterator[list[tuple[Any, bytes]]]:
    """(key of the row, token), in the order of the keys: what is written meanwhile has the first key already."""
    table, key, name = column.quoted
    last: list[Any] = []
    while True:
        after = f"AND {key} > %s" if last else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {key}, {name} FROM {table} WHERE {name} IS NOT NULL {after} ORDER BY {key} LIMIT {AT_ONCE}",
                last,
            )
            rows = [(row[0], bytes(row[1])) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        last = [rows[-1][0]]


def _renew(column: Column, rows: Sequence[tuple[Any, bytes]]) -> Step:
    changes, shut = [], 0
    for key_of_row, token in rows:
        try:
            fresh = crypto.renewed(token)
        except crypto.WrongKey:
            shut += 1
            continue
        if fresh is not None:
            changes.append((fresh, key_of_row, token))
    if changes:
        table, key, name = column.quoted
        with writing(), connection.cursor() as cursor:
            # Only if nobody has written it meanwhile: what they wrote is under the first key.
            cursor.executemany(f"UPDATE {table} SET {name} = %s WHERE {key} = %s AND {name} = %s", changes)
    return Step(len(rows), len(changes), shut)


def _renew_factor(authenticator: Authenticator) -> Step:
    """Second factors: allauth keeps their secrets in a JSON column, where we encrypt them."""
    data = dict(authenticator.data)
    try:
        fresh = {name: _renewed_text(data[name]) for name in SECRETS_OF_FACTORS if name in data}
    except (crypto.WrongKey, binascii.Error, ValueError):
        return Step(1, shut=1)
    fresh = {name: value for name, value in fresh.items() if value}
    if fresh:
        with writing():
            _put_factor(authenticator, fresh)
    return Step(1, int(bool(fresh)))


def _renewed_text(sealed: str) -> str | None:
    token = crypto.renewed(base64.urlsafe_b64decode(sealed.encode()))
    return None if token is None else base64.urlsafe_b64encode(token).decode()


def _put_factor(authenticator: Authenticator, fresh: dict[str, str | None]) -> None:
    """Read again under lock: a recovery code may have been used since, which is written in the same column."""
    row = Authenticator.objects.select_for_update().filter(pk=authenticator.pk).first()
    if row is None or any(row.data.get(name) != authenticator.data[name] for name in fresh):
        return
    row.data = {**row.data, **fresh}
    row.save(update_fields=["data"])


# 3. The old one goes ------------------------------------------------------------------------------------------------------------


def look() -> Iterator[Step]:
    """Changes nothing. `renewed`: how many still need an older key."""
    for column in columns():
        for rows in _batches(column):
            yield _need(len(rows), [token for _, token in rows])
    for authenticator in Authenticator.objects.order_by("pk"):
        sealed = [authenticator.data[name] for name in SECRETS_OF_FACTORS if name in authenticator.data]
        yield _need(1, [base64.urlsafe_b64decode(text.encode()) for text in sealed])


def _need(seen: int, tokens: Sequence[bytes]) -> Step:
    old = shut = 0
    for token in tokens:
        try:
            old += crypto.renewed(token) is not None
        except crypto.WrongKey:
            shut += 1
    return Step(seen, old, shut)


def drop_old(file: Path) -> int:
    """Only the first key stays in the key file. The caller has looked. Returns how many went."""
    if not keys_check.opens_with_first_key(Path(settings.ENVIRONMENT.data)):
        raise TooEarly("The check of the data folder still needs an older key. First: baquiano keys reencrypt")
    text = file.read_text(encoding="utf-8")
    gone = len(key_file.parse(text).encryption) - 1
    with writing():
        audit(None, "keys.dropped", organisation())
    key_file.replace(file, key_file.with_first_key_only(text))
    return gone
