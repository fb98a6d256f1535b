"""What the emergency key needs on every staff screen."""

import uuid

from django import template

from baquiano.accounts.policy import posts_of
from baquiano.workspace.emergency.sheet import Sheet, sheet_of
from baquiano.workspace.place import organisation_of

register = template.Library()


@register.simple_tag(takes_context=True)
def emergency_sheet(context: template.Context) -> Sheet | None:
    """Of whoever looks at the page; None for who does not work here, or not any more."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated or not posts_of(request.user):
        return None
    return sheet_of(request.user, organisation_of(request).countries)


@register.simple_tag
def new_id() -> str:
    """Of one notice: the same id twice is one incident."""
    return str(uuid.uuid4())
