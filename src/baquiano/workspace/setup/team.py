"""Who works here, and ending what somebody may do."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.actions import CannotDoThat, end_membership
from baquiano.accounts.models import Membership
from baquiano.accounts.policy import StaffRequest, may
from baquiano.accounts.recovery import waiting


def team(request: StaffRequest) -> HttpResponse:
    members = Membership.objects.current(timezone.now()).select_related("user").order_by("role", "pk")
    page = {
        "members": members,
        "may_invite": may(request.user, "team.invite"),
        "may_end": may(request.user, "team.end"),
        "recoveries": [one for one in waiting() if one.user != request.user]
        if may(request.user, "team.recover")
        else [],
    }
    return render(request, "workspace/team.html", page)


def end(request: StaffRequest, membership_id: int) -> HttpResponse:
    """Asks once, naming what will happen."""
    membership = get_object_or_404(Membership.objects.current(timezone.now()).select_related("user"), pk=membership_id)
    if request.method == "POST":
        try:
            end_membership(membership, by=request.user)
        except CannotDoThat as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, _("They may do nothing more here. What they did stays written."))
        return redirect("workspace:team")
    return render(request, "workspace/end_membership.html", {"membership": membership})
