"""WhatsApp under the contract. What each of its bodies says is written down beside its own tests."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.protocol import RawRequest
from tests.channels.cases import Line, Settings, Wire
from tests.channels.test_whatsapp_parse import EXPECTED
from tests.fakes.graph import LINE, PHONE, SECRET, TOKEN, button_reply, fault_in, list_reply, webhook
from tests.fakes.provider import Said, as_json

__all__ = ["EXPECTED", "LINES"]


def _settings(url: str) -> Settings:
    return {
        "graph_url": url,
        "phone_number_id": LINE,
        "access_token": TOKEN,
        "timeout_s": "0.3",
        "app_secret": SECRET,
        "verify_token": "verificar",
    }


def _words(wire: Wire) -> str:
    return str(wire["text"]["body"] if wire["type"] == "text" else wire["interactive"]["body"]["text"])


def _taps(wires: Sequence[Wire]) -> list[bytes]:
    found = []
    for wire in wires:
        action = wire.get("interactive", {}).get("action", {})
        for button in action.get("buttons", []):
            found.append(button_reply(button["reply"]["id"], button["reply"]["title"], id="wamid.tap"))
        for row in (row for section in action.get("sections", []) for row in section["rows"]):
            found.append(list_reply(row["id"], row["title"], id="wamid.tap"))
    return [json.dumps(webhook(messages=[message])).encode() for message in found]


def _lures(foreign: str) -> list[list[Said]]:
    host = foreign.partition("//")[2]
    places = (foreign, f"https://facebook.com.{host}/x", f"http://lookaside.fbsbx.com@{host}/x")
    return [
        *([as_json({"url": place, "file_size": 3, "sha256": ""})] for place in places),
        [Said(302, headers={"Location": foreign})],
    ]


def _signature(body: bytes) -> dict[str, str]:
    return {"x-hub-signature-256": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"}


_GENUINE = RawRequest(
    "POST", "https://example.org/webhooks/whatsapp/1/", _signature(b'{"entry": []}'), b'{"entry": []}'
)

LINES = (
    Line(
        name="whatsapp",
        settings=_settings,
        to=Alias(Scheme.WHATSAPP_PHONE, PHONE),
        fault_in=fault_in,
        words=_words,
        taps=_taps,
        genuine=_GENUINE,
        forged=(
            replace(_GENUINE, headers={}),
            replace(_GENUINE, headers={"x-hub-signature-256": ""}),
            replace(_GENUINE, headers={"x-hub-signature-256": _GENUINE.headers["x-hub-signature-256"].upper()}),
            replace(_GENUINE, body=b'{"entry": [] }'),
            replace(_GENUINE, method="GET"),
        ),
        secrets=("app_secret",),
        file_id="900",
        lures=_lures,
    ),
)
