"""WhatsApp as the rooms above see it: one object with what every channel has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baquiano.channels.blurring import blurred
from baquiano.channels.events import Alias, Event
from baquiano.channels.protocol import Capabilities, Fetched, OutMessage, RawRequest, Verdict
from baquiano.channels.whatsapp.media import fetch
from baquiano.channels.whatsapp.parse import parse
from baquiano.channels.whatsapp.render import CAPABILITIES, render
from baquiano.channels.whatsapp.send import mark_read, send, show_typing
from baquiano.channels.whatsapp.verify import challenge_in, is_signed


@dataclass(frozen=True)
class WhatsApp:
    """Satisfies `protocol.Adapter`; it keeps nothing."""

    kind: str = "whatsapp"
    capabilities: Capabilities = CAPABILITIES
    has_a_door_for_each_line: bool = False

    def handshake(self, request: RawRequest, settings: Mapping[str, str]) -> str | None:
        return challenge_in(request, settings)

    def is_genuine(self, request: RawRequest, settings: Mapping[str, str]) -> bool:
        return is_signed(request, settings)

    def kept(self, request: RawRequest, _settings: Mapping[str, str]) -> bytes:
        return blurred(request.body)

    def parse(self, body: bytes) -> tuple[Event, ...]:
        return parse(body)

    def render(self, message: OutMessage, to: Alias) -> tuple[dict[str, Any], ...]:
        return render(message, to)

    def send(self, wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict:
        return send(wire, settings, echo)

    def fetch(self, provider_id: str, settings: Mapping[str, str], most_bytes: int) -> Fetched:
        return fetch(provider_id, settings, most_bytes)

    def seen(self, provider_id: str, settings: Mapping[str, str], *, types: bool) -> bool:
        return show_typing(provider_id, settings) if types else mark_read(provider_id, settings)
