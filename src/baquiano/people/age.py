"""From which age somebody decides alone about what is kept of them, by country. Nobody has to say their age.

These rules were read in the laws by people who are not lawyers (†): have them checked by counsel before you rely on them. All of them
stand in the one table below, and nowhere else.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from baquiano.accounts.models import organisation
from baquiano.people.models import Person
from baquiano.people.models.consent import GivenBy


@dataclass(frozen=True)
class Ages:
    """`alone`: from this age they agree by themselves; `sensitive`: also to keep or share something sensitive. Below it a guardian
    agrees and, from `heard` on, the child agrees too. `adolescent`: from here on they may be heard alone, with a written reason.
    """

    alone: int
    sensitive: int
    adolescent: int
    heard: int = 7


BY_COUNTRY = {
    # † Ley 1581/2012 art. 7, Ley 1098/2006 arts. 3 and 26: under 18 the guardian agrees, once the child has been listened to.
    "CO": Ages(alone=18, sensitive=18, adolescent=12),
    # † Ley 19.628 as changed by Ley 21.719, art. 16 quáter: under 14 the guardian; under 16 the guardian for what is sensitive.
    "CL": Ages(alone=14, sensitive=16, adolescent=14),
}
STRICTEST = Ages(alone=18, sensitive=18, adolescent=14)
"""Where the country is not known, or not in the table."""


@dataclass(frozen=True)
class Givers:
    """Who may agree for somebody: `freely`, and who only with a reason written beside it."""

    freely: frozenset[GivenBy]
    with_reason: frozenset[GivenBy] = frozenset()


def years(person: Person, on: date) -> int | None:
    """The youngest they can be on that day: with the year alone, the birthday is taken as not come yet. None: not known."""
    born = _day(person.born_on)
    if born:
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if person.birth_year:
        return max(on.year - person.birth_year - 1, 0)
    return None


def givers(person: Person, *, is_sensitive: bool) -> Givers:
    """A person of whom no age is known is taken at their word, unless they are written down as a child without their parents."""
    ages = BY_COUNTRY.get(_country(person), STRICTEST)
    age = years(person, timezone.localdate())
    if age is None and person.child_status:
        age = ages.heard
    if age is None or age >= (ages.sensitive if is_sensitive else ages.alone):
        return Givers(frozenset({GivenBy.SELF}), frozenset({GivenBy.GUARDIAN}))
    if age < ages.heard:
        return Givers(frozenset({GivenBy.GUARDIAN, GivenBy.ASSENT}))
    has_nobody = bool(person.child_status)
    alone = {GivenBy.ADOLESCENT} if age >= ages.adolescent or has_nobody else set()
    return Givers(frozenset({GivenBy.ASSENT}), frozenset({GivenBy.GUARDIAN, *alone}))


def decides_alone(person: Person) -> bool:
    """About what is not sensitive."""
    return GivenBy.SELF in givers(person, is_sensitive=False).freely


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:
        return None


def _country(person: Person) -> str:
    """Where they live, else the only country we serve."""
    if person.municipality:
        return person.municipality.country_id
    served = organisation().countries
    return served[0] if len(served) == 1 else ""
