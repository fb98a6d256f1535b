"""Who was told something that is no longer said: the list, what would happen to it, and how far it is. Counts, and numbers of conversations."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from baquiano.accounts.policy import StaffRequest, permissions
from baquiano.conversations.models import Conversation
from baquiano.recalls import actions, lockscreen
from baquiano.recalls.models import Recall, RecallLine
from baquiano.recalls.plan import dry_run
from baquiano.recalls.tasks import open_tasks, progress
from baquiano.workspace.editorial.words import changes
from baquiano.workspace.inbox.fragment import Fragment, fragment, unchanged

AT_ONCE = 100
BEFORE = (Recall.Stage.UNDECIDED, Recall.Stage.SECOND)


@require_safe
def recalls(request: StaffRequest) -> HttpResponse:
    page = {"recalls": actions.in_order()[:AT_ONCE], "tasks": open_tasks().count()}
    return render(request, "workspace/recalls/list.html", page)


@require_safe
def recall(request: StaffRequest, recall_id: int) -> HttpResponse:
    """The counts by channel, and the conversations; a link only to those that the reader may open."""
    return show(request, get_object_or_404(actions.in_order(), pk=recall_id))


def show(request: StaffRequest, shown: Recall, *, wrong: str = "", status: int = 200) -> HttpResponse:
    lines = list(shown.lines.select_related("channel").order_by("-told_at", "-pk")[:AT_ONCE])
    numbers = [line.conversation for line in lines]
    mine = Conversation.objects.visible_to(request.user).filter(pk__in=numbers).values_list("pk", flat=True)
    channels = actions.told_by_channel(shown)
    told = sum(row.conversations for row in channels)
    page = {
        "recall": shown,
        "stage": shown.stage,
        "changes": changes(shown.old, shown.new) if shown.new else (),
        "told": told,
        "channels": channels,
        "reaches": RecallLine.Reach,
        "lines": lines,
        "readable": frozenset(mine),
        "more": told - len(lines),
        "may": permissions(request.user),
        "wrong": wrong,
        **_beside(shown, told),
    }
    return render(request, "workspace/recalls/one.html", page, status=status)


def _beside(shown: Recall, told: int) -> Mapping[str, Any]:
    """Before anybody decides: what would happen. Afterwards: how far it is."""
    if shown.stage not in BEFORE:
        return {"now": _progress(shown)}
    run = dry_run(shown, timezone.now())
    return {
        "run": run,
        "tasks": _in_words(run.tasks),
        "left_out": _in_words(run.left_out),
        "looks": lockscreen.looks(),
        "needs_two": told > actions.ALONE_UP_TO,
        "alone_up_to": actions.ALONE_UP_TO,
    }


@require_safe
def recall_now(request: StaffRequest, recall_id: int) -> HttpResponse:
    """Polled: how far it is when that has changed, else nothing."""
    now = _progress(get_object_or_404(Recall, pk=recall_id))
    if now.seen == request.GET.get("seen"):
        return unchanged()
    return render(request, "workspace/recalls/now_poll.html", {"now": now})


def _progress(shown: Recall) -> Fragment:
    how = actions.how_far(shown)
    page = {
        "recall": shown,
        "stage": shown.stage,
        "how": how,
        "tasks": progress(shown.lines.all(), timezone.now()),
        "left_out": _in_words(how.left_out),
    }
    return fragment("workspace/recalls/now.html", page)


def _in_words(counted: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(str(RecallLine.Why(why).label), count) for why, count in counted.items()]
