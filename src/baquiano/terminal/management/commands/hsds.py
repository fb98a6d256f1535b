"""`baquiano hsds`."""

import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from baquiano.directory import checking, feed, files, importing, mapping
from baquiano.directory.documents import CannotRead, Feed
from baquiano.lib.text import fold
from baquiano.terminal import exchanging

EXAMPLES = """Examples:
  baquiano hsds import directory/ --preview     what would come in, and what is wrong with it; nothing is written
  baquiano hsds import directory.zip            a data package of HSDS 1, 2 or 3
  baquiano hsds import https://example.org/hsds a server, page after page
  baquiano hsds columns sheet.xlsx              the columns of a spreadsheet, and a first mapping for it
  baquiano hsds import sheet.xlsx --mapping sheet.yaml
  baquiano hsds export services.json            what anybody may read
  baquiano hsds check https://example.org/hsds  whether that server keeps to HSDS
"""


class Command(BaseCommand):
    help = "Bring directories of services in, write ours out, and check a server. " + EXAMPLES

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        bring = verbs.add_parser(
            "import",
            help="all of it or nothing; a second time changes nothing, and what was edited here is never overwritten",
            epilog="Example: baquiano hsds import directory/ --origin cruz-roja --preview",
        )
        bring.add_argument(
            "path", help="a folder or ZIP of CSV, a JSON or NDJSON file, a spreadsheet, or the address of a server"
        )
        bring.add_argument(
            "--origin", default="", help="a short name for where it comes from; without it: the name of the file"
        )
        bring.add_argument(
            "--mapping", type=Path, help="which column of a spreadsheet is what; see: baquiano hsds columns"
        )
        bring.add_argument("--preview", action="store_true", help="say what would come in and write nothing")
        bring.add_argument(
            "--layout",
            choices=files.LAYOUTS,
            default=files.AUTO,
            help="3: hold it to the formats of HSDS 3; older: leave out, and tell, what cannot be read",
        )
        write = verbs.add_parser(
            "export",
            help="only what anybody may read, unless --reach says otherwise",
            epilog="Example: baquiano hsds export services.json",
        )
        write.add_argument("path", type=Path, help="a file; for csv an empty folder or a .zip")
        write.add_argument(
            "--format", choices=("json", "ndjson", "csv"), help="without it: as the name of the file ends"
        )
        write.add_argument("--reach", choices=tuple(exchanging.REACHES), default="anyone")
        columns = verbs.add_parser(
            "columns",
            help="the columns of a spreadsheet, and a first mapping",
            epilog="Example: baquiano hsds columns sheet.csv > sheet.yaml",
        )
        columns.add_argument("path", type=Path)
        columns.add_argument("--sheet", default="", help="Excel only; without it: the first")
        columns.add_argument("--header", type=int, default=1, help="in which row the names of the columns stand")
        check = verbs.add_parser(
            "check",
            help="whether a server keeps to HSDS",
            epilog="Example: baquiano hsds check https://example.org/hsds",
        )
        check.add_argument("url")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        deeds: dict[str, Callable[..., None]] = {
            "import": self._import,
            "export": self._export,
            "columns": self._columns,
            "check": self._check,
        }
        try:
            deeds[verb](**options)
        except CannotRead as reason:
            raise CommandError(str(reason), returncode=1) from None
        except RecursionError:
            raise CommandError(_("It is nested too deep."), returncode=1) from None

    # -- import

    def _import(
        self,
        *,
        path: str,
        origin: str,
        mapping: Path | None,
        preview: bool,
        layout: str,
        verbosity: int = 1,
        **_options: Any,
    ) -> None:
        found = self._feed(path, mapping, layout)
        name = f"import:{_name_of(origin or path)}"
        exchanging.tell_feed(found, self.stdout.write)
        if preview:
            exchanging.tell_sample(found, self.stdout.write)
            report = importing.check(found, origin=name)
        else:
            report = importing.take_in(found, origin=name, by=None)
        every = verbosity > 1
        exchanging.tell_rows(_("To look at"), report.remarks, self.stdout.write, every=every)
        if report.errors:
            exchanging.tell_rows(_("To mend"), report.errors, self.stderr.write, every=True)
            hint = ""
            if found.is_current and any(error.row for error in report.errors):
                hint = "\n" + _("To leave out what cannot be read instead of refusing the file: --layout older")
            raise CommandError(
                _("Nothing was written: %(count)s to mend.") % {"count": len(report.errors)} + hint, returncode=1
            )
        exchanging.tell_report(report, self.stdout.write)
        if preview:
            self.stdout.write(_("Nothing was written: this was a preview."))
        else:
            self.stdout.write(
                _("Their origin is %(origin)s. No date of verification was set: somebody has to ask.")
                % {"origin": name}
            )

    def _feed(self, path: str, said: Path | None, layout: str) -> Feed:
        if not path.strip():
            raise CannotRead(_("Say which file, folder or address."))
        if feed.is_address(path):
            return feed.from_server(path, say=self.stdout.write, layout=layout)
        if said is not None:
            return mapping.from_sheet(Path(path), mapping.read_mapping(said))
        return files.from_path(Path(path), layout=layout)

    # -- the others

    def _export(self, *, path: Path, format: str | None, reach: str, **_options: Any) -> None:
        form = format or {".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json"}.get(path.suffix.lower(), "csv")
        try:
            exchanging.export(path, form, exchanging.REACHES[reach], self.stdout.write)
        except OSError as reason:
            raise CommandError(f"{path}: {reason.strerror}", returncode=1) from None

    def _columns(self, *, path: Path, sheet: str, header: int, **_options: Any) -> None:
        """A first mapping as YAML, each column with what stands in it; what we know nothing of is there as a comment."""
        found = mapping.columns_of(path, sheet=sheet, header=header)
        known = mapping.likely(list(found))
        lines = ["# " + _("Look at each line: which of your columns is what.")]
        lines += [f"sheet: {_yaml(sheet)}"] if sheet else []
        lines += [f"header: {header}"] if header > 1 else []
        lines.append("columns:")
        for target, name in known.items():
            lines.append(f"  {target}: {_yaml(name)}    # {'; '.join(found[name])[:80]}")
        for needed in ("organization.name", "service.name"):
            if needed not in known:
                lines.append(f"  # {needed}: " + _("is needed"))
        for name in found:
            if name not in known.values():
                lines.append(f"  # ?: {_yaml(name)}    # {'; '.join(found[name])[:80]}")
        lines.append(
            "# "
            + _("Our columns: %(names)s")
            % {"names": " ".join(f"{kind}.{name}" for kind, names in mapping.TARGETS.items() for name in names)}
        )
        self.stdout.write("\n".join(line.replace("\r", " ") for line in lines))

    def _check(self, *, url: str, **_options: Any) -> None:
        outcome = checking.check(url, self.stdout.write)
        for text in outcome.warnings:
            self.stdout.write(_("to look at: %(text)s") % {"text": text})
        for text in outcome.errors:
            self.stderr.write(_("wrong: %(text)s") % {"text": text})
        if outcome.errors:
            raise CommandError(
                _("This server does not keep to HSDS: %(count)s to mend.") % {"count": len(outcome.errors)},
                returncode=1,
            )
        self.stdout.write(_("This server keeps to HSDS; %(count)s to look at.") % {"count": len(outcome.warnings)})


def _name_of(path: str) -> str:
    """A short name from an address or a file: the same one each time."""
    said = (
        urlsplit(path).netloc
        if feed.is_address(path)
        else PurePosixPath(path).stem
        if "/" in path or "." in path
        else path
    )
    said = said or Path(path).resolve().name
    return re.sub(r"[^a-z0-9.]+", "-", fold(said)).strip("-.")[: importing.LONGEST_ORIGIN - 10] or "file"


def _yaml(name: str) -> str:
    return (
        str(yaml.safe_dump(name, allow_unicode=True, default_flow_style=True, width=10_000))
        .removesuffix("\n...\n")
        .strip()
    )
