"""Holding somebody's data for a reason of law, and letting go of it when its time is over. The data itself is in the rooms below."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.accounts.policy import Relation, reach
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models import Person

KEEP_DAYS = 1825


class KeptQuerySet(models.QuerySet["Kept"]):
    def visible_to(self, user: User) -> models.QuerySet[Kept]:
        return reach(self, user, "show")


class Kept(Person):
    """A person as custody sees her: also blocked, also forgotten, also by whoever has no access to her file. No row of its own."""

    RESOURCE: ClassVar[str] = "custody"
    RELATIONS: ClassVar[Mapping[str, Relation]] = {}

    objects = KeptQuerySet.as_manager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, user: User) -> models.QuerySet[Hold]:
        return reach(self, user, "hold")

    def current(self, at: datetime) -> HoldQuerySet:
        return self.filter(until__gt=at, since__lte=at, lifted_at=None)


class Hold(models.Model):
    """The law or a case in court obliges to keep this person's data for now: nothing forgets her until it ends. It always ends."""

    PRIVACY = {
        **plain("id", "person", "by", "since", "until", "lifted_at", "lifted_by"),
        "reason": Keeping(Kind.SENSITIVE, "which law or case obliges us to keep her data", days=KEEP_DAYS),
    }

    RESOURCE: ClassVar[str] = "keeping"
    RELATIONS: ClassVar[Mapping[str, Relation]] = {}

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = EncryptedText()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(until__gt=F("since")), name="a_hold_ends"),)

    def __str__(self) -> str:
        return f"hold {self.pk}"


class KeepingOrder(models.Model):
    """A director saw what would go and let the keeping times run by themselves from then on. Ended by hand; the last one holds.

    `people`: how many were due then. Should far more become due at once, nothing runs until somebody has looked (keeping.ceiling).
    """

    PRIVACY = plain("id", "approved_by", "approved_at", "people", "ended_at", "ended_by")

    approved_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(default=timezone.now)
    people = models.PositiveIntegerField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"keeping order {self.pk}"


class KeepingRun(models.Model):
    """What one run did, as counts. `was_stopped`: more was due than anybody had approved, and nothing went."""

    PRIVACY = plain("id", "order", "at", "counts", "held", "rare", "was_stopped")

    order = models.ForeignKey(KeepingOrder, models.CASCADE, related_name="runs")
    at = models.DateTimeField(default=timezone.now)
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)  # keeping.Due → how many
    held = models.PositiveIntegerField(default=0)
    rare = models.PositiveIntegerField(
        default=0
    )  # forgotten rows that share year, gender and place with fewer than five
    was_stopped = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"keeping run {self.pk}"
