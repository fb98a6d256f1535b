"""A copy as JSON: for the person's own programs, or for another organisation. Read back it is the same copy.

The format is described in docs/explanation/custody.md and carries its version; a reader refuses one that it does not know.
"""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from baquiano.custody.actions import Copy
from baquiano.lib.portrait import Entry, Section, Value

FORMAT = "baquiano.copy"
VERSION = 1


class NotACopy(ValueError):
    """The text is not a copy that this version can read. Says nothing of its content."""


def to_json(copy: Copy) -> str:
    head = {"format": FORMAT, "version": VERSION}
    return json.dumps(head | asdict(copy), ensure_ascii=False, indent=1, default=_iso)


def from_json(text: str) -> Copy:
    """Raises `NotACopy`."""
    try:
        raw = json.loads(text)
        if (raw["format"], raw["version"]) != (FORMAT, VERSION):
            raise NotACopy("another format or version")
        return Copy(
            number=str(raw["number"]),
            organisation=str(raw["organisation"]),
            made_at=datetime.fromisoformat(raw["made_at"]),
            language=str(raw["language"]),
            sections=tuple(_section(section) for section in raw["sections"]),
        )
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, RecursionError):
        raise NotACopy("not a copy") from None
    except ValueError as problem:
        raise problem if isinstance(problem, NotACopy) else NotACopy("not a copy") from None


def _section(raw: dict[str, Any]) -> Section:
    entries = tuple(Entry(str(entry["at"]), tuple(_value(one) for one in entry["values"])) for entry in raw["entries"])
    recipients = tuple(str(one) for one in raw["recipients"])
    return Section(str(raw["key"]), str(raw["title"]), str(raw["origin"]), recipients, entries)


def _value(raw: dict[str, Any]) -> Value:
    value, days = raw["value"], raw["days"]
    if isinstance(value, list):
        value = [str(one) for one in value]
    elif not (value is None or isinstance(value, str | int)):
        raise NotACopy("not a copy")
    if not (days is None or isinstance(days, int)):
        raise NotACopy("not a copy")
    return Value(str(raw["field"]), str(raw["label"]), value, str(raw["text"]), str(raw["purpose"]), days)


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a copy holds no {type(value).__name__}")
