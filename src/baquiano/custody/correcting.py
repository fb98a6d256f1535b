"""Correcting what is written of somebody because she asked: only what changes, with what was wrong; whoever else has it is told."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.models import User
from baquiano.custody.actions import CannotKeep
from baquiano.directory.models import Organization
from baquiano.people import actions as people
from baquiano.people.actions import CannotChange, Described
from baquiano.people.models import Nationality, Person, Population
from baquiano.people.portrait import receivers_of, rows_of


@dataclass(frozen=True)
class Right:
    """What it should say. None: as it was."""

    name: str | None = None
    called: str | None = None
    pronoun: str | None = None
    gender: str | None = None
    birth_year: int | None = None
    language: str | None = None

    def changed(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if value is not None}


def correct(person: Person, right: Right, *, what_was_wrong: str, by: User) -> tuple[Organization, ...]:
    """Returns who else has her data, to be told. Raises `CannotKeep`."""
    if person.forgotten_at is not None:
        raise CannotKeep(_("Nothing is kept of this person any more."))
    changed = right.changed()
    if not changed:
        raise CannotKeep(_("Write what it should say."))
    if not what_was_wrong.strip():
        raise CannotKeep(_("Write what was wrong."))
    if "birth_year" in changed:
        changed["born_on"] = None  # the day belonged to the wrong year
    try:
        people.correct(person, replace(_described(person), **changed), by=by, reason=what_was_wrong.strip())  # type: ignore[arg-type]
    except CannotChange as reason:
        raise CannotKeep(str(reason)) from None
    return tuple(receivers_of(rows_of(person), timezone.now()))


def _described(person: Person) -> Described:
    return Described(
        name=person.name,
        called=person.called,
        pronoun=person.pronoun,
        gender=person.gender,
        birth_year=person.birth_year,
        born_on=date.fromisoformat(person.born_on) if person.born_on else None,
        language=person.language,
        municipality=person.municipality,
        child_status=person.child_status,
        groups=tuple(Population.objects.filter(person=person).values_list("group", flat=True)),
        nationalities=tuple(Nationality.objects.filter(person=person).values_list("country", flat=True)),
        is_restricted=person.is_restricted,
        may_be_merged=person.may_be_merged,
    )
