"""What somebody agreed to, as an object: one purpose, one receiver, one list of data, for a time."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.directory.models import Organization
from baquiano.lib.fields import EncryptedJSON, EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models.particulars import Basis, holds
from baquiano.people.models.person import Person

PROOF_DAYS = 1825
"""The proof that somebody agreed outlives what it allowed (Ley 1581 art. 8 b)."""


class Purpose(models.TextChoices):
    """The layers of SAFETY 5.4; layer 0, anonymous information, asks for nothing."""

    CONTACT = "contact", _("Keep a name or nickname and a contact, to go on helping")  # 1
    SENSITIVE = "sensitive", _("Keep something sensitive, so that one area can help")  # 2
    SHARE = "share", _("Share with one organisation")  # 3
    IMAGE = "image", _("Use an image or a story")  # 4
    REMINDERS = "reminders", _("Write with reminders and a short survey")  # 5
    NEWS = "news", _("Write with news meant for many people")
    RESEARCH = "research", _("Use it in a study, without the name")


class GivenBy(models.TextChoices):
    SELF = "self", _("The person")
    GUARDIAN = "guardian", _("Their guardian")
    ASSENT = "assent", _("The guardian, and the child agrees too")
    ADOLESCENT = "adolescent", _("An adolescent alone, with the reason")


class Evidence(models.TextChoices):
    """How we can show it later."""

    SIGNATURE = "signature", _("Signed on paper")
    MESSAGE = "message", _("Wrote it in a message")
    VOICE = "voice", _("Said it in a call or a voice message")
    WITNESS = "witness", _("Said it before a witness")
    SPOKEN = "spoken", _("Said it to whoever wrote it down")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def active(self, at: datetime) -> ConsentQuerySet:
        return self.filter(holds(at))


class Consent(models.Model):
    """One purpose, one receiver, one list of data, given once. Several may be active: each referral hangs on its own.

    Withdrawing dates it; nothing deletes it while the person is kept.
    """

    PRIVACY = {
        **plain(
            "id", "person", "purpose", "receiver", "data", "basis", "text_version", "language", "was_read_aloud", "evidence",
            "given_by", "asked_by", "given_at", "expires_at", "withdrawn_at", "withdrawn_to", "reviewed_by", "reviewed_at",
            "was_right",
        ),
        "restrictions": Keeping(Kind.SENSITIVE, "what they said we may not do with it", days=PROOF_DAYS),
        "proof": Keeping(Kind.PERSONAL, "which message, paper or witness shows it", days=PROOF_DAYS),
        "reason": Keeping(Kind.SENSITIVE, "why it was done without their consent", days=PROOF_DAYS),
        "withdrawn_why": Keeping(Kind.PERSONAL, "what they said, if they wanted to say it", days=PROOF_DAYS),
    }  # fmt: skip

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=12, choices=Purpose)
    receiver = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")  # None: ourselves
    data: models.JSONField[list[str], list[str]] = models.JSONField()  # people.categories.Data
    restrictions: EncryptedJSON = EncryptedJSON(null=True)  # people.consent.Restrictions
    basis = models.CharField(max_length=16, choices=Basis)
    reason = EncryptedText(blank=True, default="")
    text_version = models.CharField(max_length=20)
    language = models.CharField(max_length=3)
    was_read_aloud = models.BooleanField(default=False)
    evidence = models.CharField(max_length=10, choices=Evidence)
    proof = EncryptedText(blank=True, default="")
    given_by = models.CharField(max_length=12, choices=GivenBy, default=GivenBy.SELF)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # None: the assistant
    given_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_to = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )  # None: they wrote it themselves
    withdrawn_why = EncryptedText(blank=True, default="")
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )  # vital interest: within 24 hours
    reviewed_at = models.DateTimeField(null=True)
    was_right = models.BooleanField(null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("given_at")), name="consent_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(receiver=None) | Q(expires_at__isnull=False), name="sharing_always_expires"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="share") | Q(receiver__isnull=False), name="sharing_names_its_receiver"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("asked_by")), name="nobody_reviews_their_own_exception"
            ),
        )

    def __str__(self) -> str:
        return f"consent {self.pk}: {self.purpose}"
