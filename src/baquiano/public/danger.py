"""Whom to call: the numbers for any danger first, the others after them, and never one that the texts themselves would not give."""

from dataclasses import dataclass

from baquiano.accounts.models import organisation
from baquiano.engine.danger import Danger
from baquiano.safety import book
from baquiano.safety.book import NumberShown


@dataclass(frozen=True)
class Call:
    """`dial`: the digits alone, for the link."""

    number: str
    dial: str
    name: str


@dataclass(frozen=True)
class CountryCalls:
    """`first`: when nobody has said which danger it is. `others`: for one kind of danger each."""

    country: str
    first: tuple[Call, ...]
    others: tuple[Call, ...]


def calls(language: str, country: str) -> list[CountryCalls]:
    """Of this country, or of each one we serve; nothing in production until somebody here has verified a number."""
    found = [_calls_of(code, language) for code in ([country] if country else organisation().countries)]
    return [of_country for of_country in found if of_country.first or of_country.others]


def _calls_of(country: str, language: str) -> CountryCalls:
    rules = book.current()
    numbers = [n for n in rules.given(sorted(rules.numbers)) if n.country == country and n.kinds]
    numbers.sort(key=lambda number: -len(number.kinds))
    return CountryCalls(
        country,
        tuple(_call(number, language) for number in numbers if Danger.UNKNOWN in number.kinds),
        tuple(_call(number, language) for number in numbers if Danger.UNKNOWN not in number.kinds),
    )


def _call(number: NumberShown, language: str) -> Call:
    return Call(number.number, number.number.replace(" ", ""), number.name(language))
