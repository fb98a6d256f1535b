"""Changing a row of the directory: the new values, what they were before, who did it, and the number that tells every index of it.

No edit moves the date of a verification: that is `trust.confirm`, and nothing else.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import version
from baquiano.directory.models import Change, Location, Organization, Service, ServiceAtLocation
from baquiano.lib.turnstile import writing

Row = Organization | Service | Location | ServiceAtLocation
ENTITIES: dict[type[models.Model], str] = {
    Organization: "organization",
    Service: "service",
    Location: "location",
    ServiceAtLocation: "service_at_location",
}
"""What HSDS calls them."""


def change(
    row: Row, values: Mapping[str, Any], *, by: User | None, how: str, verb: str = "directory.changed"
) -> list[str]:
    """Gives `row` the `values` (by field name) that differ from its own and returns the names of those fields.

    `how` is "edit", "draft", "merge" or "import:<name>"; `by` None for what a machine brings. `verb` stands in the trail. Safe inside an open transaction.
    """
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return []
    with writing():
        Change.objects.bulk_create(
            Change(
                entity=ENTITIES[type(row)],
                row=row.pk,
                field=name,
                values=[plain(getattr(row, name)), plain(value)],
                by=by,
                how=how,
            )
            for name, value in changed.items()
        )
        for name, value in changed.items():
            setattr(row, name, value)
        row.modified_at = timezone.now()
        row.save(update_fields=[*changed, "modified_at"])
        version.bump()
        if by is not None:
            audit(by, verb, row)
    return list(changed)


def plain(value: Any) -> Any:
    """As JSON can hold it, and the history does."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, (str, int, float, bool, list, dict, type(None))):
        return value
    return list(value) if isinstance(value, tuple) else str(value)
