"""What must be allowed before a word leaves: texts that a provider approved, and who wants nothing more."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.lib.privacy import plain
from baquiano.people.models import Address


class Template(models.Model):
    """A text that a provider approved beforehand: the only thing that may leave when its window is closed. It names no topic.

    `text`: its words as they were approved, `{{1}}` where a value of ours goes. `use`: which notice of ours it carries.
    """

    PRIVACY = plain(
        "id",
        "channel",
        "name",
        "language",
        "category",
        "text",
        "use",
        "state",
        "reason",
        "quality",
        "checked_at",
        "created_at",
    )

    class Use(models.TextChoices):
        CORRECTION = "correction"  # something we told you has changed: answer 1 to see it
        REMINDER = "reminder"
        ANSWERED = "answered"  # somebody answered you: write to read it
        NEWS = "news"

    class Status(models.TextChoices):
        """As the provider sees it. Only an approved one may leave."""

        DRAFT = "draft"  # written here, not sent there yet
        PENDING = "pending"
        APPROVED = "approved"
        REJECTED = "rejected"
        PAUSED = "paused"
        DISABLED = "disabled"

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=10)
    category = models.CharField(max_length=20, default="utility")
    text = models.TextField(blank=True)
    use = models.CharField(max_length=12, choices=Use, blank=True)
    state = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    reason = models.CharField(max_length=80, blank=True)
    quality = models.CharField(max_length=20, blank=True)
    checked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "name", "language"), name="one_template_per_name_and_language"),
        )

    def __str__(self) -> str:
        return f"template {self.pk}: {self.state}"


class OptOutQuerySet(models.QuerySet["OptOut"]):
    def in_force(self) -> OptOutQuerySet:
        """Whoever had blocked us and then writes to us has taken that back."""
        still_blocked = Q(address__heard_at=None) | Q(since__gte=F("address__heard_at"))
        return self.filter(Q(is_all=False) | still_blocked, until=None)


class OptOut(models.Model):
    """Nothing more that was not asked for, to this address. An answer to what she writes still goes, unless the provider blocks it.

    One row for each time; `until`: she wrote that she wants it again, or the provider says that it may.
    """

    PRIVACY = plain("id", "address", "how", "is_all", "since", "until", "by")

    class How(models.TextChoices):
        WORD = "word"  # she wrote STOP, ALTO, BAJA …
        PROVIDER = "provider"  # she told the provider, or blocked us
        STAFF = "staff"  # she said it to a colleague

    address = models.ForeignKey(Address, models.PROTECT, related_name="+")
    how = models.CharField(max_length=10, choices=How)
    is_all = models.BooleanField(default=False)  # nothing can arrive at all (blocked)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = OptOutQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("address", "how"), condition=Q(until=None), name="one_opt_out_of_each_kind"
            ),
        )

    def __str__(self) -> str:
        return f"opt-out {self.pk}: {self.how}"
