"""Every channel by its kind. A channel without a sender is fetched by the person (web chat, console)."""

from baquiano.channels import sms, telegram, whatsapp
from baquiano.channels.protocol import Adapter

_SENDERS: dict[str, Adapter] = {
    "whatsapp": whatsapp.ADAPTER,
    "telegram": telegram.ADAPTER,
    "sms": sms.ADAPTER,
}


def sender_of(kind: str) -> Adapter | None:
    return _SENDERS.get(kind)


def kinds_with_sender() -> tuple[str, ...]:
    return tuple(_SENDERS)
