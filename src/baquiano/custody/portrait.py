"""What custody itself holds of one person: why her data had to be kept."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from baquiano.custody.models import Hold
from baquiano.lib.portrait import Erased, Section, entry, section, value
from baquiano.people.models import Person

MODELS = ("custody.Hold",)


def portray(people: Sequence[Person]) -> list[Section]:
    names = (("reason", _("Why")), ("until", _("Until")), ("lifted_at", _("Lifted")))
    rows = Hold.objects.filter(person__in=people).order_by("since", "pk")
    entries = (entry(hold.since, [value(hold, name, label) for name, label in names]) for hold in rows)
    who = [_("coordinators and directors")]
    title = _("Why we had to keep your data longer")
    return [section("holds", title, origin=_("written down by the team"), recipients=who, entries=entries)]


def forget(people: Sequence[Person]) -> list[Erased]:
    """Inside the caller's transaction."""
    emptied = Hold.objects.filter(person__in=people).update(reason="")
    return [Erased("custody.Hold", emptied)] if emptied else []
