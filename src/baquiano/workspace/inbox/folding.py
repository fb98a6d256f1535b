"""What was said before is folded: opening it with a reason, or because the person gave the word that was agreed with them.

That it was opened is remembered for half an hour, by session and not in the page, as `opening` does for the conversation itself.
"""

from datetime import timedelta

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baquiano.accounts.models import AuditEntry
from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.conversations import folding
from baquiano.conversations.folding import Folded
from baquiano.conversations.models import Conversation
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.thread import Line, thread
from baquiano.lib import crypto

OPEN_FOR = 30 * 60
TRIES = 5
TRIES_WITHIN = timedelta(minutes=10)


def shown(request: StaffRequest, found: Conversation) -> tuple[list[Line], Folded | None]:
    """What may be shown of this conversation now, and what lies folded above it."""
    lines = thread(found)
    if cache.get(_key(request, found)):
        return lines, None
    return folding.parted(found, lines, by=request.user)


@require_POST
def unfold(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = _find(request, conversation_id)
    try:
        folding.open_with(found, request.POST.get("reason", ""), by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
    else:
        cache.set(_key(request, found), True, OPEN_FOR)
    return redirect("workspace:conversation", found.pk)


@require_POST
def known(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """ "They gave their word": compared here, and shown to nobody."""
    found = _find(request, conversation_id)
    try:
        if _is_guessing(found):
            raise CannotDoThat(_("Too many wrong words in ten minutes. Wait, or open it with a reason."))
        is_right = folding.gave_her_word(found, request.POST.get("word", ""), by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
    else:
        if is_right:
            messages.success(request, _("It is the word that was agreed: what was said before is open."))
        else:
            messages.error(request, _("It is not the word that was agreed. It may be somebody else who writes."))
    return redirect("workspace:conversation", found.pk)


def _is_guessing(found: Conversation) -> bool:
    wrong = AuditEntry.objects.filter(verb="conversation.not_known", at__gt=timezone.now() - TRIES_WITHIN)
    return wrong.filter(row=f"conversation:{found.pk}").count() >= TRIES


def _find(request: StaffRequest, conversation_id: int) -> Conversation:
    rows = Conversation.objects.select_related("address__channel")
    return find_or_refuse(request, rows, pk=conversation_id)


def _key(request: StaffRequest, found: Conversation) -> str:
    who = crypto.keyed_hash(f"{request.user.pk} {request.session.session_key}", "unfolded conversation")
    return f"unfolded:{found.pk}:{who[:32]}"
