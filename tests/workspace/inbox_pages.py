"""The desk through its door: addresses, answering, and a chat that came by WhatsApp."""

from datetime import datetime
from typing import Any

from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.owning import take_over
from baquiano.people.models import Address
from baquiano.people.models import Alias as StoredAlias

PART = {"HX-Request": "true"}


def desk_of(conversation: Conversation, deed: str = "") -> str:
    return f"/workspace/inbox/{conversation.pk}/{deed}"


def answer(browser: Client, conversation: Conversation, text: str, *, client_id: str = "one", **fields: Any) -> Any:
    """As the page sends it; `headers` of a part of a page (htmx)."""
    return browser.post(
        desk_of(conversation, "answer/"), {"text": text, "client_id": client_id, **fields}, headers=PART
    )


def said_by_staff(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages.filter(author=Message.Author.STAFF)]


def writes_by_whatsapp(channel: Channel, text: str, *, at: datetime, by: User) -> Conversation:
    """Somebody wrote at that time, by their own clock, and a colleague has taken the conversation over."""
    address = Address.objects.create(channel=channel)
    StoredAlias.objects.create(address=address, channel=channel, scheme="phone", value="570000000001", value_hash="x")
    conversation = Conversation.objects.create(address=address, country="CO", opened_at=at)
    Message.objects.create(
        conversation=conversation, channel=channel, author="person", text=text, state="owned", sent_at=at
    )
    Handoff.objects.create(conversation=conversation, reason="asked", priority=3, due_at=timezone.now())
    take_over(conversation, by=by)
    conversation.refresh_from_db()
    return conversation
