"""One colleague: where they are signed in, and letting them in again after they lost the password or the second factor."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from baquiano.accounts import sessions
from baquiano.accounts.models import Membership, Recovery, User
from baquiano.accounts.policy import StaffRequest, may
from baquiano.accounts.recovery import CannotRecover, call_off, confirm, open_recovery


class RecoverForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("How you know that it is really them, too: by their voice, or face to face."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def member(request: StaffRequest, user_id: int) -> HttpResponse:
    found = _colleague(user_id)
    now = timezone.now()
    page = {
        "member": found,
        "roles": [one.get_role_display() for one in Membership.objects.current(now).filter(user=found).order_by("pk")],
        "sessions": len(sessions.sessions_of(found)),
        "recovery": Recovery.objects.open(now).filter(user=found).select_related("opened_by").first(),
        "may_end": may(request.user, "team.end"),
        "may_recover": may(request.user, "team.recover") and found != request.user,
    }
    return render(request, "workspace/member.html", page)


@require_POST
def end_their_sessions(request: StaffRequest, user_id: int) -> HttpResponse:
    count = sessions.end_all(_colleague(user_id), by=request.user)
    messages.success(request, ngettext("%(n)d session is over.", "%(n)d sessions are over.", count) % {"n": count})
    return redirect("workspace:member", user_id)


def recover(request: StaffRequest, user_id: int) -> HttpResponse:
    """The first half: the number is shown once, in the answer to the form."""
    found = _colleague(user_id)
    form = RecoverForm(request.POST or None)
    if form.is_valid():
        try:
            number = open_recovery(found, reason=form.cleaned_data["reason"], by=request.user)
        except CannotRecover as reason:
            form.add_error(None, str(reason))
        else:
            return render(request, "workspace/recover_opened.html", {"member": found, "number": number})
    status = 422 if form.errors else 200
    return render(request, "workspace/recover.html", {"member": found, "form": form}, status=status)


def confirm_recovery(request: StaffRequest, recovery_id: int) -> HttpResponse:
    """The second half: the link is shown once."""
    found = _waiting(recovery_id)
    if request.method != "POST":
        return render(request, "workspace/recover_confirm.html", {"recovery": found})
    try:
        token = confirm(found, by=request.user)
    except CannotRecover as reason:
        messages.error(request, str(reason))
        return redirect("workspace:member", found.user_id)
    link = request.build_absolute_uri(reverse("workspace:recovered", args=[token]))
    return render(request, "workspace/recover_confirmed.html", {"recovery": found, "link": link})


@require_POST
def call_off_recovery(request: StaffRequest, recovery_id: int) -> HttpResponse:
    found = get_object_or_404(Recovery.objects.open(timezone.now()), pk=recovery_id)
    try:
        call_off(found, by=request.user)
    except CannotRecover as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("It is called off: nobody comes in with it."))
    return redirect("workspace:member", found.user_id)


def _colleague(user_id: int) -> User:
    return get_object_or_404(User.objects.working(timezone.now()), pk=user_id)


def _waiting(recovery_id: int) -> Recovery:
    rows = Recovery.objects.waiting(timezone.now()).select_related("user", "opened_by")
    return get_object_or_404(rows, pk=recovery_id)
