"""One person's data as custody sees it: how much there is, a copy for her, correcting, blocking, holding, forgetting. Never what it says."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accountability import actions as accountability
from baquiano.accounts.audit import audit
from baquiano.accounts.policy import StaffRequest, find_or_refuse, permissions
from baquiano.custody import actions, copies, correcting, forgetting, paper
from baquiano.custody.actions import CannotKeep
from baquiano.custody.correcting import Right
from baquiano.custody.forgetting import CannotForget, Why
from baquiano.custody.models import Hold, Kept
from baquiano.directory.models import Organization
from baquiano.lib.turnstile import writing
from baquiano.people.models.person import Gender
from baquiano.people.portrait import rows_of
from baquiano.workspace.codes import LANGUAGES


class WhyForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why"), max_length=500)


class HoldForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Which law or case obliges us to keep it"), max_length=500)
    until = forms.DateField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Within two years. It ends by itself; it can be put again."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class CorrectForm(forms.Form):
    """Only what changes is filled in: what is written now is not shown here."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    called = forms.CharField(label=gettext_lazy("Called"), max_length=100, required=False)
    pronoun = forms.CharField(label=gettext_lazy("Pronoun"), max_length=40, required=False)
    gender = forms.ChoiceField(label=gettext_lazy("Gender"), choices=[("", "—"), *Gender.choices], required=False)
    birth_year = forms.IntegerField(label=gettext_lazy("Year of birth"), min_value=1900, max_value=2100, required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("", "—"), *LANGUAGES.items()], required=False
    )
    what_was_wrong = forms.CharField(label=gettext_lazy("What was wrong"), max_length=500)

    def right(self) -> Right:
        said = {name: value for name, value in self.cleaned_data.items() if name != "what_was_wrong" and value}
        return Right(**said)


class ForgetForm(forms.Form):
    why = forms.ChoiceField(
        label=gettext_lazy("Why"), choices=[(Why.ASKED.value, Why.ASKED.label), (Why.MISTAKE.value, Why.MISTAKE.label)]
    )


@require_safe
def custody(request: StaffRequest, person_id: int) -> HttpResponse:
    """Opening it is written down."""
    kept = _found(request, person_id)
    if kept.same_as_id is not None:
        return redirect("workspace:custody", kept.same_as_id)
    with writing():
        audit(request.user, "custody.read", rows_of(kept)[0], about=kept.pk)
    return _page(request, kept)


@require_POST
def as_pdf(request: StaffRequest, person_id: int) -> HttpResponse:
    """To be handed to her and kept by nobody."""
    made = actions.show(_found(request, person_id), by=request.user)
    return _file(paper.to_pdf(made), "application/pdf", f"{made.number}.pdf")


@require_POST
def as_json(request: StaffRequest, person_id: int) -> HttpResponse:
    """The same for programs."""
    made = actions.show(_found(request, person_id), by=request.user)
    return _file(copies.to_json(made).encode(), "application/json", f"{made.number}.json")


@require_POST
def block(request: StaffRequest, person_id: int) -> HttpResponse:
    kept, form = _found(request, person_id), WhyForm(request.POST)
    if form.is_valid():
        try:
            told = actions.block(kept, why=form.cleaned_data["why"], by=request.user)
        except CannotKeep as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Blocked: it is kept and used for nothing."))
            return _done(request, kept, told)
    return _page(request, kept, blocking=form)


@require_POST
def unblock(request: StaffRequest, person_id: int) -> HttpResponse:
    kept, form = _found(request, person_id), WhyForm(request.POST)
    if form.is_valid():
        try:
            actions.unblock(kept, why=form.cleaned_data["why"], by=request.user)
        except CannotKeep as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("No longer blocked."))
            return redirect("workspace:custody", kept.pk)
    return _page(request, kept, blocking=form)


@require_POST
def hold(request: StaffRequest, person_id: int) -> HttpResponse:
    kept, form = _found(request, person_id), HoldForm(request.POST)
    if form.is_valid():
        until = timezone.make_aware(datetime.combine(form.cleaned_data["until"], time()) + timedelta(days=1))
        try:
            actions.hold(kept, reason=form.cleaned_data["reason"], until=until, by=request.user)
        except CannotKeep as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("On hold: nothing forgets it until that day."))
            return redirect("workspace:custody", kept.pk)
    return _page(request, kept, holding=form)


@require_POST
def lift(request: StaffRequest, hold_id: int) -> HttpResponse:
    held = find_or_refuse(request, Hold.objects.all(), pk=hold_id)
    actions.lift(held, by=request.user)
    messages.success(request, _("The hold is lifted."))
    return redirect("workspace:custody", held.person_id)


def correct(request: StaffRequest, person_id: int) -> HttpResponse:
    kept = _found(request, person_id)
    form = CorrectForm(request.POST or None)
    if form.is_valid():
        try:
            told = correcting.correct(
                rows_of(kept)[0], form.right(), what_was_wrong=form.cleaned_data["what_was_wrong"], by=request.user
            )
        except CannotKeep as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Corrected."))
            return _done(request, kept, told)
    return render(request, "workspace/custody/correct.html", {"kept": kept, "form": form})


def forget(request: StaffRequest, person_id: int) -> HttpResponse:
    """Asks once, naming what goes and what stays."""
    kept = _found(request, person_id)
    form = ForgetForm(request.POST or None)
    if form.is_valid():
        told = actions.receivers(kept)
        try:
            forgetting.forget(kept, why=Why(form.cleaned_data["why"]), by=request.user)
        except CannotForget as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Forgotten. Nothing of this person is kept, and figures stay as they were."))
            return _done(request, kept, told)
    page = {
        "kept": kept,
        "form": form,
        "amounts": actions.going(kept),
        "receivers": actions.receivers(kept),
        "in_the_way": forgetting.in_the_way(kept),
    }
    return render(request, "workspace/custody/forget.html", page)


def _found(request: StaffRequest, person_id: int) -> Kept:
    return find_or_refuse(request, Kept.objects.all(), pk=person_id)


def _page(request: StaffRequest, kept: Kept, **forms_filled: forms.Form) -> HttpResponse:
    rows = rows_of(kept)
    page: dict[str, Any] = {
        "kept": rows[0],
        "records": len(rows),
        "amounts": actions.amounts(kept),
        "holds": Hold.objects.current(timezone.now()).filter(person__in=rows).select_related("by"),
        "disputes": accountability.in_dispute([row.pk for row in rows]),
        "receivers": actions.receivers(kept),
        "may": permissions(request.user),
        "blocking": WhyForm(),
        "holding": HoldForm(),
        **forms_filled,
    }
    return render(request, "workspace/custody/person.html", page)


def _done(request: StaffRequest, kept: Kept, told: "tuple[Organization, ...] | Any") -> HttpResponse:
    """Whoever else has it is named, so that somebody tells them."""
    if told:
        names = ", ".join(one.name for one in told)
        messages.warning(request, _("Tell those who also have it: %(names)s.") % {"names": names})
    return redirect("workspace:custody", kept.pk)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
