"""The hours of a service, of a service at one of its places, or of a place: a grid, or one line of words, and how that is read now."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, editing, timetables
from baquiano.directory.hours import Timetable
from baquiano.directory.models import Location, Service, ServiceAtLocation
from baquiano.workspace.directory import times
from baquiano.workspace.directory.sheets import moment
from baquiano.workspace.directory.week_form import WeekForm, WordsForm, fits

Row = Service | ServiceAtLocation | Location


@dataclass(frozen=True)
class Page:
    """`back`: the page of the row. `table`: how its hours are read now, in which zone and country."""

    row: Row
    title: str
    back: str
    table: Callable[[], Timetable]


def of_service(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    place = desk.offers(desk.reach_of(request.user)).filter(service=found).exclude(location__country="")
    at = place.select_related("location").order_by("pk").first()

    def table() -> Timetable:
        """In the zone of its first place: its own hours apply there too."""
        zones = timetables.zones_of_countries()
        return replace(timetables.timetable(found, at, (), zones), hours=found.hours, holidays=str(found.holidays))

    return _answer(request, Page(found, found.name, reverse("workspace:service", args=[found.pk]), table))


def of_offer(request: StaffRequest, at_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Offers(), pk=at_id)

    def table() -> Timetable:
        return timetables.timetable(found.service, found, (), timetables.zones_of_countries())

    title = f"{found.service.name}: {found.location.name or found.location.address_1}"
    return _answer(request, Page(found, title, reverse("workspace:service", args=[found.service_id]), table))


def of_place(request: StaffRequest, location_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.OpenPlaces(), pk=location_id)

    def table() -> Timetable:
        zone = found.zone or times.zone_of(found.country)
        return Timetable(found.hours, zone, found.country, str(found.holidays))

    title = found.name or found.address_1
    return _answer(request, Page(found, title, reverse("workspace:location", args=[found.pk]), table))


def _answer(request: StaffRequest, page: Page) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, page, _forms(page.row))
    is_words = request.POST.get("source") == "words"
    given: WordsForm | WeekForm = (
        WordsForm(request.POST)
        if is_words
        else WeekForm(request.POST, hours=page.row.hours, holidays=page.row.holidays)
    )
    do, is_good = request.POST.get("do", "save"), given.is_valid()
    if request.headers.get("HX-Request"):
        return render(
            request,
            "workspace/directory/hours_now.html",
            {"said": _said(page, given) if is_good else None, "faults": _faults(given)},
        )
    if is_good and do == "save":
        return _saved(request, page, given)
    forms = _forms(page.row, given if not is_good else None)
    if is_good and do == "read":  # the words, put into the grid, and nothing saved
        forms = Forms(given, WeekForm(hours=given.hours, holidays=page.row.holidays), fits(given.hours))
    elif is_good:
        forms = replace(forms, words=given) if is_words else replace(forms, week=given)
    return _shown(request, page, forms, said=_said(page, given) if is_good else None, is_wrong=not is_good)


@dataclass(frozen=True)
class Forms:
    words: Any
    week: Any
    fits: bool


def _forms(row: Row, wrong: WordsForm | WeekForm | None = None) -> Forms:
    """Both, as the row has it; the one that was sent back with something wrong, as it was sent."""
    words: Any = WordsForm(initial={"text": row.hours})
    week: Any = WeekForm(hours=row.hours, holidays=row.holidays)
    if isinstance(wrong, WordsForm):
        words = wrong
    if isinstance(wrong, WeekForm):
        week = wrong
    return Forms(words, week, fits(row.hours) or isinstance(wrong, WeekForm))


def _said(page: Page, given: WordsForm | WeekForm) -> times.Said:
    table = replace(page.table(), hours=given.hours)
    if isinstance(given, WeekForm):
        table = replace(table, holidays=given.holidays)
    return times.said(table, timezone.now())


def _faults(given: WordsForm | WeekForm) -> list[str]:
    return list(dict.fromkeys(str(error) for errors in given.errors.values() for error in errors))


def _saved(request: StaffRequest, page: Page, given: WordsForm | WeekForm) -> HttpResponse:
    if _is_overtaken(request, page.row):
        messages.error(
            request, _("A colleague changed these hours while you wrote. Look at them, and write yours again.")
        )
        forms = _forms(page.row, given)
        return _shown(request, page, forms, said=_said(page, given), is_wrong=True)
    values = {"hours": given.hours}
    if isinstance(given, WeekForm):
        values["holidays"] = given.holidays
    editing.change(page.row, values, by=request.user, how="edit")
    messages.success(request, _("Saved."))
    return redirect(page.back)


def _is_overtaken(request: StaffRequest, row: Row) -> bool:
    seen = moment(request.POST.get("seen", ""))
    return seen is not None and row.modified_at > seen


def _shown(
    request: StaffRequest, page: Page, forms: Forms, *, said: times.Said | None = None, is_wrong: bool = False
) -> HttpResponse:
    shown = {
        "title": page.title,
        "back": page.back,
        "row": page.row,
        "seen": page.row.modified_at.isoformat(),
        "words": forms.words,
        "week": forms.week,
        "fits": forms.fits,
        "said": said or times.said(page.table(), timezone.now()),
        "is_unsaved": said is not None,
    }
    return render(request, "workspace/directory/hours.html", shown, status=422 if is_wrong else 200)
