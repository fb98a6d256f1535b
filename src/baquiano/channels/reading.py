"""Reading JSON nobody promised: every question has an answer of the asked type, whatever was sent. Nothing here raises."""

import json
import re
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses NUL; half a surrogate pair is no character
_STAMP = re.compile(r"[0-9]{9,13}", re.ASCII)
_LONGEST_INTEGER = 20  # digits; int() refuses more than 4300, and one silly number must not cost the whole body
_MILLISECONDS_FROM = 10**11  # as seconds this is the year 5138, so a stamp this large counts milliseconds
_THEY_BEGAN = 1_230_768_000  # 2009-01-01, the year the first of them (WhatsApp) began: an earlier stamp is no stamp


def loaded(body: bytes) -> Json | str:
    """The object in `body`; otherwise a short reason, which never repeats what was sent."""
    try:
        value = json.loads(body.decode(), parse_int=_integer, parse_constant=_nothing)
    except UnicodeDecodeError:
        return "not UTF-8"
    except RecursionError:
        return "nested too deeply"
    except ValueError:
        return "not JSON"
    return value if isinstance(value, dict) else "not an object"


def obj(source: Json, key: str) -> Json:
    value = source.get(key)
    return value if isinstance(value, dict) else {}


def items(source: Json, key: str) -> list[Any]:
    """The list under `key`; anything else that is there counts as its only item, so that it is seen and not skipped."""
    value = source.get(key)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def word(source: Json, key: str) -> str:
    """The text under `key`, storable; a whole number is written out; anything else is the empty text."""
    value = source.get(key)
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value)
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else ""


def number(source: Json, key: str) -> int | None:
    """The whole number under `key`, also when it was sent as text."""
    written = word(source, key)
    return int(written) if re.fullmatch(r"[0-9]{1,9}", written, re.ASCII) else None


def degrees(source: Json, key: str, limit: float) -> float | None:
    """A latitude or longitude between −limit and limit."""
    value = source.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -limit <= value <= limit else None


def is_true(source: Json, key: str) -> bool:
    return source.get(key) is True


def moment(source: Json, key: str = "timestamp") -> datetime | None:
    """A stamp in seconds since 1970 (or in milliseconds, as Meta has sent), aware; None when it is neither."""
    written = word(source, key)
    if not _STAMP.fullmatch(written):
        return None
    stamp = int(written)
    seconds = stamp / 1000 if stamp >= _MILLISECONDS_FROM else float(stamp)
    return datetime.fromtimestamp(seconds, UTC) if seconds >= _THEY_BEGAN else None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _nothing(_constant: str) -> None:
    """NaN and the infinities are not JSON: they are read as nothing."""
