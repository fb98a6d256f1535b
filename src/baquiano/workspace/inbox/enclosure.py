"""What came with a message, in the inbox: whether it is here, opening it, and saying that it was seen or heard."""

import re

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.audit import read
from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.conversations.enclosures import enclosed_of
from baquiano.conversations.models import Conversation, Enclosure
from baquiano.conversations.seeing import CannotSee, see, see_no_danger
from baquiano.files.actions import glimpse, open_part
from baquiano.files.actions import shown as as_shown
from baquiano.files.refusal import AttachmentRefused
from baquiano.lib import crypto
from baquiano.people import joining
from baquiano.workspace.inbox.folding import shown
from baquiano.workspace.inbox.fragment import is_part, unchanged
from baquiano.workspace.inbox.opening import still_open

ONE_OPENING = 10 * 60
"""Seconds: a player asks for its parts one after the other, and goes back; that is one opening, written down once."""

_RANGE = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})", re.ASCII)


@require_safe
def enclosure(request: StaffRequest, conversation_id: int, message_id: int) -> HttpResponseBase:
    """What came, whole or the part that a player asks for. Never run by a browser that is sent here; a document only as a download."""
    row = _find(request, conversation_id, message_id)
    if row.attachment is None:
        raise Http404
    try:
        served = as_shown(row.attachment)
        part = _part(request.headers.get("Range", ""), served.length)
        if part is None:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{served.length}"})
        pieces = open_part(row.attachment, part[0], part[-1])
    except AttachmentRefused:  # its time ended while the page was open
        return HttpResponse(status=410)
    if request.method == "GET":
        _write_down(request, row)
    headers = {**served.headers(), "Accept-Ranges": "bytes", "Content-Length": str(len(part))}
    if len(part) == served.length:
        return StreamingHttpResponse(pieces, headers=headers)
    headers["Content-Range"] = f"bytes {part[0]}-{part[-1]}/{served.length}"
    return StreamingHttpResponse(pieces, headers=headers, status=206)


@require_safe
def enclosure_glimpse(request: StaffRequest, conversation_id: int, message_id: int) -> HttpResponse:
    """A few colours of a picture, for whoever has not decided to look at it: nobody can tell what is on it, so it is no opening."""
    row = _find(request, conversation_id, message_id)
    if row.attachment is None:
        raise Http404
    try:
        colours = glimpse(row.attachment)
    except AttachmentRefused:
        return HttpResponse(status=410)
    return HttpResponse(colours, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


@require_safe
def enclosure_state(request: StaffRequest, conversation_id: int, message_id: int) -> HttpResponse:
    """Polled while it has not come: nothing, until there is something else to show."""
    row = _find(request, conversation_id, message_id)
    still_open(request, row.message.conversation)
    enclosed = enclosed_of(row)
    if enclosed.state == Enclosure.State.WAITING and str(enclosed.tries) == request.GET.get("tries"):
        return unchanged()
    return render(request, "workspace/inbox/enclosure.html", {"enclosed": enclosed})


@require_POST
def seen(request: StaffRequest, conversation_id: int, message_id: int) -> HttpResponse:
    """ "I have seen it": with what it says, if whoever saw or heard it wrote it down. What was typed stays when it cannot be kept."""
    row = _find(request, conversation_id, message_id)
    typed, reason = request.POST.get("transcript", ""), ""
    deed = see_no_danger if request.POST.get("calm") else see
    try:
        deed(row, typed, by=request.user)
    except CannotSee as refusal:
        reason = str(refusal)
    if not is_part(request):
        return _back(request, conversation_id, reason)
    page = {"enclosed": enclosed_of(_find(request, conversation_id, message_id)), "reason": reason, "is_told": True}
    return render(
        request,
        "workspace/inbox/enclosure.html",
        page | ({"typed": typed} if reason else {}),
        status=409 if reason else 200,
    )


def _back(request: StaffRequest, conversation_id: int, reason: str) -> HttpResponse:
    if reason:
        messages.error(request, reason)
    else:
        messages.success(request, _("Noted that it was seen or heard."))
    return redirect("workspace:conversation", conversation_id)


def _find(request: StaffRequest, conversation_id: int, message_id: int) -> Enclosure:
    """Whoever may read the conversation may open what came in it: what is folded from them, or was taken back, is neither read nor opened."""
    found = find_or_refuse(request, Conversation.objects.select_related("address__channel"), pk=conversation_id)
    rows = Enclosure.objects.filter(message=message_id, message__conversation=found)
    row = rows.select_related("message__conversation__address", "attachment", "seen_by").first()
    lines, _folded = shown(request, found)
    if row is None or all(line.id != message_id or line.enclosed is None for line in lines):
        raise Http404
    return row


def _part(asked: str, size: int) -> range | None:
    """Which bytes: all of them when it does not say, or says it in a way we need not know (RFC 9110, 14.2); None: there are none there."""
    match = _RANGE.fullmatch(asked)
    if match is None or match[0] == "bytes=-":
        return range(size)
    first, last = match[1], match[2]
    if not first:
        part = range(max(0, size - int(last)), size)
    else:
        part = range(int(first), min(int(last) + 1, size) if last else size)
    return part or None


def _write_down(request: StaffRequest, row: Enclosure) -> None:
    who = crypto.keyed_hash(f"{request.user.pk} {request.session.session_key}", "opening")
    if cache.add(f"opening:{row.pk}:{who[:32]}", 1, ONE_OPENING):
        behind = joining.person_behind(row.message.conversation.address)
        read(request.user, row, about=behind.pk if behind else None)
