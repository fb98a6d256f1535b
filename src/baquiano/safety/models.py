"""What is noticed before anything else, what is said then, which numbers, and whom it was raised with."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from django.db import models
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.lib.privacy import plain

NUMBER_TRUSTED_FOR = timedelta(days=30)


class PhraseRules(models.Model):
    """One language's phrase rules, versioned. The last version of each language is in force."""

    PRIVACY = plain("id", "language", "version", "rows", "loaded_at")

    language = models.CharField(max_length=2)
    version = models.CharField(max_length=80)
    rows: models.JSONField[list[dict[str, object]], list[dict[str, object]]] = models.JSONField()
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("language", "version"), name="one_rule_set_per_version"),)

    def __str__(self) -> str:
        return f"rules {self.language} {self.version}"


class EmergencyNumber(models.Model):
    """A number of a country, as a pack proposes it. Given out in production only once somebody here has verified it."""

    PRIVACY = plain(
        "id",
        "country",
        "number",
        "names",
        "kinds",
        "whose",
        "is_free",
        "hours",
        "source",
        "confidence",
        "known_on",
        "note",
    )

    id = models.SlugField(max_length=40, primary_key=True)
    country = models.CharField(max_length=2)
    number = models.CharField(max_length=30)
    names: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField()
    kinds: models.JSONField[list[str], list[str]] = models.JSONField()
    whose = models.CharField(max_length=160)
    is_free = models.BooleanField(null=True)
    hours = models.CharField(max_length=160, blank=True)
    source = models.CharField(max_length=160, blank=True)
    confidence = models.CharField(max_length=1, blank=True)
    known_on = models.DateField(null=True)
    note = models.CharField(max_length=600, blank=True)

    def __str__(self) -> str:
        return self.pk

    def last_verification(self) -> NumberVerification | None:
        return self.verifications.first()


class NumberVerification(models.Model):
    """Somebody called and says when and how. Append-only."""

    PRIVACY = plain("id", "number", "on", "by", "how")

    number = models.ForeignKey(EmergencyNumber, models.PROTECT, related_name="verifications")
    on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    how = models.CharField(max_length=300)

    class Meta:
        ordering = ("-on", "-id")

    def __str__(self) -> str:
        return f"verification {self.pk}"

    def is_recent(self, today: date) -> bool:
        return today - self.on <= NUMBER_TRUSTED_FOR


class CrisisText(models.Model):
    """What is said first, for one kind of danger, language and country."""

    PRIVACY = plain("id", "kind", "language", "country", "text", "numbers", "pack")

    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)  # empty: not known yet, the text names every country served
    text = models.TextField()  # holds {numbers}
    numbers: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # ids, the right one first
    pack = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "language", "country"), name="one_crisis_text"),)

    def is_signed(self) -> bool:
        """Two people signed the words as they are now."""
        return len({signature.by_id for signature in self.signatures.all() if signature.words == self.words}) >= 2

    @property
    def words(self) -> str:
        """The digest by which its signatures know it."""
        return hashlib.sha256("\0".join((self.text, *self.numbers)).encode()).hexdigest()

    def __str__(self) -> str:
        return f"crisis text {self.kind} {self.language} {self.country or '--'}"


class CrisisSignature(models.Model):
    """Somebody of this installation answers for these words of a danger text. Two people's make it said in production.

    `words`: the digest of what was signed; other words need new signatures.
    """

    PRIVACY = plain("id", "text", "words", "by", "at")

    text = models.ForeignKey(CrisisText, models.CASCADE, related_name="signatures")
    words = models.CharField(max_length=64)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("text", "words", "by"), name="one_signature_each"),)

    def __str__(self) -> str:
        return f"signature {self.pk}"


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(acknowledged_at=None)

    def overdue(self, now: datetime) -> AlertQuerySet:
        return self.open().filter(due_at__lt=now)


class Alert(models.Model):
    """Somebody may be in danger: who must look, by when. Says about what (kind and opaque id), never what was said."""

    PRIVACY = plain("id", "about", "level", "kind", "raised_at", "due_at", "acknowledged_at", "acknowledged_by")

    about = models.CharField(max_length=40)  # "conversation:17"
    level = models.CharField(max_length=2)
    kind = models.CharField(max_length=20)
    raised_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = AlertQuerySet.as_manager()

    def __str__(self) -> str:
        return f"alert {self.pk}: {self.level}"
