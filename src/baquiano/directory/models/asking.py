"""Asking those who offer a service whether all is still so: campaigns, signed links, and what they wrote for us to approve."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.directory.models.offered import Service
from baquiano.directory.models.organization import Organization
from baquiano.lib.privacy import plain


class Campaign(models.Model):
    PRIVACY = plain("id", "name", "by", "begun_at", "ends_on", "closed_at")

    name = models.CharField(max_length=120)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    ends_on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"campaign {self.pk}"


class Asking(models.Model):
    """One organisation asked, with a link of its own. `token_hash` is all we keep of the link; who opens it changes nothing by that."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SAME = "same", _("all is still so")
        EDITED = "edited", _("changes proposed")
        UNREACHED = "unreached", _("could not be reached")

    PRIVACY = plain(
        "id",
        "campaign",
        "organization",
        "token_hash",
        "state",
        "sent_at",
        "reminded_at",
        "answered_at",
        "expires_at",
        "by",
    )

    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="askings")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="askings")
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    sent_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"asking {self.pk}: {self.state}"


class Draft(models.Model):
    """What a partner proposes for one service: the new values by the names of its fields, until somebody of ours decides."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for us")
        APPROVED = "approved", _("taken over")
        REFUSED = "refused", _("not taken over")

    PRIVACY = plain("id", "service", "asking", "values", "note", "state", "created_at", "decided_at", "decided_by")

    service = models.ForeignKey(Service, models.PROTECT, related_name="drafts")
    asking = models.ForeignKey(Asking, models.PROTECT, related_name="drafts")
    values = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"draft {self.pk}: {self.state}"
