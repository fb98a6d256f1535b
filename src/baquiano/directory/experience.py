"""How people were received at a service: a kind and a date, and nothing of whom. What it adds up to is for the team only: it helps
to choose where to send the next one, and would be read as a mark on a page.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory.models import Experience, Service
from baquiano.lib.turnstile import writing

DAYS = 180
ENOUGH = 5
"""Below that nothing can be said: two bad days are not a habit."""


class CannotNote(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Reliability:
    """Of the last `DAYS` days. `percent` of those who went were served; None while too few went to say so."""

    went: int
    served: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.served / self.went) if self.went >= ENOUGH else None


def note(service: Service, kind: str, *, on: date, by: User) -> Experience:
    """What somebody told us after having been there. Who it was is asked of nobody, and written nowhere."""
    if kind not in Experience.Kind.values:
        raise CannotNote(_("Say how they were received."))
    if on > timezone.localdate():
        raise CannotNote(_("That day has not come yet."))
    with writing():
        noted = Experience.objects.create(service=service, kind=kind, on=on)
        audit(by, "experience.noted", service)
    return noted


def reliability(ids: Collection[UUID], on: date) -> dict[UUID, Reliability]:
    """Of each of these services that somebody went to. One query."""
    rows = Experience.objects.filter(service__in=ids, on__gt=on - timedelta(days=DAYS), on__lte=on)
    sums = rows.values("service").annotate(went=Count("pk"), served=Count("pk", filter=Q(kind=Experience.Kind.SERVED)))
    return {row["service"]: Reliability(row["went"], row["served"]) for row in sums}
