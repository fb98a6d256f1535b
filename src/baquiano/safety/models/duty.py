"""Who is on duty, whether they can be reached, and which screens are looking."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models import Address

ABSENT_AFTER = timedelta(seconds=10)
"""A screen that has not asked for so long is not looked at by anybody: alerts climb at once."""


class Rung(models.IntegerChoices):
    """The chain: who is called when those before did not answer."""

    FIRST = 1, _("First to answer")
    SECOND = 2, _("Second")
    LAST = 3, _("Last: answers for everybody")


class ShiftQuerySet(models.QuerySet["Shift"]):
    def now(self, at: datetime) -> ShiftQuerySet:
        """Planned for this moment and not ended before its time."""
        return self.filter(starts_at__lte=at, ends_at__gt=at, ended_at=None)

    def covered(self, at: datetime) -> ShiftQuerySet:
        """Of those, the ones whose test alert was answered: the others count as nobody."""
        return self.now(at).filter(tested_at__isnull=False)


class Shift(models.Model):
    """One colleague answers alerts for some hours, on one rung of the chain. Without an answered test alert it covers nothing."""

    PRIVACY = plain(
        "id", "user", "rung", "starts_at", "ends_at", "planned_by", "begun_at", "ended_at", "test_sent_at", "tested_at"
    )

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    rung = models.PositiveSmallIntegerField(choices=Rung)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(null=True)  # "Empezar turno" on a screen
    ended_at = models.DateTimeField(null=True)  # before its time
    test_sent_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)  # the test alert was acknowledged

    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"),
        )
        indexes = (models.Index(fields=("ends_at",), name="shifts_by_end"),)

    def __str__(self) -> str:
        return f"shift {self.pk}"


class DutyContact(models.Model):
    """How a colleague is called when no screen of theirs is looking. The duty phone is an address that wrote to us first."""

    PRIVACY = {
        **plain("user", "phone", "phone_since"),
        "mail": Keeping(Kind.PERSONAL, "to call whoever is on duty; given by themselves"),
    }

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+")
    mail = EncryptedText(blank=True, default="")
    phone = models.ForeignKey(Address, models.PROTECT, null=True, related_name="+")
    phone_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"duty contact of user {self.pk}"


class ScreenQuerySet(models.QuerySet["Screen"]):
    def present(self, at: datetime) -> ScreenQuerySet:
        return self.filter(polled_at__gt=at - ABSENT_AFTER)


class Screen(models.Model):
    """One signed-in browser that asks for alerts. Its key is a keyed hash of the session's: it opens nothing."""

    PRIVACY = plain("key", "user", "polled_at", "has_sound")

    key = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    polled_at = models.DateTimeField(default=timezone.now)
    has_sound = models.BooleanField(default=False)

    objects = ScreenQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("user", "polled_at"), name="screens_of_a_colleague"),)

    def __str__(self) -> str:
        return f"screen of user {self.user_id}"
