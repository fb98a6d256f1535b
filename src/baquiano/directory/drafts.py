"""What a partner proposes for their service, until somebody of ours decides: shown beside what we say now, taken over as a whole or not."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import desk, editing, trust
from baquiano.directory.asking import REACH
from baquiano.directory.models import Confirmation, Draft, Reach, ServiceAtLocation
from baquiano.directory.partner_fields import EDITABLE, applied, open_to, parts_of
from baquiano.lib.turnstile import writing


class CannotDecide(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Difference:
    """One field: what we say now and what they propose. `name` as in `EDITABLE`."""

    name: str
    label: Promise
    before: Any
    after: Any


def waiting(reach: Reach) -> "QuerySet[Draft]":
    """Of services that whoever asks may know of, the oldest first."""
    rows = Draft.objects.filter(state=Draft.State.WAITING, service__in=desk.services(reach))
    return rows.select_related("service__organization", "asking__campaign").order_by("created_at", "pk")


@dataclass(frozen=True)
class Drafts:
    """For a door that looks one up by its id (`policy.find_or_refuse`)."""

    def visible_to(self, user: User) -> "QuerySet[Draft]":
        rows = Draft.objects.filter(service__in=desk.services(desk.reach_of(user)))
        return rows.select_related("service__organization", "asking__campaign", "decided_by").prefetch_related(
            Prefetch("service__at", _places(), to_attr="shown_at")
        )


def difference(draft: Draft) -> list[Difference]:
    """In the order of the partner's page. A field that has got that value meanwhile is left out."""
    places = _shown_at(draft)
    found = []
    for name in open_to(draft.service, places):
        before = EDITABLE[name].now(draft.service, places)
        if name in draft.values and draft.values[name] != before:
            found.append(Difference(name, EDITABLE[name].label, before, draft.values[name]))
    return found


def as_read(draft: Draft) -> str:
    """Stands for what the draft says: another text, written meanwhile, is not approved by whoever read this one."""
    said = json.dumps([draft.values, draft.note], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def approve(draft: Draft, *, read: str, by: User) -> list[str]:
    """Takes it over, and dates what they wrote as told by them on the day they wrote it. Returns the names of the fields.

    `read`: `as_read` of what `by` had in front of them.
    """
    places = _shown_at(draft)
    with writing():
        _decide(draft, Draft.State.APPROVED, read=read, by=by)
        changes = difference(draft)
        for change in changes:
            row, column, value = applied(draft.service, places, change.name, change.after)
            editing.change(row, {column: value}, by=by, how="draft")
        if parts := parts_of(draft.values):
            day = timezone.localdate(draft.created_at)
            link = Confirmation.How.LINK
            trust.confirm(draft.service, parts, on=day, how=link, by=by, asking=draft.asking)
        audit(by, "draft.approved", draft)
    return [change.name for change in changes]


def refuse(draft: Draft, *, read: str, by: User) -> None:
    """Nothing changes, and nothing is confirmed by it."""
    with writing():
        _decide(draft, Draft.State.REFUSED, read=read, by=by)
        audit(by, "draft.refused", draft)


def _decide(draft: Draft, state: str, *, read: str, by: User) -> None:
    current = Draft.objects.filter(pk=draft.pk, state=Draft.State.WAITING).first()
    if current is None:
        raise CannotDecide(_("Somebody has decided this already, or they wrote something else meanwhile."))
    if as_read(current) != read:
        raise CannotDecide(_("They wrote something else meanwhile: read it again."))
    draft.state, draft.decided_at, draft.decided_by = state, timezone.now(), by
    draft.save(update_fields=["state", "decided_at", "decided_by"])


def _shown_at(draft: Draft) -> list[ServiceAtLocation]:
    """The places that the partner's page showed: nothing they write reaches another."""
    known = getattr(draft.service, "shown_at", None)
    return list(_places().filter(service=draft.service_id)) if known is None else list(known)


def _places() -> "QuerySet[ServiceAtLocation]":
    return ServiceAtLocation.objects.within(REACH).select_related("location").order_by("pk")
