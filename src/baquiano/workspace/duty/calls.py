"""The link in a mail or on a duty phone. The token is the key; it says "I am going" and shows nothing of anybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from baquiano.safety.models import Call
from baquiano.safety.shifts import answer_by_token, call_of


@never_cache
@require_http_methods(["GET", "POST"])
def answer_call(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing: mail programs open links by themselves. Its one button does."""
    call = answer_by_token(token) if request.method == "POST" else call_of(token)
    if call is None:
        return render(request, "workspace/duty/call_over.html", status=410)
    if request.method == "POST":
        return redirect("workspace:answer_call", token)
    return render(request, "workspace/duty/call.html", {"state": _state(call), "is_test": call.alert is None})


def _state(call: Call) -> str:
    """waits: nobody goes yet, or the test is not answered; mine: it is noted; other: a colleague was quicker."""
    if call.alert is None:
        return "mine" if call.shift and call.shift.tested_at else "waits"
    if call.alert.acknowledged_at is None and call.alert.closed_at is None:
        return "waits"
    return "mine" if call.alert.acknowledged_by_id == call.user_id else "other"
