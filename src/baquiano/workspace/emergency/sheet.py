"""What stands on the emergency sheet of one colleague: the numbers of the place where they work, and where that is.

It names nobody and holds nothing of anybody, so that it may lie in a browser that has lost its connection.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import Membership, User
from baquiano.accounts.policy import posts_of
from baquiano.engine.danger import Danger
from baquiano.safety import book
from baquiano.safety.book import Book, NumberShown
from baquiano.safety.said import Age


@dataclass(frozen=True)
class Step:
    title: str | Promise
    what: str | Promise


STEPS = (
    Step(
        _("Safe first"),
        _(
            "You and the person: to another room, behind a door that locks, or out to where there are people. Leave things behind."
        ),
    ),
    Step(
        _("Call"),
        _(
            "Put the telephone on speaker and say where you are. If two of you are there, one calls and the other stays with the person."
        ),
    ),
    Step(
        _("Stay"),
        _(
            "Do not leave the person alone. Promise nothing. Ask only what is needed to be safe, and nothing at all of a child."
        ),
    ),
    Step(_("Tell the team"), _("One line is enough. Write no names and no papers. Whoever comes asks the rest.")),
)


@dataclass(frozen=True)
class Line:
    """One number. `dial`: the digits alone, for the link. `confirmed_on` None: nobody here has called it, which only a demo shows."""

    number: str
    dial: str
    name: str
    whose: str
    hours: str
    confirmed_on: date | None
    is_old: bool


@dataclass(frozen=True)
class Country:
    code: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """What is shown to one colleague."""

    countries: tuple[Country, ...]
    steps: tuple[Step, ...] = STEPS

    @property
    def is_unconfirmed(self) -> bool:
        """Some of them nobody here has called: only a demo shows those."""
        return any(line.confirmed_on is None for country in self.countries for line in country.lines)


def sheet_of(user: User, served: Sequence[str]) -> Sheet:
    """The country of their territory; everywhere we serve, when they work in no part of it. No number that a text could not give."""
    territories = {post.territory for post in posts_of(user) if post.territory}
    countries = [code for code in served if any(place.startswith(code) for place in territories)] or list(served)
    rules = book.current()
    return Sheet(tuple(Country(code, tuple(_lines(rules, code, territories))) for code in countries))


def place_of(user: User) -> str:
    """In words, for whoever comes. Asked only when the key was pressed."""
    rows = Membership.objects.current(timezone.now()).filter(user=user, territory__isnull=False)
    names = rows.order_by("territory__name").values_list("territory__name", flat=True)
    return ", ".join(dict.fromkeys(names))


def _lines(rules: Book, country: str, territories: Iterable[str]) -> list[Line]:
    """First those for any danger, then those for fewer; a line of one place only where it is, a line no text gives only there."""
    given: dict[str, NumberShown] = {}
    for territory in ("", *sorted(territories)):
        given |= {number.id: number for number in rules.given(sorted(rules.numbers), territory)}
    here = [number for number in given.values() if number.country == country and (number.kinds or number.territory)]
    here.sort(key=lambda number: (Danger.UNKNOWN not in number.kinds, number.is_police, -len(number.kinds), number.id))
    return [_line(number) for number in here]


def _line(number: NumberShown) -> Line:
    return Line(
        number.number,
        re.sub(r"[^\d*#+]", "", number.number),
        number.name(get_language() or "es"),
        number.whose,
        number.hours,
        number.confirmed_on,
        number.age(timezone.localdate()) is not Age.FRESH,
    )
