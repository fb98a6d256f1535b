"""One GET to somebody else's server, with limits on everything: bytes, seconds, redirections."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from baquiano.directory.reading import without_halves

LONGEST = 64 * 1024 * 1024  # bytes of one answer: the compiled schemas of the standard have four million
CONNECT_WITHIN = 5.0  # seconds
SILENT_FOR = 20.0
WHOLE_WITHIN = 120.0
REDIRECTIONS = 5
HEADERS = {"User-Agent": "baquiano (directory)", "Accept": "application/json, */*;q=0.5"}


class Unreachable(Exception):
    """No answer that can be used; the reason is one of our own few words, translated and ready to be shown."""


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
        return without_halves(json.loads(self.body), self.body.decode("latin-1"))


def origin(url: str) -> tuple[str, str]:
    """Of what is no address at all: two empty texts."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme.lower(), parts.netloc.lower()


def client() -> httpx.Client:
    """Close it. Nothing about anybody is sent along, and no cookie is brought back."""
    timeout = httpx.Timeout(SILENT_FOR, connect=CONNECT_WITHIN)
    return httpx.Client(headers=HEADERS, timeout=timeout, follow_redirects=True, max_redirects=REDIRECTIONS)


def fetch(client: httpx.Client, url: str, given: Mapping[str, str] | None = None) -> Fetched:
    """What the address asks for already stays, and `given` is added. Raises Unreachable: no such address, no answer in time, too much of it."""
    scheme, host = origin(url)
    if scheme not in ("http", "https") or not host:
        raise Unreachable(_("not an address of the web"))
    began, body = time.monotonic(), bytearray()
    try:
        client.cookies.clear()
        with client.stream("GET", asked(url, given)) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LONGEST:
                    raise Unreachable(_("the answer is too large"))
                if time.monotonic() - began > WHOLE_WITHIN:
                    raise Unreachable(_("the answer does not end"))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as fault:
        raise Unreachable(_reason(fault)) from fault
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(str(answer.url), answer.status_code, kind, bytes(body))


def asked(url: str, given: Mapping[str, str] | None = None) -> str:
    """An address with what it asks for, and more of it."""
    return str(httpx.URL(url).copy_merge_params(dict(given))) if given else url


def _reason(fault: Exception) -> str:
    if isinstance(fault, httpx.TimeoutException):
        return _("no answer in time")
    if isinstance(fault, httpx.TooManyRedirects):
        return _("it sends from one address to another without an end")
    if isinstance(fault, httpx.DecodingError):
        return _("the answer is damaged")
    if isinstance(fault, httpx.ConnectError):
        return _("nobody answers at that address")
    if isinstance(fault, httpx.HTTPError):
        return _("the connection broke off")
    return _("not an address of the web")
