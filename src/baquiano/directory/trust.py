"""Whether a service is still as we say. Only a confirmation made by a person moves that: no import, no edit, no answer of a web server.

Each kind of field is believed for its own time. A service is believed while whoever offers it was found there within `REACHED_DAYS` and its
address, once confirmed, is not older than its time; what else is past its day is told as "not confirmed since" and is no reason to hide it.
What is not known is not a no: a service that nobody confirmed is neither closed nor wrong.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import editing, version
from baquiano.directory.models import Asking, Confirmation, Problem, Service, ServiceAtLocation
from baquiano.lib.turnstile import writing

PARTS: Mapping[str, int] = {"hours": 90, "contact": 180, "address": 365, "eligibility": 180, "cost": 180}
"""The kinds of field that are confirmed apart, and for how many days each is believed."""
NAMES: Mapping[str, Promise] = {
    "hours": gettext_lazy("hours"),
    "contact": gettext_lazy("telephone and contact"),
    "address": gettext_lazy("address"),
    "eligibility": gettext_lazy("whom it is for and what it asks for"),
    "cost": gettext_lazy("cost"),
}
REACHED_DAYS = PARTS["contact"]
AGING = 0.15
"""The last share of its time, in which a confirmation grows old."""
WARNING_DAYS = 90
DOORS_TO_WARN = 2
_BATCH = 400  # ids in one question: SQLite has a limit


class CannotConfirm(Exception):
    """Shown to staff as it is written."""


class Status(Enum):
    VERIFIED = "verified"
    AGING = "aging"
    EXPIRED = "expired"
    UNVERIFIED = "unverified"
    UNVERIFIABLE = "unverifiable"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class Standing:
    """`on` and `how` of the last confirmation; `expires_on`: the first day on which it is no longer believed. `warned`: two people who do not
    know of each other said lately that something is wrong. `parts`: when each was last confirmed, at whichever place; `there`: what was
    confirmed of one place only, by its id (of ServiceAtLocation).
    """

    status: Status
    on: date | None = None
    how: str = ""
    expires_on: date | None = None
    warned: bool = False
    parts: Mapping[str, date] = field(default_factory=dict)
    everywhere: Mapping[str, date] = field(default_factory=dict)
    there: Mapping[UUID, Mapping[str, date]] = field(default_factory=dict)

    def parts_at(self, at: UUID | None) -> dict[str, date]:
        """When each part was last confirmed for a service at one place; what was confirmed of another place says nothing of this one."""
        if at is None:
            return dict(self.parts)
        found = dict(self.everywhere)
        for part, on in self.there.get(at, {}).items():
            found[part] = max(on, found.get(part, on))
        return found


UNKNOWN = Standing(Status.UNVERIFIED)


def ended(parts: Mapping[str, date], on: date) -> tuple[str, ...]:
    """Those that were confirmed once and are past their time."""
    return tuple(part for part, days in PARTS.items() if part in parts and parts[part] + timedelta(days=days) <= on)


def is_served(standing: Standing, *, is_emergency: bool, proposals: bool) -> bool:
    """Whether doors that serve people may show it. `proposals`: what nobody confirmed yet is served too, under its mark (demo only)."""
    if standing.status in (Status.VERIFIED, Status.AGING):
        return True
    if standing.status is Status.EXPIRED:
        return is_emergency  # with its badge: an old number for an emergency is better than none
    return standing.status is Status.UNVERIFIED and proposals


def standing(service: Service, on: date) -> Standing:
    return standings([service.pk], on).get(service.pk, UNKNOWN)


def standings(ids: Collection[UUID] | None, on: date) -> dict[UUID, Standing]:
    """Of these services (None: of every one), on that day. Three queries for each few hundred, three in all for every one."""
    if ids is None:
        return _standings(Q(), Q(), on)
    found: dict[UUID, Standing] = {}
    listed = list(dict.fromkeys(ids))
    for start in range(0, len(listed), _BATCH):
        some = listed[start : start + _BATCH]
        found |= _standings(Q(pk__in=some), Q(service__in=some), on)
    return found


def _standings(which: Q, about: Q, on: date) -> dict[UUID, Standing]:
    confirmed: dict[UUID, list[_Row]] = defaultdict(list)
    rows = Confirmation.objects.filter(about, on__lte=on).values_list("service", "at", "parts", "how")
    for service, at, parts, how, day in rows.annotate(last=Max("on")):
        confirmed[service].append(_Row(at, parts, how, day))
    warned = set(warned_services(on).filter(about).values_list("service", flat=True))
    services = Service.objects.filter(which).values_list("pk", "is_withheld", "unverifiable_since")
    return {
        pk: _standing(confirmed[pk], on, is_withheld=withheld, is_lost=bool(lost and lost <= on), warned=pk in warned)
        for pk, withheld, lost in services
    }


@dataclass(frozen=True)
class _Row:
    at: UUID | None
    parts: tuple[str, ...]
    how: str
    on: date


def _standing(rows: list[_Row], on: date, *, is_withheld: bool, is_lost: bool, warned: bool) -> Standing:
    if not rows:
        return Standing(_status(None, None, on, is_withheld=is_withheld, is_lost=is_lost), warned=warned)
    last = max(rows, key=lambda row: row.on)
    parts = _latest(rows)
    expires_on = last.on + timedelta(days=REACHED_DAYS)
    if "address" in parts:
        expires_on = min(expires_on, parts["address"] + timedelta(days=PARTS["address"]))
    return Standing(
        status=_status(expires_on, parts, on, is_withheld=is_withheld, is_lost=is_lost),
        on=last.on,
        how=last.how,
        expires_on=expires_on,
        warned=warned,
        parts=parts,
        everywhere=_latest(row for row in rows if row.at is None),
        there={at: _latest(row for row in rows if row.at == at) for at in {row.at for row in rows if row.at}},
    )


def _latest(rows: Iterable[_Row]) -> dict[str, date]:
    found: dict[str, date] = {}
    for row in rows:
        for part in row.parts:
            found[part] = max(row.on, found.get(part, row.on))
    return found


def _status(
    expires_on: date | None, parts: Mapping[str, date] | None, on: date, *, is_withheld: bool, is_lost: bool
) -> Status:
    if is_withheld:
        return Status.WITHHELD
    if is_lost:
        return Status.UNVERIFIABLE
    if expires_on is None or parts is None:
        return Status.UNVERIFIED
    if expires_on <= on:
        return Status.EXPIRED
    grows_old = expires_on - on <= timedelta(days=REACHED_DAYS * AGING)
    return Status.AGING if grows_old or ended(parts, on) or _address_ages(parts, on) else Status.VERIFIED


def _address_ages(parts: Mapping[str, date], on: date) -> bool:
    if "address" not in parts:
        return False
    days = PARTS["address"]
    return parts["address"] + timedelta(days=days) - on <= timedelta(days=days * AGING)


def warned_services(on: date) -> "QuerySet[Any, Any]":
    """Of those that two doors complained of within the days of a warning and nobody looked into yet: `service` and `doors`."""
    since = timezone.make_aware(datetime.combine(on - timedelta(days=WARNING_DAYS), time()))
    rows = Problem.objects.filter(settled_at=None, reported_at__gte=since).exclude(door_hash="")
    return rows.values("service").annotate(doors=Count("door_hash", distinct=True)).filter(doors__gte=DOORS_TO_WARN)


# -- moving it -----------------------------------------------------------------------------------------------------------


def confirm(
    service: Service,
    parts: Iterable[str],
    *,
    on: date,
    how: str,
    by: User | None = None,
    asking: Asking | None = None,
    at: ServiceAtLocation | None = None,
) -> Confirmation:
    """Somebody asked, and was told: `by` of ours, or the partner whom `asking` was sent to. Raises `CannotConfirm`.

    The only place where a verification is written.
    """
    wanted = set(parts)
    known = tuple(part for part in PARTS if part in wanted)
    _check(service, known, on=on, how=how, by=by, asking=asking, at=at)
    with writing():
        said: dict[str, Any] = {"parts": known, "on": on, "how": how}
        confirmation = Confirmation.objects.create(service=service, at=at, by=by, asking=asking, **said)
        if service.unverifiable_since is not None:
            editing.change(service, {"unverifiable_since": None}, by=by, how="confirmation")
        version.bump()
        audit(by, "service.confirmed", service)
    return confirmation


def could_not_reach(service: Service, *, on: date, by: User) -> None:
    """Nobody answers, in any way we know: from that day on it is shown to nobody, until somebody confirms it."""
    if on > timezone.localdate():
        raise CannotConfirm(_("That day has not come yet."))
    editing.change(service, {"unverifiable_since": on}, by=by, how="edit")


def _check(
    service: Service,
    parts: Sequence[str],
    *,
    on: date,
    how: str,
    by: User | None,
    asking: Asking | None,
    at: ServiceAtLocation | None,
) -> None:
    if not parts:
        raise CannotConfirm(_("Say what they confirmed."))
    if on > timezone.localdate():
        raise CannotConfirm(_("That day has not come yet."))
    if how not in Confirmation.How.values or (how == Confirmation.How.LINK) != (asking is not None):
        raise CannotConfirm(_("Say how they confirmed it."))
    if by is None and asking is None:
        raise CannotConfirm(_("Somebody must have confirmed it: a machine cannot."))
    if at is not None and at.service_id != service.pk:
        raise CannotConfirm(_("This service is not at that place."))
