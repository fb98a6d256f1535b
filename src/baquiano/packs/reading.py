"""From the folder of a pack to frozen values. Whatever a file says, nothing here raises: every problem is collected with its line.

packs/colombia/
    pack.yaml                  name, version, country, languages, what it requires, the order of its topics
    topics/<id>.yaml           titles, labels, words and example questions in five languages
    articles/<id>.md           front matter and sections
    translations/<id>.yaml     an article's title, first sentence and short answer in other languages
    safety/phrases.<lang>.yaml · crisis.<lang>.yaml · numbers.yaml
    wording/<lang>.yaml        key: text
    services/*.json            who helps where, in the words of HSDS
    organisation.yaml · members.yaml      of a demo pack only
    divisions.csv              official codes; search/ is read by the search itself
"""

import csv
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from baquiano.packs import markdown, offers, own_sheets, sheets
from baquiano.packs.contents import PackFile, ServiceFile
from baquiano.packs.markdown import Pages
from baquiano.packs.rendering import said_in
from baquiano.packs.sheets import Sheet
from baquiano.packs.strict import Problem, Report, Table, compose, text_of
from baquiano.territory import loading

MOST_FILES = 2000
MOST_PACK_BYTES = 20_000_000

_PACK_NAME = re.compile(r"[a-z][a-z_]{1,38}")
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_DEMO_FILES = r"organisation\.yaml|members\.yaml"
_SEARCH_FILES = r"search/[^/]+\.(yaml|json|jsonl|npz)|safety/((heard|gold_dev|gold_test)\.jsonl|ear\.npz)"
_FILES = (
    r"pack\.yaml|divisions\.csv|topics/[^/]+\.yaml|articles/[^/]+\.md|translations/[^/]+\.yaml|"
    r"safety/(numbers|crisis\.\w\w|phrases\.\w\w)\.yaml|wording/\w\w\.yaml|"
    r"services/[^/]+\.json|" + _SEARCH_FILES
)
_SERVICE_FILES = r"services/[^/]+\.json"
UNTABLED = f"{_SEARCH_FILES}|{_DEMO_FILES}|{_SERVICE_FILES}"
"""Files that no table holds, or whose rows leave by another door (`hsds export`): they are only ever copied."""

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """`pack` None: its pack.yaml could not be read."""

    pack: PackFile | None
    problems: tuple[Problem, ...]


def read(folder: Path) -> Reading:
    """One pack. Files are named from the folder that holds the packs ("colombia/topics/co_refugio.yaml")."""
    if not (folder / "pack.yaml").is_file():
        return Reading(None, (Problem(f"{folder.name}/pack.yaml", 0, "is missing: this is not a pack"),))
    shelf = _Folder(folder)
    head = shelf.sheet(folder / "pack.yaml") if shelf.is_in_proportion() else None
    pack = None if head is None else _pack(shelf, head)
    problems = tuple(sorted(p for report in shelf.reports.values() for p in report.problems))
    if pack and not problems:
        pack = replace(pack, digest=shelf.digest(pack))
    return Reading(pack, problems)


def is_demo(folder: Path) -> bool:
    """Does its pack.yaml say so? Nothing else is opened."""
    head = _Folder(folder).sheet(folder / "pack.yaml")
    return head is not None and bool(head.table.flag("demo"))


def _pack(shelf: "_Folder", head: Sheet) -> PackFile:
    table = head.table
    name = table.matching("name", _PACK_NAME, "a word of small letters")
    if name and name != shelf.folder.name:
        table.wrong("name", f"should be the name of its folder, {shelf.folder.name}")
    country = table.matching("country", sheets.COUNTRY, "a country code such as CO, or null", optional=True) or None
    demo, own = bool(table.flag("demo")), bool(table.flag("own"))
    if own:
        shelf.pages = markdown.unmeasured
    kinds = own_sheets if own else sheets
    crisis = shelf.each("safety/crisis.*.yaml")
    versions = dict(sheets.version_of(sheet) for sheet in crisis)
    pack = PackFile(
        origin=head.origin,
        folder=str(shelf.folder.resolve()),
        name=name,
        title=table.text("title", most=sheets.TITLE),
        version=table.text("version", most=20),
        country=country,
        languages=table.texts("languages", most=2, at_least=1),
        requires=table.texts("requires", most=40),
        order=table.texts("topics", most=60),
        is_demo=demo,
        topics=_all(kinds.topic, shelf.each("topics/*.yaml")),
        articles=_all(kinds.article, shelf.each("articles/*.md")),
        translations=tuple(row for sheet in shelf.each("translations/*.yaml") for row in sheets.translations(sheet)),
        numbers=tuple(row for sheet in shelf.each("safety/numbers.yaml") for row in sheets.numbers(sheet)),
        crisis=tuple(row for sheet in crisis for row in sheets.crisis(sheet, country)),
        crisis_versions=versions,
        wordings=(
            *(row for sheet in shelf.each("wording/*.yaml") for row in sheets.wordings(sheet, country)),
            *(row for sheet in crisis for row in sheets.crisis_sentences(sheet, country)),
        ),
        rules=_all(sheets.rules, shelf.each("safety/phrases.*.yaml")),
        organisation=next(iter(_all(sheets.organisation, shelf.each("organisation.yaml"))), None),
        members=tuple(row for sheet in shelf.each("members.yaml") for row in sheets.members(sheet)),
        divisions=shelf.divisions(),
        digest="",
        is_own=own,
        services=shelf.services(),
    )
    table.done()
    shelf.strangers(f"{_FILES}|{_DEMO_FILES}" if demo else _FILES)
    return pack


def _all(reader: Callable[[Sheet], T], found: Iterable[Sheet]) -> tuple[T, ...]:
    return tuple(reader(sheet) for sheet in found)


class _Folder:
    """The files of one pack, each with its report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: dict[str, Report] = {}
        self.pages: Callable[[str, Report], Pages | None] = markdown.pages

    def is_in_proportion(self) -> bool:
        """False, and a problem, when the folder is larger than a pack may be: then nothing in it is opened."""
        files = self._files()
        if len(files) > MOST_FILES or sum(path.stat().st_size for path in files) > MOST_PACK_BYTES:
            most = f"{MOST_FILES} files, {MOST_PACK_BYTES // 1_000_000} MB"
            self._report(self.folder).add(0, f"is larger than a pack may be: {most}")
            return False
        return True

    def digest(self, pack: PackFile) -> str:
        """Of what the pack says, however it is written, and of every byte that no table holds."""
        said = {name: text.encode() for name, text in said_in(pack).items()}
        names = {str(path.relative_to(self.folder)): path for path in self._files()}
        said |= {name: path.read_bytes() for name, path in names.items() if re.fullmatch(UNTABLED, name)}
        digest = hashlib.sha256()
        for name, content in sorted(said.items()):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()

    def _files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())

    def each(self, pattern: str) -> tuple[Sheet, ...]:
        """Those that could be read; the others have left a problem."""
        found = (self.sheet(path) for path in sorted(self.folder.glob(pattern)))
        return tuple(sheet for sheet in found if sheet is not None)

    def sheet(self, path: Path) -> Sheet | None:
        report = self._report(path)
        text = self._text(path)
        if text is None:
            return None
        if path.suffix != ".md":
            return _opened(path, text, report, markdown.NO_PAGES, first_line=1)
        pages = self.pages(text, report)
        return None if pages is None else _opened(path, pages.front, report, pages, first_line=2)

    def services(self) -> tuple[ServiceFile, ...]:
        found = ((path, self._text(path)) for path in sorted(self.folder.glob("services/*.json")))
        return tuple(row for path, text in found if text is not None for row in offers.read(text, self._report(path)))

    def divisions(self) -> tuple[loading.Row, ...]:
        path = self.folder / "divisions.csv"
        if not path.is_file() or self._text(path) is None:
            return ()
        try:
            return tuple(loading.read(path))
        except (KeyError, ValueError, TypeError, csv.Error) as problem:
            self._report(path).add(0, f"is not a table of divisions: {type(problem).__name__} {problem}")
            return ()

    def strangers(self, allowed: str) -> None:
        """A file under another name would be forgotten in silence."""
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if (path.is_symlink() or path.is_file()) and not re.fullmatch(allowed, name):
                self._report(path).add(0, "is not a file that belongs in a pack")

    def _report(self, path: Path) -> Report:
        name = str(path.relative_to(self.folder.parent))
        return self.reports.setdefault(name, Report(name))

    def _text(self, path: Path) -> str | None:
        report = self._report(path)
        text = text_of(path, report)
        hidden = _HIDDEN.search(text or "")
        if text and hidden:
            line = text.count("\n", 0, hidden.start()) + 1
            report.add(line, f"holds a character that nobody can see (U+{ord(hidden[0]):04X})")
        return text


def _opened(path: Path, text: str, report: Report, pages: Pages, *, first_line: int) -> Sheet | None:
    known = len(report.problems)
    node = compose(text, report, first_line=first_line)
    if node is None:
        if len(report.problems) == known:
            report.add(first_line, "is empty")
        return None
    table = Table(node, report, first_line=first_line)
    return Sheet(path, table, report, first_line, pages)
