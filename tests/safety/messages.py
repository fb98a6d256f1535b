"""The labelled messages that the second ear learns from, read once for every test that asks."""

import json
from pathlib import Path

from baquiano.safety.listening import heard_from

_FILE = Path(__file__).parents[2] / "packs" / "comun" / "safety" / "heard.jsonl"

MESSAGES = heard_from(json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines() if line.strip())
