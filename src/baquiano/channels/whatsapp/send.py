"""The small HTTP client of the WhatsApp Cloud API: one request, one verdict. It repeats nothing and raises nothing.

Settings (texts, as a channel row keeps them): `phone_number_id` and `access_token` are needed; `graph_url` (default
https://graph.facebook.com), `graph_version` (v25.0) and `timeout_s` (seconds to wait for an answer, 20) may be given.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from baquiano.channels import client
from baquiano.channels.client import Answer, Ask
from baquiano.channels.protocol import Verdict
from baquiano.channels.whatsapp.errors import classify

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v25.0"
_TYPING = {"typing_indicator": {"type": "text"}}


def send(wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict:
    """POST one rendered message. `echo` comes back in every status of it, also when its answer never reached us."""
    answer = _post({**wire, "biz_opaque_callback_data": echo}, settings)
    return classify(answer.status, answer.body) if isinstance(answer, Answer) else answer


def mark_read(provider_id: str, settings: Mapping[str, str]) -> bool:
    """Two blue ticks on a message we received. Whether Meta took it; it is never repeated."""
    return _signal(provider_id, settings, {})


def show_typing(provider_id: str, settings: Mapping[str, str]) -> bool:
    """Marks a message as read and shows "typing…" until we answer or 25 seconds pass. Whether Meta took it."""
    return _signal(provider_id, settings, _TYPING)


def _signal(provider_id: str, settings: Mapping[str, str], more: Mapping[str, Any]) -> bool:
    answer = _post({"messaging_product": "whatsapp", "status": "read", "message_id": provider_id, **more}, settings)
    return isinstance(answer, Answer) and 200 <= answer.status < 300


@dataclass(frozen=True)
class Line:
    """One of our numbers at Graph. `graph`: the address everything is asked under, with its version; `number`: Meta's id of ours."""

    graph: str
    number: str
    token: str
    within: float

    @property
    def timeout(self) -> httpx.Timeout:
        return httpx.Timeout(self.within, connect=client.CONNECT_WITHIN)

    def __repr__(self) -> str:
        return "Line()"


def line_of(settings: Mapping[str, str]) -> Line | None:
    """None when the settings cannot be used: nothing is tried with half of them."""
    number, token = settings.get("phone_number_id", ""), settings.get("access_token", "")
    version = settings.get("graph_version") or GRAPH_VERSION
    url = settings.get("graph_url") or GRAPH_URL
    is_usable = (
        client.USABLE_URL.fullmatch(url)
        and re.fullmatch(r"[0-9]{1,32}", number, re.ASCII)
        and re.fullmatch(r"[\x21-\x7e]+", token)
        and re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", version, re.ASCII)
    )
    within = client.seconds(settings)
    if not is_usable or within is None:
        return None
    return Line(f"{url.rstrip('/')}/{version}", number, token, within)


def _post(body: Mapping[str, Any], settings: Mapping[str, str]) -> Answer | Verdict:
    """Meta's answer; or a verdict when there is none: before the connection nothing was sent, after it nobody knows."""
    line = line_of(settings)
    if line is None:
        return client.NOT_SET_UP
    headers = {"Authorization": f"Bearer {line.token}", "Content-Type": "application/json"}
    body_sent = json.dumps(body).encode()
    return client.ask(Ask("POST", f"{line.graph}/{line.number}/messages", headers, body_sent, line.within))
