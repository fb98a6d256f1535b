"""Finding one person among many, without a readable name in the tables.

A name is kept as keyed hashes of its words, and of every two of them. A search widens each word to those that may be meant (see
vocabulary.py), looks for people who bear two of them, and opens the names of the best few to put them in order. Whom the searcher may see
is part of the same query: nobody else is compared or opened; only how common a word is, is counted over everybody. No name leaves this module.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When

from baquiano.people import vocabulary
from baquiano.people.models import Distinct, Document, NameWord, Person, PersonWord
from baquiano.people.naming import words, words_of
from baquiano.people.vocabulary import word_hash

MOST_ASKED = 6
"""Words of a search that count."""
DRIVING = 3
"""Of these, the rarest that people are looked for by: two of three are enough, so one may be wrong."""
DRIVING_ALIKE = 4
"""The same for a whole name beside another record, which may lack half of it."""
WIDTH = 30
"""What a word is widened to."""
PAIRS = 400
"""Pairs looked up at once."""
OPENED = 60
"""Names opened to put the best in order."""
ROWS = 600
"""Rows looked at, those with the right year or place first."""
COUNTED = 20_000
"""A word borne by more people than this is simply common."""
WORSE = 0.4
"""Whoever fits so much worse than the best is not shown."""
ALIKE = 0.85
"""From this likeness of names on, two records may be one person."""

_YEAR, _NEAR_YEAR, _OTHER_YEAR = 0.15, 0.09, -0.1
_PLACE, _OTHER_PLACE = 0.1, -0.04
_EARLY = 0.03  # what somebody is asked for is mostly their first name and their first surname
_SAME_PAPER = 2.0

Near = Mapping[str, float]


@dataclass(frozen=True)
class Hit:
    """`person`: an id. `score`: only good to compare. `likeness`: how much of the name asked for is there, from 0 to 1."""

    person: int
    score: float
    likeness: float


@dataclass(frozen=True)
class _Known:
    """What else is known of whom we look for."""

    birth_year: int | None
    municipality: int | None

    def __bool__(self) -> bool:
        return self.birth_year is not None or self.municipality is not None

    def fits(self) -> Case:
        """1: the right year, give or take one, or the right place; 0: neither."""
        ways = Q(pk__in=())
        if self.birth_year is not None:
            ways |= Q(person__birth_year__range=(self.birth_year - 1, self.birth_year + 1))
        if self.municipality is not None:
            ways |= Q(person__municipality=self.municipality)
        return Case(When(ways, then=1), default=0)

    def has_year(self, birth_year: int | None) -> bool:
        return self.birth_year is not None and birth_year is not None and abs(self.birth_year - birth_year) <= 1

    def worth(self, birth_year: int | None, municipality: int | None) -> float:
        """What one side does not know says nothing."""
        worth = 0.0
        if self.birth_year is not None and birth_year is not None:
            apart = abs(self.birth_year - birth_year)
            worth += _YEAR if apart == 0 else _NEAR_YEAR if apart == 1 else _OTHER_YEAR
        if self.municipality is not None and municipality is not None:
            worth += _PLACE if self.municipality == municipality else _OTHER_PLACE
        return worth


@dataclass(frozen=True)
class _Fitting:
    """Somebody who bears words asked for, before the name is opened. `closeness`: of the best pair, with what else is known."""

    person: int
    birth_year: int | None
    municipality: int | None
    closeness: float


@dataclass(frozen=True)
class _Opened:
    """The same with the name opened. `matched`: how many of the words asked for are there; `shared`: how much of the shorter name."""

    fitting: _Fitting
    hit: Hit
    matched: int
    shared: float


# -- keeping -----------------------------------------------------------------------------------------------------------


def index(person: Person) -> None:
    """Keep the words of this person's names as they are now, and those of the records that are the same person. Inside the
    transaction of the deed that changed a name or joined two records.
    """
    root = person.same_as if person.same_as_id else person
    assert root is not None
    for one in {root.pk: root, person.pk: person}.values():
        names = [one, *Person.objects.filter(same_as=one)]
        _keep(one.pk, sorted({word for each in names for word in words_of(each.name, each.called)}))


def _keep(person: int, said: Sequence[str]) -> None:
    full = {word_hash(word): word for word in said}
    wanted = set(hashes_of(full))
    held = set(PersonWord.objects.filter(person=person).values_list("word_hash", flat=True))
    PersonWord.objects.filter(person=person, word_hash__in=held - wanted).delete()
    learn(full)
    PersonWord.objects.bulk_create(
        (PersonWord(person_id=person, word_hash=one) for one in sorted(wanted - held)), ignore_conflicts=True
    )
    _unlearn(held - wanted)


def hashes_of(full: Iterable[str]) -> list[str]:
    """What is kept for the words of these hashes (64 digits): each, and each two of them."""
    halves = [one[:32] for one in full]
    return [*halves, *(_pair(one, other) for one, other in combinations(halves, 2))]


def _pair(one: str, other: str) -> str:
    """Of two hashes, in whichever order. Who has the hashes can make it: it reveals what the two reveal."""
    return f"{int(one, 16) ^ int(other, 16):032x}"


def learn(full: Mapping[str, str]) -> None:
    """Hash (64 digits) → word: those the vocabulary has not heard yet come in."""
    known = set(NameWord.objects.filter(word_hash__in=list(full)).values_list("word_hash", flat=True))
    NameWord.objects.bulk_create(
        (NameWord(word=word, word_hash=one) for one, word in full.items() if one not in known), ignore_conflicts=True
    )


def _unlearn(gone: Iterable[str]) -> None:
    """Words that nobody bears any more leave the vocabulary."""
    lost = set(gone)
    lost -= set(PersonWord.objects.filter(word_hash__in=lost).values_list("word_hash", flat=True))
    for one in sorted(lost):  # as a range: the index of a text does not help LIKE on every database
        NameWord.objects.filter(word_hash__gte=one, word_hash__lt=f"{one}g").delete()


# -- finding -----------------------------------------------------------------------------------------------------------


def find(
    rows: QuerySet[Person],
    *,
    text: str,
    birth_year: int | None = None,
    municipality: int | None = None,
    limit: int = 10,
) -> list[Hit]:
    """Of `rows`, which are those the searcher may see, whoever may be meant, the likeliest first. `municipality`: an id.

    Accents, the order, missing surnames, short forms and one slip in each word are forgiven; a year may be off by one. Never writes.
    """
    known = _Known(birth_year, municipality)
    asked = _widened(words(text)[:MOST_ASKED])
    opened = _open(asked, known, _look_for(rows.order_by(), asked, known, DRIVING, limit))
    best = max((one.hit.score for one in opened), default=0.0)
    hits = (one.hit for one in opened if one.hit.score > best - WORSE)
    return sorted(hits, key=lambda hit: (-hit.score, hit.person))[:limit]


def alike(rows: QuerySet[Person], person: Person, *, limit: int = 10) -> list[Hit]:
    """Of `rows`, records that may be the same person: the same document, or much the same name with the year or the place. A proposal;
    never one that was already answered, and never about somebody who asked not to be joined. `person` need not be stored yet.
    """
    if not person.may_be_merged:
        return []
    others = rows.order_by().filter(may_be_merged=True).exclude(pk__in=_answered(person))
    papers = Document.objects.filter(person=person.pk).exclude(number_hash="").values_list("number_hash", flat=True)
    same_paper = set(others.filter(documents__number_hash__in=list(papers)).values_list("pk", flat=True)[:limit])
    hits = [Hit(one, _SAME_PAPER, 1.0) for one in sorted(same_paper)]
    return [*hits, *(hit for hit in _named_alike(others, person) if hit.person not in same_paper)][:limit]


def _answered(person: Person) -> set[int]:
    """Itself, what it is joined to, and those of whom somebody said that they are two."""
    if person.pk is None:
        return set()
    pairs = Distinct.objects.filter(Q(one=person.pk) | Q(other=person.pk)).values_list("one_id", "other_id")
    joined = Person.objects.filter(same_as=person.pk).values_list("pk", flat=True)
    return {
        person.pk,
        *joined,
        *(one for pair in pairs for one in pair),
        *([person.same_as_id] if person.same_as_id else []),
    }


def _named_alike(rows: QuerySet[Person], person: Person) -> list[Hit]:
    """Two words and the year, or three and the place: less would propose every Juan Pérez."""
    known = _Known(person.birth_year, person.municipality_id)
    said = list(dict.fromkeys([*words(person.name), *words(person.called)]))[:MOST_ASKED]
    if not known or len(said) < 2:
        return []
    asked = _widened(said)
    opened = _open(asked, known, _look_for(rows, asked, known, DRIVING_ALIKE, 1))
    hits = [
        one.hit
        for one in opened
        if one.shared >= ALIKE
        and one.matched >= (2 if known.has_year(one.fitting.birth_year) else 3)
        and known.worth(one.fitting.birth_year, one.fitting.municipality) > 0
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.person))


def _widened(asked: Sequence[str]) -> dict[str, Near]:
    if not asked:
        return {}
    book = vocabulary.current()
    return {word: book.near(word) for word in asked}


def _look_for(
    rows: QuerySet[Person], asked: Mapping[str, Near], known: _Known, driving: int, enough: int
) -> list[_Fitting]:
    """Who bears two of the words; if nobody likely does, who bears one."""
    found: dict[int, _Fitting] = {}
    if len(asked) == 2:
        found = _look(rows, _pairs(list(asked.values())), known)
    if len(asked) > 2:
        found = _look_for_most(rows, _pairs([asked[word] for word in _rarest_first(asked)[:driving]]), known)
    if not any(known.worth(one.birth_year, one.municipality) > 0 for one in found.values()) if known else not found:
        found = _bearing_one(rows, asked, known, enough) | found
    return sorted(found.values(), key=lambda one: (-one.closeness, one.person))[:OPENED]


def _bearing_one(rows: QuerySet[Person], asked: Mapping[str, Near], known: _Known, enough: int) -> dict[int, _Fitting]:
    """The other words may be wrong, or were never written down."""
    found: dict[int, _Fitting] = {}
    for word in _rarest_first(asked):
        if len(found) < enough:
            # Half as close: never before who bears two.
            half = {one: closeness / 2 for one, closeness in _singles(asked[word]).items()}
            found = _look(rows, half, known) | found
    return found


def _bearers_of(rows: QuerySet[Person], hashes: Near, known: _Known) -> QuerySet[Any]:
    """Rows of `PersonWord`. Begins with the words: whatever `rows` says is asked of each person who bears some, by her id.

    Written as a join or as EXISTS, a planner may begin with a condition that half of everybody meets, or with whom the searcher has
    access to; a query that gives one value is never taken apart.
    """
    allowed = rows.filter(pk=OuterRef("person_id")).values("pk")[:1]
    bearers = PersonWord.objects.filter(person_id=Subquery(allowed), word_hash__in=list(hashes))
    return bearers.annotate(fits=known.fits()) if known else bearers.annotate(fits=Value(0))


def _look(rows: QuerySet[Person], hashes: Near, known: _Known) -> dict[int, _Fitting]:
    seen = _bearers_of(rows, hashes, known).values_list(
        "person_id", "person__birth_year", "person__municipality_id", "word_hash"
    )
    found: dict[int, _Fitting] = {}
    for person, year, place, one in (seen.order_by("-fits") if known else seen)[:ROWS]:
        closeness = hashes[one] + known.worth(year, place)
        if person not in found or found[person].closeness < closeness:
            found[person] = _Fitting(person, year, place, closeness)
    return found


def _look_for_most(rows: QuerySet[Person], hashes: Near, known: _Known) -> dict[int, _Fitting]:
    """Whoever bears most of these pairs. How close each is, is seen when the name is opened."""
    seen = _bearers_of(rows, hashes, known).values_list(
        "person_id", "person__birth_year", "person__municipality_id", "fits"
    )
    most = seen.annotate(pairs=Count("pk")).order_by(-(F("pairs") + F("fits")), "person_id")[:OPENED]
    return {
        person: _Fitting(person, year, place, pairs + known.worth(year, place))
        for person, year, place, _fits, pairs in most
    }


def _singles(near: Near) -> dict[str, float]:
    """Hash → how close, of the best of what one word may mean."""
    return {word_hash(word)[:32]: closeness for word, closeness in list(near.items())[:WIDTH]}


def _pairs(nears: Sequence[Near]) -> dict[str, float]:
    """Hash → how close, of the best pairs of words of two different words asked for."""
    singles = [_singles(near) for near in nears]
    pairs = [
        (close * other_close, _pair(one, other))
        for some, others in combinations(singles, 2)
        for one, close in some.items()
        for other, other_close in others.items()
        if one != other
    ]
    return {pair: closeness for closeness, pair in sorted(pairs, reverse=True)[:PAIRS]}


def _rarest_first(asked: Mapping[str, Near]) -> list[str]:
    return sorted(asked, key=lambda word: _bearers(asked[word]))


def _bearers(near: Near) -> int:
    """How many people bear the likeliest word meant, counted no further than `COUNTED`; remembered for a while."""
    counts = vocabulary.current().counts
    for word in list(near)[:2]:  # itself, which may be nobody's, and the closest one that is somebody's
        if word not in counts:
            some = PersonWord.objects.filter(word_hash=word_hash(word)[:32]).values("pk")[:COUNTED]
            counts[word] = some.count()
        if counts[word]:
            return counts[word]
    return COUNTED


def _open(asked: Mapping[str, Near], known: _Known, fitting: Sequence[_Fitting]) -> list[_Opened]:
    """Reads the names of these few, and of the records that are the same person."""
    ids = [one.person for one in fitting]
    said: dict[int, list[str]] = {one: [] for one in ids}
    read = Person.objects.filter(Q(pk__in=ids) | Q(same_as__in=ids)).order_by("-same_as", "pk")
    for pk, same_as, name, called in read.values_list("pk", "same_as_id", "name", "called"):
        for person in {pk, same_as} & said.keys():
            said[person] += [*words(str(name)), *words(str(called))]
    weights = _weights(asked)
    return [_judged(one, asked, weights, list(dict.fromkeys(said[one.person])), known) for one in fitting]


def _weights(asked: Mapping[str, Near]) -> dict[str, float]:
    """A rare word says more. Of two words both are there or the list is short: not counted for that."""
    if len(asked) < 3:
        return dict.fromkeys(asked, 1.0)
    return {word: 1.5 - math.log1p(_bearers(near)) / math.log1p(COUNTED) for word, near in asked.items()}


def _judged(
    one: _Fitting, asked: Mapping[str, Near], weights: Mapping[str, float], said: list[str], known: _Known
) -> _Opened:
    matches = _matched(asked, said)
    likeness = sum(weights[word] * closeness for word, (closeness, _at) in matches.items()) / sum(weights.values())
    early = sum(1 - at / len(said) for _closeness, at in matches.values()) / len(asked)
    score = likeness + _EARLY * early + known.worth(one.birth_year, one.municipality)
    shared = sum(closeness for closeness, _at in matches.values()) / max(1, min(len(asked), len(said)))
    return _Opened(one, Hit(one.person, round(score, 4), round(likeness, 4)), len(matches), shared)


def _matched(asked: Mapping[str, Near], said: Sequence[str]) -> dict[str, tuple[float, int]]:
    """Word asked for → how close to a word of the name, and where that stands. Each word of the name is given once, the closest first."""
    ways = sorted(
        ((near[other], -at, word) for word, near in asked.items() for at, other in enumerate(said) if other in near),
        reverse=True,
    )
    matches: dict[str, tuple[float, int]] = {}
    taken: set[int] = set()
    for closeness, at, word in ways:
        if word not in matches and at not in taken:
            matches[word] = (closeness, -at)
            taken.add(at)
    return matches
