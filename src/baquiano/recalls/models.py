"""A text that changed after people were told it: a frozen list of what was said to whom, so that it can be told again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from baquiano.channels.models import Channel
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.privacy import plain


class Recall(models.Model):
    """One version that is no longer said. `new` None: it was taken back and nothing stands in its place."""

    PRIVACY = plain("id", "old", "new", "found_at")

    old = models.OneToOneField(ArticleVersion, models.PROTECT, related_name="+")
    new = models.ForeignKey(ArticleVersion, models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"recall {self.pk}"


class RecallLine(models.Model):
    """One conversation that was told the old words, and whether it could be told again when the list was made.

    It carries numbers, not references: the conversation is erased in its own time, and the line stays as a count.
    """

    PRIVACY = plain("id", "recall", "channel", "conversation", "address", "told_at", "times", "reach")

    class Reach(models.TextChoices):
        FREE = "free"  # the person may be written to now
        TEMPLATE = "template"  # WhatsApp's 24 hours are over: only an approved template
        CLOSED = "closed"  # a web chat that has ended: nobody reads it any more
        MOVED = "moved"  # the number belongs to somebody else now

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="lines")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    conversation = models.BigIntegerField()
    address = models.BigIntegerField()
    told_at = models.DateTimeField()  # the last time
    times = models.PositiveSmallIntegerField()
    reach = models.CharField(max_length=10, choices=Reach)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("recall", "conversation"), name="one_line_per_conversation_told"),
        )

    def __str__(self) -> str:
        return f"recall line {self.pk}"
