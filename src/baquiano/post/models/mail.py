"""Mails to colleagues: that something waits, never what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.post.models.letter import State


class Mail(models.Model):
    """One mail to a colleague: that something waits, never what. The same cause can never write it twice."""

    PRIVACY = {
        **plain(
            "id", "cause", "subject", "body", "not_before", "state", "lease_until", "attempts", "error", "created_at", "settled_at"
        ),
        "to": Keeping(Kind.PERSONAL, "a colleague's own address, given to be called", days=30),
    }  # fmt: skip

    to = EncryptedText()
    cause = models.CharField(max_length=80, unique=True)
    subject = models.CharField(max_length=160)
    body = models.TextField()  # holds no word, name or number of anybody
    not_before = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("not_before",), condition=Q(state__in=("queued", "sending")), name="mails_owed"),
        )

    def __str__(self) -> str:
        return f"mail {self.pk}: {self.state}"
