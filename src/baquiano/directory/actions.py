"""Writing an organisation down, so that a consent can name who receives something. Nothing deletes it: it is put aside."""

from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import desk, editing
from baquiano.directory.models import Organization
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing


class CannotWrite(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Described:
    """As HSDS names it. `email` and `phone` are the organisation's, never those of somebody who works there."""

    name: str
    alternate_name: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""


def write_down(described: Described, *, by: User) -> Organization:
    """A new one. Raises `CannotWrite` for one that is there already, however it is spelled."""
    _check(described, None, by)
    with writing():
        organization = Organization.objects.create(**asdict(described))
        audit(by, "organization.written", organization)
    return organization


def correct(organization: Organization, described: Described, *, by: User) -> None:
    """Its services are told under its new name from that second on."""
    _check(described, organization, by)
    editing.change(organization, asdict(described), by=by, how="edit", verb="organization.corrected")


def put_aside(organization: Organization, *, is_active: bool, by: User) -> None:
    """One that is put aside receives nothing from that second on: every consent that names it stops covering, and nobody is sent to its services."""
    verb = "organization.opened" if is_active else "organization.put_aside"
    editing.change(organization, {"is_active": is_active}, by=by, how="edit", verb=verb)


def _check(described: Described, own: Organization | None, by: User) -> None:
    """Among those that whoever writes may know of: the refusal tells nobody of another."""
    known = desk.organizations(desk.reach_of(by))
    others = known.exclude(pk=own.pk) if own else known
    if fold(described.name) in {fold(name) for name in others.values_list("name", flat=True)}:
        raise CannotWrite(_("This organisation is in the list already."))
