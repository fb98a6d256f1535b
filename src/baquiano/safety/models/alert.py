"""Somebody may be in danger: who must look, by when, who was reached, and how it went on."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.engine.danger import Level
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain

KEEP_DAYS = 180
NEVER_BY_POLICY = (Level.P0, Level.P1, Level.P2)
"""An open alert of these levels is closed by a person, never by the passing of time."""


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        """Nobody has said yet that they are on it."""
        return self.filter(acknowledged_at=None, closed_at=None)

    def unclosed(self) -> AlertQuerySet:
        return self.filter(closed_at=None)

    def unfollowed(self) -> AlertQuerySet:
        """Somebody came; whether the person is well is still to be asked."""
        return self.filter(acknowledged_at__isnull=False, followed_up_at=None, closed_at=None)

    def overdue(self, now: datetime) -> AlertQuerySet:
        return self.open().filter(due_at__lt=now)


class Alert(models.Model):
    """Says about what (kind and opaque id), never what was said. Raised → acknowledged → followed up → closed."""

    PRIVACY = plain(
        "id", "about", "level", "level_at", "kind", "raised_at", "due_at", "acknowledged_at", "acknowledged_by", "reached_at",
        "rung", "climbs_at", "follow_up_due_at", "followed_up_at", "closed_at", "closed_by",
    )  # fmt: skip

    about = models.CharField(max_length=40)  # "conversation:17", "incident:3"
    level = models.CharField(max_length=2)
    level_at = models.DateTimeField(default=timezone.now)  # since when: a graver finding sharpens it
    kind = models.CharField(max_length=20)
    raised_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reached_at = models.DateTimeField(null=True)  # a present screen showed it, or a duty phone acknowledged it
    rung = models.PositiveSmallIntegerField(default=0)  # how far up the chain it has called; 0: nobody yet
    climbs_at = models.DateTimeField(
        null=True
    )  # when the next rung is called, unless somebody acknowledges; None: no rung is left
    follow_up_due_at = models.DateTimeField(null=True)
    followed_up_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(followed_up_at__isnull=False), name="closed_only_after_follow_up"
            ),
        )
        indexes = (
            models.Index(fields=("level", "due_at"), condition=Q(closed_at=None), name="alerts_unclosed"),
            models.Index(fields=("about",), condition=Q(closed_at=None), name="alerts_about"),
            models.Index(fields=("climbs_at",), condition=Q(climbs_at__isnull=False), name="alerts_climbing"),
        )

    def __str__(self) -> str:
        return f"alert {self.pk}: {self.level}"


class Call(models.Model):
    """One colleague was called about one alert, on one way; never twice while its level is the same. Append-only but for when it was
    answered."""

    PRIVACY = plain("id", "alert", "shift", "user", "rung", "level", "way", "at", "answered_at", "token_hash")

    class Way(models.TextChoices):
        SCREEN = "screen", _("On the screen")
        MAIL = "mail", _("By mail")
        MESSAGE = "message", _("On the duty phone")

    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="calls")  # None: a test of a shift
    shift = models.ForeignKey("safety.Shift", models.CASCADE, null=True, related_name="calls")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=2, blank=True)  # what the alert was then: a sharpened one calls again
    way = models.CharField(max_length=8, choices=Way)
    at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)
    token_hash = models.CharField(
        max_length=64, blank=True
    )  # of the link in a mail or message: it acknowledges, and shows nothing

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("alert", "user", "way", "level"),
                condition=Q(alert__isnull=False),
                name="nobody_is_called_twice",
            ),
        )
        indexes = (models.Index(fields=("token_hash",), condition=~Q(token_hash=""), name="calls_by_token"),)

    def __str__(self) -> str:
        return f"call {self.pk}: {self.way}"


class FollowUp(models.Model):
    """Within a day somebody asked how the person is. Only one that is not "nobody answered" lets the alert be closed."""

    PRIVACY = {
        **plain("id", "alert", "outcome", "by", "at"),
        "words": Keeping(Kind.SENSITIVE, "what was found, for whoever follows up next", days=KEEP_DAYS),
    }

    class Outcome(models.TextChoices):
        SAFE = "safe", _("The person is safe")
        ACCOMPANIED = "accompanied", _("Somebody accompanies them")
        NO_ANSWER = "no_answer", _("Nobody answered: try again")
        LOST = "lost", _("Not found after trying every safe way")
        FALSE_ALARM = "false_alarm", _("There was no danger")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="follow_ups")
    outcome = models.CharField(max_length=12, choices=Outcome)
    words = EncryptedText(blank=True, default="", null=True)  # None: erased, its days were over
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"follow-up {self.pk}: {self.outcome}"


class Incident(models.Model):
    """The emergency key was pressed: where, by whom, and one line of what is happening. The same client id twice is one incident."""

    PRIVACY = {
        **plain("id", "client_id", "place", "by", "at"),
        "line": Keeping(Kind.SENSITIVE, "what is happening, for whoever comes", days=KEEP_DAYS),
    }

    client_id = models.CharField(max_length=64, unique=True)
    place = models.CharField(max_length=120, blank=True)
    line = EncryptedText(blank=True, default="", null=True)  # None: erased, its days were over
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"incident {self.pk}"
