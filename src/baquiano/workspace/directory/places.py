"""Places: the list, a new one, and one with its pin. A confidential one is not among them (`sealed.py`)."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse, may
from baquiano.directory import desk, offering
from baquiano.directory.models import Location, Notice, Reach, Service, Visibility
from baquiano.directory.offering import CannotOffer
from baquiano.lib.text import fold
from baquiano.workspace.directory import pin, times
from baquiano.workspace.directory.notices import NoticeForm
from baquiano.workspace.directory.place_form import BEGINNING, COLUMNS, PlaceForm
from baquiano.workspace.people.places import municipality_names

A_PAGE = 40


@require_safe
def locations(request: StaffRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:80]
    rows = (
        Location.objects.within(Reach.TEAM)
        .select_related("division", "organization")
        .order_by("name", "address_1", "pk")
    )
    if words:
        names = rows.values_list("pk", "name", "address_1", "city", "organization__name", "division__name")
        found = [
            pk
            for pk, *texts in names
            if all(word in fold(" ".join(filter(None, texts))) for word in fold(words).split())
        ]
        rows = rows.filter(pk__in=found)
    shown = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    page = {"shown": shown, "words": words, "may_write": may(request.user, "service.write")}
    return render(request, "workspace/directory/locations.html", page)


def new(request: StaffRequest) -> HttpResponse:
    """With `?service=`: and that service is at it from the beginning."""
    wanted = _wanted(request)
    before = {**BEGINNING, "organization": wanted.organization if wanted else None}
    form = PlaceForm(request.POST or None, before=before, reach=desk.reach_of(request.user))
    if form.is_valid():
        written = offering.write_place(form.values, by=request.user)
        if wanted is not None:
            offering.put_at(wanted, written, by=request.user)
        return _saved(request, written, wanted)
    return _page(request, form, None, wanted=wanted)


def edit(request: StaffRequest, location_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.OpenPlaces(), pk=location_id)
    form = _form(request, found, request.POST or None)
    if form.is_valid() and not form.refuse_if_changed(found):
        offering.correct_place(found, form.values, by=request.user)
        return _saved(request, found, None)
    return _page(request, form, found)


@require_POST
def announce(request: StaffRequest, location_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.OpenPlaces(), pk=location_id)
    notice_form = NoticeForm(request.POST)
    if notice_form.is_valid():
        try:
            offering.announce(found, notice_form.said, by=request.user)
        except CannotOffer as reason:
            notice_form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved. It ends by itself."))
            return redirect("workspace:location", found.pk)
    return _page(request, _form(request, found), found, notice_form=notice_form)


def _form(request: StaffRequest, place: Location, data: Any = None) -> PlaceForm:
    return PlaceForm(data, before=before_of(place), seen_at=place.modified_at, reach=desk.reach_of(request.user))


def before_of(place: Location) -> dict[str, Any]:
    return {name: getattr(place, name) for name in COLUMNS}


def _page(request: StaffRequest, form: PlaceForm, found: Location | None, **more: Any) -> HttpResponse:
    now = timezone.now()
    notice_form = more.get("notice_form")
    page = {
        "form": form,
        "place": found,
        "wanted": more.get("wanted"),
        "canvas": pin.around(found.division if found else None),
        "now": times.of_place(found, now) if found else None,
        "offers": list(desk.offers(Reach.TEAM).filter(location=found).select_related("service")) if found else [],
        "notices": list(Notice.objects.coming(now).filter(location=found).order_by("begins_at")) if found else [],
        "notice_form": notice_form or NoticeForm(),
        "municipalities": municipality_names(),
    }
    is_wrong = form.errors or notice_form is not None
    return render(request, "workspace/directory/location.html", page, status=422 if is_wrong else 200)


def _saved(request: StaffRequest, saved: Location, wanted: Service | None) -> HttpResponse:
    if saved.visibility == Visibility.CONFIDENTIAL:
        messages.success(request, _("Saved and sealed. From now on only the protection role reads where it is."))
        return redirect("workspace:locations")
    messages.success(request, _("Saved."))
    if wanted is not None:
        return redirect("workspace:service", wanted.pk)
    return redirect("workspace:location", saved.pk)


def _wanted(request: StaffRequest) -> Service | None:
    try:
        wanted = uuid.UUID(request.GET.get("service", ""))
    except ValueError:
        return None
    return find_or_refuse(request, desk.Services(), pk=wanted)
