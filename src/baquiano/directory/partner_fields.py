"""Which fields of a service its own people may propose to change, as their page asks for them and a draft holds them.

Where a service is, who may know of it and what we say about it is not among them: that they tell us in words.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.directory.models import Service, ServiceAtLocation

Places = Sequence[ServiceAtLocation]


@dataclass(frozen=True)
class Field:
    """`part`: the kind of field that `trust` confirms with it; `now`: its value as a draft would hold it."""

    label: Promise
    part: str
    now: Callable[[Service, Places], Any]


def _plain(name: str) -> Callable[[Service, Places], Any]:
    return lambda service, _places: getattr(service, name)


def numbers(phones: Iterable[dict[str, Any]]) -> list[str]:
    return [str(phone["number"]) for phone in phones if phone.get("number")]


def _phones(service: Service, _places: Places) -> list[str]:
    return numbers(service.phones)


def hours_row(service: Service, places: Places) -> Service | ServiceAtLocation | None:
    """The row whose hours count for them; None when their places have hours of their own, so that one line cannot say them all."""
    own = [at for at in places if at.hours or (at.location.hours and not service.hours)]
    if len(places) > 1 and own:
        return None
    return own[0] if own and own[0].hours else service


def _hours(service: Service, places: Places) -> str:
    row = hours_row(service, places)
    if row is None:
        return ""
    return row.hours or (places[0].location.hours if len(places) == 1 else "")


def open_to(service: Service, places: Places) -> list[str]:
    """The names of the fields that may be changed for this one."""
    return [name for name in EDITABLE if name != "hours" or hours_row(service, places) is not None]


EDITABLE: dict[str, Field] = {
    "description": Field(_("What it offers"), "eligibility", _plain("description")),
    "phones": Field(_("Telephones"), "contact", _phones),
    "email": Field(_("E-mail of the service"), "contact", _plain("email")),
    "url": Field(_("Its page"), "contact", _plain("url")),
    "hours": Field(_("Hours"), "hours", _hours),
    "appointment": Field(_("By appointment only"), "hours", _plain("appointment")),
    "asks_documents": Field(_("Asks for a document"), "eligibility", _plain("asks_documents")),
    "asks_status": Field(_("Asks about the migratory situation"), "eligibility", _plain("asks_status")),
    "cost": Field(_("Cost"), "cost", _plain("cost")),
    "cost_text": Field(_("What costs how much"), "cost", _plain("cost_text")),
    "status": Field(_("Is it offered at the moment?"), "contact", _plain("status")),
}


def parts_of(names: Iterable[str]) -> list[str]:
    """The kinds of field that these fields belong to, each once."""
    return list(dict.fromkeys(EDITABLE[name].part for name in names if name in EDITABLE))


def applied(service: Service, places: Places, name: str, value: Any) -> tuple[Service | ServiceAtLocation, str, Any]:
    """The row, the column and the value that a proposed value of this field becomes."""
    if name == "hours":
        return hours_row(service, places) or service, "hours", value
    if name == "phones":
        known = {str(phone.get("number")): phone for phone in service.phones}
        return service, "phones", [known.get(number, {"number": number}) for number in value]
    return service, name, value
