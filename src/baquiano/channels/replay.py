"""Events as lines of JSON, for `baquiano channel replay whatsapp FILE`: whoever runs it already has the file."""

import json
from dataclasses import asdict
from datetime import datetime

from baquiano.channels.events import Event


def as_json_line(event: Event) -> str:
    """The event on one line, keys sorted, its type under `event`: the same event is always the same line.

    Phones and words are included, as in the file that was given; this line is for a terminal, never for a log.
    """
    return json.dumps(
        {"event": type(event).__name__} | asdict(event), ensure_ascii=False, sort_keys=True, default=_stamp
    )


def _stamp(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"an event holds no {type(value).__name__}")
