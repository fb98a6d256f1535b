"""Writing down a person, and changing what is written. Nothing is asked that they do not want to say."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.accounts.policy import posts_of
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing
from baquiano.people import searching
from baquiano.people.models import Access, Document, Nationality, Person, Population
from baquiano.people.models.particulars import DocumentKind
from baquiano.people.models.person import Why
from baquiano.territory.models import Country, Division

REGISTERED_LASTS = timedelta(days=30)
"""How long whoever wrote a person down goes on seeing them, unless they work in an area: then until it is ended."""
OLDEST = 120


class CannotChange(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Described:
    """What somebody wants us to know of them. Every field may be empty. `born_on` wins over `birth_year`."""

    name: str = ""
    called: str = ""
    pronoun: str = ""
    gender: str = ""
    birth_year: int | None = None
    born_on: date | None = None
    language: str = ""
    municipality: Division | None = None
    child_status: str = ""
    groups: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    is_restricted: bool = False
    may_be_merged: bool = True


@dataclass(frozen=True)
class Paper:
    """A document as somebody shows it: looked at, not kept. `number` only if a procedure needs it."""

    kind: DocumentKind
    country: Country | None = None
    number: str = field(default="", repr=False)
    expires_on: date | None = None


def register(described: Described, *, by: User) -> Person:
    """Write a person down. Whoever does it may see them from now on. Raises `CannotChange`."""
    _check(described)
    now = timezone.now()
    area = next((post.area for post in posts_of(by) if post.area), "")
    person = Person(registered_by=by, registered_at=now, last_seen_on=timezone.localdate())
    with writing():
        _write(person, described)
        Access.objects.create(
            person=person,
            user=by,
            area=area,
            why=Why.REGISTERED,
            since=now,
            until=None if area else now + REGISTERED_LASTS,
            by=by,
        )
        audit(by, "person.registered", person, about=person.pk)
    return person


def correct(person: Person, described: Described, *, by: User, reason: str | None = None) -> None:
    """What they say now replaces what was written; `reason`: what was wrong, when they asked for it. Raises `CannotChange`."""
    _check(described)
    with writing():
        _write(person, described)
        audit(by, "person.corrected", person, about=person.pk, reason=reason)


def _check(described: Described) -> None:
    year = described.born_on.year if described.born_on else described.birth_year
    today = timezone.localdate()
    if year is not None and not today.year - OLDEST <= year <= today.year:
        raise CannotChange(_("This year of birth cannot be right. Leave it empty if they do not know it."))
    if described.born_on and described.born_on > today:
        raise CannotChange(_("This day has not come yet. Leave it empty if they do not know it."))


def _write(person: Person, described: Described) -> None:
    for name in ("name", "called", "pronoun", "gender", "language", "municipality", "child_status", "is_restricted",
                 "may_be_merged"):  # fmt: skip
        setattr(person, name, getattr(described, name))
    person.born_on = described.born_on.isoformat() if described.born_on else ""
    person.birth_year = described.born_on.year if described.born_on else described.birth_year
    person.save()
    Population.objects.filter(person=person).exclude(group__in=described.groups).delete()
    Nationality.objects.filter(person=person).exclude(country__in=described.nationalities).delete()
    Population.objects.bulk_create(
        (Population(person=person, group=group) for group in described.groups), ignore_conflicts=True
    )
    Nationality.objects.bulk_create(
        (Nationality(person=person, country=country) for country in described.nationalities), ignore_conflicts=True
    )
    searching.index(person)


def add_document(person: Person, paper: Paper, *, by: User) -> Document:
    with writing():
        document = Document.objects.create(
            person=person,
            kind=paper.kind,
            country=paper.country,
            number=paper.number.strip(),
            number_hash=document_hash(paper.number),
            expires_on=paper.expires_on,
        )
        audit(by, "document.added", document, about=person.pk)
    return document


def remove_document(document: Document, *, by: User) -> None:
    with writing():
        audit(by, "document.removed", document, about=document.person_id)
        document.delete()


def document_hash(number: str) -> str:
    """The same for "12.345.678-9" and "123456789"; empty for an empty one."""
    plain = "".join(letter for letter in number.upper() if letter.isalnum())
    return crypto.keyed_hash(plain, "document") if plain else ""
