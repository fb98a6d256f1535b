"""Sending what a colleague wrote, unless something happened that they have not seen: then nothing leaves and their words stay."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.models import User
from baquiano.conversations import inserting, owning
from baquiano.conversations.models import Conversation, Message
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.window import window_of
from baquiano.lib.turnstile import writing
from baquiano.post import waiting


class WroteMeanwhile(CannotDoThat):
    """The person said something that whoever answers has not seen."""


@dataclass(frozen=True)
class Answer:
    """`client_id`: the same twice is one letter. `seen`: the last message that was before their eyes; None: the page did not say.
    `inserted`: versions whose words were put in, and may have been taken out again.
    """

    text: str
    client_id: str
    seen: int | None = None
    inserted: Collection[int] = ()


def send(conversation: Conversation, answer: Answer, *, by: User) -> Message:
    """Raises `CannotDoThat`: nothing was sent."""
    quoting = inserting.still_said(answer.text, answer.inserted)
    with writing():
        _refuse_what_they_have_not_seen(conversation, answer.seen)
        _refuse_past_the_window(conversation)
        return owning.answer(conversation, answer.text, client_id=answer.client_id, by=by, quoting=quoting)


def _refuse_what_they_have_not_seen(conversation: Conversation, seen: int | None) -> None:
    if seen is None:
        return
    theirs = Message.objects.inbound().filter(conversation=conversation).exclude(kind="reaction")
    if (theirs.aggregate(last=Max("pk"))["last"] or 0) > seen:
        raise WroteMeanwhile(_("They wrote something new: read it, and send again if your answer still holds."))


def _refuse_past_the_window(conversation: Conversation) -> None:
    """Unless she can be told that there is an answer: then the words wait for her."""
    now, window = timezone.now(), window_of(conversation)
    if window and not window.is_open(now) and not waiting.can_be_told(conversation.address, now):
        raise CannotDoThat(
            _(
                "A day has passed since their last message: WhatsApp no longer takes our own words, only an approved template. "
                "Your text stays here: send it when they write again."
            )
        )
