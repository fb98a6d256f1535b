"""What the API may speak of: one picture of the ids, made anew when the directory or the day changes. Nothing else is ever looked up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2s
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as release_of
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from baquiano.accounts.models import organisation
from baquiano.directory import exporting, trust, version
from baquiano.directory.models import Capacity, Confirmation, Notice, Reach

WHO = Reach.ANYONE

try:
    RELEASE = release_of("baquiano")
except PackageNotFoundError:  # run from its sources
    RELEASE = "0"


@dataclass(frozen=True)
class Shown:
    """Ids in their order, each with nothing: to ask whether one is among them and to walk through them."""

    services: Mapping[UUID, None]
    at: Mapping[UUID, None]
    organizations: Mapping[UUID, None]


@dataclass(frozen=True)
class Today:
    """The directory as one request sees it. `on`: the day at our own hour; `tag` changes whenever any answer may."""

    now: datetime
    on: date
    shown: Shown
    tag: str
    changed_at: datetime | None


def today() -> Today:
    now, number = timezone.now(), version.number()
    on = now.astimezone(ZoneInfo(organisation().timezone)).date()
    return Today(
        now=now,
        on=on,
        shown=_shown(number, on, settings.IS_DEMO),
        tag=_sealed(f"{RELEASE}-{number}-{on:%Y%m%d}-{_passed(now)}"),
        changed_at=_changed_at(number),
    )


def forget() -> None:
    _shown.cache_clear()
    _changed_at.cache_clear()


@lru_cache(maxsize=1)
def _shown(number: int, on: date, proposals: bool) -> Shown:
    """`number` of the directory: the same number and day, the same ids."""
    standings = trust.standings(None, on)
    owners = {
        pk: owner
        for pk, owner, is_emergency in exporting.services_within(WHO).values_list("pk", "organization", "is_emergency")
        if trust.is_served(standings.get(pk, trust.UNKNOWN), is_emergency=is_emergency, proposals=proposals)
    }
    at = exporting.at_within(WHO).values_list("pk", "service")
    return Shown(
        services=dict.fromkeys(sorted(owners)),
        at=dict.fromkeys(sorted(pk for pk, service in at if service in owners)),
        organizations=dict.fromkeys(sorted(set(owners.values()))),
    )


@lru_cache(maxsize=1)
def _changed_at(number: int) -> datetime | None:
    """When somebody last changed a row of these. Of what is hidden not even that is told. None: there is none."""
    services, at = exporting.services_within(WHO).order_by(), exporting.at_within(WHO).order_by()
    moments = [
        services.aggregate(last=Max("modified_at"))["last"],
        services.aggregate(last=Max("organization__modified_at"))["last"],
        at.aggregate(last=Max("modified_at"))["last"],
        at.aggregate(last=Max("location__modified_at"))["last"],
        Confirmation.objects.filter(service__in=services.values("pk")).aggregate(last=Max("created_at"))["last"],
    ]
    return max((moment for moment in moments if moment), default=None)


def _sealed(tag: str) -> str:
    """Nobody can read from it how many changes there were, or of what that is hidden."""
    return blake2s(tag.encode(), key=settings.SECRET_KEY.encode()[:32], digest_size=12).hexdigest()


def _passed(now: datetime) -> str:
    """What ends by itself, without anybody changing a row: how much of it has ended by now."""
    capacities = Capacity.objects.filter(good_until__lte=now).count()
    notices = Notice.objects.filter(begins_at__lte=now).count(), Notice.objects.filter(ends_at__lte=now).count()
    return f"{capacities}.{notices[0]}.{notices[1]}"
