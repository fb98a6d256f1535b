"""Every word that leaves: one row with its due time, its lease and what became of it."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from baquiano.channels.models import Channel
from baquiano.lib.fields import EncryptedJSON
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models import Address
from baquiano.people.models.consent import Purpose

KEEP_DAYS = 180
PARKED_DAYS = 7


class State(models.TextChoices):
    """QUEUED → SENDING → ACCEPTED → SENT → DELIVERED → READ. UNCERTAIN: cut while sending; FAILED: it will not arrive."""

    QUEUED = "queued"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class LetterQuerySet(models.QuerySet["Letter"]):
    def unfinished(self) -> LetterQuerySet:
        return self.filter(state__in=(State.QUEUED, State.SENDING, State.UNCERTAIN))

    def due(self, now: datetime) -> LetterQuerySet:
        return self.filter(state=State.QUEUED, not_before__lte=now)

    def before_others(self, now: datetime) -> LetterQuerySet:
        """Those that later ones to the same address must not overtake. What nobody asked for and waits for its hour holds up no answer."""
        waits_for_its_hour = Q(state=State.QUEUED, not_before__gt=now) & ~Q(purpose="")
        return self.unfinished().exclude(waits_for_its_hour)

    def cut(self, now: datetime) -> LetterQuerySet:
        """Whoever was sending them is gone: their lease ran out."""
        return self.filter(state=State.SENDING, lease_until__lt=now)


class Letter(models.Model):
    """One message to one address. `cause` makes it unique: the same turn can never write it twice."""

    PRIVACY = {
        **plain(
            "id", "address", "cause", "not_before", "state", "lease_until", "attempts", "parts_sent", "possibly_doubled",
            "error_code", "error", "created_at", "settled_at", "purpose",
        ),
        "body": Keeping(Kind.SENSITIVE, "what we told the person", days=KEEP_DAYS),
    }  # fmt: skip

    address = models.ForeignKey(Address, models.PROTECT, related_name="+")
    cause = models.CharField(max_length=60, unique=True)
    body = EncryptedJSON()  # text and choices, before any channel shapes them
    not_before = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    parts_sent = models.PositiveSmallIntegerField(default=0)
    possibly_doubled = models.BooleanField(default=False)
    error_code = models.IntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)
    purpose = models.CharField(max_length=12, choices=Purpose, blank=True)  # empty: answers what she just wrote

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("address", "id"), condition=Q(state__in=("queued", "sending", "uncertain")), name="letters_owed"
            ),
        )

    def __str__(self) -> str:
        return f"letter {self.pk}: {self.state}"


class Dispatch(models.Model):
    """One part of a letter that the provider took. Its id is hashed: WhatsApp's ids hold the phone number."""

    PRIVACY = plain("id", "letter", "part", "channel", "provider_hash", "at")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="dispatches")
    part = models.PositiveSmallIntegerField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    provider_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "provider_hash"), name="one_dispatch_per_provider_id"),
        )

    def __str__(self) -> str:
        return f"dispatch {self.pk}"


class ParkedStatus(models.Model):
    """A status for something we do not know (yet): it may come before the answer to our request. Kept seven days."""

    PRIVACY = plain("id", "channel", "provider_hash", "delivery", "error_code", "received_at")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    provider_hash = models.CharField(max_length=64, db_index=True)
    delivery = models.CharField(max_length=12)
    error_code = models.IntegerField(null=True)
    received_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"parked {self.pk}: {self.delivery}"
