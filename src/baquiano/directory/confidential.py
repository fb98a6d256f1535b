"""A confidential place: a shelter, of which nobody outside the protection role knows where it is, or that it is.

Everything that says where it is leaves the open columns in the same write that makes it confidential, and lies encrypted in `sealed`;
the table itself refuses anything else. Each opening leaves a trace of who opened it.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.utils import timezone

from baquiano.accounts import audit as trail
from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import version
from baquiano.directory.models import Change, Location, ServiceAtLocation, Visibility
from baquiano.lib.turnstile import writing
from baquiano.territory.models import Division

OPEN: Mapping[str, Any] = {
    "name": "",
    "alternate_name": "",
    "description": "",
    "transportation": "",
    "address_1": "",
    "address_2": "",
    "city": "",
    "state_province": "",
    "postal_code": "",
    "country": "",
    "division": None,
    "latitude": None,
    "longitude": None,
    "zone": "",
    "accessibility": (),
    "languages": (),
    "phones": [],
    "hours": "",
    "hours_note": "",
    "more": {},
}
"""What says where a place is, and what stands in the open of a confidential one instead."""
AT = ("description", "hours", "hours_note", "phones")
"""What a service says of itself at a place: it is sealed with it."""
_AT_EMPTY: Mapping[str, Any] = {"description": "", "hours": "", "hours_note": "", "phones": []}
IN_CONFIDENCE = "confidential"
"""`Change.how` of whatever was changed while the place was confidential: read by the protection role for ever."""


class StaysConfidential(Exception):
    """Somebody asked for what a confidential place does not say in the open. Shown to staff as it is written."""


def is_confidential(place: Location) -> bool:
    return place.visibility == Visibility.CONFIDENTIAL


def closed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a confidential place that is written now: the open ones empty, the rest inside `sealed`."""
    hidden = {name: _plain(values[name]) for name in OPEN if name in values}
    rest = {name: value for name, value in values.items() if name not in OPEN}
    return {**rest, **deepcopy(dict(OPEN)), "visibility": Visibility.CONFIDENTIAL, "sealed": hidden}


def seal(place: Location, *, by: User | None, values: Mapping[str, Any] | None = None, how: str = "edit") -> None:
    """From this write on the place says nothing in the open; `values` are what changes with it. Safe inside an open transaction."""
    if is_confidential(place):
        return
    with writing():
        _note(place, "visibility", place.visibility, Visibility.CONFIDENTIAL, by=by, how=how)
        now = {name: getattr(place, name) for name in OPEN}
        for name, value in (values or {}).items():
            if name not in OPEN:
                setattr(place, name, value)
        given = {name: value for name, value in (values or {}).items() if name in OPEN}
        for name, value in given.items():
            if _plain(now[name]) != _plain(value):
                _note(place, name, _plain(now[name]), _plain(value), by=by, how=IN_CONFIDENCE)
        columns = closed({**now, **given})
        columns["sealed"]["at"] = _seal_offers(place)
        for name, value in columns.items():
            setattr(place, name, value)
        place.modified_at = timezone.now()
        place.save()
        version.bump()
        audit(by, "location.sealed", place)


def unseal(place: Location, visibility: str, *, by: User) -> None:
    """The place may be known again, by whoever `visibility` says. What was changed meanwhile stays with the protection role."""
    if not is_confidential(place) or visibility == Visibility.CONFIDENTIAL:
        raise StaysConfidential("a place leaves confidence towards another visibility")
    kept = dict(place.sealed or {})
    with writing():
        _note(place, "visibility", Visibility.CONFIDENTIAL, visibility, by=by, how="edit")
        for name, value in _opened(kept).items():
            setattr(place, name, value)
        place.visibility, place.sealed, place.modified_at = visibility, None, timezone.now()
        place.save()
        for pk, texts in kept.get("at", {}).items():
            ServiceAtLocation.objects.filter(pk=pk, location=place).update(**texts)
        version.bump()
        audit(by, "location.unsealed", place)


def show(place: Location, *, by: User) -> dict[str, Any]:
    """What the protection role reads of it, by the names of the columns; the opening is written down each time."""
    trail.read(by, place)
    return inside(place)


def inside(place: Location) -> dict[str, Any]:
    """For comparing with what is written now; whoever puts it before somebody's eyes calls `show`."""
    return _opened(dict(place.sealed or {}))


def change(place: Location, values: Mapping[str, Any], *, by: User) -> list[str]:
    """Gives a confidential place the `values` that differ, inside its seal where they say where it is; returns their names."""
    kept = dict(place.sealed or {})
    before = {name: kept.get(name, _plain(empty)) for name, empty in OPEN.items()}
    now = {name: _plain(values[name]) for name in values if name in OPEN}
    hidden = [name for name, value in now.items() if before[name] != value]
    plain = [
        name for name, value in values.items() if name not in (*OPEN, "visibility") and getattr(place, name) != value
    ]
    if not hidden and not plain:
        return []
    with writing():
        for name in hidden:
            _note(place, name, before[name], now[name], by=by, how=IN_CONFIDENCE)
        for name in plain:
            _note(place, name, _plain(getattr(place, name)), _plain(values[name]), by=by, how=IN_CONFIDENCE)
            setattr(place, name, values[name])
        place.sealed = {**kept, **{name: now[name] for name in hidden}}
        place.modified_at = timezone.now()
        place.save(update_fields=["sealed", "modified_at", *plain])
        version.bump()
        audit(by, "location.changed", place)
    return [*hidden, *plain]


def _seal_offers(place: Location) -> dict[str, dict[str, Any]]:
    """The words of every service there, by its id; in the open they are empty from now on."""
    offers = ServiceAtLocation.objects.filter(location=place)
    kept = {str(pk): dict(zip(AT, texts, strict=True)) for pk, *texts in offers.values_list("pk", *AT)}
    offers.update(**_AT_EMPTY)
    return {pk: texts for pk, texts in kept.items() if any(texts.values())}


def _opened(kept: Mapping[str, Any]) -> dict[str, Any]:
    """As the columns hold it."""
    values = {name: kept.get(name, empty) for name, empty in OPEN.items()}
    values["division"] = Division.objects.filter(pk=values["division"]).first() if values["division"] else None
    values["accessibility"], values["languages"] = tuple(values["accessibility"]), tuple(values["languages"])
    return values


def _note(place: Location, field: str, before: Any, after: Any, *, by: User | None, how: str) -> None:
    Change.objects.create(
        entity="location", row=place.pk, field=field, values=[_plain(before), _plain(after)], by=by, how=how
    )


def _plain(value: Any) -> Any:
    """As JSON can hold it."""
    if isinstance(value, Division):
        return value.pk
    return list(value) if isinstance(value, tuple) else value
