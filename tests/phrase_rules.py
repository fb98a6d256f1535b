"""The phrase rules of the packs, compiled once for every test of a run, and not before one asks: it takes seconds."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from baquiano.engine.safety import RuleBook
from baquiano.engine.spelling import LANGUAGES
from baquiano.safety.book import compiled
from tests.once import once_per_run

_SAFETY = Path(__file__).parents[1] / "packs" / "comun" / "safety"


def _rows() -> Iterator[dict[str, Any]]:
    for language in sorted(LANGUAGES):
        yield from yaml.load((_SAFETY / f"phrases.{language}.yaml").read_bytes(), yaml.CSafeLoader)["rules"]


@cache
def rules() -> RuleBook:
    return once_per_run("rules", lambda: compiled(list(_rows())))
