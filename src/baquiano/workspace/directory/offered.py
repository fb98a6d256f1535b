"""One service: everything we know of it with what is missing, writing a new one, and correcting it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse, may
from baquiano.directory import desk, editing, offering, quality, trust
from baquiano.directory.models import Capacity, Location, Reach, Service, ServiceAtLocation, Visibility
from baquiano.directory.offering import CannotOffer
from baquiano.workspace.directory import times
from baquiano.workspace.directory.capacities import CapacityForm
from baquiano.workspace.directory.labels import NOTHING, field_label, in_words
from baquiano.workspace.directory.lines import from_areas
from baquiano.workspace.directory.notices import NoticeForm
from baquiano.workspace.directory.offer_form import COLUMNS, OfferForm
from baquiano.workspace.directory.service_form import BEGINNING, NewServiceForm, ServiceForm

FACTS = (
    "description", "needs", "populations", "sex", "minimum_age", "maximum_age", "family", "eligibility_text", "asks_documents",
    "accepts", "asks_status", "required_documents", "cost", "cost_text", "cost_options", "phones", "email", "url", "appointment",
    "how_to_ask", "languages", "interpretation", "areas", "alert", "caution", "source", "source_on",
)  # fmt: skip
A_LIST = 12  # notices and capacities that are shown


@dataclass(frozen=True)
class Fact:
    name: str
    label: str
    words: str


@dataclass(frozen=True)
class Missing:
    """What is missing, and the address where it is filled in."""

    words: str
    points: int
    address: str


@dataclass(frozen=True)
class Offered:
    """The service at one place. `is_hidden`: the place says nothing on this page, only that the reader may open it."""

    at: ServiceAtLocation
    now: times.Said
    is_hidden: bool


@require_safe
def service(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    reach = desk.reach_of(request.user)
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    return page_of(request, found, reach)


def page_of(request: StaffRequest, found: Service, reach: Reach, **forms: Any) -> HttpResponse:
    """`forms`: one that was sent back with something wrong, with the words in it."""
    now = timezone.now()
    measured = quality.measured(desk.services(reach), reach)
    row = desk.with_places(measured, reach).get(pk=found.pk)
    places: list[ServiceAtLocation] = row.shown_at  # type: ignore[attr-defined]
    clock = times.Clock(row, places, now)
    page = {
        "service": row,
        "facts": _facts(row),
        "quality": quality.of(row),
        "missing": [_missing(row, part) for part in quality.of(row).missing],
        "standing": trust.standing(row, timezone.localdate()),
        "moment": now,
        "now": clock.read(),
        "offers": [_offered(at, clock) for at in places],
        "notices": list(desk.notices(row, reach).coming(now).order_by("begins_at")[:A_LIST]),  # type: ignore[attr-defined]
        "capacities": _capacities(row, now),
        "places": _to_choose(places) if may(request.user, "service.write") else [],
        "notice_form": forms.get("notice_form") or NoticeForm(),
        "capacity_form": forms.get("capacity_form") or CapacityForm(places=_open(places)),
        "is_wrong": bool(forms),
    }
    return render(request, "workspace/directory/service.html", page, status=422 if forms else 200)


def new(request: StaffRequest) -> HttpResponse:
    form = NewServiceForm(request.POST or None, before=BEGINNING, reach=desk.reach_of(request.user))
    if form.is_valid():
        values = form.values
        try:
            written = offering.write_service(values.pop("organization"), values, by=request.user)
        except CannotOffer as reason:
            form.add_error(None, str(reason))
        else:
            return _saved(request, written)
    page = {"form": form, "service": None}
    return render(request, "workspace/directory/edit_service.html", page, status=422 if form.errors else 200)


def edit(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    before = {name: getattr(found, name) for name in BEGINNING}
    form = ServiceForm(request.POST or None, before=before, seen_at=found.modified_at)
    if form.is_valid() and not form.refuse_if_changed(found):
        try:
            offering.correct_service(found, form.values, by=request.user)
        except CannotOffer as reason:
            form.add_error(None, str(reason))
        else:
            return _saved(request, found)
    page = {"form": form, "service": found}
    return render(request, "workspace/directory/edit_service.html", page, status=422 if form.errors else 200)


@require_POST
def withhold(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    """Or publish it again: the form says which."""
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    try:
        if request.POST.get("is_withheld") == "no":
            offering.publish_again(found, by=request.user)
        else:
            offering.withhold(found, request.POST.get("because", ""), by=request.user)
    except CannotOffer as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Saved."))
    return redirect("workspace:service", found.pk)


@require_POST
def put_at(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    place = find_or_refuse(request, desk.OpenPlaces(), pk=_uuid(request.POST.get("location", "")))
    try:
        offering.put_at(found, place, by=request.user)
    except CannotOffer as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Saved."))
    return redirect("workspace:service", found.pk)


@require_POST
def take_away(request: StaffRequest, at_id: uuid.UUID) -> HttpResponse:
    at = find_or_refuse(request, desk.Offers(), pk=at_id)
    offering.take_away(at, by=request.user)
    messages.success(request, _("The service is not at this place any more."))
    return redirect("workspace:service", at.service_id)


def edit_offer(request: StaffRequest, at_id: uuid.UUID) -> HttpResponse:
    at = find_or_refuse(request, desk.Offers(), pk=at_id)
    before = {name: getattr(at, name) for name in COLUMNS}
    form = OfferForm(request.POST or None, before=before, seen_at=at.modified_at)
    if form.is_valid() and not form.refuse_if_changed(at):
        editing.change(at, form.values, by=request.user, how="edit")
        messages.success(request, _("Saved."))
        return redirect("workspace:service", at.service_id)
    page = {"form": form, "at": at}
    return render(request, "workspace/directory/edit_offer.html", page, status=422 if form.errors else 200)


def _saved(request: StaffRequest, saved: Service) -> HttpResponse:
    """Whoever made it confidential may not be among those who read it from now on."""
    if saved.visibility == Visibility.CONFIDENTIAL and desk.reach_of(request.user) is not Reach.PROTECTION:
        messages.success(request, _("Saved. From now on only the protection role reads it."))
        return redirect("workspace:services")
    messages.success(request, _("Saved."))
    return redirect("workspace:service", saved.pk)


def _facts(row: Service) -> list[Fact]:
    """What is known, and what is known not to be; what nobody filled in stands above, among what is missing."""
    facts = [Fact(name, field_label(name), _said(row, name)) for name in FACTS]
    return [fact for fact in facts if fact.words != NOTHING]


def _said(row: Service, name: str) -> str:
    if name == "areas":
        return from_areas(row.areas).replace("\n", ", ") or in_words(name, ())
    return in_words(name, getattr(row, name))


def _missing(row: Service, part: quality.Part) -> Missing:
    edit_page = reverse("workspace:edit_service", args=[row.pk])
    elsewhere = {
        "hours": reverse("workspace:service_hours", args=[row.pk]),
        "where": "#places",
        "pin": "#places",
    }
    return Missing(str(part.missing), part.points, elsewhere.get(part.name, f"{edit_page}#id_{part.name}"))


def _offered(at: ServiceAtLocation, clock: times.Clock) -> Offered:
    return Offered(at, clock.read(at), at.location.visibility == Visibility.CONFIDENTIAL)


def _open(places: list[ServiceAtLocation]) -> list[ServiceAtLocation]:
    return [at for at in places if at.location.visibility != Visibility.CONFIDENTIAL]


def _capacities(row: Service, now: datetime) -> list[Capacity]:
    """Also those past their hour, so that somebody renews them; the screen says so."""
    shown = {at.pk for at in row.shown_at}  # type: ignore[attr-defined]
    rows = row.capacities.select_related("at__location", "by").order_by("-updated_at")[:A_LIST]
    return [one for one in rows if one.at_id is None or one.at_id in shown]


def _to_choose(places: list[ServiceAtLocation]) -> list[Location]:
    there = {at.location_id for at in places}
    rows = Location.objects.within(Reach.TEAM).filter(is_active=True).select_related("division", "organization")
    return [place for place in rows.order_by("name", "address_1", "pk") if place.pk not in there]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
