"""The one HTTP client of all channels: what was asked and answered, or what it means that there is no answer.

A token travels in the headers or in the address itself, so neither is ever logged, and what a library would log of them is turned off here.
"""

import contextlib
import logging
import re
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import httpx

from baquiano.channels.protocol import Dead, Retry, TooLarge, Uncertain, Verdict

# Only encrypted, or not beyond this machine.
USABLE_URL = re.compile(r"(https://[\w.-]+|http://(127\.0\.0\.1|localhost))(:[0-9]{1,5})?/?", re.ASCII)
CONNECT_WITHIN = 5.0  # seconds
ANSWER_WITHIN = 20.0
WHOLE_WITHIN = 40.0  # for all bytes of a file: a store that sends one at a time holds nobody up

NOT_CONNECTED = Retry(after=5.0, code=0, whole_line=True)
NOT_SET_UP = Dead(0, "settings")

log = logging.getLogger(__name__)

_lock = threading.Lock()
_open: list["_Ways"] = []  # none before the first letter

for _library in ("httpx", "httpcore"):  # they write whole addresses
    logging.getLogger(_library).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Ask:
    """One request. `within`: seconds to wait for its answer."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    within: float = ANSWER_WITHIN

    @property
    def timeout(self) -> httpx.Timeout:
        return httpx.Timeout(self.within, connect=CONNECT_WITHIN)

    def as_request(self) -> httpx.Request:
        headers = {**_EVERY_TIME, **self.headers}
        return httpx.Request(
            self.method,
            _address(self.url),
            headers=headers,
            content=self.body,
            extensions={"timeout": self.timeout.as_dict()},
        )


_address = lru_cache(maxsize=64)(httpx.URL)  # to take one apart costs as much as to send a letter through it
_EVERY_TIME = {"User-Agent": "baquiano", "Accept": "*/*", "Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Answer:
    """`location`: where a redirection leads; it is never followed by itself."""

    status: int
    body: bytes = field(repr=False)
    location: str = field(default="", repr=False)


class Unusable(Exception):
    """What came is nothing we can use: the reason is one of our own short words."""


def ask(question: Ask) -> Answer | Verdict:
    """The answer; or a verdict when there is none: before the connection nothing was sent, after it nobody knows. Raises nothing.

    Through the transport alone: what the client puts around it (cookies, redirections, sign-in) is for browsers, and takes as long as the rest.
    """
    try:
        with contextlib.closing(transport().handle_request(question.as_request())) as answer:
            answer.read()
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError, ValueError):
        return NOT_SET_UP
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
        log.warning("no connection to a provider: %s", type(fault).__name__)
        return NOT_CONNECTED
    except httpx.RequestError as fault:
        log.warning("no answer from a provider: %s", type(fault).__name__)
        return Uncertain(type(fault).__name__)
    return Answer(answer.status_code, answer.content, answer.headers.get("Location", ""))


def fetch(question: Ask, most_bytes: int) -> Answer | TooLarge:
    """At most `most_bytes` of an answer. Raises `Unusable` when there is none, or only a part of it."""
    until = time.monotonic() + WHOLE_WITHIN
    headers = {**question.headers, "Accept-Encoding": "identity"}
    try:
        with client().stream("GET", question.url, headers=headers, timeout=question.timeout) as answer:
            body = _read(answer, most_bytes, until)
            if isinstance(body, TooLarge):
                return body
            return Answer(answer.status_code, body, answer.headers.get("Location", ""))
    except (httpx.RequestError, httpx.StreamError, httpx.InvalidURL, UnicodeError, ValueError) as fault:
        raise Unusable(type(fault).__name__) from None


def _read(answer: httpx.Response, most_bytes: int, until: float) -> bytes | TooLarge:
    said = answer.headers.get("Content-Length", "")
    if re.fullmatch(r"[0-9]{1,18}", said, re.ASCII) and int(said) > most_bytes:
        return TooLarge()
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > most_bytes:
            return TooLarge()
        if time.monotonic() > until:
            raise Unusable("too slow")
    return bytes(body)


def seconds(settings: Mapping[str, str]) -> float | None:
    """How long this line waits for an answer (`timeout_s`); None when the setting cannot be read."""
    try:
        within = float(settings.get("timeout_s") or ANSWER_WITHIN)
    except ValueError:
        return None
    return within if 0 < within <= 120 else None


@dataclass(frozen=True)
class _Ways:
    """The same connections, with a client around them and without."""

    transport: httpx.HTTPTransport
    client: httpx.Client


def close() -> None:
    """Close the connections of this process; the next request opens new ones."""
    with _lock:
        while _open:
            _open.pop().client.close()


def client() -> httpx.Client:
    """One per process, so that connections are kept; proxies and credentials of the environment are not used."""
    return _ways().client


def transport() -> httpx.HTTPTransport:
    return _ways().transport


def _ways() -> _Ways:
    """Letters leave in several threads at once: without the lock the first two would make two, and one would never be closed."""
    with _lock:
        if not _open:
            bare = httpx.HTTPTransport(verify=_authorities(), trust_env=False)
            _open.append(_Ways(bare, httpx.Client(transport=bare, trust_env=False, follow_redirects=False)))
        return _open[0]


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Who may vouch for their servers: reading them takes longer than a letter."""
    return httpx.create_ssl_context(trust_env=False)
