"""One message of ours, shaped for Telegram. Pure.

Choices are buttons under the last text, one a line, and numbered lines in it: "2" is an answer too. When one of them cannot be a button,
none is: two ways to pick from one list would only confuse.
"""

from typing import Any

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.numbered import title, with_numbers
from baquiano.channels.protocol import Capabilities, OutMessage, Pace
from baquiano.channels.splitting import pieces
from baquiano.channels.telegram.short_ids import short_id
from baquiano.lib.text import clip

# Limits of sendMessage (Bot API), counted in UTF-16 units; and what its makers ask bots not to exceed.
PACE = Pace(line_a_second=30.0, person_every=1.0, person_burst=3)
CAPABILITIES = Capabilities(text_length=4096, buttons=100, button_title=64, rows=0, row_title=0, row_note=0, pace=PACE)

Wire = dict[str, Any]


def render(message: OutMessage, to: Alias) -> tuple[Wire, ...]:
    """The bodies of sendMessage, in order; none for an empty message. ValueError: `to` is no chat of Telegram."""
    if to.scheme != Scheme.TELEGRAM:
        raise ValueError(f"not an address of Telegram: {to.scheme}")
    texts = pieces(with_numbers(message), CAPABILITIES.text_length)
    wires = [_text(text, to) for text in texts]
    keyboard = _keyboard(message)
    if wires and keyboard:
        wires[-1]["reply_markup"] = {"inline_keyboard": keyboard}
    return tuple(wires)


def _text(text: str, to: Alias) -> Wire:
    return {"chat_id": to.value, "text": text, "link_preview_options": {"is_disabled": True}}


def _keyboard(message: OutMessage) -> list[list[Wire]]:
    if len(message.choices) > CAPABILITIES.buttons:
        return []
    buttons = [(clip(title(choice), CAPABILITIES.button_title), short_id(choice.id)) for choice in message.choices]
    if not all(words and data for words, data in buttons):
        return []
    return [[{"text": words, "callback_data": data}] for words, data in buttons]
