"""What organisations propose about their services, beside what we say now: taken over as a whole, or not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, hours
from baquiano.directory import drafts as verbs
from baquiano.directory.drafts import CannotDecide, Drafts
from baquiano.directory.models import Draft
from baquiano.workspace.directory.labels import in_words


@dataclass(frozen=True)
class Line:
    label: Promise
    before: str
    after: str


@require_safe
def drafts(request: StaffRequest) -> HttpResponse:
    rows = [(draft, verbs.difference(draft)) for draft in verbs.waiting(desk.reach_of(request.user))[:100]]
    return render(request, "workspace/directory/drafts.html", {"rows": rows})


@require_safe
def draft(request: StaffRequest, draft_id: int) -> HttpResponse:
    found = find_or_refuse(request, Drafts(), pk=draft_id)
    lines = [
        Line(one.label, _said(one.name, one.before), _said(one.name, one.after)) for one in verbs.difference(found)
    ]
    is_waiting = found.state == Draft.State.WAITING
    page = {"draft": found, "lines": lines, "is_waiting": is_waiting, "read": verbs.as_read(found)}
    return render(request, "workspace/directory/draft.html", page)


@require_POST
def approve(request: StaffRequest, draft_id: int) -> HttpResponse:
    """The form says which words were read: others, written meanwhile, are not approved by it."""
    found = find_or_refuse(request, Drafts(), pk=draft_id)
    deed = partial(verbs.approve, found, read=request.POST.get("read", ""))
    return _done(request, found, deed, _("Taken over: people are told so from now on."))


@require_POST
def refuse(request: StaffRequest, draft_id: int) -> HttpResponse:
    found = find_or_refuse(request, Drafts(), pk=draft_id)
    deed = partial(verbs.refuse, found, read=request.POST.get("read", ""))
    return _done(request, found, deed, _("Not taken over: nothing has changed."))


def _done(request: StaffRequest, found: Draft, deed: Callable[..., Any], words: str) -> HttpResponse:
    try:
        deed(by=request.user)
    except CannotDecide as reason:
        messages.error(request, str(reason))
        return redirect("workspace:draft", found.pk)
    messages.success(request, words)
    return redirect("workspace:drafts")


def _said(name: str, value: Any) -> str:
    if name == "hours" and value:
        return hours.in_words(value, get_language() or "es")
    return in_words(name, value)
