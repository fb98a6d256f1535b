"""Asking whether all is still so: whom to call first, and what they said."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import calling, desk, experience, hours, timetables, trust
from baquiano.directory.experience import CannotNote, Reliability
from baquiano.directory.models import Confirmation, Experience, Problem, Reach, Service, ServiceAtLocation
from baquiano.directory.trust import CannotConfirm
from baquiano.workspace.directory.labels import in_words

SHOWN = 100
EVERYWHERE = ""
REMEMBERED = timedelta(days=366)
HOW = (Confirmation.How.CALL, Confirmation.How.VISIT, Confirmation.How.PARTNER, Confirmation.How.SOURCE)


@dataclass(frozen=True)
class Row:
    call: calling.Call
    phones: tuple[str, ...]
    reliability: Reliability | None
    where: str


@dataclass(frozen=True)
class Part:
    """A kind of field: what we say now, and when that was last confirmed."""

    name: str
    label: Promise
    said: tuple[str, ...]
    on: date | None
    is_old: bool
    is_ticked: bool


class DayField(forms.DateField):
    """A day that somebody remembers: a year ago at most. An older one is a slip of the keyboard."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and value < timezone.localdate() - REMEMBERED:
            raise forms.ValidationError(_("That day is more than a year ago. Look at the year."))


class ConfirmForm(forms.Form):
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("What is still so?"),
        choices=list(trust.NAMES.items()),
        error_messages={"required": gettext_lazy("Tick what they confirmed.")},
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How did you ask?"),
        choices=[(how.value, how.label) for how in HOW],
        widget=forms.RadioSelect,
        initial=Confirmation.How.CALL,
    )
    on = DayField(label=gettext_lazy("On which day?"), initial=timezone.localdate)
    at = forms.ChoiceField(label=gettext_lazy("At which place?"), required=False)

    def __init__(self, *args: Any, places: Sequence[ServiceAtLocation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["at"]
        field.choices = [
            (EVERYWHERE, _("At all of them")),
            *((str(at.pk), at.location.name or at.location.address_1 or str(_("A place"))) for at in places),
        ]
        self._places = {str(at.pk): at for at in places}

    @property
    def place(self) -> ServiceAtLocation | None:
        return self._places.get(self.cleaned_data["at"])


class ExperienceForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("How were they received?"), choices=Experience.Kind.choices, widget=forms.RadioSelect
    )
    on = DayField(label=gettext_lazy("On which day did they go?"), initial=timezone.localdate)


@require_safe
def calls(request: StaffRequest) -> HttpResponse:
    today, reach = timezone.localdate(), desk.reach_of(request.user)
    found = calling.to_call(reach, today)
    known = experience.reliability([call.service.pk for call in found[:SHOWN]], today)
    rows = [
        Row(call, tuple(calling.phones(call.service))[:2], known.get(call.service.pk), _where(call.service))
        for call in found[:SHOWN]
    ]
    page = {"rows": rows, "total": len(found), "names": trust.NAMES}
    return render(request, "workspace/directory/calls.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = _find(request, service_id)
    form = ConfirmForm(request.POST or None, places=_places(found))
    if form.is_valid():
        given = form.cleaned_data
        try:
            trust.confirm(found, given["parts"], on=given["on"], how=given["how"], by=request.user, at=form.place)
        except CannotConfirm as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Noted: confirmed on %(day)s.") % {"day": f"{given['on']:%d-%m-%Y}"})
            return redirect("workspace:calls")
    return _page(request, found, form, ExperienceForm(prefix="experience"))


@require_POST
def unreachable(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    trust.could_not_reach(found, on=timezone.localdate(), by=request.user)
    messages.success(request, _("Noted. Nobody is sent there until somebody confirms it."))
    return redirect("workspace:calls")


@require_POST
def note_experience(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    form = ExperienceForm(request.POST, prefix="experience")
    if form.is_valid():
        try:
            experience.note(found, form.cleaned_data["kind"], on=form.cleaned_data["on"], by=request.user)
        except CannotNote as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Noted, without saying who it was."))
            return redirect("workspace:service", found.pk)
    shown = _find(request, service_id)
    return _page(request, shown, ConfirmForm(places=_places(shown)), form)


def _find(request: StaffRequest, service_id: uuid.UUID) -> Service:
    """With its places, as far as whoever asks may know."""
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    reach = desk.reach_of(request.user)
    return desk.with_places(desk.services(reach), reach).get(pk=found.pk)


def _places(service: Service) -> list[ServiceAtLocation]:
    places: list[ServiceAtLocation] = service.shown_at  # type: ignore[attr-defined]
    return places


def _page(request: StaffRequest, service: Service, form: ConfirmForm, experience_form: ExperienceForm) -> HttpResponse:
    today = timezone.localdate()
    standing = trust.standing(service, today)
    past = Confirmation.objects.filter(service=service).select_related("by", "at__location", "asking__organization")
    page = {
        "service": service,
        "standing": standing,
        "parts": _parts(service, standing, form, today),
        "phones": list(calling.phones(service)),
        "form": form,
        "experience_form": experience_form,
        "past": past.order_by("-on", "-pk")[:12],
        "names": trust.NAMES,
        "open_problems": Problem.objects.filter(service=service, settled_at=None).count(),
        "reliability": experience.reliability([service.pk], today).get(service.pk),
    }
    wrong = form.errors or experience_form.errors
    return render(request, "workspace/directory/confirm.html", page, status=422 if wrong else 200)


def _parts(service: Service, standing: trust.Standing, form: ConfirmForm, today: date) -> list[Part]:
    old = trust.ended(standing.parts, today)
    ticked = form.data.getlist("parts") if form.is_bound and hasattr(form.data, "getlist") else []
    said = _said(service)
    return [
        Part(
            name,
            label,
            tuple(line for line in said[name] if line),
            standing.parts.get(name),
            name in old,
            name in ticked,
        )
        for name, label in trust.NAMES.items()
    ]


def _said(service: Service) -> dict[str, list[str]]:
    """What we tell people now, by part."""
    open_places = [at for at in _places(service) if at.location.visibility in Reach.TEAM.value]
    language = get_language() or "es"
    tables = [timetables.hours_of(service, at) for at in open_places] or [service.hours]
    return {
        "hours": [hours.in_words(table, language) for table in dict.fromkeys(tables) if table] + [service.hours_note],
        "contact": [*calling.phones(service), service.email, service.url],
        "address": [_address(at) for at in open_places],
        "eligibility": [
            f"{label}: {in_words(field, getattr(service, field))}"
            for field, label in (
                ("populations", _("For")),
                ("asks_documents", _("Asks for a document")),
                ("asks_status", _("Asks about the migratory situation")),
            )
        ],
        "cost": [in_words("cost", service.cost), service.cost_text],
    }


def _address(at: ServiceAtLocation) -> str:
    place = at.location
    division = place.division.name if place.division else place.city
    return ", ".join(part for part in (place.name, place.address_1, division) if part)


def _where(service: Service) -> str:
    names = (at.location.division.name for at in _places(service) if at.location.division)
    return ", ".join(dict.fromkeys(names))
