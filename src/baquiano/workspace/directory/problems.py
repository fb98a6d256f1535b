"""What people say is wrong with a service: the list of what to look into, one of them, and noting it at the desk."""

import uuid
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, reporting
from baquiano.directory.models import Problem, Service
from baquiano.directory.offering import CannotOffer
from baquiano.directory.reporting import CannotSettle
from baquiano.workspace.directory.sheets import moment

DOOR = "desk"


@dataclass(frozen=True)
class Row:
    """`reasons`: what was said and how often, in words."""

    task: reporting.Task
    reasons: tuple[tuple[str, int], ...]


class SettleForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"), choices=Problem.Outcome.choices, widget=forms.RadioSelect
    )
    because = forms.CharField(
        label=gettext_lazy("If it is not listed any more: why?"),
        help_text=gettext_lazy("Colleagues read it. Nobody outside does."),
        required=False,
        max_length=300,
    )
    up_to = forms.CharField(widget=forms.HiddenInput)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("What happened to them?"), choices=Problem.Reason.choices, widget=forms.RadioSelect
    )


@require_safe
def problems(request: StaffRequest) -> HttpResponse:
    tasks = reporting.tasks(desk.reach_of(request.user))
    rows = [Row(task, tuple((str(Problem.Reason(code).label), n) for code, n in task.reasons)) for task in tasks]
    return render(request, "workspace/directory/problems.html", {"rows": rows})


@require_safe
def problem(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    return _page(request, found, SettleForm(initial={"up_to": timezone.now().isoformat()}))


@require_POST
def settle(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    """The form carries the moment of the page: what was reported after it stays open."""
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    form = SettleForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        up_to = moment(given["up_to"]) or timezone.now()
        try:
            reporting.settle(found, given["outcome"], up_to=up_to, by=request.user, because=given["because"])
        except (CannotSettle, CannotOffer) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Settled: the warning is gone."))
            return redirect("workspace:problems")
    return _page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    """Somebody told it at the desk. One colleague counts once a day: who told it is asked of nobody."""
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    form = ReportForm(request.POST or None)
    if form.is_valid():
        key = f"{request.user.pk}:{timezone.localdate().isoformat()}"
        reach, reason = desk.reach_of(request.user), form.cleaned_data["reason"]
        if reporting.report(found.pk, reason, door=DOOR, door_key=key, reach=reach):
            messages.success(request, _("Noted. Somebody looks into it."))
        return redirect("workspace:service", found.pk)
    page = {"service": found, "form": form}
    return render(request, "workspace/directory/report.html", page, status=422 if form.errors else 200)


def _page(request: StaffRequest, service: Service, form: SettleForm) -> HttpResponse:
    said = list(reporting.of(service)[:100])
    page = {
        "service": service,
        "open": [one for one in said if one.settled_at is None],
        "settled": [one for one in said if one.settled_at is not None],
        "form": form,
    }
    return render(request, "workspace/directory/problem.html", page, status=422 if form.errors else 200)
