"""Fixed sentences of the assistant and ready answers of the team: what is in force, and what somebody proposes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.lib.privacy import plain


class Wording(models.Model):
    """One fixed sentence of the assistant in one language; a country may word it its own way."""

    PRIVACY = plain("id", "key", "language", "country", "text", "pack")

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    text = models.TextField()
    pack = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "language", "country"), name="one_wording"),)

    def __str__(self) -> str:
        return f"{self.key} {self.language}"


class WordingProposal(models.Model):
    """Another wording of a fixed sentence, written here; in force once somebody else approves it."""

    PRIVACY = plain(
        "id", "key", "language", "country", "text", "by", "at", "approved_by", "approved_at", "refused_by", "refused_at"
    )

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("key", "language", "country"),
                condition=Q(approved_at=None, refused_at=None),
                name="one_wording_proposal_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"wording proposal {self.pk}"


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def in_force(self) -> CannedReplyQuerySet:
        return self.filter(approved_at__isnull=False, withdrawn_at=None)


class CannedReply(models.Model):
    """A ready answer that a colleague inserts with two keys and may still change. Its words never change: others are another row.

    Written by one person, approved by another; approving it withdraws the one it stands for.
    """

    PRIVACY = plain(
        "id",
        "shortcut",
        "language",
        "country",
        "text",
        "by",
        "at",
        "approved_by",
        "approved_at",
        "refused_at",
        "withdrawn_at",
    )

    shortcut = models.SlugField(max_length=20)  # what is typed after "/": "horario"
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    text = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("shortcut", "language", "country"),
                condition=Q(approved_at__isnull=False, withdrawn_at=None),
                name="one_ready_answer_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"ready answer {self.shortcut} {self.language}"
