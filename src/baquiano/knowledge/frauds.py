"""Alerts about swindles: written by one, approved by another, said between two days, taken back by anybody who may, at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import ALERT_TEXT, FraudAlert
from baquiano.lib.turnstile import writing


class CannotWarn(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class AlertWords:
    """What an alert says, to whom and when. `texts`: language → at most 300 characters; Spanish is always there."""

    texts: Mapping[str, str]
    country: str
    territory: str
    begins_on: date
    ends_on: date


def write(said: AlertWords, *, by: User) -> FraudAlert:
    """Waits for somebody else; nobody receives it yet."""
    texts = {language: text.strip() for language, text in said.texts.items() if text.strip()}
    if "es" not in texts:
        raise CannotWarn(_("Write it in Spanish first: it is what people read when their language is missing."))
    if any(len(text) > ALERT_TEXT for text in texts.values()):
        raise CannotWarn(_("Each text may have at most 300 characters."))
    if said.ends_on < said.begins_on:
        raise CannotWarn(_("The last day must not be before the first."))
    if said.ends_on < timezone.localdate():
        raise CannotWarn(_("The last day has passed already: nobody would read it."))
    with writing():
        alert = FraudAlert.objects.create(
            texts=texts,
            country=said.country,
            territory=said.territory,
            begins_on=said.begins_on,
            ends_on=said.ends_on,
            written_by=by,
        )
        audit(by, "fraud_alert.written", alert)
    return alert


def approve(alert: FraudAlert, *, by: User) -> None:
    """The second person's yes: from its first day on it is said on every channel."""
    if alert.written_by_id == by.pk:
        raise CannotWarn(_("You wrote this alert. Somebody else must approve it."))
    waiting = Q(published_at=None, withdrawn_at=None)
    with writing():
        if not FraudAlert.objects.filter(waiting, pk=alert.pk).update(approved_by=by, published_at=timezone.now()):
            raise CannotWarn(_("Somebody has decided about this alert meanwhile. Look at it again."))
        audit(by, "fraud_alert.published", alert)
        shelf_changed()


def withdraw(alert: FraudAlert, *, by: User) -> None:
    """From the next turn and the next page on nobody reads it. Also for one that nobody has approved."""
    with writing():
        if not FraudAlert.objects.filter(pk=alert.pk, withdrawn_at=None).update(
            withdrawn_by=by, withdrawn_at=timezone.now()
        ):
            raise CannotWarn(_("Somebody has decided about this alert meanwhile. Look at it again."))
        audit(by, "fraud_alert.withdrawn", alert)
        shelf_changed()
