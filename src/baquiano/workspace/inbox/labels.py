"""The team's own words on a conversation: put on and taken off, by whoever answers people."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.conversations import labels
from baquiano.conversations.models import Conversation
from baquiano.conversations.owning import CannotDoThat


@require_POST
def label(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find_or_refuse(request, Conversation.objects.all(), pk=conversation_id)
    try:
        labels.add(found, request.POST.get("word", ""), by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
    return redirect(reverse("workspace:conversation", args=[found.pk]) + "#labels")


@require_POST
def unlabel(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find_or_refuse(request, Conversation.objects.all(), pk=conversation_id)
    labels.remove(found, request.POST.get("word", ""), by=request.user)
    return redirect(reverse("workspace:conversation", args=[found.pk]) + "#labels")
