"""Who works here: inviting somebody, and ending what somebody may do."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.actions import INVITATION_LASTS, CannotDoThat, end_membership, invite
from baquiano.accounts.models import Membership, Role
from baquiano.accounts.policy import StaffRequest, may
from baquiano.workspace.setup.may import RoleInWords, roles_in_words


class InviteForm(forms.Form):
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices, widget=forms.RadioSelect)


def team(request: StaffRequest) -> HttpResponse:
    members = Membership.objects.current(timezone.now()).select_related("user").order_by("role", "pk")
    page = {
        "members": members,
        "may_invite": may(request.user, "team.invite"),
        "may_end": may(request.user, "team.end"),
    }
    return render(request, "workspace/team.html", page)


def invite_somebody(request: StaffRequest) -> HttpResponse:
    """The link is shown once, in the answer to the form; only its hash is kept."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        token = invite(Role(form.cleaned_data["role"]), by=request.user)
        page = {
            "link": request.build_absolute_uri(reverse("workspace:invitation", args=[token])),
            "role": Role(form.cleaned_data["role"]).label,
            "until": timezone.now() + INVITATION_LASTS,
        }
        return render(request, "workspace/invited.html", page)
    roles: list[RoleInWords] = roles_in_words(frozenset())
    return render(request, "workspace/invite.html", {"form": form, "roles": roles})


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
