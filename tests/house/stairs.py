"""The stairs, read from the one place where they are drawn: import-linter's layers in pyproject.toml."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "baquiano"


def _layers() -> list[tuple[str, ...]]:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    drawn = next(contract["layers"] for contract in contracts if contract["id"] == "stairs")
    return [tuple(re.findall(r"\w+", line)) for line in drawn]


LAYERS = _layers()
FLOOR = {room: steps for steps, rooms in enumerate(LAYERS) for room in rooms}  # how many steps down from `config`
ROOF = FLOOR["public"]  # all HTTP lives here and above
