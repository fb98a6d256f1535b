"""The shape of the house: every folder is a room, rooms below the roof know no HTTP, nothing has a name that says nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.stairs import FLOOR, PACKAGE, ROOF

NOT_ROOMS = {"locale", "__pycache__"}
NO_NAMES = {
    "base", "common", "helper", "helpers", "manager", "managers", "service", "services", "signal", "signals", "util", "utils",
}  # fmt: skip
HTTP_ONLY = {"views", "forms", "urls"}
HIDDEN_WAYS = {"get_model", "import_string", "import_module", "__import__", "GenericForeignKey", "GenericRelation"}
SETTINGS_FIRST = ("terminal/main.py", "main")  # the one lazy import: the settings must be named before Django is read
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _rooms() -> list[Path]:
    return sorted(path for path in PACKAGE.iterdir() if path.is_dir() and path.name not in NOT_ROOMS)


@pytest.mark.parametrize("room", _rooms(), ids=_name)
def test_every_folder_is_a_room_on_the_stairs(room: Path) -> None:
    assert (room / "__init__.py").is_file(), f"{room.name} has no __init__.py: import-linter does not see it"
    assert room.name in FLOOR, f"{room.name} stands on no floor of the stairs in pyproject.toml"


def test_no_module_lies_outside_the_rooms() -> None:
    loose = {path.name for path in PACKAGE.iterdir() if path.is_file()}
    assert loose <= {"__init__.py", "__main__.py", "py.typed"}


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without `__init__.py` is invisible to import-linter."""
    assert {
        _name(path.parent) for path in PACKAGE.rglob("*.py") if not (path.parent / "__init__.py").is_file()
    } == set()


def test_nothing_has_a_name_that_says_nothing() -> None:
    everything = [*PACKAGE.rglob("*.py"), *(path for path in PACKAGE.rglob("*") if path.is_dir())]
    assert [_name(path) for path in everything if path.stem in NO_NAMES] == []


def test_rooms_below_the_roof_know_no_http() -> None:
    """`ui` is the design system of the roof: it has templates, and neither views nor addresses."""
    below = [room for room in _rooms() if FLOOR[room.name] > ROOF]
    found = {_name(path) for room in below for path in room.rglob("*") if path.stem in HTTP_ONLY}
    found |= {_name(path) for room in below for path in room.rglob("templates") if room.name != "ui"}
    assert found == set()


def _lazy_imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(function, line) of every import inside a function."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield function.name, node.lineno


def _imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def _used(tree: ast.Module) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return names | {name.rpartition(".")[2] for name in _imported(tree)}


def _is_row(owner: ast.ClassDef) -> bool:
    bases = [ast.unparse(base).rpartition(".")[2] for base in owner.bases]
    return any(base.endswith(("Model", "User")) for base in bases)


def _faults(name: str, source: str) -> list[str]:
    """What one module does that a reader of its callers could not know."""
    tree = ast.parse(source)
    lazy = [
        f"imports inside {where}(), line {line}"
        for where, line in _lazy_imports(tree)
        if (name, where) != SETTINGS_FIRST
    ]
    hidden = [f"uses {way}" for way in sorted(HIDDEN_WAYS & _used(tree))]
    imported = _imported(tree)
    admin = ["uses the admin"] if any(module.startswith("django.contrib.admin") for module in imported) else []
    signals = [module for module in imported if module.startswith(("django.db.models.signals", "django.dispatch"))]
    heard = [] if not signals or signals == ["django.db.models.signals.post_migrate"] else ["listens to signals"]
    saves = [
        f"overrides {node.name}() in {owner.name}"
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef) and _is_row(owner)
        for node in owner.body
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
    ]
    return [*lazy, *hidden, *admin, *heard, *saves]


@pytest.mark.parametrize("module", SOURCES, ids=_name)
def test_nothing_happens_behind_the_readers_back(module: Path) -> None:
    assert _faults(_name(module), module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def f():\n    import json", "imports inside f(), line 2"),
        ("class A:\n    async def f(self):\n        from a import b", "imports inside f(), line 3"),
        ("apps.get_model('people', 'Person')", "uses get_model"),
        ("from django.utils.module_loading import import_string", "uses import_string"),
        ("from django.contrib import admin", "uses the admin"),
        ("from django.dispatch import receiver", "listens to signals"),
        ("class Row(models.Model):\n    def save(self): ...", "overrides save() in Row"),
    ],
)
def test_a_module_that_hides_something_is_noticed(source: str, fault: str) -> None:
    assert _faults("people/models.py", source) == [fault]
