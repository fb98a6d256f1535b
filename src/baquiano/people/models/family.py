"""Who lives with whom, and who looks after whom."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models.person import KEEP_DAYS, Person


class Relation(models.TextChoices):
    """To the head of the family group, as they say it."""

    HEAD = "head", _("Head of the family")
    PARTNER = "partner", _("Partner")
    CHILD = "child", _("Son or daughter")
    PARENT = "parent", _("Mother or father")
    SIBLING = "sibling", _("Brother or sister")
    GRANDPARENT = "grandparent", _("Grandmother or grandfather")
    GRANDCHILD = "grandchild", _("Grandchild")
    OTHER_KIN = "other_kin", _("Other relative")
    NOT_KIN = "not_kin", _("Not a relative")


class FamilyGroup(models.Model):
    """A household. Has no name: it is its members."""

    PRIVACY = plain("id", "formed_at")

    formed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"family group {self.pk}"


class FamilyMemberQuerySet(models.QuerySet["FamilyMember"]):
    def current(self, at: datetime) -> FamilyMemberQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class FamilyMember(models.Model):
    """Somebody in a family group, for a time. A person is in one group at a time."""

    PRIVACY = plain("id", "group", "person", "relation", "since", "until", purpose="to help a family together")

    group = models.ForeignKey(FamilyGroup, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="family")
    relation = models.CharField(max_length=12, choices=Relation)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    objects = FamilyMemberQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person",), condition=Q(until=None), name="one_family_group_at_a_time"),
            models.UniqueConstraint(
                fields=("group",), condition=Q(until=None, relation="head"), name="one_head_per_family_group"
            ),
        )

    def __str__(self) -> str:
        return f"family member {self.pk}: {self.relation}"


class Caregiver(models.Model):
    """Who looks after somebody: registered with us, or only named. A guardian may decide for a child; a caregiver may not."""

    PRIVACY = {
        **plain("id", "cared_for", "person", "is_guardian", "is_informed", "since", "until"),
        "name": Keeping(Kind.PERSONAL, "to know whom to speak to about somebody who depends on them", days=KEEP_DAYS),
        "contact": Keeping(Kind.PERSONAL, "to reach who looks after them", days=KEEP_DAYS),
        "paper": Keeping(Kind.PERSONAL, "what shows that they may decide", days=KEEP_DAYS),
    }

    cared_for = models.ForeignKey(Person, models.CASCADE, related_name="caregivers")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    name = EncryptedText(blank=True, default="")
    contact = EncryptedText(blank=True, default="")
    is_guardian = models.BooleanField(default=False)
    paper = EncryptedText(blank=True, default="")
    is_informed = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(person=models.F("cared_for")), name="nobody_is_their_own_caregiver"),
        )

    def __str__(self) -> str:
        return f"caregiver {self.pk}"
