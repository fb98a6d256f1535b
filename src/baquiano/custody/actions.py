"""Showing somebody what we hold of her, blocking it while it is in dispute, holding it because the law obliges us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit, exported
from baquiano.accounts.models import User, organisation
from baquiano.custody import rooms
from baquiano.custody.models import Hold
from baquiano.directory.models import Organization
from baquiano.lib.portrait import Section
from baquiano.lib.turnstile import writing
from baquiano.people import portrait as people
from baquiano.people.models import Person
from baquiano.post import portrait as post

LONGEST_HOLD = timedelta(days=730)
LANGUAGES = ("es", "en")
"""In which a copy can be written today; whoever speaks another gets it in Spanish, which the team can read with them."""


class CannotKeep(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Copy:
    """Everything held of one person at a moment, as she is given it. `number` says nothing of her."""

    number: str
    organisation: str
    made_at: datetime
    language: str
    sections: tuple[Section, ...]


def show(person: Person, *, by: User) -> Copy:
    """The whole of it, to be handed to her and to nobody else. Written down as an export."""
    whose = rooms.subject(person)
    copy = _copy(whose)
    with writing():
        exported(by, whose.root, about=whose.root.pk)
    return copy


@dataclass(frozen=True)
class Amount:
    """How much of one kind is held; never what."""

    key: str
    title: str
    rows: int


def amounts(person: Person) -> list[Amount]:
    """For the page of whoever carries out a request: they need to know how much there is, not what it says."""
    return [Amount(one.key, one.title, len(one.entries)) for one in rooms.portray(rooms.subject(person))]


STAYS = frozenset({"trail", "alerts", "belonging"})
"""Sections of which forgetting leaves every row as it is: counted, or about what the team did."""


def going(person: Person) -> list[Amount]:
    """What forgetting empties or deletes."""
    return [one for one in amounts(person) if one.key not in STAYS]


def _copy(whose: rooms.Subject) -> Copy:
    language = whose.root.language if whose.root.language in LANGUAGES else LANGUAGES[0]
    with translation.override(language):
        sections = tuple(rooms.portray(whose))
    return Copy(str(whose.root.number), organisation().name, timezone.now(), language, sections)


# Blocking ---------------------------------------------------------------------------------------------------------------


def block(person: Person, *, why: str, by: User) -> tuple[Organization, ...]:
    """Kept and used for nothing: nobody reaches her file, no list or search finds her, what waits to be sent is stopped.

    Returns who else has her data, to be told. Raises `CannotKeep`.
    """
    rows = people.rows_of(person)
    if rows[0].blocked_at is not None:
        raise CannotKeep(_("This person's data is blocked already."))
    if rows[0].forgotten_at is not None:
        raise CannotKeep(_("Nothing is kept of this person any more."))
    if not why.strip():
        raise CannotKeep(_("Write why it is blocked."))
    now = timezone.now()
    with writing():
        Person.objects.filter(pk__in=[row.pk for row in rows]).update(blocked_at=now)
        post.stop(people.spells_of(rows))
        audit(by, "person.blocked", rows[0], about=rows[0].pk, reason=why.strip())
    return tuple(people.receivers_of(rows, now))


def unblock(person: Person, *, why: str, by: User) -> None:
    rows = people.rows_of(person)
    if rows[0].blocked_at is None:
        raise CannotKeep(_("This person's data is not blocked."))
    if not why.strip():
        raise CannotKeep(_("Write why it may be used again."))
    with writing():
        Person.objects.filter(pk__in=[row.pk for row in rows]).update(blocked_at=None)
        audit(by, "person.unblocked", rows[0], about=rows[0].pk, reason=why.strip())


def receivers(person: Person) -> Sequence[Organization]:
    """Whoever has her data by a consent that holds now: to be told when it is corrected, blocked or forgotten."""
    return people.receivers_of(people.rows_of(person), timezone.now())


# Holding ----------------------------------------------------------------------------------------------------------------


def hold(person: Person, *, reason: str, until: datetime, by: User) -> Hold:
    """Until then nothing forgets her, neither the keeping times nor her own request. Raises `CannotKeep`."""
    now = timezone.now()
    if not reason.strip():
        raise CannotKeep(_("Write which law or case obliges us to keep it."))
    if not now < until <= now + LONGEST_HOLD:
        raise CannotKeep(_("A hold ends: choose a day within the next two years."))
    with writing():
        root = Person.objects.select_for_update().get(pk=people.rows_of(person)[0].pk)
        if root.forgotten_at is not None:
            raise CannotKeep(_("Nothing is kept of this person any more."))
        made = Hold.objects.create(person=root, reason=reason.strip(), since=now, until=until, by=by)
        audit(by, "hold.put", made, about=root.pk)
    return made


def lift(held: Hold, *, by: User) -> None:
    with writing():
        row = Hold.objects.select_for_update().get(pk=held.pk)
        if row.lifted_at is None:
            row.lifted_at, row.lifted_by = timezone.now(), by
            row.save(update_fields=["lifted_at", "lifted_by"])
            audit(by, "hold.lifted", row, about=row.person_id)
