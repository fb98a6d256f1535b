"""Why we may believe a row: who confirmed what, how and when; what people say is wrong; how they were received."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.directory.models.asking import Asking
from baquiano.directory.models.offered import Service, ServiceAtLocation
from baquiano.lib.code_list import CodeList
from baquiano.lib.privacy import Keeping, Kind, plain


class Confirmation(models.Model):
    """Somebody asked, and was told. Nothing else moves the date of a verification: no import, no edit, no answer of a web server.

    `parts` are the kinds of field it covers (directory.trust.PARTS); `asking` when a partner said it through a signed link.
    """

    class How(models.TextChoices):
        CALL = "call", _("by telephone")
        VISIT = "visit", _("by a visit")
        PARTNER = "partner", _("they told us")
        LINK = "link", _("by the link we sent them")
        SOURCE = "source", _("in their own publication, read by a person")

    PRIVACY = plain("id", "service", "at", "parts", "on", "by", "asking", "how", "created_at")

    service = models.ForeignKey(Service, models.PROTECT, related_name="confirmations")
    at = models.ForeignKey(ServiceAtLocation, models.PROTECT, null=True, blank=True, related_name="confirmations")
    parts = CodeList()
    on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    asking = models.ForeignKey(Asking, models.PROTECT, null=True, blank=True, related_name="confirmations")
    how = models.CharField(max_length=10, choices=How)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("service", "on"), name="last_confirmation"),)
        constraints = (
            models.CheckConstraint(
                name="somebody_confirmed_it",
                condition=models.Q(by__isnull=False) | models.Q(asking__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"confirmation {self.pk}: {self.how}"


class Problem(models.Model):
    """ "Reportar un problema": of one service, by somebody who need not say who they are."""

    class Reason(models.TextChoices):
        CLOSED = "closed", _("It is closed")
        NO_ANSWER = "no_answer", _("Nobody answers")
        DOCUMENTS = "documents", _("They asked me for documents")
        MONEY = "money", _("They charged me")
        ADDRESS = "address", _("The address is wrong")

    class Outcome(models.TextChoices):
        CORRECTED = "corrected", _("corrected")
        CONFIRMED = "confirmed", _("all is as we say")
        WITHHELD = "withheld", _("not listed any more")

    PRIVACY = {
        **plain("id", "service", "at", "reason", "door", "reported_at", "settled_at", "settled_by", "outcome"),
        "door_hash": Keeping(Kind.PERSONAL, "so that one person does not count as two", days=90),
    }

    service = models.ForeignKey(Service, models.PROTECT, related_name="problems")
    at = models.ForeignKey(ServiceAtLocation, models.PROTECT, null=True, blank=True, related_name="problems")
    reason = models.CharField(max_length=12, choices=Reason)
    door = models.CharField(max_length=20)  # "web", "whatsapp", "desk" …
    door_hash = models.CharField(max_length=64, blank=True)
    reported_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta:
        indexes = (models.Index(fields=("service",), condition=models.Q(settled_at=None), name="problems_open"),)

    def __str__(self) -> str:
        return f"problem {self.pk}: {self.reason}"


class Experience(models.Model):
    """How somebody was received: a service, a kind and a date, and nothing of whom. Only staff see what it adds up to."""

    class Kind(models.TextChoices):
        SERVED = "served", _("was served")
        TURNED_AWAY = "turned_away", _("was turned away")
        NOBODY = "nobody", _("found nobody")
        CHARGED = "charged", _("was asked for money")
        ASKED = "asked", _("was asked for documents")

    PRIVACY = plain("id", "service", "kind", "on")

    service = models.ForeignKey(Service, models.PROTECT, related_name="experiences")
    kind = models.CharField(max_length=12, choices=Kind)
    on = models.DateField()

    def __str__(self) -> str:
        return f"experience {self.pk}: {self.kind}"
