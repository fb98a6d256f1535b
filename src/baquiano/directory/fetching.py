"""One GET to somebody else's server, with limits on everything: bytes, seconds, redirections."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

LONGEST = 64 * 1024 * 1024  # bytes of one answer: the compiled schemas of the standard have four million
CONNECT_WITHIN = 5.0  # seconds
SILENT_FOR = 20.0
WHOLE_WITHIN = 120.0
REDIRECTIONS = 5
HEADERS = {"User-Agent": "baquiano (directory)", "Accept": "application/json, */*;q=0.5"}


class Unreachable(Exception):
    """No answer that can be used; the reason is one of our own short words, ready to be shown."""


@dataclass(frozen=True)
class Fetched:
    """`url`: where it was in the end."""

    url: str
    status: int
    kind: str  # the content type, in lower case and without its parameters
    body: bytes = field(repr=False)

    @property
    def is_fine(self) -> bool:
        return 200 <= self.status < 300

    def as_json(self) -> Any:
        """Raises ValueError for what is no JSON."""
        return json.loads(self.body)


def origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def client() -> httpx.Client:
    """Close it. Nothing about anybody is sent along, and no cookie is brought back."""
    timeout = httpx.Timeout(SILENT_FOR, connect=CONNECT_WITHIN)
    return httpx.Client(headers=HEADERS, timeout=timeout, follow_redirects=True, max_redirects=REDIRECTIONS)


def fetch(client: httpx.Client, url: str, given: dict[str, str] | None = None) -> Fetched:
    """Raises Unreachable: no such address, no answer in time, too much of it."""
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        raise Unreachable("not an address of the web")
    began, body = time.monotonic(), bytearray()
    try:
        client.cookies.clear()
        with client.stream("GET", url, params=given or None) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LONGEST or time.monotonic() - began > WHOLE_WITHIN:
                    raise Unreachable("too long an answer")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as fault:
        raise Unreachable(f"no answer ({type(fault).__name__})") from fault
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(str(answer.url), answer.status_code, kind, bytes(body))
