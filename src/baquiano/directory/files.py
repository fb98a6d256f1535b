"""A feed from whatever somebody has: a folder or ZIP of tables, a data package, JSON of services or of tables, one object a line."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from baquiano.directory import layouts, reading
from baquiano.directory.documents import WHERE, CannotRead, Document, Feed, Json, RowError
from baquiano.directory.reading import Row

PAGE_LISTS = ("contents", "content", "items", "results", "data", "services")
"""Under which name a page of a server, or a file that was saved from one, holds its services."""
AUTO, CURRENT, OLDER = "auto", "3", "older"
_TABLE_ENDS = (".csv", ".tsv", ".txt")
LAYOUTS = (AUTO, CURRENT, OLDER)


def from_path(path: Path, *, layout: str = AUTO) -> Feed:
    """Raises `CannotRead` with a sentence for whoever gave the file."""
    if path.is_dir():
        return _from_files(reading.files_of_folder(path), layout, path.name)
    if not path.is_file():
        raise CannotRead(_("There is no file or folder %(path)s.") % {"path": path})
    data = reading.bytes_of(path)
    path = path.with_suffix("") if path.suffix.lower() == ".gz" else path
    if data[:4] == b"PK\x03\x04":
        if path.suffix.lower() == ".xlsx":
            raise _needs_mapping(path)
        return _from_files(reading.files_of_zip(data, path.name), layout, path.name)
    if path.name == "datapackage.json":
        return _from_files(reading.files_of_folder(path.parent), layout, path.parent.name)
    is_table = path.suffix.lower() in _TABLE_ENDS
    if is_table and layouts.table_of(path.name):
        return _from_files({path.name: data}, layout, path.name)
    try:
        return from_json(data, path.name, layout=layout)
    except CannotRead:
        if is_table:
            raise _needs_mapping(path) from None
        raise


def _needs_mapping(path: Path) -> CannotRead:
    return CannotRead(_("A spreadsheet needs a mapping: see “baquiano hsds columns %(path)s”.") % {"path": path.name})


def from_json(data: bytes, name: str, *, layout: str = AUTO) -> Feed:
    """One object a line, a list of services, a page of them, one service, or tables by their names."""
    if name.lower().endswith((".ndjson", ".jsonl")):
        return layouts.from_services(reading.lines_of(data, name), is_current=_promise(layout))
    try:
        found = reading.json_of(data, name)
    except CannotRead:
        lines = data.strip().splitlines()
        if len(lines) > 1 and lines[0].strip().startswith(b"{") and lines[0].strip().endswith(b"}"):
            return layouts.from_services(reading.lines_of(data, name), is_current=_promise(layout))
        raise
    return from_object(found, name, layout=layout)


def from_object(found: Any, name: str, *, layout: str = AUTO) -> Feed:
    if isinstance(found, list):
        return _services(found, name, layout)
    if not isinstance(found, dict):
        raise CannotRead(_("%(name)s holds no services.") % {"name": name})
    page = next((key for key in PAGE_LISTS if isinstance(found.get(key), list)), "")
    tables = {key: rows for key, rows in found.items() if isinstance(rows, list) and layouts.table_of(key)}
    if len(tables) > 1 and all(isinstance(row, dict) for rows in tables.values() for row in rows) and "id" not in found:
        return _tables_of_json(tables, name, layout)
    if page:
        return _services(found[page], f"{name} › {page}", layout).remarking(_of_the_page(found, page, name))
    if "services" in found or ("id" in found and "name" in found):
        return _services([found], name, layout)
    raise CannotRead(_("%(name)s holds no services.") % {"name": name})


def _services(items: list[Any], name: str, layout: str) -> Feed:
    """Organisations that hold their services are taken apart."""
    places = (
        (_("%(name)s, item %(number)s") % {"name": name, "number": number}, item)
        for number, item in enumerate(items, 1)
    )
    rows: list[tuple[str, Any]] = []
    owners: list[Document] = []
    for where, item in places:
        if isinstance(item, dict) and "status" not in item and isinstance(item.get("services"), list):
            owner = layouts.renewed_document(
                "organization", {key: value for key, value in item.items() if key != "services"}
            )
            owners.append(Document(where, owner))
            rows += [
                (where, {"organization": owner, **service}) for service in item["services"] if isinstance(service, dict)
            ]
        else:
            rows.append((where, item))
    feed = layouts.from_services(rows, is_current=_promise(layout))
    return replace(feed, organizations=tuple(owners))


def _of_the_page(found: Json, page: str, name: str) -> list[RowError]:
    """What a page says of the whole list, against what it brings."""
    said = next(
        (found[key] for key in ("total_items", "totalElements", "total") if isinstance(found.get(key), int)), None
    )
    held = len(found[page])
    pages = next((found[key] for key in ("total_pages", "totalPages") if isinstance(found.get(key), int)), 1)
    if said is None or (said == held and pages <= 1):
        return []
    text = _("says that there are %(said)s items on %(pages)s pages; this file holds %(held)s") % {
        "said": said,
        "pages": pages,
        "held": held,
    }
    return [RowError(name, "total_items", text)]


def _is_json(name: str) -> bool:
    return name != "datapackage.json" and name.lower().endswith((".json", ".ndjson", ".jsonl"))


# -- tables ------------------------------------------------------------------------------------------------------------


def _from_files(files: Mapping[str, bytes], layout: str, name: str) -> Feed:
    tables: dict[str, list[Row]] = {}
    remarks: list[RowError] = []
    known = _paths_of_package(files, remarks)
    names = {path: known.get(path) or layouts.table_of(path) for path in files}
    for path, data in sorted(files.items()):
        short = PurePosixPath(path).name
        if short.lower().endswith(_TABLE_ENDS):
            if names[path]:
                separator = "\t" if short.lower().endswith(".tsv") else ""
                table = layouts.as_kept(names[path], path)
                tables.setdefault(table, []).extend(reading.rows_of(data, short, separator=separator))
            else:
                remarks.append(RowError(short, "", _("is no table of HSDS: not read")))
    if not tables:
        return _from_json_files(files, layout, name)
    old = layouts.is_old(tables, names)
    current = _promise(layout)
    feed = layouts.from_tables(tables, is_current=not old if current is None else current)
    return feed.remarking(remarks)


def _from_json_files(files: Mapping[str, bytes], layout: str, name: str) -> Feed:
    """A folder or archive of JSON: one service a file, or one file of many."""
    items: list[tuple[str, Any]] = []
    wanted = {path: data for path, data in files.items() if _is_json(PurePosixPath(path).name)}
    if len(wanted) == 1:
        [(path, data)] = wanted.items()
        return from_json(data, PurePosixPath(path).name, layout=layout)
    for path, data in sorted(wanted.items()):
        found = reading.json_of(data, path)
        if isinstance(found, dict) and "name" in found and ("status" in found or "organization" in found):
            items.append((path, found))
    if not items:
        raise CannotRead(_("%(name)s holds no table of HSDS and no services.") % {"name": name})
    return layouts.from_services(items, is_current=_promise(layout))


def _paths_of_package(files: Mapping[str, bytes], remarks: list[RowError]) -> dict[str, str]:
    """What a data package calls its files, where their names do not say it. Without one that can be read, their names have to."""
    found = {}
    for path, data in files.items():
        if PurePosixPath(path).name != "datapackage.json":
            continue
        try:
            package = reading.json_of(data, path)
        except CannotRead as reason:
            remarks.append(RowError(path, "", str(reason)))
            continue
        resources = package.get("resources") if isinstance(package, dict) else None
        for resource in resources if isinstance(resources, list) else []:
            if isinstance(resource, dict) and isinstance(resource.get("path"), str):
                table = layouts.table_of(str(resource.get("name", ""))) or layouts.table_of(resource["path"])
                found[(PurePosixPath(path).parent / resource["path"]).as_posix()] = table
    return found


def _tables_of_json(tables: Mapping[str, list[Json]], name: str, layout: str) -> Feed:
    rows: dict[str, list[Row]] = {}
    for key, given in tables.items():
        table = layouts.as_kept(layouts.table_of(key), key)
        for number, row in enumerate(given, 1):
            where = _("%(name)s, row %(number)s") % {"name": f"{name} › {key}", "number": number}
            rows.setdefault(table, []).append({**row, WHERE: where})
    old = layouts.is_old(rows, tables)
    current = _promise(layout)
    return layouts.from_tables(rows, is_current=not old if current is None else current)


def _promise(layout: str) -> bool | None:
    return None if layout == AUTO else layout == CURRENT
