"""Erasing files: the key first, the pieces with it, the row stays empty. Who was told to erase, and why, is written by whoever calls."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.utils import timezone

from baquiano.files.models import Attachment, Piece
from baquiano.lib.turnstile import writing

AT_ONCE = 200  # files in one round of the loop


def erase(attachments: Iterable[Attachment]) -> int:
    """How many were still there. Each in its own short transaction; calling it again does nothing."""
    return sum(_erase(attachment.pk) for attachment in attachments)


def erase_past_keeping(now: datetime, *, besides: Collection[int] = ()) -> int:
    """Called by the background loop, which goes on at once while something is done. `besides`: files that the law holds."""
    due = Attachment.objects.due(now).exclude(pk__in=besides).order_by("expires_at")
    return sum(_erase(pk) for pk in due.values_list("pk", flat=True)[:AT_ONCE])


def _erase(pk: int) -> int:
    with writing():
        there = Attachment.objects.filter(pk=pk, erased_at=None)
        count = there.update(key=None, name=None, why=None, erased_at=timezone.now())
        Piece.objects.filter(attachment=pk).delete()
    return count
