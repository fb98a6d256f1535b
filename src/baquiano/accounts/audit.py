"""Writing down what was done, refused and read. The text says ids and verbs, never names or content."""

import re

from django.db import models

from baquiano.accounts.models import AuditEntry, User
from baquiano.lib import crypto


def audit(
    actor: User | None, verb: str, row: models.Model, *, about: object = "", reason: str | None = None
) -> AuditEntry:
    """Call it inside the transaction of the deed: both are written, or neither."""
    entry = AuditEntry(
        actor=actor,
        verb=verb,
        room=row._meta.app_label,
        row=f"{row._meta.model_name}:{row.pk}",
        about=str(about),
        reason=reason,
    )
    entry.mac = seal(entry)
    entry.save(force_insert=True)
    return entry


def refused(actor: User | None, verb: str, what: str) -> None:
    """Written by the door, after the rollback. `what` is a kind of thing and an id."""
    entry = AuditEntry(
        actor=actor, verb="refused", room=re.split(r"[.:]", what)[0][:20], row=what[:40], about=verb[:40]
    )
    entry.mac = seal(entry)
    entry.save(force_insert=True)


def seal(entry: AuditEntry) -> str:
    """The keyed hash of everything in the entry: an altered row no longer fits."""
    fields = (entry.at.isoformat(), entry.actor_id, entry.verb, entry.room, entry.row, entry.about, entry.reason)
    return crypto.keyed_hash(repr(fields), "audit")
