"""What a person took back is erased, with what came with it, once nobody has to see to an alert about it."""

from collections.abc import Collection

from baquiano.channels.events import Kind
from baquiano.conversations import enclosures
from baquiano.conversations.models import Message
from baquiano.knowledge import questions
from baquiano.lib.turnstile import writing

AT_ONCE = 200


def erase_taken_back(*, besides: Collection[int] = ()) -> int:
    """`besides`: addresses whose words stay for now, because the law says so or an alert about them is open. Returns how many messages.

    The words go and the marks stay (when, how grave), as with BORRAR. What has not been read by the assistant yet waits for the next round:
    a danger that was told is noticed even if it was taken back a second later.
    """
    asked = Message.objects.taken_back().exclude(conversation__address__in=list(besides)).order_by("pk")[:AT_ONCE]
    return sum(_erase(one) for one in asked)


def _erase(asked: Message) -> int:
    about = Message.objects.inbound().filter(conversation=asked.conversation_id)
    about = about.filter(provider_hash=asked.refers_to) | about.filter(kind=Kind.EDIT, refers_to=asked.refers_to)
    with writing():
        rows = {message.pk: message for message in about}
        if not rows or any(message.state == Message.State.WAITING for message in rows.values()):
            return 0
        questions.forget(message.text for message in rows.values())
        enclosures.forget(rows)
        Message.objects.filter(pk__in=rows).update(text="")
        Message.objects.filter(pk=asked.pk).update(refers_to="")  # done: nobody looks for it again
    return len(rows)
