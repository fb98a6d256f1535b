"""Before a person: one open hand-off per conversation, sharpened when something graver comes."""

from datetime import timedelta

from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Handoff
from baquiano.engine.danger import Level
from baquiano.safety.actions import WITHIN

_PRIORITY = {
    Handoff.Reason.DANGER: 1,
    Handoff.Reason.VOICE: 2,
    Handoff.Reason.IDENTITY: 3,
    Handoff.Reason.ASKED: 3,
    Handoff.Reason.LOST: 3,
    Handoff.Reason.UNANSWERED: 3,
    Handoff.Reason.LATE: 4,
    Handoff.Reason.COMPLAINT: 4,
}
SOON = timedelta(hours=1)


def open_or_sharpen(conversation: Conversation, reason: str, level: Level | None = None) -> Handoff:
    """Inside the caller's transaction."""
    priority = int(level[1]) if level else _PRIORITY[Handoff.Reason(reason)]
    due = timezone.now() + (WITHIN[level] if level else SOON)
    handoff = Handoff.objects.open().filter(conversation=conversation).first()
    if handoff is None:
        return Handoff.objects.create(
            conversation=conversation, reason=reason, priority=priority, level=level or "", due_at=due
        )
    if priority < handoff.priority:
        handoff.reason, handoff.priority, handoff.level = reason, priority, level or handoff.level
        handoff.due_at = min(due, handoff.due_at)
        handoff.save()
    return handoff


def finish(conversation: Conversation, *, by: User | None) -> None:
    Handoff.objects.open().filter(conversation=conversation).update(closed_at=timezone.now(), closed_by=by)
