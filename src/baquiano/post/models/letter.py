"""One message to one address: its due time, its lease and what became of it."""

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
from baquiano.post.models.allowed import Template

KEEP_DAYS = 180
PARKED_DAYS = 7


class Aim(models.TextChoices):
    """What a letter is for that answers nothing she just wrote. The first three need a consent of the same name.

    A correction of what she was told, and the news that somebody answered her, need none: they end what she began by asking. Whatever
    else closes a way closes it for them too.
    """

    CONTACT = Purpose.CONTACT.value
    REMINDERS = Purpose.REMINDERS.value
    NEWS = Purpose.NEWS.value
    CORRECTION = "correction"
    ANSWERED = "answered"


class State(models.TextChoices):
    """QUEUED → SENDING → ACCEPTED → SENT → DELIVERED → READ. UNCERTAIN: cut while sending; FAILED: it will not arrive.

    WINDOW: an answer that came too late for the channel's window; she was told that there is one, and it leaves when she writes.
    """

    QUEUED = "queued"
    WINDOW = "window"
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


_OWED = (State.QUEUED, State.SENDING, State.UNCERTAIN)


class LetterQuerySet(models.QuerySet["Letter"]):
    """Whatever is asked of the few that have not left says `unfinished` in the very words of their indexes: SQLite uses them for nothing else,
    and looks at every letter there ever was."""

    def unfinished(self) -> LetterQuerySet:
        return self.filter(state__in=_OWED)

    def owed(self) -> LetterQuerySet:
        """Also those that wait for her to write again."""
        return self.unfinished() | self.waiting_for_her()

    def due(self, now: datetime) -> LetterQuerySet:
        return self.unfinished().filter(state=State.QUEUED, not_before__lte=now)

    def waiting_for_her(self) -> LetterQuerySet:
        return self.filter(state=State.WINDOW)

    def before_others(self, now: datetime) -> LetterQuerySet:
        """Those that later ones to the same address must not overtake. What nobody asked for and waits for its hour holds up no answer."""
        waits_for_its_hour = Q(state=State.QUEUED, not_before__gt=now) & ~Q(purpose="")
        return self.unfinished().exclude(waits_for_its_hour)

    def cut(self, now: datetime) -> LetterQuerySet:
        """Whoever was sending them is gone: their lease ran out."""
        return self.unfinished().filter(state=State.SENDING, lease_until__lt=now)

    def in_doubt(self, now: datetime) -> LetterQuerySet:
        """No news came within the grace."""
        return self.unfinished().filter(state=State.UNCERTAIN, not_before__lte=now)


class Letter(models.Model):
    """One message to one address. `cause` makes it unique: the same turn can never write it twice.

    `template`: what leaves in its place when the window is closed.
    """

    PRIVACY = {
        **plain(
            "id", "address", "cause", "not_before", "state", "lease_until", "attempts", "parts_sent", "possibly_doubled",
            "error_code", "error", "created_at", "settled_at", "purpose", "template", "is_said_once", "goes_first",
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
    purpose = models.CharField(max_length=12, choices=Aim, blank=True)  # empty: answers what she just wrote
    template = models.ForeignKey(Template, models.PROTECT, null=True, related_name="+")
    is_said_once = models.BooleanField(
        default=False
    )  # sensitive: a doubt whether it arrived ends it, it is never repeated
    goes_first = models.BooleanField(default=False)  # a danger text, or a call to a colleague: before all that waits

    objects = LetterQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=("address", "id"), condition=Q(state__in=("queued", "sending", "uncertain")), name="letters_owed"
            ),
            models.Index(
                fields=("state", "not_before"),
                condition=Q(state__in=("queued", "sending", "uncertain")),
                name="letters_due",
            ),
            models.Index(fields=("address",), condition=Q(state="window"), name="letters_waiting_for_her"),
            models.Index(fields=("settled_at",), condition=Q(state="failed"), name="letters_that_failed"),
        )

    def __str__(self) -> str:
        return f"letter {self.pk}: {self.state}"


class Dispatch(models.Model):
    """One part of a letter that the provider took. Its id is hashed: WhatsApp's ids hold the phone number."""

    PRIVACY = plain("id", "letter", "part", "channel", "provider_hash", "at", "has_failed")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="dispatches")
    part = models.PositiveSmallIntegerField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    provider_hash = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    has_failed = models.BooleanField(default=False)  # the provider said so afterwards

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "provider_hash"), name="one_dispatch_per_provider_id"),
        )

    def __str__(self) -> str:
        return f"dispatch {self.pk}"


class ParkedStatus(models.Model):
    """A status for something we do not know (yet): it may come before the answer to our request. Kept seven days."""

    PRIVACY = plain("id", "channel", "provider_hash", "delivery", "error_code", "reason", "received_at")

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    provider_hash = models.CharField(max_length=64, db_index=True)
    delivery = models.CharField(max_length=12)
    error_code = models.IntegerField(null=True)
    reason = models.CharField(max_length=20, blank=True)  # our own short word
    received_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"parked {self.pk}: {self.delivery}"
