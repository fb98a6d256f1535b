"""Every channel by its kind. A channel without a sender is fetched by the person (web chat, console)."""

from baquiano.channels import whatsapp
from baquiano.channels.protocol import Adapter

_SENDERS: dict[str, Adapter] = {"whatsapp": whatsapp.ADAPTER}


def sender_of(kind: str) -> Adapter | None:
    return _SENDERS.get(kind)
