"""YAML as packs may use it: plain tables, lists and texts, each with its line. Nothing here raises because of what a file says.

Every scalar is read as it is written: `on`, `no` and 012 stay texts (YAML 1.1 would make them a truth value and a 10). Anchors,
aliases, tags, doubled and unknown keys are refused: a person who reads the file must see all there is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1_000_000
_BOOLEANS = {"true": True, "false": False}
_NOTHING = {"", "null", "~"}
_DEEPEST = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # six times faster where PyYAML brings libyaml


@dataclass(frozen=True, order=True)
class Problem:
    """Something to mend in a pack, for the person who writes it. `line` counts from 1; 0 means the whole file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


@dataclass
class Report:
    """Where the problems of one file are written down while it is read."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message))


def text_of(path: Path, report: Report) -> str | None:
    """The file as text; None (and a problem) if it is too large, not UTF-8, or not to be opened."""
    try:
        if path.is_symlink():
            report.add(0, "is a link to another place: put the file itself here")
            return None
        if path.stat().st_size > MOST_BYTES:
            report.add(0, f"is larger than {MOST_BYTES // 1000} kB")
            return None
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        report.add(0, f"is not UTF-8 (byte {problem.start})")
    except OSError as problem:
        report.add(0, f"cannot be opened: {problem.strerror}")
    return None


def compose(text: str, report: Report, *, first_line: int = 1) -> yaml.Node | None:
    """The tree of the text, or None with a problem that names the line."""
    try:
        _look_through(text)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        report.add(
            (mark.line if mark else 0) + first_line, f"YAML cannot be read: {problem.problem or problem.context}"
        )
    except (yaml.YAMLError, UnicodeError):
        report.add(first_line, "YAML cannot be read: it holds a character that no text may hold")
    return None


def _look_through(text: str) -> None:
    """Before anything is built: no anchors (ten lines could unfold into a million), no tags, no endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        refusal = None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            refusal = "anchors and aliases (& and *) are not used here"
        elif getattr(event, "tag", None) not in (None, "!"):
            refusal = "tags (!) are not used here"
        elif depth > _DEEPEST:
            refusal = "it is nested too deeply"
        if refusal:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem=refusal, problem_mark=mark)


class Table:
    """One mapping of a file. Asking for a key tells what is wrong with it and gives a harmless value; `done` finds the unknown keys."""

    def __init__(self, node: yaml.Node | None, report: Report, *, first_line: int = 1) -> None:
        self._report = report
        self._first = first_line
        self._asked: set[str] = set()
        self._values: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        self.line = first_line if node is None else self._line_of(node)
        if node is None:
            return
        if not isinstance(node, yaml.MappingNode):
            report.add(self.line, "should be a table of `key: value`")
            return
        for key, value in node.value:
            self._take(key, value)

    def _take(self, key: yaml.Node, value: yaml.Node) -> None:
        line = self._line_of(key)
        if not isinstance(key, yaml.ScalarNode):
            self._report.add(line, "a key should be a plain word")
        elif key.value in self._values:
            self._report.add(line, f"{key.value} stands here twice")
        else:
            self._values[key.value], self._lines[key.value] = value, line

    def _line_of(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self._first

    def line_of(self, key: str) -> int:
        return self._lines.get(key, self.line)

    def has(self, key: str) -> bool:
        return key in self._values

    def lines(self) -> dict[str, int]:
        """Every key and its line, in the order of the file."""
        return dict(self._lines)

    def wrong(self, key: str, message: str) -> None:
        self._report.add(self.line_of(key), f"{key}: {message}")

    def is_table(self, key: str) -> bool:
        return isinstance(self._values.get(key), yaml.MappingNode)

    def text(self, key: str, *, most: int, least: int = 1, blanks: bool = False) -> str:
        """`least` 0: the key may be missing or empty. `blanks`: those at its beginning and end belong to it."""
        self._asked.add(key)
        node = self._values.get(key)
        if node is None:
            if least:
                self._report.add(self.line, f"{key} is missing")
            return ""
        return self._scalar(node, key, most=most, least=least, blanks=blanks)

    def _scalar(self, node: yaml.Node, key: str, *, most: int, least: int, blanks: bool = False) -> str:
        line = self._line_of(node)
        if not isinstance(node, yaml.ScalarNode):
            self._report.add(line, f"{key} should be a text")
            return ""
        is_nothing = not node.style and node.value.lower() in _NOTHING
        text = "" if is_nothing else str(node.value) if blanks else str(node.value).strip()
        if len(text) < least:
            self._report.add(line, f"{key} is empty")
        if len(text) > most:
            self._report.add(line, f"{key} has {len(text)} characters; at most {most}")
        return text[:most]

    def matching(self, key: str, pattern: re.Pattern[str], meaning: str, *, optional: bool = False) -> str:
        text = self.text(key, most=300, least=0 if optional else 1)
        if text and not pattern.fullmatch(text):
            self.wrong(key, f"should be {meaning}")
            return ""
        return text

    def one_of(self, key: str, allowed: Sequence[str], *, optional: bool = False) -> str:
        text = self.text(key, most=300, least=0 if optional else 1)
        if text and text not in allowed:
            self.wrong(key, f"should be one of {', '.join(allowed)}")
            return ""
        return text

    def day(self, key: str) -> date | None:
        """yyyy-mm-dd, or null."""
        text = self.text(key, most=300, least=0)
        if not text:
            return None
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(key, "should be a day that exists, written 2026-03-31")
            return None

    def flag(self, key: str, *, default: bool | None = False) -> bool | None:
        """true or false; null or missing gives the default."""
        text = self.text(key, most=300, least=0).lower()
        if text and text not in _BOOLEANS:
            self.wrong(key, "should be true or false")
        return _BOOLEANS.get(text, default)

    def texts(self, key: str, *, most: int, at_least: int = 0, at_most: int = 1000) -> tuple[str, ...]:
        return tuple(text for text, _ in self.texts_with_lines(key, most=most, at_least=at_least, at_most=at_most))

    def texts_with_lines(
        self, key: str, *, most: int, at_least: int = 0, at_most: int = 1000
    ) -> tuple[tuple[str, int], ...]:
        items = self._items(key, at_least=at_least, at_most=at_most)
        return tuple((self._scalar(item, key, most=most, least=1), self._line_of(item)) for item in items)

    def tables(self, key: str, *, at_least: int = 0, at_most: int = 5000) -> list["Table"]:
        items = self._items(key, at_least=at_least, at_most=at_most)
        return [Table(item, self._report, first_line=self._first) for item in items]

    def table(self, key: str) -> "Table":
        """The table under a key; an empty one (and a problem) if it is missing."""
        self._asked.add(key)
        if key not in self._values:
            self._report.add(self.line, f"{key} is missing")
        return Table(self._values.get(key), self._report, first_line=self._first)

    def rows(self, key: str) -> list[dict[str, Any]]:
        """Rows for another room to read: plain texts, numbers and lists. Only for phrase rules, whose room checks them."""
        items = self._items(key, at_least=1, at_most=5000)
        loader = yaml.SafeLoader("")
        found = []
        for item in items:
            try:
                value = loader.construct_document(item)
            except yaml.YAMLError:
                value = None
            if isinstance(value, dict):
                found.append(value)
            else:
                self._report.add(self._line_of(item), f"{key}: each row should be a table")
        return found

    def row_lines(self, key: str) -> list[int]:
        node = self._values.get(key)
        return [self._line_of(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []

    def _items(self, key: str, *, at_least: int, at_most: int) -> list[yaml.Node]:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.style and node.value.lower() in _NOTHING):
            if at_least:
                self._report.add(self.line_of(key), f"{key} is missing")
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(key, "should be a list")
            return []
        if not at_least <= len(node.value) <= at_most:
            self.wrong(key, f"has {len(node.value)}; {at_least} to {at_most} are needed")
        return list(node.value)[:at_most]

    def done(self, also: Iterable[str] = ()) -> None:
        """Everything that was not asked for is a mistake in the file."""
        for key in self._values.keys() - self._asked - set(also):
            self._report.add(self._lines[key], f"{key} is not a key that belongs here")
