"""Where somebody can be written to. A number is not an identity: it belongs to a person for a time.

An `Address` is one correspondent on one channel; its `Alias`es are the ways the provider names it (phone, user id), each
for a time. Two addresses are never merged by a machine, and a recycled number never opens an older history.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain

KEEP_DAYS = 180


class Address(models.Model):
    """One correspondent on one channel. Knows nothing of what was said."""

    PRIVACY = {
        **plain("id", "channel", "created_at", "collided_at", "held_since", "heard_at", "paced_until"),
        "safe_contact": Keeping(Kind.SENSITIVE, "how to write here without endangering whoever reads", days=KEEP_DAYS),
    }

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    collided_at = models.DateTimeField(null=True)  # its number came back with another identity
    held_since = models.DateTimeField(
        null=True
    )  # after danger: nothing unasked leaves until a person has set `safe_contact`
    heard_at = models.DateTimeField(null=True)  # the person's own clock at their last message: a window begins there
    paced_until = models.DateTimeField(
        null=True
    )  # the theoretical arrival time of the next letter (GCRA): its rate to one person
    safe_contact = EncryptedText(
        blank=True, default=""
    )  # as people.contact writes it; of whoever writes here, known or not

    def __str__(self) -> str:
        return f"address {self.pk}"


class CollisionQuerySet(models.QuerySet["Collision"]):
    def undecided(self) -> CollisionQuerySet:
        return self.filter(is_same=None)


class Collision(models.Model):
    """What named one correspondent names another now: whether they are the same person is for a person to say, never for a machine.

    `is_told`: the provider said that one became the other. `is_same` None: nobody has said. Saying it moves nothing and shows nothing.
    """

    PRIVACY = plain("id", "older", "newer", "at", "is_told", "is_same", "decided_by", "decided_at")

    older = models.ForeignKey(Address, models.CASCADE, related_name="+")
    newer = models.ForeignKey(Address, models.CASCADE, related_name="collisions")
    at = models.DateTimeField(default=timezone.now)
    is_told = models.BooleanField(default=False)
    is_same = models.BooleanField(null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = CollisionQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("older", "newer"), name="one_collision_of_two_addresses"),)

    def __str__(self) -> str:
        return f"collision {self.pk}"


class Alias(models.Model):
    """One way of writing to an address, from a day to a day."""

    PRIVACY = {
        **plain("id", "address", "channel", "scheme", "valid_from", "valid_to"),
        "value": Keeping(Kind.PERSONAL, "to answer on the same channel", days=KEEP_DAYS),
        "value_hash": Keeping(Kind.PERSONAL, "to find the conversation again", days=KEEP_DAYS),
    }

    address = models.ForeignKey(Address, models.CASCADE, related_name="aliases")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    scheme = models.CharField(max_length=20)
    value = EncryptedText()
    value_hash = models.CharField(max_length=64)
    valid_from = models.DateTimeField(default=timezone.now)
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("channel", "scheme", "value_hash"), condition=Q(valid_to=None), name="one_living_alias"
            ),
        )
        indexes = (models.Index(fields=("value_hash", "channel"), condition=Q(valid_to=None), name="living_aliases"),)

    def __str__(self) -> str:
        return f"alias {self.pk}: {self.scheme}"
