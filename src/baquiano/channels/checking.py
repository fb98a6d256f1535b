"""How our lines are: every WhatsApp line is asked about every ten minutes, and whenever somebody wants to know now.

What the provider says is written on the line. A token that is not valid any more stops it before a letter is refused. Nobody is asked
while a transaction is open.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from baquiano.channels.asked import Asking, Condition
from baquiano.channels.models import Channel
from baquiano.channels.whatsapp.asking import ask
from baquiano.lib.turnstile import writing

EVERY = timedelta(minutes=10)
CAN_BE_ASKED = (Channel.ChannelKind.WHATSAPP,)
_FROM_ASKING = (
    "approved",
    "connected",
    "pending",
    "rejected",
    "disabled",
    "flagged",
    "restricted",
    "rate_limited",
    "banned",
)
"""States of an account that asking gives. Any other was told by a webhook, and stays until asking gives a worse one."""


@dataclass(frozen=True)
class Checked:
    channel: Channel
    condition: Condition


def check_due(now: datetime) -> list[Checked]:
    """Each line once in ten minutes, whoever is first: its time is written before it is asked."""
    return [Checked(line, check(line)) for line in _due(now) if _is_mine(line, now)]


def look(channel: Channel) -> Condition:
    """What the provider says now; nothing is written. Several questions over the network: never inside a transaction."""
    settings = {key: str(value) for key, value in (channel.settings or {}).items()}
    return ask({**settings, "phone_number_id": channel.line})


def check(channel: Channel) -> Condition:
    """The same, and what it says is written on the line."""
    condition = look(channel)
    with writing():
        _write(Channel.objects.select_for_update().get(pk=channel.pk), condition)
    return condition


def _due(now: datetime) -> "QuerySet[Channel]":
    long_ago = Q(checked_at=None) | Q(checked_at__lte=now - EVERY)
    return Channel.objects.filter(long_ago, kind__in=CAN_BE_ASKED, is_open=True).order_by("pk")


def _is_mine(line: Channel, now: datetime) -> bool:
    return bool(Channel.objects.filter(pk=line.pk, checked_at=line.checked_at).update(checked_at=now))


def _write(line: Channel, told: Condition) -> None:
    """What was not told stays as it was."""
    line.checked_at = timezone.now()
    line.quality = told.quality or line.quality
    line.limit = told.limit[:20] or line.limit
    if told.account_state and (told.account_state != "approved" or line.account_state in ("", *_FROM_ASKING)):
        line.account_state = told.account_state[:40]
    if told.is_well(Asking.TOKEN):
        line.token_until = told.token_until
    if told.number and line.setting("display_number") != told.number:
        line.settings = {**(line.settings or {}), "display_number": told.number}
    if not line.trouble and any(one.asking is Asking.TOKEN and one.why_not == "token" for one in told.asked):
        line.trouble = "token"
    line.save(update_fields=["checked_at", "quality", "limit", "account_state", "token_until", "settings", "trouble"])
