"""Blue ticks and "typing…": that a message was read, shown while the answer is being written. Best effort, and never in an answer's way.

What came in is remembered in this process only, and briefly: a crash or a rush loses some, and nobody misses them. A loop of its own shows
them; nothing waits for it.
"""

import time
from collections import deque
from dataclasses import dataclass, field

from django.utils import timezone

from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.conversations.models import Conversation

MOST = 200
FRESH = 10.0  # seconds: after that the answer has left, or a person will write it
AT_ONCE = 20
OFF = "no_signals"  # a setting of the line


@dataclass(frozen=True)
class _Came:
    line: int
    conversation: int
    provider_id: str = field(repr=False)
    at: float


_came: deque[_Came] = deque(maxlen=MOST)


def came(line: Channel, conversation: int, provider_id: str) -> None:
    """A message of a person was stored. The oldest is forgotten when there are too many."""
    if not line.setting(OFF):
        _came.append(_Came(line.pk, conversation, provider_id, time.monotonic()))


def show() -> int:
    """For the loop. Returns how many were shown. Asks the network, so no transaction is open."""
    fresh = _some()
    if not fresh:
        return 0
    lines = Channel.objects.able_to_send(timezone.now()).in_bulk({one.line for one in fresh})
    owned = dict(
        Conversation.objects.filter(pk__in={one.conversation for one in fresh}).values_list("pk", "owner")
    )  # a person writes when they write: nobody may promise it for them
    return sum(
        _show(one, lines[one.line], types=owned.get(one.conversation) is None) for one in fresh if one.line in lines
    )


def forget() -> None:
    _came.clear()


def _some() -> list[_Came]:
    found: list[_Came] = []
    while _came and len(found) < AT_ONCE:
        one = _came.popleft()
        if time.monotonic() - one.at < FRESH:
            found.append(one)
    return found


def _show(one: _Came, line: Channel, *, types: bool) -> bool:
    adapter = sender_of(line.kind)
    if adapter is None:
        return False
    settings = {key: str(value) for key, value in (line.settings or {}).items()}
    return adapter.seen(one.provider_id, {**settings, "phone_number_id": line.line}, types=types)
