"""Many people who do not exist, to see how the house does with half a million. Never in production, never beside somebody real.

The same seed gives the same people, one by one: an interrupted run goes on where it stopped. They are marked (`is_demo`), and their numbers
tell them from every other row.
"""

import random
import uuid
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from baquiano.lib.batch import Batch
from baquiano.lib.turnstile import writing
from baquiano.people.models import Person, PersonWord
from baquiano.people.models.person import Gender
from baquiano.people.naming import words_of
from baquiano.people.searching import hashes_of, learn
from baquiano.people.vocabulary import word_hash
from baquiano.territory.models import Division

NAMES = Path(__file__).with_name("data") / "seed_names.txt"
AT_ONCE = 4_000
A_STATEMENT = 300
THIS_YEAR = 2026  # ages of fictional people do not change with the calendar

# Where migrants live, more or less: most in a few towns, the rest anywhere.
TOWNS = {
    "CO11001": 0.16, "CO05001": 0.08, "CO54001": 0.07, "CO08001": 0.06, "CL02101": 0.05, "CO76001": 0.045, "CO13001": 0.035,
    "CO68001": 0.025, "CO44430": 0.025, "CO47001": 0.025, "CO25754": 0.025, "CO44001": 0.02, "CO54874": 0.02, "CO20001": 0.02,
    "CL13101": 0.02, "CO81001": 0.01, "CL01101": 0.01, "CL15101": 0.01,
}  # fmt: skip
OTHER_TOWNS = 0.29

_MARK = 0x5EED << 112
_words = Batch(PersonWord, "person_id", "word_hash")


class CannotSeed(Exception):
    """Shown as it is written: why these people may not or cannot be made here."""


@dataclass(frozen=True)
class Fictional:
    """`municipality`: an id."""

    number: uuid.UUID
    name: str
    called: str
    gender: str
    birth_year: int | None
    municipality: int | None


class Weighted:
    """Words, of which some are drawn more often. Draws with any source of chance."""

    def __init__(self, weights: Mapping[Any, float]) -> None:
        self._of = list(weights)
        self._upto = list(accumulate(weights.values()))

    def draw(self, chance: random.Random) -> Any:
        return self._of[bisect(self._upto, chance.random() * self._upto[-1], hi=len(self._of) - 1)]


def seed(people: int, *, number: int, tell: Callable[[int], None]) -> int:
    """Makes up to `people` of the seed `number`, and returns how many it added; tells how many there are. Raises `CannotSeed`."""
    _refuse()
    there = _count(number)
    places = _places()
    known: dict[str, str] = {}
    with _room_to_write():
        for start in range(there, people, AT_ONCE):
            some = [fictional(number, one, places) for one in range(start, min(start + AT_ONCE, people))]
            with writing():
                _write(some, known)
            tell(start + len(some))
    return max(0, people - there)


def fictional(number: int, one: int, places: Weighted) -> Fictional:
    """The same seed and the same place in it: the same person."""
    chance = random.Random(number << 40 | one)
    gender = Gender.WOMAN if chance.random() < 0.53 else Gender.MAN
    age = min(95, int(chance.gammavariate(4, 8)))
    name = _haitian(gender, chance) if chance.random() < 0.05 else _hispanic(gender, age, chance)
    if chance.random() < 0.04:
        name = _misheard(name, chance)
    return Fictional(
        number=uuid.UUID(int=first_of(number).int | one),
        name=name,
        called=name.split()[0][:4] if chance.random() < 0.05 else "",
        gender=gender,
        birth_year=None if chance.random() < 0.03 else THIS_YEAR - age,
        municipality=None if chance.random() < 0.04 else places.draw(chance),
    )


def _refuse() -> None:
    if not settings.IS_DEMO:
        raise CannotSeed("This installation is in production: people who do not exist never enter it.")
    if Person.objects.filter(is_demo=False).exists():
        raise CannotSeed("There are real people here. Use another folder: set BAQUIANO_HOME.")


def _count(number: int) -> int:
    return Person.objects.filter(number__gte=first_of(number), number__lt=first_of(number + 1)).count()


def first_of(number: int) -> uuid.UUID:
    return uuid.UUID(int=_MARK | (number & 0xFFFFFFFF) << 64)


def _places() -> Weighted:
    towns = dict(Division.objects.filter(children=None).values_list("pcode", "pk"))
    if not towns:
        raise CannotSeed("There are no municipalities yet. First: baquiano demo --without-visits")
    share = OTHER_TOWNS / len(towns)
    return Weighted({pk: TOWNS.get(pcode, 0.0) + share for pcode, pk in sorted(towns.items())})


# -- names -------------------------------------------------------------------------------------------------------------


@cache
def _names() -> dict[str, Weighted]:
    """Of each section of the file, the first ones the oftenest."""
    found: dict[str, list[str]] = {}
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = []
        elif not line.startswith("#"):
            list(found.values())[-1].extend(line.split())
    return {section: Weighted(_zipf(names)) for section, names in found.items()}


def _zipf(names: Sequence[str]) -> dict[str, float]:
    return {name: (rank + 7) ** -1.0 for rank, name in reversed(list(enumerate(names)))}


def _hispanic(gender: str, age: int, chance: random.Random) -> str:
    given = [_given(gender, age, chance)]
    if chance.random() < 0.68:
        given.append(_given(gender, age, chance))
    surnames = [_surname(chance)]
    if chance.random() < 0.88:
        surnames.append(_surname(chance))
    return " ".join([*dict.fromkeys(given), *surnames])


def _given(gender: str, age: int, chance: random.Random) -> str:
    """The younger, the oftener made up by the parents, as is usual in Venezuela."""
    names = _names()
    kind = "women" if gender == Gender.WOMAN else "men"
    if age < 45 and chance.random() < 0.16:
        middle = names["middles"].draw(chance) if chance.random() < 0.4 else ""
        return f"{names['beginnings'].draw(chance)}{middle}{names[f'endings of {kind}'].draw(chance)}"
    return str(names[kind].draw(chance))


def _surname(chance: random.Random) -> str:
    names = _names()
    if chance.random() < 0.05:
        return f"{names['rare surnames, beginnings'].draw(chance)}{names['rare surnames, endings'].draw(chance)}"
    surname = str(names["surnames"].draw(chance))
    return f"de {surname}" if chance.random() < 0.01 else surname


def _misheard(name: str, chance: random.Random) -> str:
    """As it is written down in a hurry: one letter is another one."""
    at = chance.randrange(1, len(name))
    return name if name[at] == " " else name[:at] + chance.choice("aeioulnrsdt") + name[at + 1 :]


def _haitian(gender: str, chance: random.Random) -> str:
    names = _names()
    given = names["haitian women" if gender == Gender.WOMAN else "haitian men"]
    return " ".join([*dict.fromkeys((given.draw(chance), given.draw(chance))), names["haitian surnames"].draw(chance)])


# -- writing -----------------------------------------------------------------------------------------------------------


@contextmanager
def _room_to_write() -> Iterator[None]:
    """On SQLite, for this connection only: the pages of the indexes stay in memory while millions of rows come. PostgreSQL is told
    afterwards how its tables look now; it would find out by itself, later.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA cache_size=-300000")
            cursor.execute("PRAGMA wal_autocheckpoint=20000")
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA cache_size=-1000")
                cursor.execute("PRAGMA wal_autocheckpoint=1000")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE people_person, people_personword, people_nameword")


def _write(some: Sequence[Fictional], known: dict[str, str]) -> None:
    said = [sorted(words_of(one.name, one.called)) for one in some]
    fresh = {word for words in said for word in words} - known.keys()
    known |= {word: word_hash(word) for word in sorted(fresh)}
    learn({known[word]: word for word in sorted(fresh)})
    ids = _people(some)
    rows = [
        (ids[one.number], kept)
        for one, its in zip(some, said, strict=True)
        for kept in hashes_of([known[word] for word in its])
    ]
    rows.sort(key=lambda row: row[1])  # beside each other in the index: far fewer pages are touched
    _words.insert(rows)


def _people(some: Sequence[Fictional]) -> dict[uuid.UUID, int]:
    """Number → id. Like `bulk_create`, but what is empty is sealed once and not half a million times."""
    fields = [field for field in Person._meta.concrete_fields if not field.primary_key]
    same = {field.attname: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    same["is_demo"] = True
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    one = f"({', '.join(['%s'] * len(fields))})"
    ids: dict[uuid.UUID, int] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(some), A_STATEMENT):
            rows = [{**same, **_own(each)} for each in some[start : start + A_STATEMENT]]
            cursor.execute(
                f"INSERT INTO {quote(Person._meta.db_table)} ({columns}) VALUES {', '.join([one] * len(rows))} "
                "RETURNING number, id",
                [row[field.attname] for row in rows for field in fields],
            )
            ids |= {
                number if isinstance(number, uuid.UUID) else uuid.UUID(number): pk for number, pk in cursor.fetchall()
            }
    return ids


def _own(one: Fictional) -> dict[str, Any]:
    own = {
        "number": one.number, "name": one.name, "gender": one.gender, "birth_year": one.birth_year, "municipality_id": one.municipality,
        "language": "es", **({"called": one.called} if one.called else {}),
    }  # fmt: skip
    fields = {field.attname: field for field in Person._meta.concrete_fields}
    return {name: fields[name].get_db_prep_save(value, connection) for name, value in own.items()}
