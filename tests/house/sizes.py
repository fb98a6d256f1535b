"""`make house`: the largest rooms, files and functions. Shown, never enforced: a room that cannot be read in one sitting is split by subject."""

import ast
from collections.abc import Iterable
from pathlib import Path

from tests.house.stairs import FLOOR, PACKAGE

SHOWN = 12
BAR = 40


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def _functions(path: Path) -> Iterable[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(PACKAGE)}: {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def _rooms(files: dict[Path, int]) -> dict[str, int]:
    rooms = dict.fromkeys((room for room in FLOOR if (PACKAGE / room).is_dir()), 0)
    for path, lines in files.items():
        room = path.relative_to(PACKAGE).parts[0]
        if room in rooms:
            rooms[room] += lines
    return rooms


def _show(title: str, sizes: Iterable[tuple[str, int]]) -> None:
    largest = sorted(sizes, key=lambda size: (-size[1], size[0]))[:SHOWN]
    most = max((lines for _, lines in largest), default=1) or 1
    print(f"\n{title}")
    for name, lines in largest:
        print(f"  {lines:>6}  {'█' * round(lines / most * BAR):<{BAR}}  {name}")


def main() -> None:
    files = {path: _lines(path) for path in _sources()}
    print(f"{len(files)} files, {sum(files.values())} lines of Python (tests and migrations not counted)")
    _show("Rooms", _rooms(files).items())
    _show("Files", ((str(path.relative_to(PACKAGE)), lines) for path, lines in files.items()))
    _show("Functions", (function for path in files for function in _functions(path)))


if __name__ == "__main__":
    main()
