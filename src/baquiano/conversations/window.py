"""Until when whoever answers here may write freely: as the letters themselves will find it when they leave (`post.window`)."""

from dataclasses import dataclass
from datetime import datetime

from baquiano.conversations.models import Conversation
from baquiano.post import window


@dataclass(frozen=True)
class Window:
    """`closes_at`: from then on nothing of our own words arrives."""

    closes_at: datetime

    def is_open(self, now: datetime) -> bool:
        return now < self.closes_at


def window_of(conversation: Conversation) -> Window | None:
    """Counted from the person's own clock, not from when their message came to us. None: this channel has no window."""
    if not window.has_window(conversation.address.channel.kind):
        return None
    return Window(window.closes_at(conversation.address) or conversation.opened_at + window.LASTS)
