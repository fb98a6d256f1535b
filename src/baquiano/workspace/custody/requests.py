"""Requests about somebody's own data: taken down, identified, answered within their days."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accountability import actions
from baquiano.accountability.actions import CannotAnswer, Received
from baquiano.accountability.models import DataRequest, Door, Identified, Outcome, RequestKind
from baquiano.accounts.audit import read
from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest, find_or_refuse, permissions
from baquiano.custody.models import Kept
from baquiano.workspace.codes import COUNTRIES, LANGUAGES

AT_ONCE = 100


class NewRequestForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What do they ask for?"), choices=RequestKind.choices)
    door = forms.ChoiceField(label=gettext_lazy("How did it come in?"), choices=Door.choices)
    country = forms.ChoiceField(label=gettext_lazy("Whose law counts the days?"))
    language = forms.ChoiceField(
        label=gettext_lazy("Language to answer in"), choices=[("", "—"), *LANGUAGES.items()], required=False
    )
    asked = forms.CharField(
        label=gettext_lazy("In their words"),
        help_text=gettext_lazy("Only what is needed to do it. Ask for no document that we did not have."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    contact = forms.CharField(
        label=gettext_lazy("Where to answer, if we do not know them"), max_length=200, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        served = organisation().countries or list(COUNTRIES)
        self.fields["country"].choices = [(code, COUNTRIES.get(code, code)) for code in served]  # type: ignore[attr-defined]


class IdentifyForm(forms.Form):
    number = forms.UUIDField(
        label=gettext_lazy("Number of the person"),
        help_text=gettext_lazy("On their slip, and on the page of their data."),
        error_messages={"invalid": gettext_lazy("This is not the number of a person. Copy it whole.")},
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How do you know that it is them?"),
        choices=[choice for choice in Identified.choices if choice[0] != Identified.CODE],
    )


class ChallengeForm(forms.Form):
    said = forms.CharField(
        label=gettext_lazy("The number they say"),
        help_text=gettext_lazy("If we know whoever has it, a code goes to the door we know them by."),
        max_length=60,
    )


class CodeForm(forms.Form):
    code = forms.CharField(label=gettext_lazy("The code they tell you"), max_length=20)


class ExtendForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why it takes longer"),
        help_text=gettext_lazy("Tell them so before its days are over."),
        max_length=500,
    )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("What came of it"), choices=Outcome.choices)
    answer = forms.CharField(
        label=gettext_lazy("What we answered"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )


@require_safe
def requests(request: StaffRequest) -> HttpResponse:
    rows = DataRequest.objects.visible_to(request.user).select_related("in_charge")
    waiting = rows.filter(closed_at=None).order_by("due_on", "pk")
    today = actions.today()
    page = {
        "waiting": waiting[:AT_ONCE],
        "late": sum(row.is_overdue(today) for row in waiting),
        "answered": rows.filter(closed_at__isnull=False).order_by("-closed_at")[:20],
        "today": today,
        "may": permissions(request.user),
    }
    return render(request, "workspace/custody/requests.html", page)


def new(request: StaffRequest) -> HttpResponse:
    form = NewRequestForm(request.POST or None, initial={"door": Door.DESK})
    if form.is_valid():
        said = form.cleaned_data
        received = Received(
            RequestKind(said["kind"]),
            Door(said["door"]),
            said["country"],
            said["language"],
            said["asked"],
            said["contact"],
        )
        made = actions.open_request(received, by=request.user)
        messages.success(request, _("Written down. Its days begin to count tomorrow."))
        return redirect("workspace:request", made.pk)
    return render(request, "workspace/custody/new_request.html", {"form": form})


@require_safe
def request_page(request: StaffRequest, request_id: int) -> HttpResponse:
    row = _found(request, request_id)
    read(request.user, row, about=row.person_id or "")
    return _page(request, row)


@require_POST
def take(request: StaffRequest, request_id: int) -> HttpResponse:
    row = _found(request, request_id)
    try:
        actions.take_charge(row, by=request.user)
    except CannotAnswer as reason:
        messages.error(request, str(reason))
    return redirect("workspace:request", row.pk)


@require_POST
def identify(request: StaffRequest, request_id: int) -> HttpResponse:
    row, form = _found(request, request_id), IdentifyForm(request.POST)
    if form.is_valid():
        person = (
            Kept.objects.visible_to(request.user).filter(number=form.cleaned_data["number"], forgotten_at=None).first()
        )
        if person is None:
            form.add_error("number", _("Nobody has this number."))
            return _page(request, row, identifying=form)
        try:
            actions.identify(row, person, Identified(form.cleaned_data["how"]), by=request.user)
        except CannotAnswer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("It is them."))
            return redirect("workspace:request", row.pk)
    return _page(request, row, identifying=form)


@require_POST
def challenge(request: StaffRequest, request_id: int) -> HttpResponse:
    """Answers the same whether there is somebody or not."""
    row, form = _found(request, request_id), ChallengeForm(request.POST)
    if form.is_valid():
        try:
            actions.challenge(row, form.cleaned_data["said"], by=request.user)
        except CannotAnswer as reason:
            form.add_error(None, str(reason))
        else:
            words = _("If we know whoever has this number, a code is on its way to them. It is good for half an hour.")
            messages.info(request, words)
            return redirect("workspace:request", row.pk)
    return _page(request, row, challenging=form)


@require_POST
def code(request: StaffRequest, request_id: int) -> HttpResponse:
    row, form = _found(request, request_id), CodeForm(request.POST)
    if form.is_valid():
        try:
            fits = actions.answer_challenge(row, form.cleaned_data["code"], by=request.user)
        except CannotAnswer as reason:
            form.add_error(None, str(reason))
            return _page(request, row, coding=form)
        if fits:
            messages.success(request, _("It is them."))
            return redirect("workspace:request", row.pk)
        form.add_error("code", _("This code does not work. Say nothing about why; another one can be sent."))
    return _page(request, row, coding=form)


@require_POST
def extend(request: StaffRequest, request_id: int) -> HttpResponse:
    row, form = _found(request, request_id), ExtendForm(request.POST)
    if form.is_valid():
        try:
            actions.extend(row, why=form.cleaned_data["why"], by=request.user)
        except CannotAnswer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("It takes longer. Tell them so, with the reason."))
            return redirect("workspace:request", row.pk)
    return _page(request, row, extending=form)


@require_POST
def close(request: StaffRequest, request_id: int) -> HttpResponse:
    row, form = _found(request, request_id), CloseForm(request.POST)
    if form.is_valid():
        try:
            actions.close(
                row, Outcome(form.cleaned_data["outcome"]), answer=form.cleaned_data["answer"], by=request.user
            )
        except CannotAnswer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Answered, and kept as the proof that we did."))
            return redirect("workspace:requests")
    return _page(request, row, closing=form)


def _found(request: StaffRequest, request_id: int) -> DataRequest:
    return find_or_refuse(request, DataRequest.objects.select_related("person", "in_charge"), pk=request_id)


def _page(request: StaffRequest, row: DataRequest, **forms_filled: forms.Form) -> HttpResponse:
    page = {
        "asked": row,
        "events": row.events.select_related("by").order_by("pk"),
        "is_late": row.is_overdue(actions.today()),
        "may": permissions(request.user),
        "identifying": IdentifyForm(),
        "challenging": ChallengeForm(),
        "coding": CodeForm(),
        "extending": ExtendForm(),
        "closing": CloseForm(),
        **forms_filled,
    }
    return render(request, "workspace/custody/request.html", page, status=200)
