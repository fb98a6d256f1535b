"""Before a person: one open hand-off per conversation, sharpened when something graver comes."""

from datetime import timedelta

from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Handoff
from baquiano.engine.danger import Level
from baquiano.lib import faults
from baquiano.safety.actions import WITHIN

_PRIORITY = {
    Handoff.Reason.DANGER: 1,
    Handoff.Reason.VOICE: 2,
    Handoff.Reason.IDENTITY: 3,
    Handoff.Reason.ASKED: 3,
    Handoff.Reason.LOST: 3,
    Handoff.Reason.UNANSWERED: 3,
    Handoff.Reason.UNDELIVERED: 3,
    Handoff.Reason.CHANGED: 4,
    Handoff.Reason.LATE: 4,
    Handoff.Reason.COMPLAINT: 4,
}
SOON = timedelta(hours=1)
OWNING_MOST = timedelta(minutes=15)
OWNING_WITHOUT_LEVEL = timedelta(minutes=10)
"""How long a colleague keeps a conversation without writing in it: as long as its level allows, and never longer than these."""


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
        handoff.snoozed_at, handoff.snoozed_until = None, None
        handoff.save()
        _shorten_the_lease(conversation, handoff.level)
    return handoff


def lease_of(conversation: Conversation) -> timedelta:
    """Of whoever owns it, from the last thing they did."""
    return _lease(
        Handoff.objects.open().filter(conversation=conversation).values_list("level", flat=True).first() or ""
    )


def _lease(level: str) -> timedelta:
    lasts = min(WITHIN[Level(level)], OWNING_MOST) if level else OWNING_WITHOUT_LEVEL
    return faults.lasting(lasts.total_seconds())


def _shorten_the_lease(conversation: Conversation, level: str) -> None:
    """Something graver came: whoever owns it has only as long as that allows."""
    until = timezone.now() + _lease(level)
    Conversation.objects.filter(pk=conversation.pk, owner__isnull=False, owner_until__gt=until).update(
        owner_until=until
    )


def finish(conversation: Conversation, *, by: User | None) -> None:
    Handoff.objects.open().filter(conversation=conversation).update(closed_at=timezone.now(), closed_by=by)
