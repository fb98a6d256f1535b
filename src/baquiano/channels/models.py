"""The doors messages come through, and every webhook body before anybody has read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.lib.fields import EncryptedBytes, EncryptedJSON
from baquiano.lib.privacy import Keeping, Kind, plain

RAW_DAYS = 14


class ChannelQuerySet(models.QuerySet["Channel"]):
    def able_to_send(self, now: datetime) -> ChannelQuerySet:
        """Open, without trouble, not stopped by a person, and not resting after a limit of the provider."""
        rested = models.Q(paused_until=None) | models.Q(paused_until__lte=now)
        return self.filter(rested, is_open=True, trouble="", stopped_at=None)


class Channel(models.Model):
    """One line of one kind: a WhatsApp number, the web chat, the terminal."""

    PRIVACY = plain(
        "id", "kind", "line", "name", "settings", "is_open", "paused_until", "trouble", "created_at", "stopped_at", "stopped_by",
        "stopped_why", "quality", "limit", "account_state", "token_until", "checked_at", "paced_until",
    )  # fmt: skip

    class ChannelKind(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        TELEGRAM = "telegram", "Telegram"
        SMS = "sms", "SMS"
        WEBCHAT = "webchat", "Web"
        CONSOLE = "console", "Console"

    kind = models.CharField(max_length=20, choices=ChannelKind)
    line = models.CharField(max_length=60)  # the provider's id of our number; "web", "console"
    name = models.CharField(max_length=80)
    settings = EncryptedJSON(default=dict, is_steady=True)
    is_open = models.BooleanField(default=True)
    paused_until = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=40, blank=True)  # why it cannot send; a person must act
    created_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(
        null=True
    )  # a person turned it off: nothing leaves, what comes in is still kept and read
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stopped_why = models.CharField(max_length=200, blank=True)
    quality = models.CharField(max_length=20, blank=True)  # as the provider last said
    limit = models.CharField(max_length=20, blank=True)
    account_state = models.CharField(max_length=40, blank=True)
    token_until = models.DateTimeField(null=True)  # None: it does not end, or nobody knows
    checked_at = models.DateTimeField(null=True)  # when the provider was last asked how the line is
    paced_until = models.DateTimeField(
        null=True
    )  # the theoretical arrival time of the next letter (GCRA): its rate a second

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "line"), name="one_channel_per_line"),)

    def __str__(self) -> str:
        return f"channel {self.pk}: {self.kind}"

    def setting(self, key: str) -> str:
        settings: dict[str, Any] = self.settings or {}
        return str(settings.get(key, ""))


class Site(models.Model):
    """A page of somebody else's that may show our web chat. `origins`: exactly what its addresses begin with ("https://example.org")."""

    PRIVACY = plain("id", "token", "name", "origins", "language", "is_open", "created_by", "created_at")

    token = models.CharField(max_length=24, unique=True)  # stands in their page: it opens nothing by itself
    name = models.CharField(max_length=80)
    origins: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    language = models.CharField(max_length=2, blank=True)
    is_open = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"site {self.pk}"


class RawWebhookQuerySet(models.QuerySet["RawWebhook"]):
    def waiting(self) -> RawWebhookQuerySet:
        return self.filter(parsed_at=None).order_by("id")

    def past_keeping(self, now: datetime) -> RawWebhookQuerySet:
        return self.filter(received_at__lt=now - timedelta(days=RAW_DAYS), parsed_at__isnull=False)


class RawWebhook(models.Model):
    """A body exactly as it came, written before the 200. Read once by the message loop, erased after 14 days."""

    PRIVACY = {
        **plain("id", "channel", "digest", "received_at", "parsed_at", "events", "unparsed"),
        "body": Keeping(Kind.SENSITIVE, "so that nothing acknowledged is lost", days=RAW_DAYS),
    }

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="raw")
    digest = models.CharField(max_length=64)  # keyed hash of the body
    body = EncryptedBytes()
    received_at = models.DateTimeField(default=timezone.now)
    parsed_at = models.DateTimeField(null=True)
    events = models.PositiveIntegerField(default=0)
    unparsed = models.PositiveIntegerField(default=0)

    objects = RawWebhookQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("channel", "digest"), name="one_row_per_body"),)
        indexes = (
            models.Index(fields=("id",), condition=models.Q(parsed_at=None), name="raw_waiting"),
            models.Index(fields=("received_at",), name="raw_by_age"),
        )

    def __str__(self) -> str:
        return f"raw {self.pk}"
