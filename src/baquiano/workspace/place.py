"""What every staff screen has in common: the clock on the wall, and forms that the server knows as its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http.response import HttpResponseBase
from django.utils import timezone

from baquiano.accounts.models import organisation

View = Callable[..., HttpResponseBase]


def staff_screen(view: View) -> View:
    """Under "no-referrer", the policy of the house, browsers send a form with "Origin: null", and Django refuses it:
    these screens tell their own address to themselves, and still nothing to anybody else.
    """

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(ZoneInfo(organisation().timezone)):
            response = view(*args, **kwargs)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return shown
