"""Who was told something that is no longer said: a list made once, shown as counts and numbers of conversations."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from baquiano.accounts.policy import StaffRequest
from baquiano.conversations.models import Conversation
from baquiano.recalls import actions
from baquiano.recalls.models import RecallLine

AT_ONCE = 100


def recalls(request: StaffRequest) -> HttpResponse:
    return render(request, "workspace/recalls/list.html", {"recalls": actions.in_order()[:AT_ONCE]})


def recall(request: StaffRequest, recall_id: int) -> HttpResponse:
    """The counts by channel, and the conversations; a link only to those that the reader may open."""
    shown = get_object_or_404(actions.in_order(), pk=recall_id)
    lines = list(shown.lines.select_related("channel").order_by("-told_at", "-pk")[:AT_ONCE])
    numbers = [line.conversation for line in lines]
    mine = Conversation.objects.visible_to(request.user).filter(pk__in=numbers).values_list("pk", flat=True)
    channels = actions.told_by_channel(shown)
    page = {
        "recall": shown,
        "channels": channels,
        "reaches": RecallLine.Reach,
        "lines": lines,
        "readable": frozenset(mine),
        "more": sum(told.conversations for told in channels) - len(lines),
    }
    return render(request, "workspace/recalls/one.html", page)
