"""Keeping what arrives before anybody has read it."""

from datetime import datetime

from django.utils import timezone

from baquiano.channels.models import Channel, RawWebhook
from baquiano.lib import crypto, faults
from baquiano.lib.turnstile import ring, writing


def raw_digest(body: bytes) -> str:
    """By which a body that comes twice is known again."""
    return crypto.keyed_hash(body.hex(), "raw")


def keep_raw(channel: Channel, body: bytes) -> bool:
    """One encrypted row, on disk before this returns. False: the same body was already here."""
    digest = raw_digest(body)
    faults.point("before_raw")
    with writing():
        before = RawWebhook.objects.filter(channel=channel, digest=digest).exists()
        if not before:
            RawWebhook.objects.bulk_create(
                [RawWebhook(channel=channel, digest=digest, body=body, received_at=timezone.now())],
                ignore_conflicts=True,
            )
            ring()
    faults.point("after_raw")
    return not before


def erase_past_keeping(now: datetime) -> int:
    deleted, _ = RawWebhook.objects.past_keeping(now).delete()
    return deleted
