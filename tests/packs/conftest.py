"""The small pack as a folder that a test may spoil."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packs.small_pack import FACTS, FILES

Edit = Callable[[str, str, str], None]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The folder of the pack "norte", beside its FACTS.md."""
    (tmp_path / "FACTS.md").write_text(FACTS, encoding="utf-8")
    folder = tmp_path / "norte"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def edit(pack: Path) -> Edit:
    """`edit("articles/permiso.md", "before", "after")` changes one place of one file."""

    def change(name: str, before: str, after: str) -> None:
        text = (pack / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {name}"
        (pack / name).write_text(text.replace(before, after), encoding="utf-8")

    return change
