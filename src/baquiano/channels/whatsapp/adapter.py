"""WhatsApp as the rooms above see it: one object with what every channel has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baquiano.channels.events import Alias, Event
from baquiano.channels.protocol import Capabilities, OutMessage, Verdict
from baquiano.channels.whatsapp.parse import parse
from baquiano.channels.whatsapp.render import CAPABILITIES, render
from baquiano.channels.whatsapp.send import send


@dataclass(frozen=True)
class WhatsApp:
    """Satisfies `protocol.Adapter`; it keeps nothing."""

    kind: str = "whatsapp"
    capabilities: Capabilities = CAPABILITIES

    def parse(self, body: bytes) -> tuple[Event, ...]:
        return parse(body)

    def render(self, message: OutMessage, to: Alias) -> tuple[dict[str, Any], ...]:
        return render(message, to)

    def send(self, wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict:
        return send(wire, settings, echo)
