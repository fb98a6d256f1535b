"""One conversation as it is read: what was said, who has it, what stands beside it. What is done with it: deeds.py, answering.py."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_or_refuse, permissions, reaches
from baquiano.conversations import owning
from baquiano.conversations.folding import Folded
from baquiano.conversations.labels import words_of
from baquiano.conversations.models import Conversation
from baquiano.conversations.thread import Line
from baquiano.people import joining
from baquiano.workspace.inbox.afar import afar
from baquiano.workspace.inbox.beside import beside, window_shown
from baquiano.workspace.inbox.folding import shown as shown_of
from baquiano.workspace.inbox.fragment import Fragment, fragment, unchanged, whole
from baquiano.workspace.inbox.identity import older_than
from baquiano.workspace.inbox.opening import opened, still_open
from baquiano.workspace.inbox.queue import queue

LONGEST_ANSWER = 4000
TOO_LONG = gettext_lazy("This is too long for one message: 4,000 characters at most. Cut it in two.")
TICKS_SENT = 20  # the delivery marks of our last words, sent again when one of them changes


class AnswerForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        # not max_length: the browser would cut off, in silence, what was pasted
        validators=[MaxLengthValidator(LONGEST_ANSWER, TOO_LONG)],
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    client_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    shown = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)  # the last message on the page
    inserted = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)  # ids of versions, with commas

    @property
    def seen(self) -> int | None:
        """None: the page did not say what was before their eyes."""
        return whole(self.cleaned_data["shown"]) or None

    @property
    def versions(self) -> frozenset[int]:
        return frozenset(filter(None, (whole(one) for one in self.cleaned_data["inserted"].split(","))))


def empty_answer() -> AnswerForm:
    return AnswerForm(initial={"client_id": secrets.token_urlsafe(12)})


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
    snoozed_until: datetime | None
    meant_for: str

    @property
    def is_free(self) -> bool:
        return not self.is_closed and not self.owner


@dataclass(frozen=True)
class Parts:
    """What may change while the page is open, each by the id of its place. `seen` comes back with the next poll."""

    places: dict[str, Fragment]

    @property
    def seen(self) -> str:
        return ".".join(part.seen for part in self.places.values())

    def changed_since(self, seen: str) -> dict[str, Fragment]:
        before = dict(zip(self.places, seen.split("."), strict=False))
        return {place: part for place, part in self.places.items() if before.get(place) != part.seen}


@dataclass(frozen=True)
class Kept:
    """What could not be done and is shown again, with its reasons. `handing`: of passing on, `noting`: of a note."""

    answer: AnswerForm = field(default_factory=empty_answer)
    transfer: Any = None
    note: Any = None


def conversation(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    opened(request, found)
    return show(request, found)


def conversation_thread(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """Polled: what was said since, delivery marks and what stands around it, or nothing when all that is as it was."""
    found = find(request, conversation_id)
    still_open(request, found)
    lines, folded = shown_of(request, found)
    seen = seen_so_far(lines)
    parts = parts_of(found, request.user, lines, folded)
    changed = parts.changed_since(request.GET.get("standing", ""))
    if seen == request.GET.get("seen") and not changed:
        return unchanged()
    shown = whole(request.GET.get("after", ""))
    page = {
        "number": found.pk,
        "language": found.language,
        "lines": [line for line in lines if line.id > shown],
        "last": lines[-1].id if lines else 0,
        "seen": seen,
        "ours": [line for line in lines if line.author != "person" and line.id <= shown][-TICKS_SENT:],
        "touched": _touched(lines, shown),
        "reacted": [line for line in lines if line.reaction is not None and line.id <= shown][-TICKS_SENT:],
        "parts": parts,
        "changed": changed,
    }
    return render(request, "workspace/inbox/poll_thread.html", page)


def show(request: StaffRequest, found: Conversation, kept: Kept | None = None, *, status: int = 200) -> HttpResponse:
    lines, folded = shown_of(request, found)
    kept = kept or Kept()
    is_mine = found.owner_id == request.user.pk
    behind = joining.person_behind(found.address)
    who = behind if behind and reaches(request.user, "read", behind) else None
    page = {
        "queue": queue(request, showing=found.pk),
        "showing": found.pk,
        "number": found.pk,
        "language": found.language,
        "lines": lines,
        "folded": folded,
        "labels": words_of(found),
        "last": lines[-1].id if lines else 0,
        "seen": seen_so_far(lines),
        "parts": parts_of(found, request.user, lines, folded),
        "is_mine": is_mine,
        "who": who,
        "older": older_than(found, request.user),
        "afar": afar(request, found, who, is_known=behind is not None),
        "may_join": is_mine and "person.join" in permissions(request.user),
        "form": kept.answer,
        "transfer": kept.transfer,
        "note": kept.note,
        "colleagues": owning.colleagues(request.user) if is_mine else (),
    }
    return render(request, "workspace/inbox.html", page, status=status)


def find(request: StaffRequest, conversation_id: int) -> Conversation:
    rows = Conversation.objects.select_related("owner", "address__channel")
    return find_or_refuse(request, rows, pk=conversation_id)


def parts_of(found: Conversation, user: User, lines: Sequence[Line], folded: Folded | None) -> Parts:
    contexts: dict[str, dict[str, Any]] = {
        "standing": {"standing": standing_of(found, user)},
        "beside": {"beside": beside(found, lines, since=lines[0].at if folded and lines else None)},
        "window": {"window": window_shown(found)},
    }
    return Parts({name: fragment(f"workspace/inbox/{name}.html", context) for name, context in contexts.items()})


def standing_of(found: Conversation, user: User) -> Standing:
    """As the row says: a lease that ran out is taken back by the clock, within a second."""
    handoff, owner = found.handoffs.select_related("meant_for").order_by("pk").last(), found.owner
    is_open = handoff is not None and handoff.closed_at is None
    due_at = handoff.due_at if handoff else None
    now = timezone.now()
    return Standing(
        number=found.pk,
        level=handoff.level if handoff else "",
        reason=handoff.reason if handoff else "",
        since=handoff.opened_at if handoff else found.opened_at,
        due_at=due_at,
        is_overdue=is_open and owner is None and due_at is not None and due_at < now,
        is_open=is_open,
        is_mine=owner == user,
        owner=owner.display_name if owner else "",
        is_closed=found.closed_at is not None,
        language=found.language,
        country=found.country,
        channel=found.address.channel.kind,
        snoozed_until=handoff.snoozed_until
        if handoff and handoff.snoozed_until and handoff.snoozed_until > now
        else None,
        meant_for=handoff.meant_for.display_name if handoff and handoff.meant_for and not owner else "",
    )


def _touched(lines: Sequence[Line], shown: int) -> list[Line]:
    """What the page shows already, and a newer message has corrected or taken back."""
    about = {line.about for line in lines if line.id > shown}
    return [line for line in lines if line.id in about and line.id <= shown]


def seen_so_far(lines: Iterable[Line]) -> str:
    """Changes with a new line, a new delivery mark and a new reaction."""
    state = repr([(line.id, line.delivery, line.trouble, line.is_doubled, line.reaction) for line in lines])
    return hashlib.sha256(state.encode()).hexdigest()[:12]
