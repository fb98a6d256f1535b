"""Broadcasts: the list, one of them before it leaves (the dry run) and while it does (the progress)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from baquiano.accounts.policy import StaffRequest, permissions
from baquiano.channels.models import Channel
from baquiano.post import audience, broadcasting
from baquiano.post.models import Broadcast
from baquiano.workspace.broadcasts import picture
from baquiano.workspace.broadcasts.looks import doubts, looks
from baquiano.workspace.inbox.fragment import Fragment, fragment, unchanged

AT_ONCE = 100
BEFORE = (Broadcast.Stage.DRAFT, Broadcast.Stage.WAITING)


@require_safe
def broadcasts(request: StaffRequest) -> HttpResponse:
    rows = Broadcast.objects.select_related("written_by", "approved_by").order_by("-written_at", "-pk")[:AT_ONCE]
    return render(request, "workspace/broadcasts/list.html", {"broadcasts": rows})


@require_safe
def broadcast(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    shown = get_object_or_404(Broadcast.objects.select_related("written_by", "approved_by"), pk=broadcast_id)
    page = {"broadcast": shown, "is_mine": shown.written_by_id == request.user.pk, "may": permissions(request.user)}
    page |= _words(shown)
    if shown.state in BEFORE:
        return render(request, "workspace/broadcasts/before.html", {**page, **_dry_run(shown)})
    return render(request, "workspace/broadcasts/progress.html", {**page, "progress": _progress(shown)})


@require_safe
def progress(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    """Polled: how far it is when that has changed, else nothing."""
    now = _progress(get_object_or_404(Broadcast, pk=broadcast_id))
    if now.seen == request.GET.get("seen"):
        return unchanged()
    return render(request, "workspace/broadcasts/progress_poll.html", {"progress": now})


def _words(shown: Broadcast) -> dict[str, object]:
    channels = audience.audience_of(shown).channels
    return {
        "looks": looks(shown.texts, channels, audience.lines_in_use()),
        "doubts": sorted({doubt for text in shown.texts.values() for doubt in doubts(text)}),
        "meant": audience.audience_of(shown),
    }


def _dry_run(shown: Broadcast) -> dict[str, object]:
    now = timezone.now()
    run = audience.dry_run(shown, now)
    lines = {line.pk: line for line in Channel.objects.filter(pk__in=run.by_channel())}
    return {
        "run": run,
        "count": len(run),
        "not_them": sum(run.why_not.values()),
        "known": len(run) + sum(run.why_not.values()),
        "why_not": picture.reasons(run.why_not),
        "by_channel": picture.by_channel(run, lines),
        "by_language": picture.by_language(run),
        "sms_parts": audience.sms_parts(shown, run, lines),
        "last_at": audience.last_leaves_at(run, lines, now),
        "alone_at_most": broadcasting.ALONE_AT_MOST,
        "is_alone": len(run) <= broadcasting.ALONE_AT_MOST,
    }


def _progress(shown: Broadcast) -> Fragment:
    how = broadcasting.progress(shown)
    page = {
        "broadcast": shown,
        "how": how,
        "why_not": picture.reasons(how.why_not),
        "is_running": shown.state in (Broadcast.Stage.SENDING, Broadcast.Stage.PAUSED),
    }
    return fragment("workspace/broadcasts/progress_now.html", page)
