"""Backup and restore, rehearsed: what comes out is what went in, or nothing is touched and it says why."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from baquiano.accounts.audit import audit
from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.models import Channel
from baquiano.custody import tombstones
from baquiano.lib import crypto, keys_check
from baquiano.people.models import Person
from baquiano.terminal import backing_up, restoring, rotating, running
from tests.terminal.homes import Home

CANARY = "CANARY-7c1"


@pytest.fixture(autouse=True)
def the_keys_of_the_tests() -> Iterator[None]:
    yield
    crypto.hand_over(settings.KEYS.encryption, settings.KEYS.hash)


@pytest.fixture
def lived_in(transactional_db: None, organisation: Organisation, webchat: Channel) -> list[Person]:
    """Committed, so that a copy of the database holds them."""
    user = User.objects.create_user("ana", None, display_name=f"Ana {CANARY}")
    Channel.objects.update(settings={"token": CANARY})
    people = Person.objects.bulk_create(Person(name=f"Yuli {CANARY} {n}", birth_year=1990) for n in range(30))
    audit(user, "person.read", people[0], about=people[0].pk, reason=CANARY)
    return people


@pytest.fixture
def home(tmp_path: Path, db: None) -> Iterator[Home]:
    """A data folder and a key file of its own, beside the database of the tests: what is committed there, nobody unless `lived_in`."""
    home = Home(tmp_path / "home")
    home.take_keys()
    keys_check.make(home.data)
    (home.data / "calibration.json").write_text('{"fitted_on": 1}')
    (home.data / "static").mkdir()
    (home.data / "static" / "screen.css").write_text("body{}")
    (home.data / "letters").mkdir()
    (home.data / "letters" / "a").write_bytes(b"\x00" * 5000)
    here = replace(settings.ENVIRONMENT, data=home.data, keys_file=home.keys_file)
    with override_settings(ENVIRONMENT=here):
        yield home


@pytest.fixture
def backup(home: Home, tmp_path: Path) -> Path:
    file = tmp_path / "a.backup"
    call_command("backup", str(file), stdout=StringIO())
    return file


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """An empty database of its own on the PostgreSQL of this run; nothing to do on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield ""
        return
    name = f"restored_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield url.replace("/postgres?", f"/{name}?")
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def elsewhere(tmp_path: Path, database_url: str) -> Home:
    """An empty machine with the right keys."""
    home = Home(tmp_path / "elsewhere", database_url)
    home.take_keys()
    return home


Tables = dict[str, list[tuple[Any, ...]]]
UNLIKE = {
    "accounts_auditentry",
    "accounts_auditseal",
    "django_migrations",
    "sqlite_sequence",
    "django_content_type",
    "cache",
}


def _rows(execute: Any) -> Tables:
    """Every row of our tables, encrypted columns opened."""
    sealed = {(column.table, column.name) for column in rotating.columns()}
    found = {}
    for table in sorted(set(connection.introspection.table_names()) - UNLIKE):
        cursor = execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        rows = [
            tuple(
                crypto.decrypt(bytes(value)) if (table, name) in sealed and value is not None else value
                for name, value in zip(names, row, strict=True)
            )
            for row in cursor.fetchall()
        ]
        found[table] = sorted(rows, key=repr)
    return found


def _rows_here() -> Tables:
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
            return _rows(database.execute)
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn) as database:
        return _rows(database.execute)


def _rows_of(home: Home) -> Tables:
    if url := home.surroundings["DATABASE_URL"]:
        with psycopg.connect(url) as database:
            return _rows(database.execute)
    with closing(sqlite3.connect(home.database)) as database:
        return _rows(database.execute)


def _opened(backup: Path, into: Path) -> restoring.Unpacked:
    into.mkdir()
    return restoring.unpack(backup, into, StringIO())


# What is in it -----------------------------------------------------------------------------------------------------------------


def test_a_backup_tells_nothing_without_the_keys_and_never_holds_them(lived_in: list[Person], backup: Path) -> None:
    raw = backup.read_bytes()
    secrets = (*settings.KEYS.encryption, settings.KEYS.hash, settings.KEYS.secret)
    for word in (CANARY, "accounts_user", "calibration", *secrets):
        assert word.encode() not in raw
    assert backup.stat().st_mode & 0o777 == 0o600


def test_no_key_is_inside_even_when_a_demo_keeps_them_among_its_data(home: Home, tmp_path: Path) -> None:
    inside = home.data / "keys" / "mine.keys"
    inside.parent.mkdir()
    shutil.copy(home.keys_file, inside)
    shutil.copy(home.keys_file, inside.with_name(".mine.keys.new"))
    shutil.copy(home.keys_file, inside.with_name("mine.keys.old"))
    (home.data / "link").symlink_to(home.keys_file)
    here = replace(settings.ENVIRONMENT, data=home.data, keys_file=inside)
    with override_settings(ENVIRONMENT=here):
        call_command("backup", str(tmp_path / "b.backup"), stdout=StringIO())
    _opened(tmp_path / "b.backup", tmp_path / "opened")
    for path in (tmp_path / "opened").rglob("*"):
        assert path.is_dir() or settings.KEYS.encryption[0].encode() not in path.read_bytes(), path.name


def test_inside_are_the_files_of_the_house_without_what_is_made_again(backup: Path, tmp_path: Path) -> None:
    unpacked = _opened(backup, tmp_path / "opened")
    names = {path.relative_to(unpacked.files).as_posix() for path in unpacked.files.rglob("*") if path.is_file()}
    assert names == {"calibration.json", "letters/a", "keys.check"}
    assert unpacked.about.engine == connection.vendor


def test_nothing_is_left_behind_beside_the_backup(home: Home, backup: Path) -> None:
    assert not (home.data / "backing-up").exists()
    assert [path.name for path in backup.parent.iterdir() if path.is_file()] == ["a.backup"]


@pytest.mark.sqlite
def test_what_is_written_while_it_is_copied_does_not_disturb_the_picture(
    lived_in: list[Person], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer never stops: the copy ends all the same, and is the database of one moment."""
    monkeypatch.setattr(backing_up, "PAGES_AT_ONCE", 5)
    stop = Event()
    written = 0

    def write() -> None:
        nonlocal written
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30, isolation_level=None)) as other:
            while not stop.is_set():
                other.execute("BEGIN IMMEDIATE")
                other.execute("UPDATE people_person SET birth_year = ?", [1950 + written % 50])
                other.execute("COMMIT")
                written += 1

    writer = Thread(target=write)
    writer.start()
    try:
        call_command("backup", str(tmp_path / "b.backup"), stdout=StringIO())
    finally:
        stop.set()
        writer.join()
    unpacked = _opened(tmp_path / "b.backup", tmp_path / "opened")
    with closing(sqlite3.connect(unpacked.database)) as copy:
        assert len(copy.execute("SELECT DISTINCT birth_year FROM people_person").fetchall()) == 1
    assert written


# Where it goes -------------------------------------------------------------------------------------------------------------------


def test_a_folder_keeps_the_newest_and_nothing_else_of_it_goes(home: Home, tmp_path: Path, now: Any) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "holiday.jpg").touch()
    (folder / "ours-from-2020.backup").touch()
    for _ in range(3):
        now.shift(60)
        call_command("backup", str(folder), keep=2, stdout=StringIO())
    assert sorted(path.name for path in folder.iterdir()) == [
        "baquiano-20261124-150200.backup", "baquiano-20261124-150300.backup", "holiday.jpg", "ours-from-2020.backup"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("home/data", {}, "the next backup would hold this one"),
        ("home/data/letters/x.backup", {}, "the next backup would hold this one"),
        ("nowhere/x.backup", {}, "There is no folder"),
        ("x.backup", {"keep": 2}, "counts the backups of a folder"),
        ("home/keys/baquiano.keys", {}, "exists already"),
        ("home", {"keep": 0}, "at least 1"),
    ],
)
def test_a_place_that_is_wrong_is_refused(home: Home, tmp_path: Path, target: str, options: Any, said: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CommandError, match=said):
        call_command("backup", str(tmp_path / target), **options)
    assert sorted(tmp_path.rglob("*")) == before


def test_the_folder_for_backups_among_the_data_is_left_out_of_the_next(home: Home, tmp_path: Path) -> None:
    (home.data / "backups").mkdir()
    call_command("backup", str(home.data / "backups"), stdout=StringIO())
    call_command("backup", str(tmp_path / "b.backup"), stdout=StringIO())
    assert not (_opened(tmp_path / "b.backup", tmp_path / "opened").files / "backups").exists()


def test_two_backups_at_once_are_one(home: Home, tmp_path: Path) -> None:
    lock = running.hold_alone(home.data / "backing-up.lock")
    assert lock
    with lock, pytest.raises(CommandError, match="Another backup"):
        call_command("backup", str(tmp_path / "b.backup"))


def test_a_backup_is_written_down(backup: Path) -> None:
    assert AuditEntry.objects.filter(verb="backup.made", reason__isnull=True).count() == 1


# Put back ------------------------------------------------------------------------------------------------------------------------


def test_on_an_empty_machine_everything_is_there_again(lived_in: list[Person], backup: Path, elsewhere: Home) -> None:
    """Counts and texts; whoever was forgotten after the backup is not; everybody is signed out."""
    before = _rows_here()
    gone = Person.objects.order_by("pk")[3]
    with override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, keys_file=elsewhere.keys_file)):
        tombstones.write_down([gone.number])
    code, said = elsewhere.run("restore", str(backup))
    assert code == 0, said
    assert "forgotten again: 1" in said
    after = _rows_of(elsewhere)
    assert {table: len(rows) for table, rows in after.items()} == {table: len(rows) for table, rows in before.items()}
    changed = {table for table in before if after[table] != before[table]}
    assert changed == {"people_person"}
    assert sum(f"{CANARY} 3'" in repr(row) for row in before["people_person"]) == 1
    assert sum(f"{CANARY} 3'" in repr(row) for row in after["people_person"]) == 0
    assert (elsewhere.data / "calibration.json").read_text() == '{"fitted_on": 1}'
    assert not (elsewhere.data / "restore.unfinished").exists()
    assert not (elsewhere.data / "restoring").exists()
    # Again, where people are now.
    code, said = elsewhere.run("restore", str(backup), "--replace")
    assert code == 0, said
    assert len(list(elsewhere.data.glob("*.before-restore-*"))) >= 2  # the database, and the files that were in the way
    assert {table: len(rows) for table, rows in _rows_of(elsewhere).items()} == {t: len(r) for t, r in before.items()}


def test_where_people_are_already_nothing_is_replaced_unasked(backup: Path, home: Home, rosa: User) -> None:
    before = _before_and_after(home)
    with pytest.raises(CommandError, match="With --replace"):
        call_command("restore", str(backup), stdout=StringIO())
    assert _before_and_after(home) == before


def test_the_list_of_the_forgotten_travels_with_the_backup_and_the_newer_list_stays(home: Home, tmp_path: Path) -> None:
    one, two, three = (Person.objects.create(name=CANARY) for _ in range(3))
    tombstones.write_down([one.number, two.number])
    call_command("backup", str(tmp_path / "b.backup"), stdout=StringIO())
    of_then = _opened(tmp_path / "b.backup", tmp_path / "opened").forgotten
    home.keys_file.with_name(tombstones.NAME).unlink()
    tombstones.write_down([three.number])
    tombstones.take_back([two.number])
    restoring._merge_forgotten(of_then)
    assert tombstones.read() == {tombstones.mark_of(one.number), tombstones.mark_of(three.number)}


def _before_and_after(home: Home) -> tuple[list[str], bytes]:
    files = sorted(
        path.relative_to(home.folder).as_posix() for path in home.folder.rglob("*") if "lock" not in path.name
    )
    return files, home.database.read_bytes() if home.database.exists() else b""


@pytest.mark.sqlite
@pytest.mark.parametrize("harm", ["cut", "bit", "key", "not one", "engine"])
def test_a_backup_that_does_not_open_touches_nothing(backup: Path, home: Home, harm: str) -> None:
    raw = bytearray(backup.read_bytes())
    if harm == "cut":
        raw = raw[:-1]
    elif harm == "bit":
        raw[len(raw) // 2] ^= 1
    elif harm == "not one":
        raw = bytearray(b"PK\x03\x04")
    elif harm == "engine":
        raw = bytearray(bytes(raw).replace(b'"sqlite"', b'"oracle"'))
    else:
        crypto.hand_over([Fernet.generate_key().decode()], settings.KEYS.hash)
    backup.write_bytes(raw)
    before = _before_and_after(home)
    said = {
        "cut": "damaged",
        "bit": "damaged",
        "key": "Lost would be",
        "not one": "not a backup",
        "engine": "Nothing moves data",
    }
    with pytest.raises(CommandError, match=said[harm]):
        call_command("restore", str(backup), "--replace", stdout=StringIO())
    assert _before_and_after(home) == before


def test_a_restore_waits_until_nobody_serves(backup: Path, home: Home) -> None:
    if connection.vendor == "postgresql":
        other = connection.copy()
        other.settings_dict["OPTIONS"] = {"application_name": f"baquiano {crypto.fingerprints()[0]}"}
        with closing(other), pytest.raises(CommandError, match="Stop Baquiano first"):
            other.connect()
            call_command("restore", str(backup), "--replace", stdout=StringIO())
        return
    for file in (running.serving_file(), running.loops_file()):
        lock = running.hold_alone(file)
        assert lock
        with lock, pytest.raises(CommandError, match="Stop it first"):
            call_command("restore", str(backup), "--replace", stdout=StringIO())


@pytest.mark.sqlite
def test_nothing_begins_to_serve_while_somebody_restores(home: Home) -> None:
    lock = running.hold_alone(running.serving_file())
    assert lock
    with lock, pytest.raises(CommandError, match="being restored"):
        call_command("serve", "--port", "0")


def test_a_restore_that_died_half_way_is_not_served(home: Home) -> None:
    running.unfinished_file().touch()
    for command in ("serve", "work"):
        with pytest.raises(CommandError, match="has not ended"):
            call_command(command)


def test_a_backup_of_a_later_program_is_refused(home: Home, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('people', '9999_later', '2030-01-01')"
        )
    try:
        call_command("backup", str(tmp_path / "b.backup"), stdout=StringIO())
        with pytest.raises(restoring.CannotRestore, match="later version"):
            _opened(tmp_path / "b.backup", tmp_path / "opened")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def test_a_machine_without_keys_says_what_is_lost_and_makes_none(backup: Path, elsewhere: Home) -> None:
    elsewhere.move_keys_away()
    code, said = elsewhere.run("restore", str(backup))
    assert code == 1
    assert "names, contacts and documents of people" in said
    assert not elsewhere.keys_file.exists()
    assert not elsewhere.data.exists()


@pytest.mark.sqlite
def test_a_backup_killed_half_way_leaves_no_backup_and_the_next_one_works(
    home: Home, elsewhere: Home, tmp_path: Path
) -> None:
    elsewhere.take_database()
    for number in range(8):
        with (elsewhere.data / f"large{number}").open("wb") as file:
            file.truncate(20 << 20)
    target = tmp_path / "disk"
    target.mkdir()
    process = elsewhere.start("backup", str(target))
    assert process.stderr
    while process.stderr.readline() != "sealing: 0 %\n":
        assert process.poll() is None
    process.kill()
    process.communicate()
    assert list(target.glob("*.backup")) == []
    (part,) = target.iterdir()
    with pytest.raises(restoring.CannotRestore, match=r"damaged|not a backup"):
        _opened(part, tmp_path / "opened")
    for large in elsewhere.data.glob("large*"):
        large.unlink()
    code, said = elsewhere.run("backup", str(target))
    assert code == 0, said
    assert [path.suffix for path in target.iterdir()] == [".backup"]
    assert not (elsewhere.data / "backing-up").exists()
