"""The same service, place or organisation written down twice: proposed by name, telephone and place, decided by a person.

Merging deletes nothing: the row that goes is kept, withheld or put aside, and its id means the other one from then on, so that links, imports
and referrals that know it still arrive. Confidential places are neither compared nor merged.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import desk, editing, version
from baquiano.directory.editing import Row
from baquiano.directory.models import (
    Asking,
    Attribute,
    Capacity,
    Confirmation,
    Different,
    Draft,
    Experience,
    Location,
    Notice,
    OldId,
    Organization,
    Problem,
    Reach,
    Service,
    ServiceAtLocation,
)
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing

ALIKE = 88.0
"""Of 100, as rapidfuzz compares two names whatever the order of their words."""
CLOSE_KM = 0.15
_CROWD = 60  # a word that more names have tells nobody apart
_DIGITS = 7  # the last ones of a telephone, whichever way its country is written


class CannotMerge(Exception):
    """Shown to staff as it is written."""


class Why(StrEnum):
    NAME = "name"
    PHONE = "phone"
    PLACE = "place"


@dataclass(frozen=True)
class Pair:
    """Two rows of one kind that may be the same. `likeness` of their names, out of 100."""

    entity: str
    one: Row
    other: Row
    why: tuple[Why, ...]
    likeness: int


@dataclass(frozen=True)
class _Traits:
    """What one row is compared by. `points` in degrees; `near`: whatever two rows must share for a like name to mean anything."""

    row: Row
    name: str
    phones: frozenset[str]
    places: frozenset[UUID]
    points: tuple[tuple[float, float], ...]
    near: frozenset[str]


# -- proposing -------------------------------------------------------------------------------------------------------------


def proposed(entity: str, reach: Reach, *, limit: int = 100) -> list[Pair]:
    """The likeliest first: by a like name and something else they share; or by nearly the same name in one municipality or organisation."""
    traits = list(_TRAITS[entity](reach))
    found = (_compared(entity, one, other) for one, other in _candidates(traits))
    judged = set(Different.objects.filter(entity=entity).values_list("one", "other"))
    pairs = [pair for pair in found if pair is not None and _ids(pair.one, pair.other) not in judged]
    return sorted(pairs, key=lambda pair: (-len(pair.why), -pair.likeness))[:limit]


def judge_different(one: Row, other: Row, *, by: User) -> None:
    """Somebody looked at both: they are not proposed again."""
    first, second = _ids(one, other)
    with writing():
        entity = editing.ENTITIES[type(one)]
        Different.objects.get_or_create(one=first, other=second, defaults={"entity": entity, "by": by})
        audit(by, "directory.different", one)


def _ids(one: Row, other: Row) -> tuple[UUID, UUID]:
    return (one.pk, other.pk) if one.pk < other.pk else (other.pk, one.pk)


def _candidates(traits: Sequence[_Traits]) -> Iterator[tuple[_Traits, _Traits]]:
    """Those that share a telephone, a place, or a rare word of the name: never everything with everything."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, one in enumerate(traits):
        keys = {("phone", phone) for phone in one.phones} | {("place", str(place)) for place in one.places}
        keys |= {("word", f"{near}|{word[:5]}") for near in one.near for word in one.name.split() if len(word) > 3}
        for key in keys:
            blocks[key].append(number)
    seen: set[tuple[int, int]] = set()
    for numbers in blocks.values():
        if len(numbers) > _CROWD:
            continue
        for pair in combinations(numbers, 2):
            if pair not in seen:
                seen.add(pair)
                yield traits[pair[0]], traits[pair[1]]


def _compared(entity: str, one: _Traits, other: _Traits) -> Pair | None:
    likeness = fuzz.token_sort_ratio(one.name, other.name)
    why = []
    if likeness >= ALIKE:
        why.append(Why.NAME)
    if one.phones & other.phones:
        why.append(Why.PHONE)
    if one.places & other.places or _are_close(one.points, other.points):
        why.append(Why.PLACE)
    if Why.NAME not in why or (len(why) < 2 and not one.near & other.near):
        return None  # one building houses many, and one switchboard answers for them
    return Pair(entity, one.row, other.row, tuple(why), round(likeness))


def _are_close(some: Iterable[tuple[float, float]], others: Sequence[tuple[float, float]]) -> bool:
    return any(_km(one, other) <= CLOSE_KM for one in some for other in others)


def _km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Good enough for a few streets."""
    degree = 111.2
    return hypot((one[0] - other[0]) * degree, (one[1] - other[1]) * degree * cos(radians(one[0])))


def _services(reach: Reach) -> Iterator[_Traits]:
    gone = OldId.objects.filter(entity="service").values("old")
    rows = desk.with_places(desk.services(reach).exclude(pk__in=gone).filter(organization__is_active=True), reach)
    for service in rows:
        places = [at.location for at in service.shown_at if at.location.visibility in Reach.TEAM.value]  # type: ignore[attr-defined]
        phones = [*service.phones, *(phone for place in places for phone in place.phones)]
        yield _Traits(
            row=service,
            name=fold(service.name),
            phones=frozenset(_digits(phones)),
            places=frozenset(place.pk for place in places),
            points=_points(places),
            near=frozenset(
                [str(service.organization_id), *(str(place.division_id) for place in places if place.division_id)]
            ),
        )


def _organizations(reach: Reach) -> Iterator[_Traits]:
    gone = OldId.objects.filter(entity="organization").values("old")
    for row in desk.organizations(reach).exclude(pk__in=gone).filter(is_active=True):
        phones = [{"number": row.phone}] if row.phone else []
        yield _Traits(row, fold(row.name), frozenset(_digits(phones)), frozenset(), (), frozenset([""]))


def _locations(_reach: Reach) -> Iterator[_Traits]:
    gone = OldId.objects.filter(entity="location").values("old")
    for row in (
        Location.objects.within(Reach.TEAM).exclude(pk__in=gone).filter(is_active=True).select_related("division")
    ):
        name = fold(f"{row.name} {row.address_1}")
        near = frozenset([str(row.division_id)] if row.division_id else [])
        yield _Traits(row, name, frozenset(_digits(row.phones)), frozenset(), _points([row]), near)


_TRAITS = {"service": _services, "organization": _organizations, "location": _locations}
ENTITIES = tuple(_TRAITS)


def _digits(phones: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Short numbers are those of authorities: half the country shares them."""
    for phone in phones:
        digits = "".join(character for character in str(phone.get("number", "")) if character.isdigit())
        if len(digits) >= _DIGITS:
            yield digits[-_DIGITS:]


def _points(places: Iterable[Location]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (place.latitude, place.longitude)
        for place in places
        if place.latitude is not None and place.longitude is not None and not place.is_approximate
    )


# -- merging ---------------------------------------------------------------------------------------------------------------


def merge(keep: Row, gone: Row, *, by: User) -> None:
    """From now on `gone` is `keep`: what was empty there is filled from here, and everything that hung on it hangs there. Raises `CannotMerge`."""
    if type(keep) is not type(gone) or keep.pk == gone.pk:
        raise CannotMerge(_("Choose two different ones of the same kind."))
    entity = editing.ENTITIES[type(keep)]
    with writing():
        if OldId.objects.filter(old__in=[keep.pk, gone.pk]).exists():
            raise CannotMerge(_("One of them was merged already. Look at the list again."))
        if isinstance(keep, Service) and isinstance(gone, Service):
            _merge_services(keep, gone, by=by)
        elif isinstance(keep, Location) and isinstance(gone, Location):
            _merge_locations(keep, gone, by=by)
        elif isinstance(keep, Organization) and isinstance(gone, Organization):
            _merge_organizations(keep, gone, by=by)
        else:
            raise CannotMerge(_("These cannot be merged."))
        _rename(entity, gone.pk, keep.pk, by=by)
        version.bump()
        audit(by, "directory.merged", keep)


def current(entity: str, row: UUID) -> UUID:
    """The id that this one means now: itself, unless it was merged."""
    found = OldId.objects.filter(old=row, entity=entity).values_list("row", flat=True).first()
    return found or row


def _rename(entity: str, old: UUID, new: UUID, *, by: User) -> None:
    """Ids that already meant the old one mean the new one: nobody follows a chain."""
    OldId.objects.filter(entity=entity, row=old).update(row=new)
    OldId.objects.create(old=old, entity=entity, row=new, by=by, merged_at=timezone.now())
    Attribute.objects.filter(entity=entity, row=old).update(row=new)


def _merge_services(keep: Service, gone: Service, *, by: User) -> None:
    if keep.is_demo != gone.is_demo:
        raise CannotMerge(_("A fictional one and a real one cannot be the same."))
    if keep.visibility != gone.visibility:
        raise CannotMerge(_("Not everybody may know of both. Make them known to the same people first."))
    editing.change(keep, _filled(keep, gone, _SERVICE_FIELDS), by=by, how="merge")
    for at in ServiceAtLocation.objects.filter(service=gone):
        _move_offer(at, {"service": keep}, by=by)
    for model in (Confirmation, Problem, Experience, Draft, Capacity, Notice):
        _rows(model).filter(service=gone).update(service=keep)
    because = _("The same as another service: merged on %(day)s.") % {"day": f"{timezone.localdate():%d-%m-%Y}"}
    aside = {"is_withheld": True, "withheld_because": because, "status": Service.Status.DEFUNCT}
    editing.change(gone, aside, by=by, how="merge")


def _rows(model: type[models.Model]) -> "models.QuerySet[Any]":
    return model._default_manager.all()


def _merge_locations(keep: Location, gone: Location, *, by: User) -> None:
    if {keep.visibility, gone.visibility} - set(Reach.TEAM.value):
        raise CannotMerge(_("These cannot be merged."))
    if keep.visibility != gone.visibility:
        raise CannotMerge(_("Not everybody may know of both. Make them known to the same people first."))
    editing.change(keep, _filled(keep, gone, _LOCATION_FIELDS) | _pin(keep, gone), by=by, how="merge")
    for at in ServiceAtLocation.objects.filter(location=gone):
        _move_offer(at, {"location": keep}, by=by)
    Notice.objects.filter(location=gone).update(location=keep)
    editing.change(gone, {"is_active": False}, by=by, how="merge")


def _merge_organizations(keep: Organization, gone: Organization, *, by: User) -> None:
    """What people agreed to share with the one that goes is not shared with the other: consent names its receiver, and is asked again."""
    if keep.is_demo != gone.is_demo:
        raise CannotMerge(_("A fictional one and a real one cannot be the same."))
    editing.change(keep, _filled(keep, gone, _ORGANIZATION_FIELDS), by=by, how="merge")
    Service.objects.filter(organization=gone).update(organization=keep)
    Location.objects.filter(organization=gone).update(organization=keep)
    Organization.objects.filter(parent=gone).exclude(pk=keep.pk).update(parent=keep)
    Notice.objects.filter(organization=gone).update(organization=keep)
    Asking.objects.filter(organization=gone, state=Asking.State.WAITING).update(state=Asking.State.UNREACHED)
    parent = {"parent": None} if keep.parent_id == gone.pk else {}
    editing.change(keep, parent, by=by, how="merge")
    editing.change(gone, {"is_active": False}, by=by, how="merge")


def _move_offer(at: ServiceAtLocation, to: Mapping[str, Service | Location], *, by: User) -> None:
    """To the row that stays; where that is offered there already, what hung on this one hangs on that one."""
    wanted = {"service": at.service_id, "location": at.location_id, **{name: row.pk for name, row in to.items()}}
    twin = ServiceAtLocation.objects.filter(**wanted).first()
    if twin is None:
        editing.change(at, to, by=by, how="merge")
        return
    filled = _filled(twin, at, ("description", "hours", "hours_note", "phones"))
    editing.change(twin, filled | {"is_active": twin.is_active or at.is_active}, by=by, how="merge")
    for model in (Confirmation, Problem, Capacity, Notice):
        _rows(model).filter(at=at).update(at=twin)
    editing.change(at, {"is_active": False}, by=by, how="merge")
    _rename("service_at_location", at.pk, twin.pk, by=by)


def _filled(keep: Row, gone: Row, names: Iterable[str]) -> dict[str, Any]:
    """What the one that stays does not know yet."""
    unknown: tuple[Any, ...] = ("", "unknown", None, (), [], {})
    return {
        name: getattr(gone, name)
        for name in names
        if getattr(keep, name) in unknown and getattr(gone, name) not in unknown
    }


def _pin(keep: Location, gone: Location) -> dict[str, Any]:
    """Both numbers of a point or none; an exact one rather than the middle of a municipality."""
    is_better = gone.latitude is not None and (
        keep.latitude is None or (keep.is_approximate and not gone.is_approximate)
    )
    if not is_better:
        return {}
    return {"latitude": gone.latitude, "longitude": gone.longitude, "is_approximate": gone.is_approximate}


_ORGANIZATION_FIELDS = ("alternate_name", "description", "website", "email", "phone")
_LOCATION_FIELDS = (
    "name", "alternate_name", "description", "transportation", "address_1", "address_2", "city", "state_province", "postal_code", "country",
    "division", "zone", "accessibility", "phones", "languages", "hours", "hours_note", "holidays", "step_free", "organization",
)  # fmt: skip
_SERVICE_FIELDS = (
    "alternate_name", "description", "url", "email", "phones", "needs", "populations", "asks_documents", "asks_status", "accepts", "minimum_age",
    "maximum_age", "family", "eligibility_text", "required_documents", "cost", "cost_text", "cost_options", "languages", "interpretation",
    "appointment", "how_to_ask", "hours", "hours_note", "holidays", "areas", "alert", "caution",
)  # fmt: skip
