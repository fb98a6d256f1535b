"""From files as they come to rows: encodings, separators, sheets and archives. What a column means is not known here.

No file is believed: each has a largest size, and an archive is counted while it is opened.
"""

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
from django.utils.translation import gettext as _

from baquiano.directory.documents import WHERE, CannotRead, Json

LARGEST_FILE = 200_000_000
LARGEST_CELL = 2_000_000
MOST_FILES = 500
_SEPARATORS = ",;\t|"
_NOTHING = {"null", "\\n", "#n/a", "nan"}
_END = "\ue000end\ue000"
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Row = Json
"""One line: its cells by the names of the columns, and where it stands."""
Tables = Mapping[str, list[Row]]


def bytes_of(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_FILE:
        raise _too_large(path.name)
    return unpacked(path.read_bytes(), path.name)


def unpacked(data: bytes, name: str) -> bytes:
    """What gzip made small, as it was; anything else as it is."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return _at_most(file, LARGEST_FILE, name)


def text_of(data: bytes) -> str:
    """What the file says of its encoding, else UTF-8, else line by line: what is no UTF-8 is what Windows wrote for decades.

    Tables that somebody put together from several files have both.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "".join(map(_line_of, data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)))


def _line_of(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def json_of(data: bytes, name: str) -> Any:
    text = text_of(data)
    try:
        return without_halves(json.loads(text), text)
    except json.JSONDecodeError as reason:
        place = f"{reason.lineno}:{reason.colno}"
        raise CannotRead(
            _("%(name)s is not JSON (line and column %(place)s).") % {"name": name, "place": place}
        ) from None
    except ValueError:
        raise CannotRead(_("%(name)s is not JSON.") % {"name": name}) from None
    except RecursionError:
        raise CannotRead(_("%(name)s is nested too deep.") % {"name": name}) from None


def without_halves(found: Any, text: str) -> Any:
    """JSON can escape half of a character (a cut emoji), which nothing can store: each becomes a sign for "unreadable"."""
    return _healed(found) if _HALF.search(text) else found


def _healed(found: Any) -> Any:
    if isinstance(found, str):
        return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(found, list):
        return [_healed(value) for value in found]
    if isinstance(found, dict):
        return {_healed(key): _healed(value) for key, value in found.items()}
    return found


def lines_of(data: bytes, name: str) -> list[tuple[str, Any]]:
    """NDJSON: one object a line, each with where it stands."""
    found = []
    for number, line in enumerate(text_of(data).split("\n"), 1):  # other ends of lines may stand inside a text
        if line.strip():
            where = _("%(name)s, line %(number)s") % {"name": name, "number": number}
            found.append((where, json_of(line.encode(), where)))
    return found


# -- tables ------------------------------------------------------------------------------------------------------------


def rows_of(
    data: bytes, name: str, *, separator: str = "", encoding: str = "", snake: bool = True, first: int = 1
) -> list[Row]:
    """The rows of a CSV file. Cells are trimmed; empty ones and those that say "null" are "". A row longer than its header is refused."""
    if encoding:
        try:
            text = data.decode(encoding).removeprefix("\ufeff")
        except (LookupError, UnicodeDecodeError):
            raise CannotRead(_("%(name)s is not in %(encoding)s.") % {"name": name, "encoding": encoding}) from None
    else:
        text = text_of(data)
    text = text.replace("\x00", "")
    told, _first, rest = text.partition("\n")
    if re.fullmatch(r"sep=.\r?", told.strip("\ufeff"), re.IGNORECASE):
        separator, text = separator or told.strip("\ufeff")[4], rest
    csv.field_size_limit(LARGEST_CELL)
    ended = f"{text}\n{_END}"
    lines = csv.reader(io.StringIO(ended, newline=""), delimiter=separator or _separator(text))
    try:
        return list(_rows(_whole(lines, name, first), name, snake=snake, first=first))
    except csv.Error as reason:
        told = _("%(name)s cannot be read as a table (%(reason)s): a quote may be missing.")
        raise CannotRead(told % {"name": name, "reason": reason}) from None


def _whole(lines: Iterator[list[str]], name: str, first: int) -> Iterator[list[str]]:
    """A quote that is opened and never closed swallows every row after it: that is noticed by the end that we put there."""
    for number, cells in enumerate(lines, first):
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            where = _("%(name)s, row %(number)s") % {"name": name, "number": number}
            raise CannotRead(_("%(where)s opens a quote that is never closed.") % {"where": where})
        yield cells


def sheet_rows(data: bytes, name: str, *, sheet: str = "", header: int = 1) -> list[Row]:
    """The rows of one sheet of an Excel file; dates and times come as ISO texts."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception:  # openpyxl raises whatever it stumbled over
        raise CannotRead(_("%(name)s is not an Excel file.") % {"name": name}) from None
    try:
        if sheet and sheet not in book.sheetnames:
            known = ", ".join(book.sheetnames)
            raise CannotRead(
                _("%(name)s has no sheet %(sheet)s; it has %(known)s.") % {"name": name, "sheet": sheet, "known": known}
            )
        found = book[sheet] if sheet else book.worksheets[0]
        lines = ([_cell(value) for value in row] for row in found.iter_rows(min_row=header, values_only=True))
        return list(_rows(lines, name, first=header, snake=False))
    finally:
        book.close()


def _rows(lines: Iterator[list[str]], name: str, *, snake: bool, first: int = 1) -> Iterator[Row]:
    header: list[str] = []
    for number, cells in enumerate(lines, first):
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = [column_name(cell) if snake else " ".join(cell.split()) for cell in cells]
            _check_header(header, name)
            continue
        where = _("%(name)s, row %(number)s") % {"name": name, "number": number}
        if any(cell.strip() for cell in cells[len(header) :]):
            raise CannotRead(
                _("%(where)s has more cells than the header: a separator or a quote is missing.") % {"where": where}
            )
        values = {column: _said(cell) for column, cell in zip(header, cells, strict=False) if column}
        yield {**dict.fromkeys(filter(None, header), ""), **values, WHERE: where}


def _check_header(header: list[str], name: str) -> None:
    twice = {column for column in header if column and header.count(column) > 1}
    if twice:
        raise CannotRead(_("%(name)s has the column %(column)s twice.") % {"name": name, "column": min(twice)})


def column_name(text: str) -> str:
    """ "Service ID", "serviceId" and "service-id" are one column."""
    return re.sub(r"[^0-9a-z]+", "_", _CAMEL.sub("_", text.strip().strip("\ufeff")).lower()).strip("_")


def _separator(text: str) -> str:
    """The one that cuts the first lines into most columns; what is inside quotes does not count."""
    sample = text.lstrip().partition("\n")[0]
    bare = re.sub(r'"[^"]*"', "", sample)
    return max(_SEPARATORS, key=bare.count) if any(sign in bare for sign in _SEPARATORS) else ","


def _said(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() in _NOTHING else text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# -- folders and archives ----------------------------------------------------------------------------------------------


def files_of_folder(folder: Path) -> dict[str, bytes]:
    """The CSV files and the data package of a folder and the folders in it, by their names."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_wanted(path.name)]
    if len(paths) > MOST_FILES:
        raise CannotRead(_("More than %(most)s files: this is no data package.") % {"most": MOST_FILES})
    return {path.relative_to(folder).as_posix(): bytes_of(path) for path in paths}


def files_of_zip(data: bytes, name: str) -> dict[str, bytes]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise CannotRead(_("%(name)s is not a ZIP file.") % {"name": name}) from None
    with archive:
        wanted = [info for info in archive.infolist() if not info.is_dir() and _is_wanted(Path(info.filename).name)]
        if len(wanted) > MOST_FILES:
            raise CannotRead(_("More than %(most)s files: this is no data package.") % {"most": MOST_FILES})
        found: dict[str, bytes] = {}
        left = LARGEST_FILE
        for info in wanted:
            if info.flag_bits & 1:
                raise CannotRead(_("%(name)s has a password.") % {"name": name})
            try:
                with archive.open(info) as file:
                    found[info.filename] = _at_most(file, left, name)
            except (zipfile.BadZipFile, NotImplementedError):
                raise CannotRead(_("%(name)s is damaged.") % {"name": name}) from None
            left -= len(found[info.filename])
        return found


def _at_most(file: BinaryIO | Any, left: int, name: str) -> bytes:
    """What an archive says of its own size is not believed."""
    try:
        data: bytes = file.read(left + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise CannotRead(_("%(name)s is damaged.") % {"name": name}) from None
    if len(data) > left:
        raise _too_large(name)
    return data


def _too_large(name: str) -> CannotRead:
    return CannotRead(_("%(name)s is larger than we read (200 MB).") % {"name": name})


def _is_wanted(name: str) -> bool:
    return name.lower().endswith((".csv", ".tsv", ".json", ".ndjson", ".jsonl")) and not name.startswith(
        (".", "~", "__MACOSX")
    )
