"""The phrase rules of the packs, compiled once for every test of a process: it takes seconds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from baquiano.engine.safety import compile_rules
from baquiano.engine.spelling import LANGUAGES

_SAFETY = Path(__file__).parents[1] / "packs" / "comun" / "safety"


def _rows() -> Iterator[dict[str, Any]]:
    for language in LANGUAGES:
        yield from yaml.safe_load((_SAFETY / f"phrases.{language}.yaml").read_text(encoding="utf-8"))["rules"]


RULES = compile_rules(list(_rows()), version="2026-11-21")
