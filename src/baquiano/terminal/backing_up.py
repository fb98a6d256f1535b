"""Everything of this installation in one encrypted file, made while it runs. The keys are never in it.

Inside: what it is (`about.json`), the database as it was at one moment, the files of the data folder as they were a little
later (a row may miss a file that was erased meanwhile, never one that is still wanted), and the list of forgotten people.
"""

import fcntl
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, TextIO

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import organisation
from baquiano.lib.sealed_stream import Opener, Sealer
from baquiano.lib.turnstile import writing
from baquiano.terminal import postgres_tools, running
from baquiano.terminal.progress import Bar

PURPOSE = "backup"
FORMAT = "1"
ENDING = ".backup"
ABOUT, DATABASE, FORGOTTEN, FILES = "about.json", "database", "forgotten.list", "files/"
PAGES_AT_ONCE = 2000
PIECE = 1 << 20
SPARE = 50 << 20  # bytes that stay free on the disk
PLACE_FOR_BACKUPS = "backups"  # the one folder among the data where backups may lie
# Of the data folder: made again by itself, the database (it has its own way), locks, and what was put aside.
LEFT_OUT = (
    "static", "vectors.npz", "loops.lock", "serving.lock", "backing-up", "backing-up.lock", "restoring", "restore.unfinished",
    "last-backup", PLACE_FOR_BACKUPS,
)  # fmt: skip
PUT_ASIDE = ".before-restore"


class CannotBackUp(RuntimeError):
    """Shown as it is written: what is wrong and what to do."""


@dataclass(frozen=True)
class About:
    """What a backup says of itself, inside the seal. `migrations`: those the database had, as room.name."""

    program: str
    made_at: str
    engine: str
    migrations: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    file: Path
    size: int
    files: int
    dropped: int  # older backups that went


def back_up(target: Path, *, keep: int | None, out: TextIO) -> Made:
    """`target`: a new file, or a folder that gets one named after the moment. `keep`: so many in that folder, the newest."""
    file = _named(target, keep)
    _refuse_itself(file)
    lock = running.hold_alone(Path(settings.ENVIRONMENT.data) / "backing-up.lock")
    if lock is None:
        raise CannotBackUp("Another backup of this installation is being made. Wait until it has ended.")
    with lock, _scratch() as scratch:
        _drop_cut_ones(file.parent)
        database = _copy_database(scratch, file.parent, out)
        files = _seal(file, database, out)
    last_file().write_text(_moment(), encoding="ascii")
    with writing():
        audit(None, "backup.made", organisation())
    return Made(file, file.stat().st_size, files, _drop_older(file.parent, keep) if keep else 0)


def last_file() -> Path:
    """When the last one was made here, for `doctor`."""
    return Path(settings.ENVIRONMENT.data) / "last-backup"


def _named(target: Path, keep: int | None) -> Path:
    if target.is_dir():
        return target.resolve() / f"baquiano-{timezone.now():%Y%m%d-%H%M%S}{ENDING}"
    if keep is not None:
        raise CannotBackUp(
            f"--keep counts the backups of a folder, and {target} is not one. Make it, or leave --keep out."
        )
    if target.exists():
        raise CannotBackUp(f"{target} exists already: a backup is not written over. Give another name, or a folder.")
    if not target.parent.is_dir():
        raise CannotBackUp(f"There is no folder {target.parent}.")
    return target.resolve()


def _refuse_itself(file: Path) -> None:
    data = Path(settings.ENVIRONMENT.data).resolve()
    if file.is_relative_to(data) and not file.is_relative_to(data / PLACE_FOR_BACKUPS):
        raise CannotBackUp(
            f"{file.parent} lies in the data folder: the next backup would hold this one. Choose another disk, best another machine "
            f"(or {data / PLACE_FOR_BACKUPS}, which is left out)."
        )


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for the copy of the database, beside it: as encrypted, as private, and gone afterwards, also after a kill."""
    folder = Path(settings.ENVIRONMENT.data) / "backing-up"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# The database -----------------------------------------------------------------------------------------------------------


def _copy_database(scratch: Path, destination: Path, out: TextIO) -> Path:
    copy = scratch / DATABASE
    if connection.vendor == "sqlite":
        source = Path(connection.settings_dict["NAME"])
        if not source.exists():
            raise CannotBackUp(f"There is no database at {source}: there is nothing to back up.")
        _refuse_full_disk((scratch, destination), source.stat().st_size)
        _copy_sqlite(source, copy, out)
    else:
        _dump_postgresql(copy, out)
        _refuse_full_disk((destination,), copy.stat().st_size)
    return copy


def _refuse_full_disk(folders: tuple[Path, ...], size: int) -> None:
    for folder in folders:
        if shutil.disk_usage(folder).free < size + SPARE:
            raise CannotBackUp(f"Not enough room in {folder}: {(size + SPARE) >> 20} MB are needed.")


def _copy_sqlite(source: Path, copy: Path, out: TextIO) -> None:
    """One moment of the database, however long it takes: the open transaction holds the picture still while others write."""
    bar = Bar("copying the database", 0, out)

    def tell(_status: int, left: int, total: int) -> None:
        nonlocal bar
        if not bar.total:
            bar = Bar("copying the database", total, out)
        bar.reach(total - left)

    with closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, isolation_level=None)) as here:
        here.execute("BEGIN")
        here.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(sqlite3.connect(copy)) as there:
            here.backup(there, pages=PAGES_AT_ONCE, progress=tell, sleep=0)
            there.execute("PRAGMA journal_mode=DELETE")
        here.execute("ROLLBACK")
    bar.end()


def _dump_postgresql(copy: Path, out: TextIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        bar = Bar("copying the database", cursor.fetchone()[0], out)
    command = [
        postgres_tools.path_of("pg_dump"),
        "--format=custom",
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        f"--file={copy}",
    ]
    with subprocess.Popen(command, env=postgres_tools.surroundings(), stderr=subprocess.PIPE, umask=0o077) as dump:
        while dump.poll() is None:
            time.sleep(0.1)
            bar.reach(copy.stat().st_size if copy.exists() else 0)
        said = dump.stderr.read() if dump.stderr else b""
    if dump.returncode:
        raise CannotBackUp(f"pg_dump could not copy the database: {postgres_tools.first_error(said)}")
    bar.end()


# The sealed file ---------------------------------------------------------------------------------------------------------


def _seal(file: Path, database: Path, out: TextIO) -> int:
    """Written under another name, read back to its end, and only then given its own. Returns how many files it holds."""
    part = file.with_name(f"{file.name}.part")
    header = {"format": FORMAT, "program": version("baquiano"), "engine": connection.vendor, "made_at": _moment()}
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            fcntl.flock(raw, fcntl.LOCK_EX)  # says that somebody is writing it
            files = _fill(Sealer(raw, header, purpose=PURPOSE), database, out)
            raw.flush()
            os.fsync(raw.fileno())
        _read_back(part, out)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    keep_name(file.parent)
    return files


def _moment() -> str:
    return timezone.now().isoformat(timespec="seconds")


def keep_name(folder: Path) -> None:
    """What was renamed here is on disk under its new name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(sealer: Sealer, database: Path, out: TextIO) -> int:
    found = list(_files_of_the_house())
    bar = Bar("sealing", database.stat().st_size + sum(size for _, _, size in found), out)
    count = 0
    try:
        with tarfile.open(fileobj=sealer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            _add_bytes(tar, ABOUT, json.dumps(asdict(_about())).encode())
            _add_file(tar, DATABASE, database, bar)
            for name, path, size in found:
                count += _add_if_there(tar, name, path)
                bar.advance(size)
    except BaseException:
        sealer.give_up()
        raise
    sealer.close()
    bar.end()
    return count


def _about() -> About:
    applied = sorted(f"{room}.{name}" for room, name in MigrationRecorder(connection).applied_migrations())
    return About(version("baquiano"), _moment(), connection.vendor, tuple(applied))


def _files_of_the_house() -> Iterator[tuple[str, Path, int]]:
    """(name inside, where it lies, size). Never a key file, and nothing that a link points to."""
    data = Path(settings.ENVIRONMENT.data)
    keys = Path(settings.ENVIRONMENT.keys_file)
    if (forgotten := keys.parent / FORGOTTEN).is_file():
        yield FORGOTTEN, forgotten, forgotten.stat().st_size
    for path in sorted(data.rglob("*")):
        inside = path.relative_to(data)
        if inside.parts[0] in LEFT_OUT or _is_database(inside) or PUT_ASIDE in inside.parts[0]:
            continue
        try:
            found = path.lstat()
        except FileNotFoundError:
            continue  # erased meanwhile
        if stat.S_ISREG(found.st_mode) and not _holds_keys(path, keys):
            yield f"{FILES}{inside.as_posix()}", path, found.st_size


def _is_database(inside: Path) -> bool:
    return len(inside.parts) == 1 and ".sqlite3" in inside.name


def _holds_keys(path: Path, keys: Path) -> bool:
    """The key file, whatever lies beside it when a demo keeps it among its data, and its copies."""
    return path.name.startswith((keys.name, f".{keys.name}")) or path.suffix in (".keys", ".env")


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, BytesIO(content))


def _add_if_there(tar: tarfile.TarFile, name: str, path: Path) -> int:
    try:
        content = path.read_bytes()  # at most some megabytes: attached files are bounded
    except FileNotFoundError:
        return 0
    _add_bytes(tar, name, content)
    return 1


class _Counted:
    """A file that tells a bar how much of it was read."""

    def __init__(self, file: IO[bytes], bar: Bar) -> None:
        self._file, self._bar = file, bar

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._bar.advance(len(piece))
        return piece


def _add_file(tar: tarfile.TarFile, name: str, path: Path, bar: Bar) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = path.stat().st_size, 0o600
    with path.open("rb") as file:
        tar.addfile(member, _Counted(file, bar))


def _read_back(part: Path, out: TextIO) -> None:
    """What was written opens, to its end: a backup that nobody has opened is a hope."""
    bar = Bar("reading it back", part.stat().st_size, out)
    with part.open("rb") as raw:
        for _ in pieces(raw):
            bar.reach(raw.tell())
    bar.end()


def pieces(raw: BinaryIO) -> Iterator[bytes]:
    opener = Opener(raw, purpose=PURPOSE)
    while piece := opener.read(PIECE):
        yield piece


def public_header(header: Mapping[str, str]) -> str:
    """What a backup tells of itself to anybody, in one line."""
    return (
        f"made on {header.get('made_at', '?')[:16].replace('T', ' ')} UTC by Baquiano {header.get('program', '?')}, "
        f"database {header.get('engine', '?')}, key {header.get('key', '?')}"
    )


def _drop_cut_ones(folder: Path) -> None:
    """What a killed backup has left. One that another installation is writing just now is locked, and stays."""
    for part in folder.glob(f"baquiano-[0-9]*-[0-9]*{ENDING}.part"):
        lock = running.hold_alone(part)
        if lock is not None:
            lock.close()
            part.unlink()


def _drop_older(folder: Path, keep: int) -> int:
    ours = sorted(folder.glob(f"baquiano-[0-9]*-[0-9]*{ENDING}"))
    older = ours[:-keep]
    for file in older:
        file.unlink()
    return len(older)
