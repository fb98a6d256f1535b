"""Writing a service or a place down, putting one at the other, and saying what is different for a while.

Nothing here deletes a row or moves the date of a verification: a service ends by its status, leaves a place, or is withheld.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import confidential, editing, version
from baquiano.directory.models import (
    Capacity,
    Location,
    Notice,
    Organization,
    Service,
    ServiceAtLocation,
    Visibility,
)
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing

LONGEST_NOTICE = timedelta(days=366)
LONGEST_CAPACITY = timedelta(days=7)


class CannotOffer(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


# -- services ----------------------------------------------------------------------------------------------------------


def write_service(organization: Organization, values: Mapping[str, Any], *, by: User) -> Service:
    """A new one, by the names of its fields. Raises `CannotOffer` for one that this organisation has already."""
    _check_service(values)
    others = organization.services.values_list("name", flat=True)
    if fold(values["name"]) in {fold(name) for name in others}:
        raise CannotOffer(_("This organisation has a service of this name already."))
    with writing():
        written = Service.objects.create(organization=organization, is_demo=organization.is_demo, **values)
        version.bump()
        audit(by, "service.written", written)
    return written


def correct_service(service: Service, values: Mapping[str, Any], *, by: User) -> list[str]:
    """Returns the names of the fields that changed."""
    _check_service({**vars(service), **values})
    return editing.change(service, values, by=by, how="edit")


def withhold(service: Service, because: str, *, by: User) -> None:
    """ "No publicar": it stays with us and is said to nobody."""
    if not because.strip():
        raise CannotOffer(_("Say why it is not to be published: whoever looks at it next must know."))
    editing.change(service, {"is_withheld": True, "withheld_because": because.strip()}, by=by, how="edit")


def publish_again(service: Service, *, by: User) -> None:
    editing.change(service, {"is_withheld": False, "withheld_because": ""}, by=by, how="edit")


def _check_service(values: Mapping[str, Any]) -> None:
    youngest, oldest = values.get("minimum_age"), values.get("maximum_age")
    if youngest is not None and oldest is not None and youngest > oldest:
        raise CannotOffer(_("The lowest age must not be above the highest."))


# -- places ------------------------------------------------------------------------------------------------------------


def write_place(values: Mapping[str, Any], *, by: User) -> Location:
    """A new one. A confidential one says nothing in the open from its first moment on."""
    is_hidden = values.get("visibility") == Visibility.CONFIDENTIAL
    organization = values.get("organization")
    is_demo = organization.is_demo if organization else False
    with writing():
        columns = confidential.closed(values) if is_hidden else values
        place = Location.objects.create(is_demo=is_demo, **columns)
        version.bump()
        audit(by, "location.written", place)
    return place


def correct_place(place: Location, values: Mapping[str, Any], *, by: User) -> None:
    """Whatever its visibility was and becomes; what becomes confidential is sealed in the same write."""
    after = values.get("visibility", place.visibility)
    if not confidential.is_confidential(place):
        if after == Visibility.CONFIDENTIAL:
            confidential.seal(place, values=values, by=by)
            return
        editing.change(place, values, by=by, how="edit")
        return
    with writing():
        confidential.change(place, values, by=by)
        if after != Visibility.CONFIDENTIAL:
            confidential.unseal(place, after, by=by)


def put_at(service: Service, place: Location, *, by: User) -> ServiceAtLocation:
    """Again, if it was taken away from there once."""
    if not place.is_active:
        raise CannotOffer(_("This place is not used any more. Choose another, or take it up again."))
    with writing():
        at, is_new = ServiceAtLocation.objects.get_or_create(service=service, location=place)
        if not is_new and at.is_active:
            raise CannotOffer(_("The service is at this place already."))
        at.is_active, at.modified_at = True, timezone.now()
        at.save(update_fields=["is_active", "modified_at"])
        version.bump()
        audit(by, "service_at_location.put", at)
    return at


def take_away(at: ServiceAtLocation, *, by: User) -> None:
    """The service is not at this place any more; what we knew of it there stays."""
    editing.change(at, {"is_active": False}, by=by, how="edit")


# -- for a while -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What is different, from when to when. `hours`: as OpenStreetMap writes them, of other hours only."""

    kind: str
    text: str
    begins_at: datetime
    ends_at: datetime
    hours: str = ""


def announce(about: Service | Location | ServiceAtLocation | Organization, said: Said, *, by: User) -> Notice:
    """It ends by itself. Said twice (a button pressed twice) it is one. Raises `CannotOffer` for one that would never be read, or says nothing."""
    _check_notice(said)
    one = {Service: "service", Location: "location", ServiceAtLocation: "at", Organization: "organization"}
    values = {
        "kind": said.kind,
        "text": said.text.strip(),
        "hours": said.hours if said.kind == Notice.Kind.HOURS else "",
        "begins_at": said.begins_at,
        "ends_at": said.ends_at,
        one[type(about)]: about,
    }
    with writing():
        before = Notice.objects.filter(ended_at=None, **values).first()
        if before is not None:
            return before
        notice = Notice.objects.create(**values, by=by)
        version.bump()
        audit(by, "notice.written", notice)
    return notice


def end_notice(notice: Notice, *, by: User) -> None:
    """Before its time, by hand."""
    now = timezone.now()
    with writing():
        if not Notice.objects.filter(pk=notice.pk, ended_at=None, ends_at__gt=now).update(ended_at=now):
            raise CannotOffer(_("This notice has ended already."))
        version.bump()
        audit(by, "notice.ended", notice)


def _check_notice(said: Said) -> None:
    if said.ends_at <= said.begins_at:
        raise CannotOffer(_("The end must be after the beginning."))
    if said.ends_at <= timezone.now():
        raise CannotOffer(_("The end has passed already: nobody would read it."))
    if said.ends_at - said.begins_at > LONGEST_NOTICE:
        raise CannotOffer(_("A notice lasts a year at most. What is so for longer belongs to the service itself."))
    if said.kind == Notice.Kind.MESSAGE and not said.text.strip():
        raise CannotOffer(_("Write what people should know."))
    if said.kind == Notice.Kind.HOURS and not said.hours:
        raise CannotOffer(_("Write the hours that are valid meanwhile."))


@dataclass(frozen=True)
class Left:
    """How much is left of what, and for how long that is worth saying. `maximum` None: not known."""

    unit: str
    available: float
    maximum: float | None
    description: str
    good_for: timedelta


def say_capacity(service: Service, left: Left, *, at: ServiceAtLocation | None = None, by: User) -> Capacity:
    """Takes the place of what was said before of the same unit at the same place, and ends by itself."""
    _check_capacity(left)
    now = timezone.now()
    values = {
        "available": left.available,
        "maximum": left.maximum,
        "description": left.description.strip(),
        "updated_at": now,
        "good_until": now + left.good_for,
        "by": by,
    }
    with writing():
        said = (
            Capacity.objects.filter(service=service, at=at, unit__iexact=left.unit.strip())
            .order_by("-updated_at")
            .first()
        )
        capacity = said or Capacity(service=service, at=at, unit=left.unit.strip())
        for name, value in values.items():
            setattr(capacity, name, value)
        capacity.save()
        version.bump()
        audit(by, "capacity.said", capacity)
    return capacity


def _check_capacity(left: Left) -> None:
    if not left.unit.strip():
        raise CannotOffer(_("Say what is counted: beds, places, appointments."))
    if left.available < 0 or (left.maximum is not None and left.maximum < 0):
        raise CannotOffer(_("A number below zero cannot be."))
    if left.maximum is not None and left.available > left.maximum:
        raise CannotOffer(_("There cannot be more left than there are."))
    if not timedelta(0) < left.good_for <= LONGEST_CAPACITY:
        raise CannotOffer(_("It is believed for an hour at least and a week at most."))
