"""By when a request about one's data is answered, by the calendar of its country.

| country | what | answered within | once longer by | marked within |
|---|---|---|---|---|
| Colombia (Ley 1581 art. 14) | copy, portability | 10 business days | 5 | |
| Colombia (Ley 1581 art. 15) | correct, erase, oppose, block | 15 business days | 8 | 2 business days |
| Chile (Ley 21.719) | any | 30 calendar days | 30 | |

Counted from the day after it was received. These terms need counsel before an organisation relies on them (†); they are kept here only.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from baquiano.accountability.models import RequestKind
from baquiano.territory import business_days

CONSULT = frozenset({RequestKind.COPY, RequestKind.PORTABILITY})
CLAIMS = frozenset(RequestKind) - CONSULT


@dataclass(frozen=True)
class Term:
    """`marked`: days within which the file must say that it is in dispute; None: no such duty."""

    days: int
    longer: int
    in_business_days: bool
    marked: int | None = None


CONSULT_CO = Term(10, 5, in_business_days=True)
CLAIM_CO = Term(15, 8, in_business_days=True, marked=2)
ANY_CL = Term(30, 30, in_business_days=False)


def term(country: str, kind: str) -> Term:
    """A country that is not written down answers as Colombia does: the shortest of those we know."""
    if country == "CL":
        return ANY_CL
    return CONSULT_CO if kind in CONSULT else CLAIM_CO


def due(country: str, kind: str, received_on: date) -> date:
    found = term(country, kind)
    return _after(received_on, found.days, country, found)


def longer(country: str, kind: str, due_on: date) -> date:
    """Once: from the day on which it was due."""
    found = term(country, kind)
    return _after(due_on, found.longer, country, found)


def marked_by(country: str, kind: str, received_on: date) -> date | None:
    found = term(country, kind)
    return None if found.marked is None else _after(received_on, found.marked, country, found)


def _after(day: date, count: int, country: str, found: Term) -> date:
    if found.in_business_days:
        return business_days.add(day, count, country or "CO")
    return day + timedelta(days=count)
