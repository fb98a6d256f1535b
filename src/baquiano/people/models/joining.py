"""One person through several doors: the person joins them, by a code or before staff. Nothing joins by number alone."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models.address import Address
from baquiano.people.models.person import Person

CODE_DAYS = 1


class How(models.TextChoices):
    CODE = "code", _("A code from one door, typed on the other")
    ORAL = "oral", _("They said it to somebody of the team")


class JoinCode(models.Model):
    """A code given on one door, to be typed on another within minutes. Only its hash is kept."""

    PRIVACY = {
        **plain("id", "address", "person", "made_by", "made_at", "expires_at", "used_at", "tries"),
        "code_hash": Keeping(Kind.PERSONAL, "to recognise the code on the other door", days=CODE_DAYS),
    }

    address = models.ForeignKey(Address, models.CASCADE, null=True, related_name="+")  # the door it was asked on, or
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")  # the record it was given from
    code_hash = models.CharField(max_length=64, db_index=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(address__isnull=False) | Q(person__isnull=False), name="a_code_comes_from_somewhere"
            ),
        )

    def __str__(self) -> str:
        return f"join code {self.pk}"


class JoiningQuerySet(models.QuerySet["Joining"]):
    def current(self, at: datetime) -> JoiningQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class Joining(models.Model):
    """This address is this person, since then. Ending it is one step, and everything else stays as it was."""

    PRIVACY = plain(
        "id", "person", "address", "how", "by", "since", "until", purpose="one person, many doors, if they want it"
    )

    person = models.ForeignKey(Person, models.CASCADE, related_name="joinings")
    address = models.ForeignKey(Address, models.CASCADE, related_name="+")
    how = models.CharField(max_length=6, choices=How)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    objects = JoiningQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("address",), condition=Q(until=None), name="one_person_per_address"),
        )

    def __str__(self) -> str:
        return f"joining {self.pk}: {self.how}"
