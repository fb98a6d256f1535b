"""What is written down of a request: the request itself, and how it is to be read. So what was kept can be read by whoever has only that.

A body alone (a file somebody saved) is read too: as Twilio's when it is a form, by the usual names when it is JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from baquiano.channels.protocol import RawRequest
from baquiano.channels.reading import Json, loaded, obj, word
from baquiano.channels.sms.gateway import Gateway, Receiving, Reporting, Sending, of_text

MARK = "baquiano_sms"
_VERSION = 1
_USUAL = Gateway(
    Sending(""),
    Receiving(id="id", time="time"),
    Reporting("status", sent=("sent",), delivered=("delivered",), failed=("failed", "undelivered")),
)


@dataclass(frozen=True)
class Envelope:
    """`gateway` None: Twilio's. `line`: our own number. `query` and `body`: as they came; `body` is text in the charset of the gateway."""

    line: str
    query: str
    body: str
    gateway: Gateway | None


def sealed(request: RawRequest, settings: Mapping[str, str]) -> bytes:
    """The same bytes for the same request."""
    gateway = of_text(settings.get("gateway", "")) if settings.get("provider") == "http" else None
    charset = gateway.receive.charset if gateway else "utf-8"
    document: Json = {
        MARK: _VERSION,
        "line": settings.get("line", ""),
        "query": urlsplit(request.url).query,
        "body": request.body.decode(charset, errors="replace"),
    }
    if gateway:
        document["gateway"] = {"receive": asdict(gateway.receive), "reports": asdict(gateway.reports)}
    return json.dumps(document, sort_keys=True).encode()


def opened(kept: bytes) -> Envelope | str:
    """What was kept; a short reason when it is nothing at all."""
    document = loaded(kept)
    if isinstance(document, str):
        return _bare(kept, document)
    if MARK not in document:
        return Envelope("", "", json.dumps(document), _USUAL)
    gateway = None
    if "gateway" in document:
        told = {"send": {"url": ""}, **obj(document, "gateway")}
        gateway = of_text(json.dumps(told)) or _USUAL
    return Envelope(word(document, "line"), word(document, "query"), word(document, "body"), gateway)


def _bare(kept: bytes, reason: str) -> Envelope | str:
    try:
        text = kept.decode().strip()
    except UnicodeDecodeError:
        return reason
    return Envelope("", "", text, None) if "=" in text else reason


def form(text: str, charset: str = "utf-8") -> Json:
    """The fields of a form or of a query; of one that comes twice, the first."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True, encoding=charset, errors="replace"):
        found.setdefault(name, value)
    return found
