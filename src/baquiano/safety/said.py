"""How a danger text is said: its numbers in their order, each with whose it is and, when that is old, the day it was confirmed.

Pure: values in, words out. A text is whole or it is not said: nothing here cuts one short.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

MOST = 320
"""Characters of a danger text as it leaves, with its numbers and the mark of an automatic message."""
TRUSTED_DAYS, DATED_DAYS = 30, 60

_POLICE = re.compile(r"\(polic[ií]a\)|\bpolic[ií]a de ", re.IGNORECASE)


class Age(IntEnum):
    """How long ago somebody called a number."""

    FRESH = 0  # the number alone
    DATED = 1  # with the day it was confirmed
    OLD = 2  # and the general number of its country after it


def age(days: int) -> Age:
    if days <= TRUSTED_DAYS:
        return Age.FRESH
    return Age.DATED if days <= DATED_DAYS else Age.OLD


def is_police(whose: str) -> bool:
    """As the packs write it: "Carabineros de Chile (policía)", "Policía de Investigaciones"."""
    return bool(_POLICE.search(whose))


@dataclass(frozen=True)
class Line:
    """One number, ready to be said in one language. `confirmed_on` None: it is not said when that was."""

    number: str
    name: str
    country: str
    is_police: bool
    confirmed_on: date | None


@dataclass(frozen=True)
class Around:
    """What stands around numbers in one language. `in_country` empty: the country is known and not said."""

    between: str
    confirmed_on: str  # holds {date}
    call_local: str
    automatic: str
    in_country: str = ""  # holds {numbers} and {country}
    countries: Mapping[str, str] | None = None

    @property
    def room(self) -> int:
        """For the text itself: the mark of an automatic message may follow it after an empty line."""
        return MOST - len(self.automatic) - 2


def said(text: str, lines: Sequence[Line], around: Around) -> str:
    """As full as fits. When every number with its own day is too long, each country's last one carries the oldest day of them."""
    whole = ""
    for numbers in numbers_said(lines, around):
        whole = text.replace("{numbers}", numbers)
        if len(whole) <= around.room:
            return whole
    return whole


def numbers_said(lines: Sequence[Line], around: Around) -> Iterator[str]:
    """The same numbers in the same order, from the fullest way of saying them to the shortest."""
    if not lines:
        yield around.call_local
        return
    for form in (_each_with_its_day, _one_day_for_all, _without_names):
        groups = [(country, around.between.join(form(group, around))) for country, group in _by_country(lines)]
        yield around.between.join(_in_country(country, numbers, around) for country, numbers in groups)


def _by_country(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.country, []).append(line)
    return list(groups.items())


def _in_country(country: str, numbers: str, around: Around) -> str:
    if not around.in_country:
        return numbers
    return around.in_country.format(numbers=numbers, country=(around.countries or {}).get(country, country))


def _each_with_its_day(lines: Sequence[Line], around: Around) -> list[str]:
    return [_with(line.number, line.name, _day(line.confirmed_on, around)) for line in lines]


def _one_day_for_all(lines: Sequence[Line], around: Around) -> list[str]:
    names = [line.name for line in lines]
    return _dated_at_the_end(lines, names, around)


def _without_names(lines: Sequence[Line], around: Around) -> list[str]:
    """Only words that somebody changed here come to this: a police line still says what it is."""
    names = [line.name if line.is_police else "" for line in lines]
    return _dated_at_the_end(lines, names, around)


def _dated_at_the_end(lines: Sequence[Line], names: Sequence[str], around: Around) -> list[str]:
    days = [line.confirmed_on for line in lines if line.confirmed_on]
    oldest = _day(min(days), around) if days else ""
    dates = ["" for _ in lines[:-1]] + [oldest]
    return [_with(line.number, name, day) for line, name, day in zip(lines, names, dates, strict=True)]


def _day(on: date | None, around: Around) -> str:
    return around.confirmed_on.format(date=on.strftime("%d-%m")) if on else ""


def _with(number: str, *beside: str) -> str:
    told = "; ".join(word for word in beside if word)
    return f"{number} ({told})" if told else number
