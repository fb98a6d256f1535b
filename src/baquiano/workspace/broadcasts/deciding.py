"""What is decided about a broadcast: by its writer, by the second person, and by whoever sees that it must be held."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest
from baquiano.post import broadcasting
from baquiano.post.broadcasting import CannotBroadcast
from baquiano.post.models import Broadcast


@require_POST
def hand_in(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    said = _("Handed in. Somebody else looks at who would get it, and approves it.")
    return _do(request, broadcast_id, lambda one: broadcasting.hand_in(one, by=request.user), said)


@require_POST
def begin(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    return _do(
        request,
        broadcast_id,
        lambda one: broadcasting.begin_alone(one, seen=request.POST.get("seen", ""), by=request.user),
        _("It leaves from now on, in small portions. You can pause it here."),
    )


@require_POST
def approve(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    return _do(
        request,
        broadcast_id,
        lambda one: broadcasting.approve(one, seen=request.POST.get("seen", ""), by=request.user),
        _("It leaves from now on, in small portions. You can pause it here."),
    )


@require_POST
def reopen(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    return _do(
        request,
        broadcast_id,
        lambda one: broadcasting.reopen(one, by=request.user),
        _("It is a draft again. Nothing left."),
    )


@require_POST
def pause(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    said = _("Paused. What was on its way to the company a moment ago may still arrive.")
    return _do(request, broadcast_id, lambda one: broadcasting.pause(one, by=request.user), said)


@require_POST
def go_on(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    return _do(request, broadcast_id, lambda one: broadcasting.go_on(one, by=request.user), _("It goes on."))


@require_POST
def stop(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    said = _("Stopped for good. Whoever had not got it does not get it.")
    return _do(request, broadcast_id, lambda one: broadcasting.stop(one, by=request.user), said)


@require_POST
def throw_away(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    broadcast = get_object_or_404(Broadcast, pk=broadcast_id)
    try:
        broadcasting.throw_away(broadcast, by=request.user)
    except CannotBroadcast as reason:
        messages.error(request, str(reason))
        return redirect("workspace:broadcast", broadcast_id)
    messages.success(request, _("Thrown away."))
    return redirect("workspace:broadcasts")


def _do(request: StaffRequest, broadcast_id: int, deed: Callable[[Broadcast], None], said: str) -> HttpResponse:
    broadcast = get_object_or_404(Broadcast, pk=broadcast_id)
    try:
        deed(broadcast)
    except CannotBroadcast as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, said)
    return redirect("workspace:broadcast", broadcast_id)
