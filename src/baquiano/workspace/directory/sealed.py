"""Confidential places, for the protection role: each opening is written down. Nobody else finds these pages, or that there are any."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import confidential, desk, offering
from baquiano.directory.models import Location, Reach, Visibility
from baquiano.directory.offering import CannotOffer
from baquiano.workspace.directory import past, pin
from baquiano.workspace.directory.place_form import BEGINNING, COLUMNS, PlaceForm
from baquiano.workspace.people.places import municipality_names


@require_safe
def sealed_locations(request: StaffRequest) -> HttpResponse:
    """By whose they are and what is offered there; what is inside shows when one is opened."""
    rows = (
        desk.ConfidentialPlaces()
        .visible_to(request.user)
        .prefetch_related("offers__service")
        .order_by("organization__name", "pk")
    )
    return render(request, "workspace/directory/sealed_locations.html", {"rows": rows})


def sealed_location(request: StaffRequest, location_id: uuid.UUID) -> HttpResponse:
    """A form that is sent back shows what is inside as well, and was opened for it."""
    place = find_or_refuse(request, desk.ConfidentialPlaces(), pk=location_id)
    form = PlaceForm(request.POST or None, before=before_of(place), seen_at=place.modified_at, reach=Reach.PROTECTION)
    if form.is_valid() and not form.refuse_if_changed(place):
        offering.correct_place(place, form.values, by=request.user)
        if not confidential.is_confidential(place):
            messages.success(request, _("Saved. It is not confidential any more."))
            return redirect("workspace:location", place.pk)
        messages.success(request, _("Saved, and sealed as before."))
        return redirect("workspace:sealed_locations")
    inside = confidential.show(place, by=request.user)
    return _page(request, form, place, inside)


def new_sealed_location(request: StaffRequest) -> HttpResponse:
    form = PlaceForm(
        request.POST or None, before={**BEGINNING, "visibility": Visibility.CONFIDENTIAL}, reach=Reach.PROTECTION
    )
    if form.is_valid():
        offering.write_place({**form.values, "visibility": Visibility.CONFIDENTIAL}, by=request.user)
        messages.success(request, _("Saved and sealed. From now on only the protection role reads where it is."))
        return redirect("workspace:sealed_locations")
    return _page(request, form, None, {})


@require_POST
def put_sealed_at(request: StaffRequest, location_id: uuid.UUID) -> HttpResponse:
    """A service at a confidential place: chosen here, and never from the page of the service."""
    place = find_or_refuse(request, desk.ConfidentialPlaces(), pk=location_id)
    service = find_or_refuse(request, desk.Services(), pk=_uuid(request.POST.get("service", "")))
    try:
        offering.put_at(service, place, by=request.user)
    except CannotOffer as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Saved."))
    return redirect("workspace:sealed_locations")


def before_of(place: Location) -> dict[str, Any]:
    """Of the open columns and of what is sealed; nobody is shown it by that."""
    return {**{name: getattr(place, name) for name in COLUMNS}, **confidential.inside(place)}


def _page(request: StaffRequest, form: PlaceForm, place: Location | None, inside: dict[str, Any]) -> HttpResponse:
    page = {
        "form": form,
        "place": place,
        "canvas": pin.around(inside.get("division")),
        "municipalities": municipality_names(),
        "lines": past.lines(place, request) if place else [],
        "services": desk.services(desk.reach_of(request.user)).select_related("organization").order_by("name")
        if place
        else [],
    }
    return render(request, "workspace/directory/sealed_location.html", page, status=422 if form.errors else 200)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
