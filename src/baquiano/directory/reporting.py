""" "Reportar un problema": what people say is wrong with a service, on every door, without saying who they are.

Two doors that do not know each other warn whoever reads the card; somebody of ours then looks into it. A door is known again by a keyed
hash of whatever it is known by there (a cookie, a telephone), which leads back to nobody and is emptied after its days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import desk, offering, trust, version
from baquiano.directory.models import Problem, Reach, Service, ServiceAtLocation
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing

HASH_DAYS = 90
PURPOSE = "directory.problem"


class CannotSettle(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Reported:
    """`is_new` False: this door said the same already, and counts once. `warns`: the card of the service warns from now on."""

    is_new: bool
    warns: bool


@dataclass(frozen=True)
class Task:
    """What was said of one service and nobody looked into. `reasons`: how often each; `doors`: how many that do not know of each other."""

    service: Service
    reasons: tuple[tuple[str, int], ...]
    doors: int
    first_at: datetime
    last_at: datetime
    is_warned: bool


def report(
    service_id: UUID, reason: str, *, door: str, door_key: str, at: UUID | None = None, reach: Reach = Reach.ANYONE
) -> Reported | None:
    """None when whoever reads so far may not know of such a service, or the reason is none of ours: the door answers as if there were none.

    `door_key` is whatever this door knows somebody by; it is hashed at once and kept nowhere.
    """
    return _kept(service_id, reason, door, hash_of(door, door_key), at, reach) if door_key else None


def note(
    service_id: UUID, reason: str, *, door: str, at: UUID | None = None, reach: Reach = Reach.ANYONE
) -> Reported | None:
    """As `report`, of somebody who may be the same person as one who reported already: ours read it, and it warns nobody."""
    return _kept(service_id, reason, door, "", at, reach)


def _kept(service_id: UUID, reason: str, door: str, door_hash: str, at: UUID | None, reach: Reach) -> Reported | None:
    service = Service.objects.within(reach).filter(pk=service_id).first()
    if service is None or reason not in Problem.Reason.values:
        return None
    place = ServiceAtLocation.objects.within(reach).filter(pk=at, service=service).first() if at else None
    with writing():
        open_ones = Problem.objects.filter(service=service, settled_at=None)
        is_new = not open_ones.filter(reason=reason, door_hash=door_hash).exists()
        if is_new:
            # No `version.bump`: no index holds it, and a stranger must not be able to have one built again and again.
            Problem.objects.create(service=service, at=place, reason=reason, door=door[:20], door_hash=door_hash)
    warns = trust.standing(service, timezone.localdate()).warned
    return Reported(is_new, warns)


def how_many(service_id: UUID, *, since: datetime) -> int:
    """That were said of it since then, settled or not."""
    return Problem.objects.filter(service=service_id, reported_at__gte=since).count()


def hash_of(door: str, door_key: str) -> str:
    return crypto.keyed_hash(f"{door}:{door_key}", PURPOSE)


def tasks(reach: Reach) -> list[Task]:
    """What to look into, those with the most doors first. Two queries."""
    rows = Problem.objects.filter(settled_at=None, service__in=desk.services(reach))
    counted = rows.values("service", "reason").annotate(n=Count("pk")).order_by("reason")
    reasons: dict[UUID, list[tuple[str, int]]] = {}
    for row in counted:
        reasons.setdefault(row["service"], []).append((row["reason"], row["n"]))
    sums = rows.values("service").annotate(
        doors=Count("door_hash", distinct=True), first=Min("reported_at"), last=Max("reported_at")
    )
    warned = set(trust.warned_services(timezone.localdate()).values_list("service", flat=True))
    services = Service.objects.select_related("organization").in_bulk(list(reasons))
    found = [
        Task(
            service=services[row["service"]],
            reasons=tuple(reasons[row["service"]]),
            doors=row["doors"],
            first_at=row["first"],
            last_at=row["last"],
            is_warned=row["service"] in warned,
        )
        for row in sums
    ]
    return sorted(found, key=lambda task: (not task.is_warned, -task.doors, task.first_at))


def settle(service: Service, outcome: str, *, up_to: datetime, by: User, because: str = "") -> int:
    """Ends what was said of it until the moment somebody read it; what came later stays open. Returns how many.

    The warning goes with it. It confirms nothing: whoever asked them says so with `trust.confirm`. `because`: why it is not listed any more.
    """
    if outcome not in Problem.Outcome.values:
        raise CannotSettle(_("Say how it ended."))
    with writing():
        rows = Problem.objects.filter(service=service, settled_at=None, reported_at__lte=up_to)
        ended = rows.update(settled_at=timezone.now(), settled_by=by, outcome=outcome)
        if not ended:
            raise CannotSettle(_("Somebody has settled this already."))
        if outcome == Problem.Outcome.WITHHELD:
            offering.withhold(service, because, by=by)
        version.bump()
        audit(by, "problem.settled", service)
    return ended


def of(service: Service) -> "QuerySet[Problem]":
    """Everything that was said of it, the latest first."""
    return Problem.objects.filter(service=service).select_related("settled_by", "at__location").order_by("-reported_at")


def forget_doors(now: datetime) -> int:
    """Empties the hashes whose days are over: what was said stays, from which door it came does not. Returns how many."""
    old = Problem.objects.exclude(door_hash="").filter(reported_at__lt=now - timedelta(days=HASH_DAYS))
    with writing():
        return old.update(door_hash="")
