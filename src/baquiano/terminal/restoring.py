"""A backup put back. The whole of it is opened and proven before anything here is touched; what was here is put aside, not lost.

The order: unpack and check · put aside what is here · put the backup in its place · migrate · forget again whoever was forgotten
since. From the second step to the last a mark lies in the data folder, and `serve` does not start while it is there: nobody who
was forgotten is shown again because the machine died half-way. The same command, typed again, begins from the start.
"""

import json
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import IO, TextIO

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import StaffSession, organisation
from baquiano.custody import forgotten
from baquiano.lib import crypto, key_file, keys_check
from baquiano.lib.sealed_stream import Damaged, Opener, read_header
from baquiano.lib.turnstile import writing
from baquiano.post import fate
from baquiano.terminal import postgres_tools, running
from baquiano.terminal.backing_up import (
    ABOUT,
    DATABASE,
    FILES,
    FORGOTTEN,
    FORMAT,
    PIECE,
    PURPOSE,
    PUT_ASIDE,
    About,
)
from baquiano.terminal.progress import Bar

# A row in any of these: somebody works or was answered here.
LIVED_IN = ("accounts_user", "accounts_organisation", "people_person", "people_alias", "conversations_message")
LATER = "This backup was made by a later version of the program: update the program first."


class CannotRestore(RuntimeError):
    """Shown as it is written: what is wrong and what to do. Until it says otherwise, nothing was touched."""


class WithoutItsKey(CannotRestore):
    """The key it was made with is not here."""


@dataclass(frozen=True)
class Unpacked:
    """A backup that was opened to its end. `files`: the folder with those of the data folder."""

    about: About
    database: Path
    files: Path
    forgotten: str  # the list, as it was then


@dataclass(frozen=True)
class Restored:
    about: About
    aside: tuple[Path, ...]  # what was here before
    forgotten_again: int


def restore(file: Path, *, replace: bool, out: TextIO) -> Restored:
    """Raises CannotRestore."""
    header = public(file)
    _refuse_another_engine(header)
    _refuse_without_its_key(header)
    with _nobody_else(), _room() as room:
        if not replace and _is_lived_in():
            raise CannotRestore(
                "There are people or staff in this installation already. With --replace the backup takes their place, and what is "
                "here now is put aside, in the data folder."
            )
        unpacked = unpack(file, room, out)
        aside = _change_places(unpacked, out)
        again = _make_current()
    return Restored(unpacked.about, aside, again)


def public(file: Path) -> dict[str, str]:
    """What the backup says of itself to anybody. Raises CannotRestore."""
    try:
        with file.open("rb") as raw:
            header, _ = read_header(raw)
    except OSError as problem:
        raise CannotRestore(f"{file} cannot be read ({problem.strerror}).") from None
    except Damaged as reason:
        raise CannotRestore(f"{file} is not a backup of Baquiano: {reason}.") from None
    if header.get("format") != FORMAT:
        raise CannotRestore(LATER)
    return header


def _refuse_another_engine(header: dict[str, str]) -> None:
    if header.get("engine") != connection.vendor:
        raise CannotRestore(
            f"This backup holds a {header.get('engine')} database, and this installation uses {connection.vendor}. Nothing moves data from "
            "one to the other: restore it where DATABASE_URL says the same as then."
        )


def _refuse_without_its_key(header: dict[str, str]) -> None:
    if header.get("key") not in crypto.fingerprints():
        raise WithoutItsKey(
            f"This backup opens with the encryption key {header.get('key')}; here are {', '.join(crypto.fingerprints())}. Find the key sheet "
            "of then: its keys, typed with `baquiano keys type`, or the old key added as another line of the key file."
        )


@contextmanager
def _nobody_else() -> Iterator[None]:
    """`serve` and `work` are off, and on SQLite cannot begin meanwhile."""
    if connection.vendor != "sqlite":
        if running.others():
            raise CannotRestore(f"Stop Baquiano first: {len(running.others())} connections of it are open.")
        yield
        return
    serving = running.hold_alone(running.serving_file())
    loops = running.hold_alone(running.loops_file())
    try:
        if serving is None or loops is None:
            raise CannotRestore("`baquiano serve` or `work` is running here. Stop it first, and restore again.")
        yield
    finally:
        for lock in (serving, loops):
            if lock is not None:
                lock.close()


@contextmanager
def _room() -> Iterator[Path]:
    """A folder for what comes out of the backup: on the disk where it will lie."""
    folder = Path(settings.ENVIRONMENT.data) / "restoring"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_lived_in() -> bool:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)).intersection(LIVED_IN)
        for table in sorted(tables):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")
            if cursor.fetchone():
                return True
    return False


# Opening it ----------------------------------------------------------------------------------------------------------------


def unpack(file: Path, into: Path, out: TextIO) -> Unpacked:
    """Every chunk proven, to the last one; then the keys, the program and the database are looked at. Raises CannotRestore."""
    bar = Bar("opening the backup", file.stat().st_size, out)
    try:
        with file.open("rb") as raw, BufferedReader(Opener(raw, purpose=PURPOSE), PIECE) as plain:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for member in tar:
                    _take_out(tar, member, into)
                    bar.reach(raw.tell())
            while plain.read(PIECE):  # what follows the archive is proven too: the end is what says that nothing is cut
                pass
    except (Damaged, tarfile.TarError) as reason:
        raise CannotRestore(f"{file} is damaged: {reason}. Nothing was touched. Take an older backup.") from None
    except crypto.WrongKey:
        raise CannotRestore(f"{file} does not open with these keys.") from None
    bar.end()
    return _looked_at(into)


def _take_out(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    path = PurePosixPath(member.name)
    content = tar.extractfile(member) if member.isreg() else None
    if content is None or path.is_absolute() or ".." in path.parts:
        raise CannotRestore("The backup holds something that is none of ours. Nothing was touched.")
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with target.open("wb") as file:
        shutil.copyfileobj(content, file, PIECE)


def _looked_at(room: Path) -> Unpacked:
    try:
        about = About(**json.loads((room / ABOUT).read_bytes()))
    except (OSError, ValueError, TypeError):
        raise CannotRestore(LATER) from None
    known = {f"{room}.{name}" for room, name in MigrationLoader(None).disk_migrations}
    ours = {name.partition(".")[0] for name in known}
    if [name for name in about.migrations if name not in known and name.partition(".")[0] in ours]:
        raise CannotRestore(LATER)
    files, database, list_of_then = room / FILES, room / DATABASE, room / FORGOTTEN
    files.mkdir(exist_ok=True)
    try:
        keys_check.check(files)
    except keys_check.KeysDoNotFit as reason:
        raise CannotRestore(f"The backup opens, but {reason}.") from None
    if about.engine == "sqlite":
        _refuse_broken(database)
    return Unpacked(about, database, files, list_of_then.read_text("ascii") if list_of_then.exists() else "")


def _refuse_broken(database: Path) -> None:
    with closing(sqlite3.connect(database)) as opened:
        found = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise CannotRestore(
            "The database in the backup is broken: it was broken when it was copied. Take an older backup."
        )


# Changing places -------------------------------------------------------------------------------------------------------------


def _change_places(unpacked: Unpacked, out: TextIO) -> tuple[Path, ...]:
    data, moment = Path(settings.ENVIRONMENT.data), f"{PUT_ASIDE}-{timezone.now():%Y%m%d-%H%M%S}"
    running.unfinished_file().touch()
    if connection.vendor == "sqlite":
        aside = _swap_sqlite(unpacked.database, moment)
    else:
        aside = _swap_postgresql(unpacked.database, data / f"database{moment}", out)
    aside += _swap_files(unpacked.files, data, moment)
    _merge_forgotten(unpacked.forgotten)
    return aside


def _swap_sqlite(restored: Path, moment: str) -> tuple[Path, ...]:
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    aside: tuple[Path, ...] = ()
    if place.exists() and place.stat().st_size:
        with closing(sqlite3.connect(place)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside = (place.with_name(place.name + moment),)
        place.rename(aside[0])
    for beside in ("-wal", "-shm"):  # of a database that is not here any more: it would be read into the new one
        place.with_name(place.name + beside).unlink(missing_ok=True)
    restored.chmod(0o600)
    restored.replace(place)
    return aside


def _swap_postgresql(restored: Path, aside: Path, out: TextIO) -> tuple[Path, ...]:
    kept: tuple[Path, ...] = ()
    if _is_lived_in():
        connection.close()
        command = [
            postgres_tools.path_of("pg_dump"),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={aside}",
        ]
        _run(command, "could not put aside what is here")
        kept = (aside,)
    connection.close()
    bar = Bar("writing the database", 1, out)
    _pour(restored)
    bar.end()
    return kept


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, env=postgres_tools.surroundings(), capture_output=True, check=False, umask=0o077)
    if done.returncode:
        raise CannotRestore(f"{Path(command[0]).name} {what}: {postgres_tools.first_error(done.stderr)}")


def _pour(dump: Path) -> None:
    """Everything in one transaction: the old tables are gone and the new ones are there, or nothing has happened."""
    surroundings = postgres_tools.surroundings()
    reader = [postgres_tools.path_of("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
    writer = [postgres_tools.path_of("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    with (
        subprocess.Popen(reader, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as source,
        subprocess.Popen(writer, env=surroundings, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as target,
    ):
        assert source.stdout and source.stderr and target.stdin and target.stderr
        was_taken = _hand_on(source.stdout, target.stdin, source)
        said = source.stderr.read(), target.stderr.read()
    if source.returncode or target.returncode or not was_taken:
        raise CannotRestore(
            f"PostgreSQL did not take the backup, and nothing was changed: {postgres_tools.first_error(b''.join(said))}"
        )


def _hand_on(script: IO[bytes], server: IO[bytes], reader: subprocess.Popen[bytes]) -> bool:
    try:
        server.write(b"BEGIN; DROP SCHEMA public CASCADE; CREATE SCHEMA public;\n")
        shutil.copyfileobj(script, server, PIECE)
        server.write(b"COMMIT;\n" if reader.wait() == 0 else b"ROLLBACK;\n")
        server.close()
    except BrokenPipeError:  # the server refused: what it said is read by whoever called
        reader.kill()
        return False
    return True


def _swap_files(restored: Path, data: Path, moment: str) -> tuple[Path, ...]:
    aside = []
    for path in sorted(restored.iterdir()):
        place = data / path.name
        if place.exists():
            aside.append(place.with_name(place.name + moment))
            place.rename(aside[-1])
        path.replace(place)
    return tuple(aside)


def _merge_forgotten(of_then: str) -> None:
    """The list beside the keys is newer, and stays as it is; on a new machine it is missing, and begins with that of the backup."""
    file = Path(settings.ENVIRONMENT.keys_file).parent / FORGOTTEN
    here = file.read_text("ascii", "replace") if file.exists() else ""
    known = set(here.splitlines())
    older = [line for line in of_then.splitlines() if line not in known]
    if not older:
        return
    text = (
        "\n".join([*older, *here.splitlines()]) + "\n"
    )  # the last line about somebody holds: the newer list comes last
    (key_file.replace if file.exists() else key_file.make)(file, text)


# What is due since ---------------------------------------------------------------------------------------------------------


def _make_current() -> int:
    """Migrated, nobody signed in, whoever was forgotten since forgotten again. Only then may it be served."""
    call_command("migrate", interactive=False, verbosity=0)
    again = forgotten.replay()
    with writing():
        StaffSession.objects.all().delete()
        fate.mark_restored(timezone.now())
        audit(None, "backup.restored", organisation())
    running.unfinished_file().unlink(missing_ok=True)
    return again
