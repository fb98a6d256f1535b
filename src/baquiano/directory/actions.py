"""Writing an organisation down, so that a consent can name who receives something. Nothing deletes it: it is put aside."""

from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
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
    _check(described, None)
    with writing():
        organization = Organization.objects.create(**asdict(described))
        audit(by, "organization.written", organization)
    return organization


def correct(organization: Organization, described: Described, *, by: User) -> None:
    _check(described, organization)
    with writing():
        for name, value in asdict(described).items():
            setattr(organization, name, value)
        organization.save()
        audit(by, "organization.corrected", organization)


def put_aside(organization: Organization, *, is_active: bool, by: User) -> None:
    """One that is put aside receives nothing from that second on: every consent that names it stops covering."""
    with writing():
        organization.is_active = is_active
        organization.save(update_fields=["is_active"])
        audit(by, "organization.opened" if is_active else "organization.put_aside", organization)


def _check(described: Described, own: Organization | None) -> None:
    others = Organization.objects.exclude(pk=own.pk) if own else Organization.objects.all()
    if fold(described.name) in {fold(name) for name in others.values_list("name", flat=True)}:
        raise CannotWrite(_("This organisation is in the list already."))
