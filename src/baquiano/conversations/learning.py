"""What the content may learn from a conversation: questions nothing fitted, or that were answered badly. Masked, and hanging on nobody.

Never from somebody in whose messages a danger was noticed within a day, whatever else they asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from baquiano.conversations.models import Conversation, Message
from baquiano.engine.said import Learn, Turn
from baquiano.knowledge import questions
from baquiano.knowledge.models import Question
from baquiano.knowledge.questions import Asked
from baquiano.knowledge.shelf import Shelf

DANGER_LINGERS = timedelta(days=1)


@dataclass(frozen=True)
class Heard:
    """A question and where it was asked, until it is kept without saying where."""

    conversation: Conversation
    asked: Asked


def to_keep(turn: Turn, shelf: Shelf) -> tuple[Asked, ...]:
    """The turn's questions, masked. Outside any transaction."""
    wishes = [wish for wish in turn.wishes if isinstance(wish, Learn)]
    found = (
        questions.masked(
            wish.asked,
            shelf=shelf,
            language=turn.state.language,
            country=turn.state.country,
            reason=Question.Reason.USELESS if wish.was_answered else Question.Reason.UNANSWERED,
            topic=wish.topic,
        )
        for wish in wishes
    )
    return tuple(asked for asked in found if asked)


def keep(heard: Sequence[Heard]) -> None:
    """Inside the caller's transaction, after the levels of its messages are written."""
    if not heard:
        return
    in_danger = _in_danger({one.conversation.address_id for one in heard})
    questions.keep(one.asked for one in heard if one.conversation.address_id not in in_danger)


def _in_danger(addresses: set[int]) -> set[int]:
    """Of these addresses, those from which something with a level came within a day."""
    lately = Message.objects.inbound().filter(received_at__gte=timezone.now() - DANGER_LINGERS).exclude(level="")
    return set(lately.filter(conversation__address__in=addresses).values_list("conversation__address", flat=True))
