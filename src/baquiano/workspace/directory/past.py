"""What was changed of a service or a place, field by field, as far as whoever looks may read it."""

import uuid
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, history
from baquiano.directory.models import Change, Location, Service
from baquiano.territory.models import Division
from baquiano.workspace.directory.labels import field_label, in_words

A_PAGE = 50


@dataclass(frozen=True)
class Line:
    change: Change
    field: str
    before: str
    after: str


@require_safe
def of_service(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    return _page(request, found, found.name, reverse("workspace:service", args=[found.pk]))


@require_safe
def of_place(request: StaffRequest, location_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.OpenPlaces(), pk=location_id)
    return _page(request, found, found.name or found.address_1, reverse("workspace:location", args=[found.pk]))


def lines(row: Service | Location, request: StaffRequest) -> list[Line]:
    changes = history.of(row, desk.reach_of(request.user))
    wanted = {value for change in changes if change.field == "division" for value in change.values}
    divisions = {str(division.pk): division.name for division in Division.objects.filter(pk__in=filter(None, wanted))}
    return [_line(change, divisions) for change in changes]


def _line(change: Change, divisions: dict[str, str]) -> Line:
    before, after = change.values
    if change.field == "division":
        before, after = (divisions.get(str(value), value) for value in (before, after))
    return Line(change, field_label(change.field), in_words(change.field, before), in_words(change.field, after))


def _page(request: StaffRequest, row: Service | Location, title: str, back: str) -> HttpResponse:
    shown = Paginator(lines(row, request), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "workspace/directory/history.html", {"shown": shown, "name": title, "back": back})
