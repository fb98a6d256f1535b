"""What is noticed before anything else, what is said then, and which numbers: as packs propose it and as people here answer for it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

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
    """A number of a country or of a part of it, as a pack proposes it. Given out in production only once somebody here has verified it."""

    PRIVACY = plain(
        "id",
        "country",
        "territory",
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
    territory = models.CharField(
        max_length=20, blank=True
    )  # a division's pcode, and all below it; empty: the whole country
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
    """Somebody called and says when, how and what they found. Append-only. None: it was not tried."""

    PRIVACY = plain(
        "id", "number", "on", "by", "how", "from_prepaid", "without_credit", "is_free", "hours", "languages", "whose"
    )

    number = models.ForeignKey(EmergencyNumber, models.PROTECT, related_name="verifications")
    on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    how = models.CharField(max_length=300)
    from_prepaid = models.BooleanField(null=True)  # a prepaid mobile reaches it
    without_credit = models.BooleanField(null=True)  # also with no credit left
    is_free = models.BooleanField(null=True)
    hours = models.CharField(max_length=160, blank=True)
    languages: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    whose = models.CharField(max_length=160, blank=True)  # who answered: police, health, a ministry

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


class CrisisProposal(models.Model):
    """Other words for a danger text, written here. They are in force once somebody else approves them; the text in force stays until then."""

    PRIVACY = plain(
        "id", "text", "words", "numbers", "by", "at", "approved_by", "approved_at", "refused_by", "refused_at"
    )

    text = models.ForeignKey(CrisisText, models.CASCADE, related_name="proposals")
    words = models.TextField()  # holds {numbers}
    numbers: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("text",), condition=models.Q(approved_at=None, refused_at=None), name="one_proposal_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"crisis proposal {self.pk}"


class GoLive(models.Model):
    """From when the assistant answers the public of a country. Written once, behind the gate; a published bot never goes dark."""

    PRIVACY = plain("country", "at", "by")

    country = models.CharField(max_length=2, primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"live {self.country}"
