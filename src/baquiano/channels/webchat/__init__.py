"""The web chat: our own page, so a message is shown as it is. A person's words come as a form post, read by `public`."""

from typing import Any

from baquiano.channels.events import Alias
from baquiano.channels.protocol import Capabilities, OutMessage

KIND = "webchat"
CAPABILITIES = Capabilities(text_length=10_000, buttons=50, button_title=200, rows=50, row_title=200, row_note=400)


def render(message: OutMessage, _to: Alias) -> tuple[dict[str, Any], ...]:
    """The words, and the choices as buttons with ids; the page numbers them, so that "2" works there too."""
    if not message.text.strip() and not message.choices:
        return ()
    choices = [{"id": choice.id, "title": choice.title, "note": choice.beyond_title} for choice in message.choices]
    return ({"text": message.text, "choices": choices},)
