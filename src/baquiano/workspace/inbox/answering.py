"""Writing to the person: an answer, what can be put into it with two keys, and that somebody is writing. And notes, which the person never sees."""

import json
import secrets

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest
from baquiano.conversations import inserting, notes
from baquiano.conversations.answering import Answer, WroteMeanwhile, send
from baquiano.conversations.inserting import Insertable
from baquiano.conversations.models import Conversation
from baquiano.conversations.notes import CannotNote
from baquiano.conversations.owning import CannotDoThat, keep_owning
from baquiano.directory.card import Card
from baquiano.workspace.inbox.desk import AnswerForm, Kept, find, show
from baquiano.workspace.inbox.fragment import is_part, unchanged
from baquiano.workspace.inbox.opening import still_open

LONGEST_SEARCH = 200


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Note for the team"),
        max_length=notes.LONGEST,
        error_messages={"required": gettext_lazy("Write the note first.")},
    )


@require_POST
def answer(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """What could not be sent stays in the box, with the reason above it."""
    found = find(request, conversation_id)
    form = AnswerForm(request.POST)
    wrote_meanwhile = False
    if form.is_valid():
        data = form.cleaned_data
        try:
            send(found, Answer(data["text"], data["client_id"], form.seen, form.versions), by=request.user)
        except CannotDoThat as reason:
            wrote_meanwhile = isinstance(reason, WroteMeanwhile)
            form.add_error(None, str(reason))
    if form.errors and is_part(request):
        return _told(request, form, {"newer": {}} if wrote_meanwhile else {})
    if form.errors:
        still_open(request, found)
        return show(request, found, Kept(answer=form), status=409)
    if not is_part(request):
        return redirect(reverse("workspace:conversation", args=[found.pk]) + "#reply")
    return _acknowledged({"said": {"client_id": secrets.token_urlsafe(12)}})


@require_POST
def writing(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """The owner is writing: the conversation stays theirs."""
    keep_owning(find(request, conversation_id), by=request.user)
    return unchanged()


@require_safe
def insertables(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """What can be put into the answer, for what was typed: ready answers, articles as the assistant would say them to this person, services."""
    found = find(request, conversation_id)
    typed = request.GET.get("q", "")[:LONGEST_SEARCH]
    kind = request.GET.get("kind", "")
    page = {
        "rows": _rows(kind, typed, found),
        "language": found.language,
        "is_article": kind == "article",
        "is_service": kind == "service",
        "is_short": kind in ("article", "service") and len(typed.strip()) < inserting.SHORTEST_SEARCH,
    }
    return render(request, "workspace/inbox/insertables.html", page)


def _rows(kind: str, typed: str, found: Conversation) -> list[Insertable]:
    if kind == "article":
        return inserting.articles(typed, found)
    if kind == "service":
        return inserting.services(typed, found, lambda card: _page_of(card, found.language))
    return inserting.ready_answers(typed, found)


def _page_of(card: Card, language: str) -> str:
    """Its public page, in the language of whoever will read it."""
    where = {"at": card.at} if card.at else {}
    path = reverse("public:place", kwargs={"language": language, "service": card.service, **where})
    return f"{settings.ENVIRONMENT.url}{path}"


@require_POST
def note(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """For colleagues only."""
    found = find(request, conversation_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            notes.add(found, form.cleaned_data["text"], by=request.user)
        except CannotNote as reason:
            form.add_error(None, str(reason))
    if form.errors and is_part(request):
        return _told(request, form, {})
    if form.errors:
        still_open(request, found)
        return show(request, found, Kept(note=form), status=409)
    if not is_part(request):
        return redirect(reverse("workspace:conversation", args=[found.pk]) + "#notes")
    return _acknowledged({"noted": {}})


def _told(request: StaffRequest, form: forms.Form, happened: dict[str, object]) -> HttpResponse:
    reasons = [str(reason) for field in form.errors.values() for reason in field]
    response = render(request, "workspace/inbox/told.html", {"reasons": reasons}, status=409)
    if happened:
        response["HX-Trigger"] = json.dumps(happened)
    return response


def _acknowledged(happened: dict[str, object]) -> HttpResponse:
    """The page empties the box, asks for the thread at once and puts the new id under the next answer."""
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps(happened)
    return response
