"""Whether people are told again: yes, no, not now, not any more."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest
from baquiano.recalls import actions
from baquiano.recalls.actions import CannotDecide
from baquiano.recalls.models import Recall
from baquiano.workspace.recalls.lists import show


@require_POST
def approve(request: StaffRequest, recall_id: int) -> HttpResponse:
    response = _decided(request, recall_id, lambda recall, by: actions.approve(recall, by=by))
    if response.status_code == 302:
        row = Recall.objects.get(pk=recall_id)
        is_waiting = row.stage == Recall.Stage.SECOND
        messages.success(
            request, _("Your yes is noted. A second person decides too.") if is_waiting else _("It begins to leave.")
        )
    return response


@require_POST
def close(request: StaffRequest, recall_id: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _decided(request, recall_id, lambda recall, by: actions.close(recall, reason, by=by))


@require_POST
def pause(request: StaffRequest, recall_id: int) -> HttpResponse:
    return _decided(request, recall_id, lambda recall, by: actions.pause(recall, by=by))


@require_POST
def go_on(request: StaffRequest, recall_id: int) -> HttpResponse:
    return _decided(request, recall_id, lambda recall, by: actions.go_on(recall, by=by))


@require_POST
def stop(request: StaffRequest, recall_id: int) -> HttpResponse:
    return _decided(request, recall_id, lambda recall, by: actions.stop(recall, by=by))


def _decided(request: StaffRequest, recall_id: int, decide: Callable[[Recall, User], None]) -> HttpResponse:
    recall = get_object_or_404(actions.in_order(), pk=recall_id)
    try:
        decide(recall, request.user)
    except CannotDecide as reason:
        return show(request, actions.in_order().get(pk=recall_id), wrong=str(reason), status=409)
    return redirect("workspace:recall", recall.pk)
