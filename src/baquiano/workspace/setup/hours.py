"""What the organisation is called and when somebody answers. The hours are read back in days, so that nobody has to guess."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Organisation, User, organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import writing
from baquiano.territory.calendar import HoursNotUnderstood, Staffing, check, staffing

DAYS_READ_BACK = 7
HOLIDAYS = "PH"  # in OpenStreetMap's hours
MOST_CHANGES = 24  # of opening in a day: more is a mistake in the hours


@dataclass(frozen=True)
class Day:
    """One day as it will be, from midnight to midnight. `spans` empty: nobody is there."""

    date: datetime
    spans: tuple[tuple[datetime, datetime], ...]

    @property
    def in_words(self) -> list[str]:
        end = self.date + timedelta(days=1)
        if self.spans == ((self.date, end),):
            return [_("all day")]
        return [f"{start:%H:%M}–{'24:00' if until == end else f'{until:%H:%M}'}" for start, until in self.spans]


class HoursForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the organisation"),
        help_text=gettext_lazy("People read it on the first page and in the chat."),
        max_length=120,
    )
    staffed_hours = forms.CharField(
        label=gettext_lazy("When somebody answers"),
        help_text=gettext_lazy(
            "As OpenStreetMap writes hours, with the days in English: Mo Tu We Th Fr Sa Su. "
            "Example: Mo-Fr 08:00-12:30,14:00-17:00; Sa 09:00-12:00"
        ),
        max_length=200,
    )

    def clean_staffed_hours(self) -> str:
        hours = str(self.cleaned_data["staffed_hours"])
        try:
            check(hours)
        except HoursNotUnderstood:
            raise ValidationError(
                _("These hours cannot be read. Write them as in the example: Mo-Fr 08:00-17:00")
            ) from None
        return hours


def hours(request: StaffRequest) -> HttpResponse:
    ours = organisation()
    form = HoursForm(request.POST or None, initial={"name": ours.name, "staffed_hours": ours.staffed_hours})
    if form.is_valid():
        change(ours, name=form.cleaned_data["name"], staffed_hours=form.cleaned_data["staffed_hours"], by=request.user)
        messages.success(request, _("Saved. This is how the next days will be."))
        return redirect("workspace:hours")
    now = timezone.now()
    page = {
        "form": form,
        "now": _now(ours, now),
        "week": week(ours, now),
        "are_holidays_closed": HOLIDAYS not in ours.staffed_hours,
        "timezone": ours.timezone,
    }
    return render(request, "workspace/hours.html", page)


def change(ours: Organisation, *, name: str, staffed_hours: str, by: User) -> None:
    ours.name, ours.staffed_hours = name, staffed_hours
    with writing():
        ours.save()
        audit(by, "organisation.changed", ours)
        shelf_changed()  # the greeting and the hours are read from the pictures in memory


def week(ours: Organisation, now: datetime) -> list[Day]:
    """Today and the six days after it, with the holidays of the first country served."""
    zone = ZoneInfo(ours.timezone)
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight + timedelta(days=number) for number in range(DAYS_READ_BACK)]
    return [Day(day, tuple(_spans(ours, day))) for day in days]


def _spans(ours: Organisation, midnight: datetime) -> Iterator[tuple[datetime, datetime]]:
    moment, end = midnight, midnight + timedelta(days=1)
    for _change in range(MOST_CHANGES):
        if moment >= end:
            break
        there = _now(ours, moment)
        if there.is_open:
            closes = min(there.closes_at or end, end)
            yield moment, closes
            moment = closes
        elif there.opens_at is not None and there.opens_at > moment:
            moment = there.opens_at
        else:
            break


def _now(ours: Organisation, moment: datetime) -> Staffing:
    country = ours.countries[0] if ours.countries else "CO"
    return staffing(ours.staffed_hours, country=country, timezone=ours.timezone, now=moment)
