"""What one person asked about her data, and what became of it. Forgotten, the request stays with its dates and without its words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from baquiano.accountability.models import Challenge, DataRequest
from baquiano.lib.portrait import Erased, Section, entry, section, value
from baquiano.people.models import Person

MODELS = ("accountability.DataRequest", "accountability.Challenge")


def portray(people: Sequence[Person]) -> list[Section]:
    names = (("kind", _("Asked for")), ("asked", _("In words")), ("door", _("How")), ("due_on", _("Owed by")),
             ("extended_why", _("Why it took longer")), ("closed_at", _("Answered")), ("outcome", _("Outcome")),
             ("answer", _("Answer")))  # fmt: skip
    rows = DataRequest.objects.filter(person__in=people).order_by("opened_at", "pk")
    entries = (entry(row.opened_at, [value(row, name, label) for name, label in names]) for row in rows)
    who = [_("coordinators and directors")]
    return [section("requests", _("What you asked about your data"), origin=_("you"), recipients=who, entries=entries)]


def forget(people: Sequence[Person]) -> list[Erased]:
    """Inside the caller's transaction."""
    Challenge.objects.filter(person__in=people).delete()
    rows = DataRequest.objects.filter(person__in=people)
    emptied = rows.update(asked="", contact="", extended_why="", answer="")
    return [Erased("accountability.DataRequest", emptied)] if emptied else []
