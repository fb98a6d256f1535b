"""The console: a conversation in a terminal. Nothing is parsed or sent; choices are numbered lines."""

from baquiano.channels.events import Alias
from baquiano.channels.numbered import with_numbers
from baquiano.channels.protocol import Capabilities, OutMessage

KIND = "console"
CAPABILITIES = Capabilities(text_length=100_000, buttons=0, button_title=0, rows=0, row_title=0, row_note=0)


def render(message: OutMessage, _to: Alias) -> tuple[dict[str, str], ...]:
    """The words to print; none for an empty message."""
    text = with_numbers(message)
    return ({"text": text},) if text else ()
