"""Asking those who offer a service whether all is still so, by a link of their own: no account, no password.

The link is the key. It can be made again from its row with the keys of this installation, which are not in the database; the table holds
its hash alone. Opening it changes nothing (mail programs open links by themselves); pressing "all is still so" confirms; what they change
waits as a draft for somebody of ours. Nothing of a confidential place, or for our team only, is shown through it.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import trust
from baquiano.directory.models import (
    Asking,
    Campaign,
    Confirmation,
    Draft,
    Organization,
    Reach,
    Service,
    ServiceAtLocation,
)
from baquiano.directory.partner_fields import EDITABLE, open_to, parts_of
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing

REACH = Reach.PARTNER
LONGEST = timedelta(days=90)
_LINK, _HASH = "directory.asking.link", "directory.asking.hash"


class CannotAsk(Exception):
    """Shown to staff as it is written."""


class LinkOver(Exception):
    """The link leads nowhere (any more): it ended, was closed, or never was one. Which of them is told to nobody."""


class NotUnderstood(ValueError):
    """What a partner wrote is none of the fields they may change, or not about a service of theirs."""


@dataclass(frozen=True)
class Shown:
    """One service as the link shows it: `places` without those that the partner's page may not know of; `hides`: there are such.
    `draft`: what they proposed already and nobody decided yet.
    """

    service: Service
    places: tuple[ServiceAtLocation, ...]
    hides: bool
    draft: Draft | None


@dataclass(frozen=True)
class Opened:
    asking: Asking
    services: tuple[Shown, ...]

    def find(self, service: UUID) -> Shown | None:
        return next((one for one in self.services if one.service.pk == service), None)


# -- staff ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """An organisation that could be asked: how many services it has, how many of them are not verified any more, and since when."""

    organization: Organization
    services: int
    old: int
    oldest: date | None


def candidates(*, need: str = "", country: str = "", only_old: bool = False) -> list[Candidate]:
    """By filter, those with the most to ask first. Whatever has no service that a partner's page may show is left out."""
    today = timezone.localdate()
    rows = Service.objects.within(REACH).select_related("organization").prefetch_related(_places("shown_at"))
    of_each: dict[UUID, list[Service]] = {}
    for service in rows:
        if (not need or need in service.needs) and (not country or country in _countries(service)):
            of_each.setdefault(service.organization_id, []).append(service)
    standings = trust.standings([service.pk for some in of_each.values() for service in some], today)
    found = [_candidate(some, standings) for some in of_each.values()]
    wanted = [one for one in found if one.old or not only_old]
    return sorted(wanted, key=lambda one: (-one.old, one.oldest or date.min, one.organization.name))


def _countries(service: Service) -> set[str]:
    places = {at.location.country for at in service.shown_at}  # type: ignore[attr-defined]
    return places | {area[:2] for area in service.areas}


def _candidate(services: list[Service], standings: Mapping[UUID, trust.Standing]) -> Candidate:
    known = [standings.get(service.pk, trust.UNKNOWN) for service in services]
    dates = [one.on for one in known if one.on]
    old = sum(one.status is not trust.Status.VERIFIED for one in known)
    oldest = min(dates) if len(dates) == len(known) else None
    return Candidate(services[0].organization, len(services), old, oldest)


def create(name: str, organizations: Iterable[Organization], *, ends_on: date, by: User) -> Campaign:
    """A campaign, with one link for each organisation; nothing is sent. The links end with the day `ends_on`."""
    chosen = list(dict.fromkeys(organizations))
    today = timezone.localdate()
    if not name.strip():
        raise CannotAsk(_("Give it a name by which your colleagues know it."))
    if not chosen:
        raise CannotAsk(_("Choose at least one organisation."))
    if not today < ends_on <= today + LONGEST:
        raise CannotAsk(_("It ends tomorrow at the earliest and in 90 days at the latest."))
    expires_at = timezone.make_aware(datetime.combine(ends_on + timedelta(days=1), time()))
    with writing():
        campaign = Campaign.objects.create(name=name.strip(), ends_on=ends_on, by=by)
        for organization in chosen:
            asking = Asking(campaign=campaign, organization=organization, expires_at=expires_at, by=by)
            asking.token_hash = _hash(token_of(asking))
            asking.save(force_insert=True)
        audit(by, "campaign.begun", campaign)
    return campaign


def close(campaign: Campaign, *, by: User) -> None:
    """Its links lead nowhere from that second on; those who did not answer are noted as not reached."""
    with writing():
        if not Campaign.objects.filter(pk=campaign.pk, closed_at=None).update(closed_at=timezone.now()):
            raise CannotAsk(_("This campaign has ended already."))
        campaign.askings.filter(state=Asking.State.WAITING).update(state=Asking.State.UNREACHED)
        audit(by, "campaign.closed", campaign)


def note_sent(asking: Asking, *, by: User) -> None:
    """The link was copied or mailed; again later: a reminder."""
    if not is_open(asking):
        raise CannotAsk(_("This link leads nowhere any more. Begin another campaign."))
    now = timezone.now()
    with writing():
        if asking.sent_at is None:
            asking.sent_at = now
        else:
            asking.reminded_at = now
        asking.save(update_fields=["sent_at", "reminded_at"])
        audit(by, "asking.sent", asking)


def note_unreached(asking: Asking, *, by: User) -> None:
    """The mail came back, the telephone is dead. Their services go on as they are: whether they are still there is said one by one."""
    with writing():
        found = Asking.objects.filter(pk=asking.pk, state=Asking.State.WAITING)
        if not found.update(state=Asking.State.UNREACHED):
            raise CannotAsk(_("They have answered already."))
        audit(by, "asking.unreached", asking)


# -- the link ------------------------------------------------------------------------------------------------------------


def token_of(asking: Asking) -> str:
    """43 characters, signed with the keys of this installation: whoever holds the table alone cannot make one."""
    said = f"{asking.campaign_id or ''}|{asking.organization_id}|{int(asking.expires_at.timestamp())}"
    return base64.urlsafe_b64encode(bytes.fromhex(crypto.keyed_hash(said, _LINK))).decode().rstrip("=")


def _hash(token: str) -> str:
    return crypto.keyed_hash(token, _HASH)


def is_open(asking: Asking) -> bool:
    is_closed = asking.campaign is not None and asking.campaign.closed_at is not None
    return not is_closed and asking.expires_at > timezone.now() and asking.organization.is_active


def open_link(token: str) -> Opened:
    """What the link shows. Writes nothing. Raises `LinkOver`."""
    asking = _asking(token)
    drafts = {draft.service_id: draft for draft in asking.drafts.filter(state=Draft.State.WAITING)}
    shown = (_shown(service, drafts.get(service.pk)) for service in _services(asking))
    return Opened(asking, tuple(shown))


def _asking(token: str) -> Asking:
    rows = Asking.objects.select_related("campaign", "organization")
    asking = rows.filter(token_hash=_hash(token)).first()
    if asking is None or not is_open(asking):
        raise LinkOver
    return asking


def _services(asking: Asking) -> "QuerySet[Service]":
    rows = Service.objects.within(REACH).filter(organization=asking.organization_id)
    return (
        rows.select_related("organization").prefetch_related(_places("shown_at"), "at__location").order_by("name", "pk")
    )


def _places(attribute: str) -> "Prefetch[Any]":
    rows = ServiceAtLocation.objects.within(REACH).select_related("location__division").order_by("pk")
    return Prefetch("at", rows, to_attr=attribute)


def _shown(service: Service, draft: Draft | None) -> Shown:
    places: Sequence[ServiceAtLocation] = service.shown_at  # type: ignore[attr-defined]
    hides = any(at.is_active and at.location.visibility not in REACH.value for at in service.at.all())
    return Shown(service, tuple(places), hides, draft)


def same(token: str) -> Asking:
    """ "Todo sigue igual": confirms every part of every service they were shown, but what they themselves proposed to change.

    Pressed again, it confirms nothing twice on one day. Raises `LinkOver`.
    """
    opened = open_link(token)
    asking, today = opened.asking, timezone.localdate()
    with writing():
        told = set(Confirmation.objects.filter(asking=asking, on=today).values_list("service", flat=True))
        for shown in opened.services:
            parts = _parts_seen(shown)
            if parts and shown.service.pk not in told:
                trust.confirm(shown.service, parts, on=today, how=Confirmation.How.LINK, asking=asking)
        is_edited = asking.drafts.filter(state=Draft.State.WAITING).exists()
        _answered(asking, Asking.State.EDITED if is_edited else Asking.State.SAME)
    return asking


def _parts_seen(shown: Shown) -> list[str]:
    """What was not on the page was not confirmed: the address of a service that has a hidden place, nor what they propose to change."""
    changed = set(parts_of(shown.draft.values)) if shown.draft else set()
    if shown.draft and shown.draft.note:
        changed.add(
            "address"
        )  # what they wrote in words may be about anything; where it is cannot be changed otherwise
    unseen = changed | ({"address"} if shown.hides else set())
    return [part for part in trust.PARTS if part not in unseen]


def edit(token: str, service: UUID, values: Mapping[str, Any], *, note: str = "") -> Draft | None:
    """What they propose for one service waits as a draft; a second one takes the place of the first. None: nothing differs.

    Raises `LinkOver`, and `NotUnderstood` for another's service or a field that is not theirs to change.
    """
    opened = open_link(token)
    shown = opened.find(service)
    if shown is None or not set(values) <= set(open_to(shown.service, shown.places)):
        raise NotUnderstood
    differing = {
        name: value for name, value in values.items() if value != EDITABLE[name].now(shown.service, shown.places)
    }
    with writing():
        opened.asking.drafts.filter(service=service, state=Draft.State.WAITING).delete()
        if not differing and not note.strip():
            return None
        draft = Draft.objects.create(
            service=shown.service, asking=opened.asking, values=differing, note=note.strip()[:2000]
        )
        _answered(opened.asking, Asking.State.EDITED)
    return draft


def _answered(asking: Asking, state: str) -> None:
    asking.state, asking.answered_at = state, timezone.now()
    asking.save(update_fields=["state", "answered_at"])
