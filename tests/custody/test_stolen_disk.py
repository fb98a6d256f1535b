"""A thief with the database, the sessions, the logs and a backup, and without the keys: nothing she said is readable."""

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from baquiano.accounts.models import Organisation, User
from tests.conftest import browser_of
from tests.custody.conftest import PHONE, Served
from tests.custody.test_forgetting import CANARY

pytestmark = pytest.mark.django_db
SECRETS = (CANARY.encode(), PHONE.encode())


def raw_tables() -> dict[str, bytes]:
    """Every value of every table as the engine keeps it, ours and those of libraries."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = b"\n".join(
                bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                for row in cursor.fetchall()
                for value in row
            )
    return found


def readable_in(tables: dict[str, bytes]) -> set[str]:
    return {table for table, content in tables.items() if any(secret in content for secret in SECRETS)}


def a_day_of_work(browser: Client, person: int) -> None:
    """Opened, looked for, and asked for where there is nothing."""
    assert CANARY in browser.get(f"/workspace/people/{person}/").content.decode()  # it can be read by whoever may
    browser.post("/workspace/people/", {"name": f"{CANARY}-name"})
    browser.post(f"/workspace/people/{person}/consents/", {"proof": f"{CANARY}-typed"})
    browser.get(f"/workspace/people/{person}999/")


def test_the_tables_hold_nothing_readable_of_her(yuli: Served, luz: User, organisation: Organisation) -> None:
    a_day_of_work(browser_of(luz), yuli.person.pk)
    tables = raw_tables()
    assert {"people_person", "conversations_message", "accounts_staffsession", "people_consent"} <= set(tables)
    assert readable_in(tables) == set()


def test_the_log_names_nobody(
    yuli: Served, luz: User, organisation: Organisation, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        a_day_of_work(browser_of(luz), yuli.person.pk)
    written = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    assert CANARY not in written
    assert PHONE not in written


def test_the_addresses_of_her_pages_say_nothing_of_her(yuli: Served, luz: User, organisation: Organisation) -> None:
    page = browser_of(luz).get(f"/workspace/people/{yuli.person.pk}/").content.decode()
    addresses = [part.split('"')[0] for part in page.split('href="')[1:] + page.split('action="')[1:]]
    assert len(addresses) > 10
    assert not [address for address in addresses if CANARY in address or PHONE in address]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_neither_the_file_nor_its_journal_nor_a_backup_holds_anything_readable(
    yuli: Served, luz: User, organisation: Organisation, tmp_path: Path
) -> None:
    a_day_of_work(browser_of(luz), yuli.person.pk)
    call_command("backup", str(tmp_path / "copy.baquiano"), verbosity=0)
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    kept = [file for file in database.parent.rglob("*") if file.is_file()] + [tmp_path / "copy.baquiano"]
    assert len(kept) >= 2
    assert not [file.name for file in kept if any(secret in file.read_bytes() for secret in SECRETS)]
