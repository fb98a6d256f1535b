"""Writing the directory to a file and telling what an import found: what `baquiano hsds` says and saves."""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from baquiano.directory import exporting, tables
from baquiano.directory.documents import Feed, RowError
from baquiano.directory.importing import Report
from baquiano.directory.models import Reach

Say = Callable[[str], None]
REACHES = {"anyone": Reach.ANYONE, "partner": Reach.PARTNER, "team": Reach.TEAM}
"""What is confidential leaves by no command."""
SHOWN = 40
_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in an archive: the same directory gives the same bytes
_BATCH = 200


def export(path: Path, form: str, reach: Reach, say: Say) -> None:
    if form == "csv":
        _save_tables(path, tables.package(reach, timezone.localdate()), say)
        return
    ids = list(tables.services_of(reach).values_list("pk", flat=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        if form == "ndjson":
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in _services(ids, reach, say))
        else:
            _write_list(file, _services(ids, reach, say))
    say(_("%(count)s services are in %(path)s.") % {"count": len(ids), "path": path})


def _write_list(file: Any, rows: Iterable[Any]) -> None:
    file.write("[")
    for place, row in enumerate(rows):
        file.write(("," if place else "") + "\n" + json.dumps(row, ensure_ascii=False, indent=1))
    file.write("\n]\n")


def _services(ids: list[Any], reach: Reach, say: Say) -> Iterable[Any]:
    for start in range(0, len(ids), _BATCH):
        yield from exporting.services(ids[start : start + _BATCH], reach=reach, on=timezone.localdate(), full=True)
        if len(ids) > _BATCH:
            say(_("%(done)s of %(all)s services") % {"done": min(start + _BATCH, len(ids)), "all": len(ids)})


def _save_tables(path: Path, files: dict[str, bytes], say: Say) -> None:
    if path.suffix.lower() == ".zip":
        path.parent.mkdir(parents=True, exist_ok=True)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name, _MOMENT), data, zipfile.ZIP_DEFLATED)
        path.write_bytes(out.getvalue())
    else:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise CommandError(_("%(path)s is not an empty folder.") % {"path": path})
        path.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (path / name).write_bytes(data)
    say(_("%(count)s files are in %(path)s.") % {"count": len(files), "path": path})


# -- telling -----------------------------------------------------------------------------------------------------------


def tell_feed(feed: Feed, say: Say) -> None:
    rows = ", ".join(f"{count} {table}" for table, count in sorted(feed.counted.items()) if count)
    say(_("Read as %(layout)s: %(rows)s.") % {"layout": feed.layout, "rows": rows or 0})


def tell_rows(title: str, rows: Iterable[RowError], say: Say, *, every: bool) -> None:
    """`every`: each row on a line of its own. Else those that say the same on one line, so that what is said once is not lost among them."""
    listed = list(rows)
    if not listed:
        return
    say(f"{title} ({len(listed)}):")
    if every:
        for row in listed:
            say(f"  {row}")
        return
    same: dict[tuple[str, str], list[RowError]] = {}
    for row in listed:
        same.setdefault((row.column, row.text), []).append(row)
    shown = list(same.values())[:SHOWN]
    for first, *others in shown:
        more = " " + _("(and %(count)s rows more)") % {"count": len(others)} if others else ""
        say(f"  {first}{more}")
    left = len(listed) - sum(map(len, shown))
    if left:
        say("  " + _("… and %(count)s more (all of them with -v 2)") % {"count": left})
    elif len(shown) < len(listed):
        say("  " + _("(all of them, each on its line, with -v 2)"))


def tell_report(report: Report, say: Say) -> None:
    for kind, counts in report.by_kind.items():
        told = ", ".join(f"{count} {_SIGNS.get(word) or _(_WORDS[word])}" for word, count in counts.items() if count)
        if told:
            say(f"  {kind}: {told}")
    said = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged, "kept": report.kept}
    say(_("Added %(added)s, changed %(changed)s, unchanged %(unchanged)s, kept as they are here %(kept)s.") % said)


_SIGNS = {"added": "+", "changed": "≠", "unchanged": "="}
_WORDS = {"kept": gettext_noop("kept as they are here"), "found": gettext_noop("found there")}


def tell_sample(feed: Feed, say: Say) -> None:
    """The first services as they would be understood."""
    for document in feed.services[:3]:
        say(f"— {document.where}")
        say(json.dumps(_plain(document.data), ensure_ascii=False, indent=2))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _plain(inner)
            for key, inner in value.items()
            if not str(key).startswith("_") and inner not in (None, "", [])
        }
    return [_plain(inner) for inner in value] if isinstance(value, list) else value
