"""Is it alive: for a monitor, without a word about anybody."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from baquiano.accounts.models import Tick


def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every loop goes round, else 503."""
    try:
        ticks = list(Tick.objects.all())
    except DatabaseError:
        return JsonResponse({"ok": False}, status=503)
    silent = sorted(tick.name for tick in ticks if tick.is_silent(timezone.now()))
    is_well = bool(ticks) and not silent
    return JsonResponse({"ok": is_well, "silent": silent}, status=200 if is_well else 503)
