"""Writing down what was done, refused and read. The text says ids and verbs, never names or content.

A second, keyed chain over these entries is made within seconds (see sealing.py); who saw the data of one person: trail.py.
"""

import re

from django.db import models

from baquiano.accounts.models import AuditEntry, User
from baquiano.lib import crypto, text
from baquiano.lib.turnstile import writing

EMPTIED = "reason.emptied"


def audit(
    actor: User | None, verb: str, row: models.Model, *, about: object = "", reason: str | None = None
) -> AuditEntry:
    """Call it inside the transaction of the deed: both are written, or neither. `about`: the id of the person served."""
    return _write(
        AuditEntry(
            actor=actor,
            verb=verb,
            room=row._meta.app_label,
            row=f"{row._meta.model_name}:{row.pk}",
            about=str(about or ""),
            reason=reason,
        )
    )


def refused(actor: User | None, verb: str, what: str) -> None:
    """Written by the door, after the rollback. `what` is a kind of thing and an id."""
    _write(
        AuditEntry(actor=actor, verb="refused", room=re.split(r"[.:]", what)[0][:20], row=what[:80], about=verb[:40])
    )


def read(actor: User, row: models.Model, *, about: object = "") -> None:
    """Once for each opening of a protected thing, not for each time a screen that shows it asks what is new."""
    with writing():
        audit(actor, f"{row._meta.model_name}.read", row, about=about)


def searched(actor: User, resource: str, term: str, count: int) -> None:
    """What was looked for, as a keyed hash: who looks for the same again and again shows, for whom does not."""
    with writing():
        _write(
            AuditEntry(
                actor=actor,
                verb="searched",
                room=resource[:20],
                row=f"found:{count}",
                about=crypto.keyed_hash(" ".join(text.fold(term).split()), "audit search")[:40],
            )
        )


def exported(actor: User | None, row: models.Model, *, about: object = "", reason: str | None = None) -> AuditEntry:
    """A copy leaves the house. Like `audit`, inside the transaction of the deed."""
    return audit(actor, f"{row._meta.model_name}.exported", row, about=about, reason=reason)


def empty_reasons(entries: "models.QuerySet[AuditEntry]", *, by: User | None) -> int:
    """The words of why go, when their time ends or their person is forgotten; that there were some stays, and fits the seal.

    Each emptying is an entry itself: a reason that is gone without one is noticed. Reasons from before there were seals stay.
    """
    with writing():
        kept = list(entries.filter(reason__isnull=False).exclude(reason_mac="").defer("reason"))
        for entry in kept:
            audit(by, EMPTIED, entry)
        AuditEntry.objects.filter(pk__in=[entry.pk for entry in kept]).update(reason=None)
    return len(kept)


def seal(entry: AuditEntry) -> str:
    """The keyed hash of everything in the entry: an altered row no longer fits."""
    fields = (entry.at.isoformat(), entry.actor_id, entry.verb, entry.room, entry.row, entry.about, _reason(entry))
    return crypto.keyed_hash(repr(fields), "audit")


def fits(entry: AuditEntry) -> bool:
    """Nothing in the entry was altered since it was written, whatever the numbers of the rows say."""
    reason_fits = entry.reason is None or entry.reason_mac in ("", reason_mac(entry))
    return reason_fits and entry.mac == seal(entry)


def reason_mac(entry: AuditEntry) -> str:
    """Equal reasons of two entries give different hashes."""
    if entry.reason is None:
        return ""
    return crypto.keyed_hash(repr((entry.at.isoformat(), entry.row, entry.reason)), "audit reason")


def _reason(entry: AuditEntry) -> str | None:
    """What the seal covers of the reason: its hash. Entries from before there were hashes: its words."""
    if not entry.reason_mac:
        return None if entry.reason is None else str(entry.reason)
    return entry.reason_mac if entry.reason is None else reason_mac(entry)


def _write(entry: AuditEntry) -> AuditEntry:
    entry.reason_mac = reason_mac(entry)
    entry.mac = seal(entry)
    entry.save(force_insert=True)
    return entry
