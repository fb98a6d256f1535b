"""Is it alive: for a monitor, without a word about anybody."""

from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from baquiano.accounts.models import Tick

SILENT_AFTER = timedelta(seconds=30)


def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every loop went round in the last half minute, else 503."""
    try:
        ticks = dict(Tick.objects.values_list("name", "at"))
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    silent = sorted(name for name, at in ticks.items() if timezone.now() - at > SILENT_AFTER)
    is_well = bool(ticks) and not silent
    return JsonResponse({"ok": is_well, "silent": silent}, status=200 if is_well else 503)
