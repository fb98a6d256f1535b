"""What colleagues write to each other beside a conversation. It never leaves the house: no letter is ever made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Note
from baquiano.lib.turnstile import writing

LONGEST = 2000


class CannotNote(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class NoteShown:
    """`meant_for`: the colleague to whom the conversation was passed on with it; empty for everybody's."""

    id: int
    text: str
    by: str
    meant_for: str
    at: datetime


def add(conversation: Conversation, text: str, *, by: User) -> Note:
    """Whoever may read the conversation may note something, whoever owns it."""
    text = text.strip()
    if not text:
        raise CannotNote(_("Write the note first."))
    if len(text) > LONGEST:
        raise CannotNote(_("A note has 2,000 characters at most. What is longer belongs in the record of the person."))
    with writing():
        note = Note.objects.create(conversation=conversation, text=text, by=by)
        audit(by, "note.written", note, about=f"conversation:{conversation.pk}")
    return note


def notes_of(conversation: Conversation, *, since: datetime | None = None) -> Sequence[NoteShown]:
    """The newest first. `since`: what is older belongs to a part of the conversation that is folded."""
    rows = conversation.notes.select_related("by", "meant_for").order_by("-pk")
    if since:
        rows = rows.filter(at__gte=since)
    return tuple(
        NoteShown(row.pk, row.text, row.by.display_name, row.meant_for.display_name if row.meant_for else "", row.at)
        for row in rows
    )
