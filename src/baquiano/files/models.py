"""Files that people showed us and that had to be kept: for what, until when, and their bytes in encrypted pieces."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.files.content import Content
from baquiano.lib.fields import EncryptedBytes, EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain

SHORT, LONG = 30, 90  # days
LONGEST = 365  # with a reason; whoever still needs it then decides again
LEFT_HALF_WAY = timedelta(hours=1)


class Purpose(models.TextChoices):
    """Look, don't keep: what cannot be named here is looked at and given back."""

    PROCEDURE = "procedure", _("A procedure that asks for it")
    LEGAL = "legal", _("Legal advice, or a case before an authority")
    HEALTH = "health", _("Health care")
    PROTECTION = "protection", _("Protection")
    REFERRAL = "referral", _("To go with a referral")
    CONSENT = "consent", _("To show that somebody agreed")
    AUTHORISATION = "authorisation", _("A guardian's authorisation")
    MESSAGE = "message", _("Sent in a conversation, to answer it")
    COMPLAINT = "complaint", _("A complaint or a report")
    OTHER = "other", _("Something else, said in words")


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def open(self, at: datetime) -> AttachmentQuerySet:
        """What can be opened, by whoever the room that points to it lets in."""
        return self.filter(erased_at=None, completed_at__isnull=False, expires_at__gt=at)

    def due(self, at: datetime) -> AttachmentQuerySet:
        """What has been kept long enough, and what was left half-way."""
        left = Q(completed_at=None, kept_at__lt=at - LEFT_HALF_WAY)
        return self.filter(Q(expires_at__lte=at) | left, erased_at=None)


class Attachment(models.Model):
    """One file, kept for one purpose until one day. It has no owner and no address: the room that points to it says who may open it.

    Erasing empties it and keeps the row, so that whatever points to it still knows that there was a file. Nothing brings it back.
    """

    PRIVACY = {
        **plain("id", "content", "size", "seconds", "purpose", "kept_at", "completed_at", "expires_at", "erased_at"),
        "key": Keeping(Kind.SENSITIVE, "opens the pieces of what the person showed us", days=LONGEST),
        "name": Keeping(
            Kind.PERSONAL, "what the file was called, to find it again on one's own computer", days=LONGEST
        ),
        "why": Keeping(Kind.SENSITIVE, "why it is kept, in words: another purpose, or longer than usual", days=LONGEST),
    }

    content = models.CharField(max_length=8, choices=Content)
    size = models.PositiveIntegerField()  # bytes, as served
    seconds = models.PositiveIntegerField(null=True)  # of a sound; None: not one, or it does not say
    purpose = models.CharField(max_length=16, choices=Purpose)
    why = EncryptedText(null=True)
    name = EncryptedText(null=True)
    key = EncryptedBytes(null=True)  # of its pieces; None: erased
    kept_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True)  # None: not all pieces are here yet
    expires_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("kept_at")), name="attachment_always_expires"),
            models.CheckConstraint(
                condition=Q(erased_at=None, key__isnull=False)
                | Q(erased_at__isnull=False, key__isnull=True, name__isnull=True, why__isnull=True),
                name="erased_attachment_is_empty",
            ),
        )
        indexes = (models.Index(fields=("expires_at",), condition=Q(erased_at=None), name="attachment_expiring"),)

    def __str__(self) -> str:
        return f"attachment {self.pk}: {self.content}"


class Piece(models.Model):
    """A numbered part of a file, encrypted with the key of its attachment. Without that key it is noise."""

    PRIVACY = plain(
        "id", "attachment", "number", "sealed", purpose="the file itself, unreadable without the key in its attachment"
    )

    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("attachment", "number"), name="one_piece_per_place"),)

    def __str__(self) -> str:
        return f"piece {self.number} of attachment {self.attachment_id}"
