"""Fetching what somebody sent (getFile): where it lies is asked anew each time, because the address lives an hour.

The token is a part of the address: bytes are read from the machine that is set as Telegram's, from a place under our own bot, and from
nowhere else; no redirection is followed. Telegram gives a bot no file above 20 MB.
"""

import logging
import re
from collections.abc import Mapping

from baquiano.channels import client
from baquiano.channels.client import Answer, Ask, Unusable
from baquiano.channels.protocol import (
    Dead,
    Fetched,
    File,
    Missing,
    NotNow,
    Rejected,
    Retry,
    TooLarge,
)
from baquiano.channels.reading import Json, loaded, obj, word
from baquiano.channels.telegram.send import Line, call, classify, line_of

_ID = re.compile(r"[A-Za-z0-9_-]{1,300}", re.ASCII)
_PLACE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[A-Za-z0-9]{1,10})?", re.ASCII)  # no "..", no host

log = logging.getLogger(__name__)


def fetch(provider_id: str, settings: Mapping[str, str], most_bytes: int) -> Fetched:
    """`provider_id`: the `file_id` of the update. Raises nothing."""
    line = line_of(settings)
    if line is None:
        return NotNow(300.0, "settings")
    if not _ID.fullmatch(provider_id):
        return Missing()
    asked = call("getFile", {"file_id": provider_id}, settings)
    if not isinstance(asked, Answer):
        return NotNow(5.0, "no answer")
    found = loaded(asked.body)
    if isinstance(found, str):
        return NotNow(30.0, "unreadable answer")
    if found.get("ok") is not True:
        return _refusal(asked, found)
    try:
        return _bytes_at(obj(found, "result"), line, most_bytes)
    except Unusable as reason:
        log.warning("media not fetched: %s", reason)
        return NotNow(5.0, str(reason))


def _bytes_at(result: Json, line: Line, most_bytes: int) -> Fetched:
    size, place = result.get("file_size"), word(result, "file_path")
    if isinstance(size, int) and size > most_bytes:
        return TooLarge()
    if not _PLACE.fullmatch(place):
        raise Unusable("a place that is none")
    brought = client.fetch(Ask("GET", f"{line.files}/{place}", within=line.within), most_bytes)
    if isinstance(brought, TooLarge):
        return brought
    if brought.status in (404, 410):
        return Missing()
    return File(brought.body) if brought.status == 200 else NotNow(30.0, "unreadable answer")


def _refusal(asked: Answer, found: Json) -> Fetched:
    if "too big" in word(found, "description").lower():
        return TooLarge()
    match classify(asked.status, asked.body):
        case Retry(after):
            return NotNow(after, "not now")
        case Dead(code, reason):
            log.warning("media not fetched: error %s", code)
            return NotNow(60.0, reason)
        case Rejected():
            return Missing()
        case _:
            return NotNow(30.0, "unreadable answer")
