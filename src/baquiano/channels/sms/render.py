"""One message of ours as SMS. Pure.

Choices are numbered lines. A text that would be more than six segments is cut into several messages: many networks lose the parts of a
longer one. Whether accents are written is decided when it is sent, because the line decides it.
"""

from typing import Any

from baquiano.channels.events import Alias, Scheme
from baquiano.channels.numbered import with_numbers
from baquiano.channels.protocol import Capabilities, OutMessage, Pace
from baquiano.channels.segments import GSM_PART, UCS2_PART, segments
from baquiano.channels.splitting import pieces

MOST_SEGMENTS = 6
PACE = Pace(line_a_second=10.0, person_every=1.0, person_burst=10)
CAPABILITIES = Capabilities(
    text_length=MOST_SEGMENTS * GSM_PART, buttons=0, button_title=0, rows=0, row_title=0, row_note=0, pace=PACE
)

Wire = dict[str, Any]


def render(message: OutMessage, to: Alias) -> tuple[Wire, ...]:
    """The messages to send, in order; none for an empty one. ValueError: `to` is no telephone of SMS."""
    if to.scheme != Scheme.SMS:
        raise ValueError(f"not an address of SMS: {to.scheme}")
    return tuple({"to": to.value, "text": part} for part in _parts(with_numbers(message)))


def _parts(text: str) -> tuple[str, ...]:
    part = GSM_PART if segments(text).alphabet == "GSM-7" else UCS2_PART
    limit = MOST_SEGMENTS * part
    found = pieces(text, limit)
    while any(segments(one).count > MOST_SEGMENTS for one in found):  # signs that count twice, or emoji at the cuts
        limit -= part
        found = pieces(text, limit)
    return found
