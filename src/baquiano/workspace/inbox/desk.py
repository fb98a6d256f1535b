"""One conversation: what was said, who has it, and answering the person."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_for, find_or_refuse, permissions, reaches
from baquiano.conversations.actions import CannotDoThat, hand_back, keep_owning, take_over
from baquiano.conversations.actions import answer as say
from baquiano.conversations.actions import close as end
from baquiano.conversations.models import Conversation
from baquiano.conversations.thread import Line, thread
from baquiano.knowledge.models import ArticleVersion
from baquiano.people import joining
from baquiano.people.models import Person
from baquiano.workspace.inbox.fragment import fragment, is_part, unchanged, whole
from baquiano.workspace.inbox.opening import opened, still_open
from baquiano.workspace.inbox.queue import queue

LONGEST_ANSWER = 4000
TOO_LONG = gettext_lazy("This is too long for one message: 4,000 characters at most. Cut it in two.")
TICKS_SENT = 20  # the delivery marks of our last words, sent again when one of them changes

Deed = Callable[..., object]


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        # not max_length: the browser would cut off, in silence, what was pasted
        validators=[MaxLengthValidator(LONGEST_ANSWER, TOO_LONG)],
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    client_id = forms.CharField(max_length=64, widget=forms.HiddenInput)


@dataclass(frozen=True)
class Standing:
    """Who has the conversation and why it is here. `level` and `reason` of its last hand-off."""

    number: int
    level: str
    reason: str
    since: datetime
    due_at: datetime | None
    is_overdue: bool
    is_open: bool
    is_mine: bool
    owner: str
    is_closed: bool
    language: str
    country: str
    channel: str

    @property
    def is_free(self) -> bool:
        return not self.is_closed and not self.owner


def conversation(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = _find(request, conversation_id)
    opened(request, found)
    return _desk(request, found, AnswerForm(initial={"client_id": secrets.token_urlsafe(12)}))


def conversation_thread(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """Polled: what was said since, delivery marks and who has it, or nothing when all that is as it was."""
    found = _find(request, conversation_id)
    still_open(request, found)
    lines = thread(found)
    seen = seen_so_far(lines)
    standing = fragment("workspace/inbox/standing.html", {"standing": standing_of(found, request.user)})
    if seen == request.GET.get("seen") and standing.seen == request.GET.get("standing"):
        return unchanged()
    shown = whole(request.GET.get("after", ""))
    page = {
        "number": found.pk,
        "lines": [line for line in lines if line.id > shown],
        "last": lines[-1].id if lines else 0,
        "seen": seen,
        "ours": [line for line in lines if line.author != "person" and line.id <= shown][-TICKS_SENT:],
        "standing": standing,
        "is_standing_new": standing.seen != request.GET.get("standing"),
    }
    return render(request, "workspace/inbox/poll_thread.html", page)


@require_POST
def take(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = _find(request, conversation_id)
    if _done(request, take_over, found):
        return redirect(reverse("workspace:conversation", args=[found.pk]) + "#reply")
    return redirect("workspace:conversation", found.pk)


@require_POST
def answer(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """What could not be sent stays in the box, with the reason above it."""
    found = _find(request, conversation_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            say(found, form.cleaned_data["text"], client_id=form.cleaned_data["client_id"], by=request.user)
        except CannotDoThat as reason:
            form.add_error(None, str(reason))
    if form.errors and is_part(request):
        return _told(request, form)
    if form.errors:
        still_open(request, found)
        return _desk(request, found, form, status=409)
    if not is_part(request):
        return redirect(reverse("workspace:conversation", args=[found.pk]) + "#reply")
    return _acknowledged()


@require_POST
def writing(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """The owner is writing: the conversation stays theirs."""
    keep_owning(_find(request, conversation_id), by=request.user)
    return unchanged()


@require_POST
def give_back(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = _find(request, conversation_id)
    if not _done(request, hand_back, found):
        return redirect("workspace:conversation", found.pk)
    messages.success(request, _("The assistant has the conversation again."))
    return redirect("workspace:inbox")


@require_POST
def join_here(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """They said who they are to whoever answers them: this chat is that record's, if that colleague may see it."""
    found = _find(request, conversation_id)
    number = request.POST.get("record", "").strip()
    if not number.isdecimal() or len(number) > 18:
        messages.error(request, _("Write the number of the record."))
        return redirect("workspace:conversation", found.pk)
    person = find_for(request, "join", Person.objects.here(), pk=int(number))
    try:
        joining.join_orally(person, found.address, by=request.user)
    except joining.CannotJoin as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Joined: that chat is this person's from now on."))
    return redirect("workspace:conversation", found.pk)


@require_POST
def close(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = _find(request, conversation_id)
    if not _done(request, end, found):
        return redirect("workspace:conversation", found.pk)
    messages.success(request, _("The conversation is closed. If the person writes again, a new one begins."))
    return redirect("workspace:inbox")


def standing_of(found: Conversation, user: User) -> Standing:
    """As the row says: a lease that ran out is taken back by the clock, within a second."""
    handoff, owner = found.handoffs.order_by("pk").last(), found.owner
    is_open = handoff is not None and handoff.closed_at is None
    due_at = handoff.due_at if handoff else None
    return Standing(
        number=found.pk,
        level=handoff.level if handoff else "",
        reason=handoff.reason if handoff else "",
        since=handoff.opened_at if handoff else found.opened_at,
        due_at=due_at,
        is_overdue=is_open and owner is None and due_at is not None and due_at < timezone.now(),
        is_open=is_open,
        is_mine=owner == user,
        owner=owner.display_name if owner else "",
        is_closed=found.closed_at is not None,
        language=found.language,
        country=found.country,
        channel=found.address.channel.kind,
    )


def seen_so_far(lines: Iterable[Line]) -> str:
    """Changes with a new line and with a new delivery mark."""
    state = repr([(line.id, line.delivery) for line in lines])
    return hashlib.sha256(state.encode()).hexdigest()[:12]


def quoted_titles(lines: Iterable[Line]) -> list[str]:
    """What the assistant has already told this person, in the order it was told."""
    numbers = list(dict.fromkeys(number for line in lines for number in line.quoted))
    versions = ArticleVersion.objects.in_bulk(numbers)
    return [versions[number].title for number in numbers if number in versions]


def _find(request: StaffRequest, conversation_id: int) -> Conversation:
    rows = Conversation.objects.select_related("owner", "address__channel")
    return find_or_refuse(request, rows, pk=conversation_id)


def _done(request: StaffRequest, deed: Deed, found: Conversation) -> bool:
    try:
        deed(found, by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
        return False
    return True


def _desk(request: StaffRequest, found: Conversation, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    lines = thread(found)
    standing = standing_of(found, request.user)
    page = {
        "queue": queue(request.user, showing=found.pk),
        "showing": found.pk,
        "number": found.pk,
        "lines": lines,
        "last": lines[-1].id if lines else 0,
        "seen": seen_so_far(lines),
        "standing": fragment("workspace/inbox/standing.html", {"standing": standing}),
        "is_mine": standing.is_mine,
        "quoted": quoted_titles(lines),
        "who": _who(request, found),
        "may_join": standing.is_mine and "person.join" in permissions(request.user),
        "form": form,
    }
    return render(request, "workspace/inbox.html", page, status=status)


def _who(request: StaffRequest, found: Conversation) -> Person | None:
    """Whose chat this is, if somebody joined it to a record that this colleague may see."""
    behind = joining.person_behind(found.address)
    return behind if behind and reaches(request.user, "read", behind) else None


def _told(request: StaffRequest, form: AnswerForm) -> HttpResponse:
    reasons = [str(reason) for field in form.errors.values() for reason in field]
    return render(request, "workspace/inbox/told.html", {"reasons": reasons}, status=409)


def _acknowledged() -> HttpResponse:
    """The page empties the box, asks for the thread at once and puts this new id under the next answer."""
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps({"said": {"client_id": secrets.token_urlsafe(12)}})
    return response
