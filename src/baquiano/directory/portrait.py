"""The problems somebody reported by one of their own doors: a keyed hash leads from the door to them, and from them to nobody.

It is shown while it is kept; forgetting empties the hash, and what was said of the service stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from baquiano.directory import reporting
from baquiano.directory.models import Problem
from baquiano.lib.portrait import Erased, Section, entry, section, value

MODELS = ("directory.Problem",)


@dataclass(frozen=True)
class Door:
    """What one door knew somebody by, as it gave it to `reporting.report`. `since` and `until` None: from ever, for ever."""

    kind: str
    key: str
    since: datetime | None = None
    until: datetime | None = None


def portray(doors: Iterable[Door]) -> list[Section]:
    names = (("reason", _("What you reported")), ("door", _("By which door")))
    rows = problems_of(doors).order_by("reported_at", "pk")
    entries = (entry(row.reported_at, [value(row, name, label) for name, label in names]) for row in rows)
    title = _("Problems you reported of a service")
    return [
        section("reports", title, origin=_("you"), recipients=[_("whoever looks after the services")], entries=entries)
    ]


def forget(doors: Iterable[Door]) -> list[Erased]:
    """Inside the caller's transaction."""
    emptied = problems_of(doors).update(door_hash="")
    return [Erased("directory.Problem", emptied)] if emptied else []


def problems_of(doors: Iterable[Door]) -> "QuerySet[Problem]":
    wanted = Q(pk__in=())
    for door in doors:
        one = Q(door_hash=reporting.hash_of(door.kind, door.key))
        if door.since:
            one &= Q(reported_at__gte=door.since)
        if door.until:
            one &= Q(reported_at__lte=door.until)
        wanted |= one
    return Problem.objects.filter(wanted)
