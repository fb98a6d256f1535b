"""Fetching what somebody sent (WhatsApp Cloud API, media): where it lies is asked anew each time, because the address lives five minutes.

The token goes to Graph and to Meta's own stores, encrypted, and nowhere else: an address or a redirection to any other machine is not
followed. Never more than `most_bytes` are read, and nothing is repeated here: whoever asked decides when to ask again.
"""

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from baquiano.channels.client import client
from baquiano.channels.protocol import Dead, Fetched, File, Missing, NotNow, Rejected, Retry, TooLarge
from baquiano.channels.reading import loaded, number, word
from baquiano.channels.whatsapp.errors import classify
from baquiano.channels.whatsapp.send import Line, line_of

WHOLE_WITHIN = 40.0  # seconds for all of its bytes: a store that sends one at a time holds nobody up
_MOST_OF_AN_ANSWER = 64 * 1024
_MOST_REDIRECTIONS = 3
_STORES = ("facebook.com", "fbsbx.com", "whatsapp.net")
_NO_SUCH_OBJECT = 100
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,200}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)

log = logging.getLogger(__name__)


class _Unusable(Exception):
    """What came is nothing we can use: the reason is one of our own short words."""


def fetch(provider_id: str, settings: Mapping[str, str], most_bytes: int) -> Fetched:
    """`provider_id`: the id of the media in the webhook. Raises nothing."""
    line = line_of(settings)
    if line is None:
        return NotNow(300.0, "settings")
    if not _ID.fullmatch(provider_id) or provider_id.strip(".") == "":
        return Missing()
    try:
        return _fetch(provider_id, line, most_bytes)
    except _Unusable as reason:
        log.warning("media not fetched: %s", reason)
        return NotNow(30.0, str(reason))
    except (httpx.RequestError, httpx.StreamError, httpx.InvalidURL) as fault:
        log.warning("media not fetched: %s", type(fault).__name__)
        return NotNow(5.0, type(fault).__name__)


def _fetch(provider_id: str, line: Line, most_bytes: int) -> Fetched:
    asked = _get(f"{line.graph}/{provider_id}?phone_number_id={line.number}", line, _MOST_OF_AN_ANSWER)
    if not isinstance(asked, _Answer):
        return NotNow(30.0, "unreadable answer")
    if asked.status != 200:
        return _refusal(asked)
    place = loaded(asked.body)
    if isinstance(place, str):
        return NotNow(30.0, "unreadable answer")
    if (number(place, "file_size") or 0) > most_bytes:
        return TooLarge()
    return _bytes_at(place, line, most_bytes)


def _bytes_at(place: dict[str, Any], line: Line, most_bytes: int) -> Fetched:
    brought = _get(word(place, "url"), line, most_bytes)
    if isinstance(brought, TooLarge):
        return brought
    if brought.status != 200:
        return _refusal(brought)
    said = word(place, "sha256")
    return File(brought.body, said if _SHA256.fullmatch(said) else "")


@dataclass(frozen=True)
class _Answer:
    status: int
    body: bytes = field(repr=False)


def _get(url: str, line: Line, most_bytes: int) -> _Answer | TooLarge:
    """One answer, after at most three redirections. Raises `_Unusable` and what httpx raises."""
    until = time.monotonic() + WHOLE_WITHIN
    for _step in range(_MOST_REDIRECTIONS + 1):
        if not _is_metas(url, line):
            raise _Unusable("an address that is not Meta's")
        headers = {"Authorization": f"Bearer {line.token}", "Accept-Encoding": "identity"}
        with client().stream("GET", url, headers=headers, timeout=line.timeout) as answer:
            if not answer.is_redirect:
                body = _read(answer, most_bytes, until)
                return body if isinstance(body, TooLarge) else _Answer(answer.status_code, body)
            url = str(answer.url.join(answer.headers.get("Location", "")))
    raise _Unusable("too many redirections")


def _is_metas(url: str, line: Line) -> bool:
    """Whether the token may go there: to the machine that is set as Graph, or encrypted to one of Meta's stores."""
    there, graph = httpx.URL(url), httpx.URL(line.graph)
    if there.userinfo:
        return False
    if (there.scheme, there.host, there.port) == (graph.scheme, graph.host, graph.port):
        return True
    is_store = any(there.host == store or there.host.endswith(f".{store}") for store in _STORES)
    return is_store and there.scheme == "https" and there.port is None


def _read(answer: httpx.Response, most_bytes: int, until: float) -> bytes | TooLarge:
    if (number(dict(answer.headers), "content-length") or 0) > most_bytes:
        return TooLarge()
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > most_bytes:
            return TooLarge()
        if time.monotonic() > until:
            raise _Unusable("too slow")
    return bytes(body)


def _refusal(answer: _Answer) -> Missing | NotNow:
    """What it means for the file. A refusal without a code of Meta's is read by its status."""
    if answer.status in (404, 410):
        return Missing()
    match classify(answer.status, answer.body):
        case Rejected(code, _) | Dead(code, "account") if code == _NO_SUCH_OBJECT:
            return Missing()
        case Retry() as verdict:
            return NotNow(verdict.after, f"error {verdict.code}")
        case Dead(code, reason) | Rejected(code, reason):
            log.warning("media not fetched: error %s", code)
            return NotNow(60.0, reason)
        case _:
            return NotNow(30.0, "unreadable answer")
