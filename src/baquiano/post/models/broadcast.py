"""One text to many people who agreed to such news: written by one, seen by another, and stopped by itself when people mind."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.lib.privacy import plain
from baquiano.people.models import Address
from baquiano.post.models.letter import Letter


class Broadcast(models.Model):
    """`texts`: the exact words by language; they hold no word or number of anybody. `audience`: countries, languages and channels it is
    meant for (empty lists: all). Whoever reads a language without words gets nothing, or the Spanish ones if its author says so.
    Its lines are frozen when it is approved.
    """

    PRIVACY = plain(
        "id", "title", "texts", "audience", "falls_to_spanish", "state", "written_by", "written_at", "approved_by", "approved_at", "began_at",
        "ended_at", "paused_at", "stopped_why",
    )  # fmt: skip

    class Stage(models.TextChoices):
        DRAFT = "draft", _("Being written")
        WAITING = "waiting", _("Waits for a second person")
        SENDING = "sending", _("Leaving")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Finished")

    title = models.CharField(max_length=80)  # for the team; nobody outside reads it
    texts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)
    audience: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    falls_to_spanish = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=Stage, default=Stage.DRAFT)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    stopped_why = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"broadcast {self.pk}: {self.state}"


class BroadcastLine(models.Model):
    """One address of a broadcast, once. `why_not`: our own short word for why nothing was written to it."""

    PRIVACY = plain(
        "id",
        "broadcast",
        "channel",
        "address",
        "language",
        "not_before",
        "needs_template",
        "letter",
        "words",
        "why_not",
        "at",
        "has_complained",
    )

    broadcast = models.ForeignKey(Broadcast, models.CASCADE, related_name="lines")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    address = models.ForeignKey(Address, models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)  # of the words it gets
    not_before = models.DateTimeField(default=timezone.now)  # its turn comes no sooner: their hours
    needs_template = models.BooleanField(default=False)  # when its turn came the window was closed
    letter = models.OneToOneField(Letter, models.SET_NULL, null=True, related_name="+")
    words = models.OneToOneField(
        Letter, models.SET_NULL, null=True, related_name="+"
    )  # the window was closed: they were told that there is news, and the words wait until they write
    why_not = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(null=True)  # when its turn came; None: not yet
    has_complained = models.BooleanField(default=False)  # soon after it, in their own words or with the word for it

    class Meta:
        constraints = (models.UniqueConstraint(fields=("broadcast", "address"), name="never_twice_to_one_address"),)
        indexes = (models.Index(fields=("broadcast", "not_before"), condition=Q(at=None), name="broadcast_lines_due"),)

    def __str__(self) -> str:
        return f"broadcast line {self.pk}"
