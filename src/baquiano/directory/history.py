"""What was changed of a row, field by field, as far as whoever asks may read it."""

from collections.abc import Iterable

from baquiano.directory import editing
from baquiano.directory.confidential import IN_CONFIDENCE
from baquiano.directory.models import Change, Location, Organization, Reach, Service, ServiceAtLocation, Visibility


def of(row: Organization | Service | Location | ServiceAtLocation, reach: Reach) -> list[Change]:
    """The latest first. What was true of a row before and while it was confidential is for the protection role, also afterwards: a shelter
    may move back to where it was.
    """
    entity = editing.ENTITIES[type(row)]
    changes = list(Change.objects.filter(entity=entity, row=row.pk).select_related("by").order_by("-made_at", "-pk"))
    if Visibility.CONFIDENTIAL in reach.value:
        return changes
    if getattr(row, "visibility", "") == Visibility.CONFIDENTIAL:
        return []
    return list(_since_it_was_open(changes))


def _since_it_was_open(changes: Iterable[Change]) -> Iterable[Change]:
    for change in changes:
        if change.how == IN_CONFIDENCE:
            return
        if change.field == "visibility" and Visibility.CONFIDENTIAL in change.values:
            return
        yield change
