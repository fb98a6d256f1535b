"""How the work goes, for whoever answers for it: who waits, how long people waited, who has what in hand; and days of many people."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest, may
from baquiano.conversations import surge as surges
from baquiano.conversations.load import SMALL
from baquiano.conversations.load import load as load_at
from baquiano.workspace.inbox.fragment import Fragment, fragment, unchanged


class SurgeForm(forms.Form):
    wait_minutes = forms.IntegerField(
        label=gettext_lazy("How long people wait, in minutes"),
        help_text=gettext_lazy("It is told to everybody who asks for a person. Empty: nobody knows."),
        required=False,
        min_value=1,
        max_value=surges.WAIT_MOST,
    )
    hours = forms.IntegerField(label=gettext_lazy("For how many hours"), min_value=1, max_value=24, initial=4)


def load(request: StaffRequest) -> HttpResponse:
    return _page(request, SurgeForm())


def load_now(request: StaffRequest) -> HttpResponse:
    """Polled: the numbers when they have changed, else nothing."""
    now = _numbers(request)
    if now.seen == request.GET.get("seen"):
        return unchanged()
    return render(request, "workspace/inbox/load_poll.html", {"numbers": now})


@require_POST
def declare_surge(request: StaffRequest) -> HttpResponse:
    form = SurgeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        surges.declare(form.cleaned_data["wait_minutes"], form.cleaned_data["hours"], by=request.user)
    except surges.CannotDeclare as reason:
        form.add_error(None, str(reason))
        return _page(request, form, status=422)
    messages.success(request, _("Whoever asks for a person is told so from now on."))
    return redirect("workspace:load")


@require_POST
def end_surge(request: StaffRequest) -> HttpResponse:
    surges.end(by=request.user)
    messages.success(request, _("It is over: people are told the usual again."))
    return redirect("workspace:load")


def _page(request: StaffRequest, form: SurgeForm, *, status: int = 200) -> HttpResponse:
    page = {
        "numbers": _numbers(request),
        "form": form,
        "surge": surges.current(timezone.now()),
        "may_declare": may(request.user, "surge.declare"),
    }
    return render(request, "workspace/inbox/load.html", page, status=status)


def _numbers(request: StaffRequest) -> Fragment:
    """Whoever does not answer people sees no small number by language: it would be somebody."""
    page = {"load": load_at(timezone.now()), "hides_below": 0 if may(request.user, "conversation.list") else SMALL}
    return fragment("workspace/inbox/load_numbers.html", page)
