"""What every staff screen has in common: the clock on the wall, and forms that the server knows as its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from baquiano.accounts.models import Organisation, organisation

View = Callable[..., HttpResponseBase]

_KEPT = "_organisation"


def staff_screen(view: View) -> View:
    """Under "no-referrer", the policy of the house, browsers send a form with "Origin: null", and Django refuses it:
    these screens tell their own address to themselves, and still nothing to anybody else.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        ours = organisation()
        setattr(request, _KEPT, ours)
        with timezone.override(ZoneInfo(ours.timezone)):
            response = view(request, *args, **kwargs)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return shown


def organisation_of(request: HttpRequest) -> Organisation:
    """Whose screen this is: asked of the database once a page."""
    kept = getattr(request, _KEPT, None)
    return kept if isinstance(kept, Organisation) else organisation()
