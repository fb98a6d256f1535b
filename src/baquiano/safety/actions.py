"""Raising an alert, saying that one has seen it, and verifying a number."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.engine.danger import Finding, Level
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import ring, writing
from baquiano.safety.models import Alert, CrisisSignature, CrisisText, EmergencyNumber, NumberVerification

# Domain: protection taxonomy, how soon a person must come.
WITHIN = {
    Level.P0: timedelta(minutes=2),
    Level.P1: timedelta(minutes=15),
    Level.P2: timedelta(hours=4),
    Level.P3: timedelta(hours=8),
    Level.P4: timedelta(hours=72),
}


class CannotVerify(Exception):
    """Shown to staff as it is written."""


def raise_alert(finding: Finding, *, about: str) -> Alert:
    """One open alert per subject: a graver finding sharpens it. Inside the caller's transaction."""
    now = timezone.now()
    alert = Alert.objects.open().filter(about=about).first()
    if alert is None:
        alert = Alert(about=about, level=finding.level, kind=finding.kind, due_at=now + WITHIN[finding.level])
    elif finding.level < alert.level:
        alert.level, alert.kind = finding.level, finding.kind
        alert.due_at = min(alert.due_at, now + WITHIN[finding.level])
    alert.save()
    ring()
    return alert


def acknowledge(alert: Alert, *, by: User) -> None:
    with writing():
        alert.acknowledged_at, alert.acknowledged_by = timezone.now(), by
        alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
        audit(by, "alert.acknowledged", alert, about=alert.about)


def sign(texts: Sequence[CrisisText], *, by: User) -> int:
    """By one person, for the words as they are now. Returns how many she had not signed before."""
    signed = 0
    with writing():
        for text in texts:
            row, is_new = CrisisSignature.objects.get_or_create(text=text, words=text.words, by=by)
            if is_new:
                audit(by, "danger_text.signed", row, about=f"{text.kind} {text.language} {text.country or '--'}")
            signed += is_new
        shelf_changed()
    return signed


def verify_number(number: EmergencyNumber, *, by: User, how: str) -> NumberVerification:
    """Somebody called it today and says how."""
    if not how.strip():
        raise CannotVerify(_("Say how you checked it: when you called and who answered."))
    with writing():
        row = NumberVerification.objects.create(number=number, on=timezone.localdate(), by=by, how=how.strip())
        audit(by, "number.verified", row, about=number.pk)
        shelf_changed()
    return row
