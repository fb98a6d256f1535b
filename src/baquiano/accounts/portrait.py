"""What the trail holds of one person served: who did or saw what, by role and day; the reasons written beside it go when she is forgotten.

The entries stay: nothing in them leads to her but the number of an empty row.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from baquiano.accounts import trail
from baquiano.accounts.audit import empty_reasons
from baquiano.accounts.models import AuditEntry, User
from baquiano.lib.portrait import Entry, Erased, Section, Value, section

MODELS = ("accounts.AuditEntry",)


def portray(people: Sequence[int]) -> list[Section]:
    entries = [_entry(seen) for person in people for seen in trail.who_saw(person)]
    return [
        section("trail", _("Who saw or changed your data"), origin=_("written down by the system"), entries=entries)
    ]


def _entry(seen: trail.Seen) -> Entry:
    who = ", ".join(str(role) for role in seen.roles)
    words = f"{who}: {seen.deed} ({seen.count})"
    purpose = AuditEntry.PRIVACY["actor"].purpose
    return Entry(
        seen.day.isoformat(), (Value("accounts.AuditEntry", str(_("Who and what")), words, words, purpose, None),)
    )


def forget(people: Sequence[int], *, by: User | None) -> list[Erased]:
    """The free words beside her entries. Inside the caller's transaction."""
    hers = AuditEntry.objects.filter(about__in=[str(person) for person in people], room__in=trail.ROOMS)
    emptied = empty_reasons(hers, by=by)
    return [Erased("accounts.AuditEntry", emptied)] if emptied else []
