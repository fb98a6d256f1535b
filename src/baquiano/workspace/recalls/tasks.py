"""What a person must tell: the list, one of them with the words and how to reach her, and what became of it. Nobody's name."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.audit import read
from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest
from baquiano.recalls import tasks
from baquiano.recalls.models import RecallLine
from baquiano.recalls.tasks import CannotTake
from baquiano.workspace.editorial.words import changes
from baquiano.workspace.inbox.fragment import whole
from baquiano.workspace.people.agreeing import rule_in_words

A_PAGE = 50


@require_safe
def recall_tasks(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    page = Paginator(tasks.open_tasks(), A_PAGE).get_page(whole(request.GET.get("page", "")) or 1)
    rows = [(line, tasks.is_taken(line, now), line.taken_by_id == request.user.pk) for line in page]
    how_far = tasks.progress(RecallLine.objects.exclude(recall__approved_at=None), now)
    return render(request, "workspace/recalls/tasks.html", {"rows": rows, "page": page, "progress": how_far})


@require_safe
def recall_task(request: StaffRequest, line_id: int) -> HttpResponse:
    return _show(request, _found(line_id))


def _found(line_id: int) -> RecallLine:
    rows = RecallLine.objects.select_related("recall__old__article", "recall__new", "channel", "taken_by")
    return get_object_or_404(rows, pk=line_id, stage__in=(RecallLine.Stage.TASK, RecallLine.Stage.DONE))


def _show(request: StaffRequest, line: RecallLine, *, wrong: str = "", status: int = 200) -> HttpResponse:
    is_mine = line.taken_by_id == request.user.pk and tasks.is_taken(line, timezone.now())
    reach = tasks.reach(line, by=request.user) if is_mine else None
    if reach and reach.rules:
        read(request.user, line, about=reach.person)  # how to reach somebody was shown
    recall = line.recall
    page = {
        "line": line,
        "recall": recall,
        "changes": changes(recall.old, recall.new) if recall.new else (),
        "is_mine": is_mine,
        "is_taken": tasks.is_taken(line, timezone.now()),
        "reach": reach,
        "rules": [rule_in_words(rule) for rule in reach.rules] if reach and reach.rules else (),
        "outcomes": RecallLine.Outcome.choices,
        "reasons": RecallLine.Because.choices,
        "wrong": wrong,
    }
    return render(request, "workspace/recalls/task.html", page, status=status)


@require_POST
def take(request: StaffRequest, line_id: int) -> HttpResponse:
    return _done(request, line_id, lambda line, by: tasks.take(line, by=by))


@require_POST
def let_go(request: StaffRequest, line_id: int) -> HttpResponse:
    return _done(request, line_id, lambda line, by: tasks.let_go(line, by=by))


@require_POST
def finish(request: StaffRequest, line_id: int) -> HttpResponse:
    outcome, because = request.POST.get("outcome", ""), request.POST.get("because", "")
    response = _done(request, line_id, lambda line, by: tasks.finish(line, outcome, because, by=by))
    if response.status_code != 302:
        return response
    messages.success(request, _("Noted. One less."))
    return redirect("workspace:recall_tasks")


def _done(request: StaffRequest, line_id: int, deed: Callable[[RecallLine, User], None]) -> HttpResponse:
    line = _found(line_id)
    try:
        deed(line, request.user)
    except CannotTake as reason:
        return _show(request, _found(line_id), wrong=str(reason), status=409)
    return redirect("workspace:recall_task", line.pk)
