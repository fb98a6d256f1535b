"""`baquiano pack`."""

from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from baquiano.packs import actions, exporting
from baquiano.packs.reading import is_demo

EXAMPLES = """Examples:
  baquiano pack check                      every pack in packs/
  baquiano pack check packs/colombia
  baquiano pack load                       every pack that is not a demo
  baquiano pack load comun colombia        these two, together or not at all
  baquiano pack export /tmp/packs          what is said here, as folders that can be loaded elsewhere
"""


class Command(BaseCommand):
    help = (
        "Check packs, load what they bring (articles, danger texts, numbers, sentences), or write them from what is said here. "
        + EXAMPLES
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser(
            "check",
            help="every problem with its file and line; ends with 1 when there is one",
            epilog="Example: baquiano pack check packs/colombia",
        )
        load = verbs.add_parser(
            "load",
            help="all of them or nothing; a second time changes nothing",
            epilog="Example: baquiano pack load comun colombia",
        )
        for verb in (check, load):
            verb.add_argument("packs", nargs="*", help="names of packs, or their folders; without any: those in packs/")
        check.add_argument("--today", type=_day, help="the day on which windows are open or closed; 2026-12-31")

        export = verbs.add_parser(
            "export",
            help="what is said here, as folders of packs; no person and no question of one is in them",
            epilog="Example: baquiano pack export /tmp/packs --pack colombia",
        )
        export.add_argument("folder", type=Path, help="an empty or a new one")
        export.add_argument("--pack", action="append", default=[], help="a pack to export; without it: all loaded ones")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "export":
            self._export(options["folder"], options["pack"])
            return
        folders = [_folder(name) for name in options["packs"]]
        if verb == "check":
            self._check(folders or _every(), options["today"])
        else:
            self._load(folders or [folder for folder in _every() if not is_demo(folder)])

    def _check(self, folders: list[Path], today: date | None) -> None:
        problems = actions.check(folders, today=today, progress=self.stdout.write)
        for problem in problems:
            self.stdout.write(str(problem))
        if problems:
            raise CommandError(f"{len(problems)} to mend", returncode=1)
        self.stdout.write(f"Nothing to mend in {len(folders)} packs.")

    def _load(self, folders: list[Path]) -> None:
        try:
            report = actions.load(folders, progress=self.stdout.write)
        except actions.CannotLoad as reason:
            raise CommandError(f"Nothing was loaded:\n{reason}", returncode=1) from None
        self.stdout.write("Loaded." if report.is_new else "Nothing new: everything was already loaded.")

    def _export(self, folder: Path, names: list[str]) -> None:
        try:
            exporting.export(folder, names, progress=self.stdout.write)
        except (exporting.CannotExport, OSError) as reason:
            raise CommandError(str(reason), returncode=1) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a day that exists, written 2026-12-31") from None


def _every() -> list[Path]:
    return [path.parent for path in sorted(settings.PACKS.glob("*/pack.yaml"))]


def _folder(name: str) -> Path:
    for folder in (settings.PACKS / name, Path(name)):
        if (folder / "pack.yaml").is_file():
            return Path(folder).resolve()
    known = ", ".join(sorted(path.parent.name for path in settings.PACKS.glob("*/pack.yaml")))
    raise CommandError(f"There is no pack {name}. There are: {known}")
