"""What a colleague asked of somebody through a chat: whether she agrees to something, or to see a document. Never an answer to it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import Area, User
from baquiano.directory.models import Organization
from baquiano.files.models import Purpose as KeptFor
from baquiano.lib.privacy import plain
from baquiano.people.models.address import Address
from baquiano.people.models.consent import Consent, Purpose
from baquiano.people.models.papers import KeptPaper
from baquiano.people.models.particulars import DocumentKind
from baquiano.people.models.person import Person


class ConsentQuestion(models.Model):
    """Exactly what was asked, in which version of the text and until when an answer counts. Her yes is a `Consent` of its own."""

    PRIVACY = plain(
        "id", "person", "address", "purpose", "receiver", "data", "area", "share_for", "ends_at", "text_version", "language", "by",
        "at", "until", "answered_at", "is_yes", "consent", purpose="to know what a yes or a no in a chat is the answer to",
    )  # fmt: skip

    class ShareFor(models.TextChoices):
        """Fixed words, as everything that leaves by itself."""

        CARE = "care", _("So that they are attended to")
        PROCEDURE = "procedure", _("A procedure")
        AID = "aid", _("So that they get some help")
        WORK = "work", _("Work or study")

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    address = models.ForeignKey(Address, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=12, choices=Purpose)
    receiver = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    data: models.JSONField[list[str], list[str]] = models.JSONField()  # people.categories.Data
    area = models.CharField(max_length=20, choices=Area, blank=True)  # who reads it, if it is sensitive
    share_for = models.CharField(max_length=12, choices=ShareFor, blank=True)
    ends_at = models.DateTimeField(null=True)  # of the consent
    text_version = models.CharField(max_length=20)
    language = models.CharField(max_length=3)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()  # of the question
    answered_at = models.DateTimeField(null=True)
    is_yes = models.BooleanField(null=True)
    consent = models.OneToOneField(Consent, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="a_question_ends_after_it_is_asked"),
            models.CheckConstraint(
                condition=Q(answered_at=None, is_yes=None) | Q(answered_at__isnull=False, is_yes__isnull=False),
                name="an_answer_is_yes_or_no",
            ),
            models.CheckConstraint(condition=Q(consent=None) | Q(is_yes=True), name="only_a_yes_is_a_consent"),
        )

    def __str__(self) -> str:
        return f"consent question {self.pk}: {self.purpose}"


class PaperRequest(models.Model):
    """One document for one procedure, if she wants to send it. What arrives is nothing of hers until a colleague says that it is that."""

    PRIVACY = plain(
        "id", "person", "address", "kind", "kept_for", "area", "erase_on", "language", "by", "at", "until", "paper", "ended_at",
        purpose="to file the one document that was asked for, and nothing else that arrives",
    )  # fmt: skip

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    address = models.ForeignKey(Address, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=14, choices=DocumentKind)
    kept_for = models.CharField(max_length=16, choices=KeptFor)
    area = models.CharField(max_length=20, choices=Area, blank=True)  # empty: no area's own
    erase_on = models.DateField()  # the day that was promised
    language = models.CharField(max_length=3)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()  # what arrives later is not it
    paper = models.OneToOneField(KeptPaper, models.CASCADE, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)  # filed, or needed no more

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="a_request_ends_after_it_is_made"),
            models.CheckConstraint(condition=Q(paper=None) | Q(ended_at__isnull=False), name="filed_is_ended"),
            models.UniqueConstraint(
                fields=("address",), condition=Q(ended_at=None), name="one_document_asked_for_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"paper request {self.pk}: {self.kind}"
