"""SMS as the rooms above see it: one object with what every channel has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baquiano.channels.events import Alias, Event
from baquiano.channels.protocol import Capabilities, Fetched, OutMessage, RawRequest, Verdict
from baquiano.channels.sms.envelope import sealed
from baquiano.channels.sms.media import fetch
from baquiano.channels.sms.parse import parse
from baquiano.channels.sms.render import CAPABILITIES, render
from baquiano.channels.sms.send import send
from baquiano.channels.sms.verify import is_genuine


@dataclass(frozen=True)
class Sms:
    """Satisfies `protocol.Adapter`; it keeps nothing."""

    kind: str = "sms"
    capabilities: Capabilities = CAPABILITIES
    has_a_door_for_each_line: bool = True

    def handshake(self, _request: RawRequest, _settings: Mapping[str, str]) -> str | None:
        return None

    def is_genuine(self, request: RawRequest, settings: Mapping[str, str]) -> bool:
        return is_genuine(request, settings)

    def kept(self, request: RawRequest, settings: Mapping[str, str]) -> bytes:
        return sealed(request, settings)

    def parse(self, body: bytes) -> tuple[Event, ...]:
        return parse(body)

    def render(self, message: OutMessage, to: Alias) -> tuple[dict[str, Any], ...]:
        return render(message, to)

    def send(self, wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict:
        return send(wire, settings, echo)

    def fetch(self, provider_id: str, settings: Mapping[str, str], most_bytes: int) -> Fetched:
        return fetch(provider_id, settings, most_bytes)

    def seen(self, provider_id: str, settings: Mapping[str, str], *, types: bool) -> bool:  # noqa: ARG002
        """A telephone shows neither."""
        return False
