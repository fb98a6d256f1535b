"""From a question to the ids that answer it, in their order: the nearest first where a point was given, else by id. Everything asked holds."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation

from baquiano.api.hsds.question import Question
from baquiano.api.hsds.shown import WHO, Today
from baquiano.directory import duplicates, exporting, near, spots
from baquiano.directory.models import Answer, Attribute, Confirmation, Service, ServiceAtLocation
from baquiano.directory.own_terms import KNOWN, LANGUAGE, Own
from baquiano.directory.words import NEEDS, labels
from baquiano.lib.code_list import has
from baquiano.lib.text import fold

_NAMED = ("name", "alternate_name", "description", "organization__name", "organization__alternate_name")
_PLACED = ("location__name", "location__alternate_name", "location__address_1", "location__city", "description")
_NOTHING = Q(pk__in=())  # says nothing of any row

Of = Callable[[spots.Spots, int], UUID | None]


@dataclass(frozen=True)
class Narrowed:
    """`metres`: how far each is from the point that was given, of those whose place is known."""

    ids: Sequence[UUID]
    metres: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Condition:
    """Holds when the service says so (`service`: given the way to it from the row), or the place it is offered at (`at`)."""

    service: Callable[[str], Q]
    at: Q = _NOTHING

    def of_services(self, rows: QuerySet[Service]) -> QuerySet[Service]:
        if self.at is _NOTHING:
            return rows.filter(self.service(""))
        places = exporting.at_within(WHO).filter(self.at, service=OuterRef("pk"))
        return rows.filter(self.service("") | Q(Exists(places.order_by())))

    def of_at(self, rows: QuerySet[ServiceAtLocation]) -> QuerySet[ServiceAtLocation]:
        return rows.filter(self.service("service__") | self.at)


def services(question: Question, today: Today) -> Narrowed:
    ids: Iterable[UUID] = today.shown.services
    conditions = list(_conditions(question))
    if conditions:
        ids = _services(conditions, today)
    if question.search:
        ids = _saying(question.search, ids)
    return _placed(question, today, ids, spots.Spots.service_of)


def service_at_locations(question: Question, today: Today) -> Narrowed:
    ids: Iterable[UUID] = today.shown.at
    conditions = list(_conditions(question))
    if conditions:
        rows = exporting.at_within(WHO)
        for condition in conditions:
            rows = condition.of_at(rows)
        ids = [pk for pk in rows.values_list("pk", flat=True) if pk in today.shown.at]
    if question.search:
        ids = _saying_there(question.search, ids)
    return _placed(question, today, ids, spots.Spots.at_of)


def organizations(question: Question, today: Today) -> Narrowed:
    """A term is theirs or of something they offer; so is a change."""
    ids = list(today.shown.organizations)
    for condition, own in _of_organizations(question):
        holding = set(exporting.organizations_within(WHO).filter(own).values_list("pk", flat=True))
        holding |= _owners(_services([condition], today))
        ids = [pk for pk in ids if pk in holding]
    if question.search:
        rows = exporting.organizations_within(WHO).values_list("pk", "name", "alternate_name", "description")
        saying = {pk for pk, *texts in rows if _says(question.search, *texts)}
        ids = [pk for pk in ids if pk in saying]
    return Narrowed(ids)


# -- what must hold ------------------------------------------------------------------------------------------------------


def _conditions(question: Question) -> Iterator[_Condition]:
    yield from (_Condition(_holds("needs", need)) for need in question.need)
    yield from (_Condition(_accepts(paper)) for paper in question.accepts)
    for code in question.language:
        yield _Condition(_holds("languages", code), has("location__languages", code))
    if question.organization_id is not None:
        yield _Condition(_equals("organization", duplicates.current("organization", question.organization_id)))
    if question.modified_after is not None:
        yield _modified(question.modified_after)
    yield from (_bears(term) for term in question.taxonomy_term_id)
    yield from (_bears_some(taxonomy) for taxonomy in question.taxonomy_id)
    if question.postcode and question.proximity is None:
        yield _Condition(lambda way: Q(**{f"{way}pk__in": ()}), Q(pk__in=_at_postcode(question.postcode)))


def _of_organizations(question: Question) -> Iterator[tuple[_Condition, Q]]:
    """Each with what the organisation itself may say instead."""
    if question.modified_after is not None:
        yield _modified(question.modified_after), Q(modified_at__gte=question.modified_after)
    for term in question.taxonomy_term_id:
        yield _bears(term), _bearing("organization", "pk", Q(term=term)) | _own_column("organization", (term,))
    for taxonomy in question.taxonomy_id:
        of = [UUID(own.term_id(code)) for own, code in KNOWN.values() if own.id == str(taxonomy)]
        yield (
            _bears_some(taxonomy),
            _bearing("organization", "pk", Q(term__taxonomy=taxonomy)) | _own_column("organization", of),
        )


def _holds(column: str, code: str) -> Callable[[str], Q]:
    return lambda way: has(f"{way}{column}", code)


def _equals(column: str, value: object) -> Callable[[str], Q]:
    return lambda way: Q(**{f"{way}{column}": value})


def _accepts(paper: str) -> Callable[[str], Q]:
    """Known to: who asks for no document takes everybody; who takes any document takes this one, but not nobody's."""

    def said(way: str) -> Q:
        named = has(f"{way}accepts", paper)
        any_paper = has(f"{way}accepts", "any") if paper != "none" else _NOTHING
        return Q(**{f"{way}asks_documents": Answer.NO}) | named | any_paper

    return said


def _modified(since: datetime) -> _Condition:
    confirmed = Confirmation.objects.filter(created_at__gte=since).values("service")

    def said(way: str) -> Q:
        return (
            Q(**{f"{way}modified_at__gte": since})
            | Q(**{f"{way}organization__modified_at__gte": since})
            | Q(**{f"{way}pk__in": confirmed})
        )

    return _Condition(said, Q(modified_at__gte=since) | Q(location__modified_at__gte=since))


def _bears(term: UUID) -> _Condition:
    """Our terms are columns; those of other directories are rows that name what they classify."""
    if str(term) in KNOWN:
        return _bears_columns([KNOWN[str(term)]])
    return _bears_rows(Q(term=term))


def _bears_some(taxonomy: UUID) -> _Condition:
    ours = [(own, code) for own, code in KNOWN.values() if own.id == str(taxonomy)]
    return _bears_columns(ours) if ours else _bears_rows(Q(term__taxonomy=taxonomy))


def _bears_columns(said: Sequence[tuple[Own, str]]) -> _Condition:
    return _Condition(
        service=lambda way: _any(_column(own, code, way) for own, code in said if "service" in own.entities),
        at=_any(
            _column(own, code, way)
            for own, code in said
            for entity, way in (("location", "location__"), ("service_at_location", ""))
            if entity in own.entities
        ),
    )


def _bears_rows(which: Q) -> _Condition:
    return _Condition(
        service=lambda way: _bearing("service", f"{way}pk", which),
        at=_bearing("service_at_location", "pk", which) | _bearing("location", "location", which),
    )


def _bearing(entity: str, way: str, which: Q) -> Q:
    return Q(**{f"{way}__in": Attribute.objects.filter(which, entity=entity).values("row")})


def _own_column(entity: str, terms: Iterable[UUID]) -> Q:
    known = (KNOWN[str(term)] for term in terms if str(term) in KNOWN)
    return _any(_column(own, code, "") for own, code in known if entity in own.entities)


def _column(own: Own, code: str, way: str) -> Q:
    if own.many:
        return has(f"{way}{own.column}", code)
    return Q(**{f"{way}{own.column}": True if isinstance(own.silent, bool) else code})


def _any(conditions: Iterable[Q]) -> Q:
    found = _NOTHING
    for condition in conditions:
        found |= condition
    return found


def _services(conditions: Iterable[_Condition], today: Today) -> list[UUID]:
    rows = exporting.services_within(WHO)
    for condition in conditions:
        rows = condition.of_services(rows)
    return [pk for pk in rows.values_list("pk", flat=True) if pk in today.shown.services]


def _owners(ids: Iterable[UUID]) -> set[UUID]:
    wanted = set(ids)
    return {owner for pk, owner in Service.objects.within(WHO).values_list("pk", "organization") if pk in wanted}


# -- words ---------------------------------------------------------------------------------------------------------------


def _saying(words: Sequence[str], ids: Iterable[UUID]) -> list[UUID]:
    wanted, rows = set(ids), exporting.services_within(WHO).values_list("pk", "needs", *_NAMED)
    with translation.override(LANGUAGE):
        return [
            pk
            for pk, needs, *texts in rows.iterator(chunk_size=500)
            if pk in wanted and _says(words, *texts, *labels(NEEDS, needs))
        ]


def _saying_there(words: Sequence[str], ids: Iterable[UUID]) -> list[UUID]:
    named = [f"service__{name}" for name in _NAMED]
    wanted, rows = set(ids), exporting.at_within(WHO).values_list("pk", "service__needs", *named, *_PLACED)
    with translation.override(LANGUAGE):
        return [
            pk
            for pk, needs, *texts in rows.iterator(chunk_size=500)
            if pk in wanted and _says(words, *texts, *labels(NEEDS, needs))
        ]


def _says(words: Sequence[str], *texts: str) -> bool:
    folded = fold(" ".join(texts))
    return all(word in folded for word in words)


# -- where and when ------------------------------------------------------------------------------------------------------


def _placed(question: Question, today: Today, ids: Iterable[UUID], of: Of) -> Narrowed:
    """In the order of distance, where a point was given; what has no place we know comes last, unless a distance was given too."""
    listed, metres = list(ids), dict[UUID, int]()
    every = spots.current(WHO, today.now)
    rows = np.arange(every.count) if question.open_at is None else _open(question.open_at, every, today)
    if question.postcode and question.proximity is not None:
        around = _around(_middle(question.postcode), question.proximity, every, rows, of)
        listed = [pk for pk in listed if pk in around]
    if question.near is not None:
        given = [question.radius, question.proximity if not question.postcode else None]
        radius = min((metres for metres in given if metres is not None), default=None)
        metres = _around(question.near, radius, every, rows, of)
        among = set(listed)
        nearest = [pk for pk in metres if pk in among]
        listed = nearest if radius is not None else [*nearest, *(pk for pk in listed if pk not in metres)]
    if question.open_at is not None:
        is_open = {of(every, row) for row in rows.tolist()}
        listed = [pk for pk in listed if pk in is_open]
    return Narrowed(listed, metres)


def _around(
    point: near.Point | None, radius: float | None, every: spots.Spots, rows: spots.Rows, of: Of
) -> dict[UUID, int]:
    """Metres from the point, the nearest of `rows` first; a service with several of those places counts from the nearest."""
    if point is None:
        return {}
    metres = every.metres(rows, point.lat, point.lon)
    nearest = np.argsort(metres, kind="stable")[: int(np.count_nonzero(metres <= (radius or np.finfo(float).max)))]
    found: dict[UUID, int] = {}
    for place in nearest.tolist():
        pk = of(every, int(rows[place]))
        if pk is not None:
            found.setdefault(pk, round(float(metres[place])))
    return found


def _open(at: datetime, every: spots.Spots, today: Today) -> spots.Rows:
    """Known to be open then, or open on terms; hours that nobody confirmed for too long are not known."""
    is_open, _ = every.open_at(np.arange(every.count), at, is_now=False)
    _served, has_old_hours = every.trusted(today.now)
    return np.flatnonzero(is_open & ~has_old_hours)


def _at_postcode(postcode: str) -> list[UUID]:
    """However it is written: "110111", "1101-11"."""
    rows = exporting.at_within(WHO).exclude(location__postal_code="").values_list("pk", "location__postal_code")
    return [pk for pk, code in rows if _bare(code) == postcode]


def _middle(postcode: str) -> near.Point | None:
    """Of the places with that postal code; None when we know of none."""
    rows = exporting.at_within(WHO).filter(pk__in=_at_postcode(postcode), location__latitude__isnull=False)
    found = set(rows.values_list("location__latitude", "location__longitude"))
    points = [(lat, lon) for lat, lon in found if lat is not None and lon is not None]
    if not points:
        return None
    return near.Point(sum(lat for lat, _ in points) / len(points), sum(lon for _, lon in points) / len(points))


def _bare(postcode: str) -> str:
    return re.sub(r"\W", "", postcode).upper()
