"""The calibration in force: the packs' own, or one fitted here on the packs' examples and those added here, kept in the data folder.

On several machines each has its own file: save it on each.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.search.fit import VERSION
from baquiano.lib.turnstile import writing


def file() -> Path:
    return Path(settings.ENVIRONMENT.data) / "calibration.json"


def in_force() -> dict[str, Any] | None:
    """None: there is none at all, and then nothing is answered plainly, only offered."""
    return ours() or of_packs()


def ours() -> dict[str, Any] | None:
    """None when nothing was fitted here, or by a program that looked at messages in another way."""
    fitted = _read(file())
    return fitted if fitted and fitted.get("version") == VERSION else None


def of_packs() -> dict[str, Any] | None:
    return _read(Path(settings.PACKS) / "comun" / "search" / "calibration.json")


def is_older_than_the_packs() -> bool:
    """The packs brought one that was fitted later: ours knows nothing of what they changed."""
    here, theirs = ours(), of_packs()
    return bool(here and theirs and here["fitted_on"] < theirs["fitted_on"])


def save(fitted: Mapping[str, Any]) -> Path:
    """In force from the next turn on."""
    kept = file()
    fresh = kept.with_suffix(".new.json")
    fresh.write_text(json.dumps(fitted, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(kept)
    with writing():
        shelf_changed()
    return kept


def _read(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
