"""Breaking the glass: opening a safety summary without access, because it could not wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.accounts.policy import Post, Relation, reach
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models.person import KEEP_DAYS, Person


def _others(post: Post) -> Q:
    """Broken by somebody else: nobody reviews themselves."""
    return ~Q(user=post.user)


RELATIONS: Mapping[str, Relation] = {"others": _others}


class BrokenGlassQuerySet(models.QuerySet["BrokenGlass"]):
    def open(self, at: datetime) -> BrokenGlassQuerySet:
        return self.filter(since__lte=at, until__gt=at)

    def unreviewed(self) -> BrokenGlassQuerySet:
        return self.filter(reviewed_at=None)

    def visible_to(self, user: User) -> models.QuerySet[BrokenGlass]:
        return reach(self, user, "review")


class OwnGlass(models.QuerySet["BrokenGlass"]):
    """What one broke oneself."""

    def visible_to(self, user: User) -> models.QuerySet[BrokenGlass]:
        return reach(self.filter(user=user), user, "break")


class BrokenGlass(models.Model):
    """Somebody opened a safety summary they had no access to, because it could not wait. Ends by itself; the owner is told;
    another person reviews it. It opens the summary, never a note or a fact.
    """

    PRIVACY = {
        **plain("id", "person", "user", "since", "until", "reviewed_by", "reviewed_at", "was_right"),
        "reason": Keeping(Kind.PERSONAL, "why it could not wait", days=KEEP_DAYS),
        "review": Keeping(Kind.PERSONAL, "what the review found", days=KEEP_DAYS),
    }

    RESOURCE: ClassVar[str] = "glass"
    RELATIONS: ClassVar[Mapping[str, Relation]] = RELATIONS

    person = models.ForeignKey(Person, models.CASCADE, related_name="broken_glass")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = EncryptedText()
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    was_right = models.BooleanField(null=True)
    review = EncryptedText(blank=True, default="")

    objects = BrokenGlassQuerySet.as_manager()
    own = OwnGlass.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="glass_is_open_for_a_time"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("user")), name="nobody_reviews_their_own_glass"
            ),
        )

    def __str__(self) -> str:
        return f"broken glass {self.pk}"


class GlassNotice(models.Model):
    """Whoever has access to that person is told that somebody else opened the summary. On their screen until they have seen it."""

    PRIVACY = plain("id", "glass", "user", "seen_at")

    glass = models.ForeignKey(BrokenGlass, models.CASCADE, related_name="notices")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("glass", "user"), name="told_once"),)

    def __str__(self) -> str:
        return f"glass notice {self.pk}"
