"""How an operator's gateway is spoken to, as data: what to ask it, where its answer names the message, and how it names what it brings us.

It is kept as one text of JSON in the settings of the line (`gateway`), read from a file of TOML by `baquiano channel sms`. A place in an
answer is written with dots: "messages.0.id".
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from baquiano.channels.client import USABLE_URL
from baquiano.channels.reading import Json, loaded, obj, word

PLACES = ("to", "text", "id", "from", "key", "coding")
"""What a template may hold: the telephone, the words, our id of the message, our line, the key of the gateway, and 0 (GSM-7) or 2 (UCS-2)."""

CHARSETS = ("utf-8", "iso-8859-1", "iso-8859-15", "windows-1252")

_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}", re.ASCII)


class BadGateway(Exception):
    """The description of a gateway cannot be used: says which line of it, and why."""


@dataclass(frozen=True)
class Sending:
    """`type`: what the body is, which decides how values are written into it. `id`: where a JSON answer names the message; "" when the
    gateway takes our id."""

    url: str
    method: str = "POST"
    type: str = "application/json"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Receiving:
    """Names of the fields of a message. `items`: where a list of them is, when one body brings several. `country`: the number put before a
    telephone that is written without it (up to ten digits)."""

    from_: str = "from"
    text: str = "text"
    id: str = ""
    time: str = ""
    items: str = ""
    country: str = ""
    charset: str = "utf-8"
    secret_header: str = "x-baquiano-secret"


@dataclass(frozen=True)
class Reporting:
    """Names of the fields of a delivery report, and the words of each state. `ours`: our own id, if it is brought back."""

    status: str = ""
    id: str = "id"
    ours: str = ""
    code: str = ""
    sent: tuple[str, ...] = ()
    delivered: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gateway:
    send: Sending
    receive: Receiving
    reports: Reporting


def described(given: Mapping[str, Any]) -> Gateway:
    """From what the file says. Raises BadGateway."""
    unknown = set(given) - {"send", "receive", "reports"}
    if unknown:
        raise BadGateway(f"nothing is known of [{sorted(unknown)[0]}]")
    gateway = Gateway(
        _section(Sending, given, "send"), _section(Receiving, given, "receive"), _section(Reporting, given, "reports")
    )
    _check(gateway)
    return gateway


def _section(kind: type[Any], given: Mapping[str, Any], name: str) -> Any:
    section = given.get(name, {})
    if not isinstance(section, dict):
        raise BadGateway(f"[{name}] is not a section")
    known = {one.name.rstrip("_"): one for one in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in section.items():
        if key not in known:
            raise BadGateway(f"nothing is known of {key} in [{name}]")
        values[known[key].name] = _value(known[key].type, value, f"{key} in [{name}]")
    try:
        return kind(**values)
    except TypeError:
        raise BadGateway(f"[{name}] needs url") from None


def _value(kind: Any, value: Any, where: str) -> Any:
    if kind is str:
        if not isinstance(value, str):
            raise BadGateway(f"{where} is not a text")
        return value
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadGateway(f"{where} is not a list of texts")
        return tuple(value)
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise BadGateway(f"{where} is not a table of texts")
    return dict(value)


def _check(gateway: Gateway) -> None:
    send, receive = gateway.send, gateway.receive
    host = re.match(r"[a-z]+://[^/?#]*", send.url)
    if host is None or not USABLE_URL.fullmatch(host[0]):
        raise BadGateway("url in [send] must begin with https:// and name a host (http:// only on this machine)")
    if send.method not in ("GET", "POST", "PUT"):
        raise BadGateway("method in [send] is GET, POST or PUT")
    if not all(_HEADER.fullmatch(name) for name in send.headers):
        raise BadGateway("headers in [send]: a name that is no header")
    whole = send.url + send.body
    if not all(place in whole for place in ("{to}", "{text}")):
        raise BadGateway("[send] never says {to} or never says {text}: in url or in body")
    if not receive.id and not receive.time:
        # Two equal texts could not be told from one text that came twice.
        raise BadGateway(
            "[receive] needs id or time: without both, a person who writes the same word twice is heard once"
        )
    if receive.country and not re.fullmatch(r"[0-9]{1,4}", receive.country, re.ASCII):
        raise BadGateway("country in [receive] is a number like 57")
    if receive.charset not in CHARSETS:
        raise BadGateway(f"charset in [receive] is one of {', '.join(CHARSETS)}")


# In the settings of the line


def as_text(gateway: Gateway) -> str:
    return json.dumps(asdict(gateway), sort_keys=True)


def of_text(text: str) -> Gateway | None:
    """None: there is none. What nobody here knows, or is of another kind, counts as not said."""
    told = loaded(text.encode(errors="replace"))
    if isinstance(told, str) or not told:
        return None
    sections = (
        _told(kind, obj(told, name))
        for kind, name in ((Sending, "send"), (Receiving, "receive"), (Reporting, "reports"))
    )
    return Gateway(*sections)


def _told(kind: type[Any], section: Json) -> Any:
    values: dict[str, Any] = {"url": ""} if kind is Sending else {}
    for one in fields(kind):
        with suppress(BadGateway):
            if one.name in section:
                values[one.name] = _value(one.type, section[one.name], one.name)
    if values.get("charset") not in CHARSETS:
        values.pop("charset", None)
    return kind(**values)


# Templates


def filled(template: str, values: Mapping[str, str], kind: str) -> str:
    """The template with its places filled, each value written so that it can never be more than a value. `kind`: "url" or a content type."""
    return _PLACE.sub(lambda place: _written(values[place[1]], kind), template)


def _written(value: str, kind: str) -> str:
    if kind == "url" or "form" in kind:
        return quote(value, safe="")
    if "json" in kind:
        return json.dumps(value)[1:-1]
    if "xml" in kind:
        return escape(value, {'"': "&quot;", "'": "&apos;"})
    return value.replace("\r", " ").replace("\n", " ") if kind == "header" else value


def at(document: Any, place: str) -> str:
    """The text at a place written with dots; "" when there is none."""
    found = document
    *way, last = place.split(".")
    for step in way:
        found = _step(found, step)
    if isinstance(found, list):
        found = {str(n): one for n, one in enumerate(found)}
    return word(found, last) if isinstance(found, dict) else ""


def listed(document: Any, place: str) -> list[Any]:
    """The list at a place; what is there alone is a list of one."""
    found = document
    for step in place.split(".") if place else ():
        found = _step(found, step)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def _step(found: Any, step: str) -> Any:
    if isinstance(found, dict):
        return found.get(step)
    if isinstance(found, list) and re.fullmatch(r"[0-9]{1,4}", step, re.ASCII) and int(step) < len(found):
        return found[int(step)]
    return None
