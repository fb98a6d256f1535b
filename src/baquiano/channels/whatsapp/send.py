"""The small HTTP client of the WhatsApp Cloud API: one request, one verdict. It repeats nothing and raises nothing.

Settings (texts, as a channel row keeps them): `phone_number_id` and `access_token` are needed; `graph_url` (default
https://graph.facebook.com), `graph_version` (v25.0) and `timeout_s` (seconds to wait for an answer, 20) may be given.
"""

import json
import logging
import re
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx

from baquiano.channels.protocol import Accepted, Dead, Rejected, Retry, Uncertain, Verdict

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v25.0"
# The token travels in every request: only encrypted, or not beyond this machine.
_USABLE_URL = re.compile(r"(https://[\w.-]+|http://(127\.0\.0\.1|localhost))(:[0-9]{1,5})?/?", re.ASCII)
ANSWER_WITHIN = 20.0  # seconds
CONNECT_WITHIN = 5.0

_NOT_CONNECTED = Retry(after=5.0, code=0, whole_line=True)
_NOT_SET_UP = Dead(0, "settings")
_TYPING = {"typing_indicator": {"type": "text"}}

log = logging.getLogger(__name__)

_lock = threading.Lock()
_clients: list[httpx.Client] = []  # none before the first letter


def send(wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict:
    """POST one rendered message. `echo` comes back in every status of it, also when its answer never reached us."""
    answer = _post({**wire, "biz_opaque_callback_data": echo}, settings)
    return classify(answer.status_code, answer.content) if isinstance(answer, httpx.Response) else answer


def mark_read(provider_id: str, settings: Mapping[str, str]) -> bool:
    """Two blue ticks on a message we received. Whether Meta took it; it is never repeated."""
    return _signal(provider_id, settings, {})


def show_typing(provider_id: str, settings: Mapping[str, str]) -> bool:
    """Marks a message as read and shows "typing…" until we answer or 25 seconds pass. Whether Meta took it."""
    return _signal(provider_id, settings, _TYPING)


def close() -> None:
    """Close the connections of this process; the next request opens new ones."""
    with _lock:
        while _clients:
            _clients.pop().close()


def _signal(provider_id: str, settings: Mapping[str, str], more: Mapping[str, Any]) -> bool:
    answer = _post({"messaging_product": "whatsapp", "status": "read", "message_id": provider_id, **more}, settings)
    return isinstance(answer, httpx.Response) and answer.is_success


@dataclass(frozen=True)
class _Line:
    """Where a number's messages are posted, and as whom."""

    url: str
    token: str
    timeout: httpx.Timeout

    def __repr__(self) -> str:
        return "_Line()"


def _line(settings: Mapping[str, str]) -> _Line | None:
    """None when the settings cannot be used: nothing is tried with half of them."""
    number, token = settings.get("phone_number_id", ""), settings.get("access_token", "")
    version = settings.get("graph_version") or GRAPH_VERSION
    url = settings.get("graph_url") or GRAPH_URL
    is_usable = (
        _USABLE_URL.fullmatch(url)
        and re.fullmatch(r"[0-9]{1,32}", number, re.ASCII)
        and re.fullmatch(r"[\x21-\x7e]+", token)
        and re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", version, re.ASCII)
    )
    try:
        answer_within = float(settings.get("timeout_s") or ANSWER_WITHIN)
    except ValueError:
        return None
    if not is_usable or not 0 < answer_within <= 120:
        return None
    return _Line(
        f"{url.rstrip('/')}/{version}/{number}/messages", token, httpx.Timeout(answer_within, connect=CONNECT_WITHIN)
    )


def _post(body: Mapping[str, Any], settings: Mapping[str, str]) -> httpx.Response | Verdict:
    """Meta's answer; or a verdict when there is none: before the connection nothing was sent, after it nobody knows."""
    line = _line(settings)
    if line is None:
        return _NOT_SET_UP
    headers = {"Authorization": f"Bearer {line.token}", "Content-Type": "application/json"}
    try:
        return _client().post(line.url, content=json.dumps(body).encode(), headers=headers, timeout=line.timeout)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        return _NOT_SET_UP
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
        log.warning("no connection to Graph: %s", type(fault).__name__)
        return _NOT_CONNECTED
    except httpx.RequestError as fault:
        log.warning("no answer from Graph: %s", type(fault).__name__)
        return Uncertain(type(fault).__name__)


def _client() -> httpx.Client:
    """One per process, so that connections are kept; proxies and credentials of the environment are not used.

    Letters leave in several threads at once: without the lock the first two would make two, and one would never be closed.
    """
    with _lock:
        if not _clients:
            _clients.append(httpx.Client(trust_env=False, follow_redirects=False, verify=_authorities()))
        return _clients[0]


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Who may vouch for Meta's servers: reading them takes longer than a letter."""
    return httpx.create_ssl_context(trust_env=False)


# What an answer means (error codes of the Cloud API and of Graph, 2026)

_RETRIES = {
    1: Retry(30, 1),  # unknown, perhaps down
    2: Retry(30, 2, whole_line=True),  # down
    4: Retry(60, 4, whole_line=True),  # calls of the app
    80007: Retry(60, 80007, whole_line=True),  # calls of the account
    130429: Retry(2, 130429, whole_line=True),  # messages a second of the number
    131000: Retry(30, 131000),  # unknown
    131016: Retry(60, 131016, whole_line=True),  # overloaded
    131048: Retry(1800, 131048, whole_line=True),  # too many people called it spam
    131053: Retry(30, 131053),  # Meta could not fetch our file
    131056: Retry(4, 131056, growth=4.0),  # too much for one person: 4^n seconds
    131057: Retry(300, 131057, whole_line=True),  # maintenance
    131064: Retry(60, 131064, whole_line=True),
    133016: Retry(1800, 133016, whole_line=True),  # too many registrations of the number
}
_REJECTIONS = {
    100: "invalid",
    130472: "experiment",
    131008: "invalid",
    131009: "invalid",
    131021: "undeliverable",  # to ourselves
    131026: "undeliverable",
    131030: "not allowed",  # a test number writes only to its list
    131042: "payment",  # refuses paid templates only: answers still go
    131047: "window",
    131049: "ecosystem",
    131050: "opt-out",
    131051: "invalid",
    131062: "user id",  # this message needs a phone
    137000: "identity",
}
_DEATHS = {
    0: "token",
    3: "token",
    10: "token",
    190: "token",
    131005: "token",
    33: "account",  # the number was deleted
    131037: "account",  # its name is not approved
    131045: "account",  # it is not registered
    133010: "account",
    368: "policy",
    130497: "policy",
    131031: "policy",
}
_NO_SUCH_OBJECT = 33  # subcode of 100: the number is not there, or not ours


def classify(status_code: int, body: bytes) -> Verdict:
    """What Meta's answer means for the letter. The code in the body decides; the HTTP status only when there is none."""
    answer = _object(body)
    error = answer.get("error")
    if isinstance(error, dict):
        code = _number(error.get("code"))
        return _refusal(status_code, code, _number(error.get("error_subcode")))
    if 200 <= status_code < 300:
        provider_id = _provider_id(answer)
        return Accepted(provider_id) if provider_id else Uncertain("unreadable answer")
    return _refusal(status_code, None, None)


def _refusal(status_code: int, code: int | None, subcode: int | None) -> Verdict:
    if code is None:
        return _by_status(status_code, status_code)
    if code in _DEATHS:
        return Dead(code, _DEATHS[code])
    if 200 <= code <= 299:
        return Dead(code, "token")
    if code == 100 and subcode == _NO_SUCH_OBJECT:
        return Dead(code, "account")
    if code in _RETRIES:
        return _RETRIES[code]
    if code in _REJECTIONS:
        return Rejected(code, _REJECTIONS[code])
    if 132000 <= code <= 132999:
        return Rejected(code, "template")
    return _by_status(status_code, code)


def _by_status(status_code: int, code: int) -> Verdict:
    """For an answer without a code, or with one that no table here has."""
    if status_code == 429:
        return Retry(60, code, whole_line=True)
    if status_code >= 500:
        return Retry(30, code)
    if status_code in (401, 403):
        return Dead(code, "token")
    if 400 <= status_code < 500:
        return Rejected(code, "unknown")
    return Uncertain("unreadable answer")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _provider_id(answer: Mapping[str, Any]) -> str:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""
