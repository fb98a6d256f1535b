"""Was this number somebody else's? What is known of the older conversation, and what a colleague says about it. Nothing moves by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.conversations.models import Conversation
from baquiano.people import identity
from baquiano.people.models import Collision


@dataclass(frozen=True)
class Older:
    """`last_at`: of the older conversation. `number` 0: it is not said which one, because it is not the same person, or is not theirs to read."""

    collision: Collision
    last_at: datetime | None
    number: int


def older_than(found: Conversation, user: User) -> Sequence[Older]:
    """One query for the usual conversation, whose number was nobody else's."""
    collisions = Collision.objects.filter(newer=found.address_id).select_related("decided_by").order_by("pk")
    return [_older(one, user) for one in collisions]


def _older(collision: Collision, user: User) -> Older:
    before = Conversation.objects.filter(address=collision.older_id).order_by("-last_at").first()
    if before is None:
        return Older(collision, None, 0)
    may_read = collision.is_same and Conversation.objects.visible_to(user).filter(pk=before.pk).exists()
    return Older(collision, before.last_at, before.pk if may_read else 0)


@require_POST
def decide(request: StaffRequest, conversation_id: int, collision_id: int) -> HttpResponse:
    found = find_or_refuse(request, Conversation.objects.all(), pk=conversation_id)
    collision = get_object_or_404(Collision, pk=collision_id, newer=found.address_id)
    said = request.POST.get("is_same", "")
    if said in ("yes", "no"):
        identity.decide(collision, is_same=said == "yes", by=request.user)
    return redirect(reverse("workspace:conversation", args=[found.pk]) + "#identity")
