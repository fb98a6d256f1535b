"""Hours on staff screens are those of the clock on the wall."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone

from baquiano.accounts.models import organisation

View = Callable[..., HttpResponse]


def in_our_time(view: View) -> View:
    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> HttpResponse:
        with timezone.override(ZoneInfo(organisation().timezone)):
            return view(*args, **kwargs)

    return shown
