"""The roster: a week of shifts by rung, where nobody is planned, and planning. A shift counts only once its colleague answered the test."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, holders, may
from baquiano.lib.turnstile import writing
from baquiano.safety import shifts as roster_of
from baquiano.safety.models import Rung, Shift
from baquiano.safety.shifts import CannotPlan
from baquiano.workspace.duty.seeing import PERMISSION

DAYS = 7
MOST_WEEKS = 26
AHEAD = timedelta(weeks=52)
"""So far a week can be looked at, either way."""


class ShiftForm(forms.Form):
    """`weeks`: the same hours of the week so many times, this one included."""

    who = forms.ChoiceField(label=gettext_lazy("Who"))
    rung = forms.TypedChoiceField(label=gettext_lazy("When are they called"), choices=Rung.choices, coerce=int)
    starts_at = forms.DateTimeField(label=gettext_lazy("From"))
    ends_at = forms.DateTimeField(label=gettext_lazy("Until"))
    weeks = forms.IntegerField(
        label=gettext_lazy("For how many weeks"),
        help_text=gettext_lazy("1 is only this time."),
        min_value=1,
        max_value=MOST_WEEKS,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("starts_at", "ends_at"):
            moment = self.fields[name]
            assert isinstance(moment, forms.DateTimeField)
            moment.widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
            moment.input_formats = ["%Y-%m-%dT%H:%M"]
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)
        who.choices = [("", _("Choose a colleague")), *_who_may()]

    def hours(self) -> list[tuple[datetime, datetime]]:
        """On the clock of the wall: eight in the morning stays eight when the clocks are changed."""
        said = self.cleaned_data
        return [
            (_weeks_later(said["starts_at"], week), _weeks_later(said["ends_at"], week))
            for week in range(said["weeks"])
        ]


@dataclass(frozen=True)
class Planned:
    """A shift as it lies on one day. `state`: planned, late (its time has come and nobody answered its test), tested, ended."""

    shift: Shift
    starts_at: datetime
    ends_at: datetime
    state: str

    @property
    def is_begun(self) -> bool:
        return self.shift.begun_at is not None


@dataclass(frozen=True)
class Day:
    date: date
    is_today: bool
    shifts: tuple[Planned, ...]


@dataclass(frozen=True)
class Row:
    """One rung through the week. `gaps`: hours of it that nobody has."""

    rung: Rung
    days: tuple[Day, ...]
    gaps: tuple[str, ...]


# -- the week -------------------------------------------------------------------------------------------------------------


@require_safe
def roster(request: StaffRequest) -> HttpResponse:
    return _page(request, ShiftForm(initial=_suggested(_monday(request.GET.get("week", "")))))


def _page(request: StaffRequest, form: ShiftForm, *, status: int = 200) -> HttpResponse:
    monday, now = _monday(request.GET.get("week", "")), timezone.now()
    since, until = _midnight(monday), _midnight(monday + timedelta(days=DAYS))
    shifts = list(_within(since, until).select_related("user"))
    page = {
        "rows": [_row(rung, shifts, monday, now) for rung in Rung],
        "gaps": _free(shifts, max(since, now), until),
        "is_past": until <= now,
        "days": [monday + timedelta(days=number) for number in range(DAYS)],
        "monday": monday,
        "sunday": monday + timedelta(days=DAYS - 1),
        "before": monday - timedelta(days=DAYS),
        "after": monday + timedelta(days=DAYS),
        "is_this_week": monday == _monday(""),
        "form": form,
        "may_plan": may(request.user, "roster.plan"),
        "uncovered": roster_of.uncovered(now),
        "unreachable": _names(shift.user for shift in roster_of.without_contact(now)),
    }
    return render(request, "workspace/duty/roster.html", page, status=status)


def _row(rung: Rung, shifts: Sequence[Shift], monday: date, now: datetime) -> Row:
    here = [shift for shift in shifts if shift.rung == rung]
    days = [_day(monday + timedelta(days=number), here, now) for number in range(DAYS)]
    since, until = _midnight(monday), _midnight(monday + timedelta(days=DAYS))
    return Row(rung, tuple(days), tuple(_free(here, max(since, now), until)))


def _day(day: date, shifts: Iterable[Shift], now: datetime) -> Day:
    since, until = _midnight(day), _midnight(day + timedelta(days=1))
    there = [shift for shift in shifts if shift.starts_at < until and shift.ends_at > since]
    planned = (
        Planned(shift, max(shift.starts_at, since), min(shift.ends_at, until), _state(shift, now)) for shift in there
    )
    return Day(day, day == timezone.localdate(now), tuple(planned))


def _state(shift: Shift, now: datetime) -> str:
    if shift.ended_at is not None:
        return "ended"
    if shift.tested_at is not None:
        return "tested"
    return "late" if shift.starts_at <= now else "planned"


def gaps(
    planned: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """The hours between `since` and `until` that none of these covers, in order. Nothing for an empty stretch."""
    found, free_from = [], since
    for starts_at, ends_at in sorted(planned):
        if starts_at > free_from:
            found.append((free_from, min(starts_at, until)))
        free_from = max(free_from, ends_at)
    if free_from < until:
        found.append((free_from, until))
    return [(start, end) for start, end in found if start < end]


def _hours_of(shifts: Iterable[Shift]) -> Iterator[tuple[datetime, datetime]]:
    """As they were worked: one that was ended early covered no more than that."""
    for shift in shifts:
        yield shift.starts_at, min(shift.ends_at, shift.ended_at or shift.ends_at)


def _within(since: datetime, until: datetime) -> "QuerySet[Shift]":
    return Shift.objects.filter(starts_at__lt=until, ends_at__gt=since).order_by("starts_at", "pk")


# -- planning -------------------------------------------------------------------------------------------------------------


@require_POST
def plan_shift(request: StaffRequest) -> HttpResponse:
    """All the weeks or none: half a plan looks like a whole one."""
    form = ShiftForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data
    try:
        planned = _plan_all(form, by=request.user)
    except CannotPlan as reason:
        form.add_error(None, str(reason))
        return _page(request, form, status=422)
    words = ngettext("%(n)d shift planned.", "%(n)d shifts planned.", planned) % {"n": planned}
    messages.success(request, f"{words} {_('It counts once the colleague begins it and answers the test.')}")
    return redirect(_week_of(said["starts_at"]))


def _plan_all(form: ShiftForm, *, by: User) -> int:
    said = form.cleaned_data
    who = User.objects.get(pk=said["who"])
    with writing():
        made = [
            roster_of.plan(who, Rung(said["rung"]), starts_at, ends_at, by=by) for starts_at, ends_at in form.hours()
        ]
    return len(made)


@require_POST
def unplan_shift(request: StaffRequest, shift_id: int) -> HttpResponse:
    """One that nobody has begun goes; one that was begun is refused, and the words say what to do."""
    shift = get_object_or_404(Shift, pk=shift_id)
    week = _week_of(shift.starts_at)
    try:
        roster_of.unplan(shift, by=request.user)
    except CannotPlan as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Taken out. Look whether somebody covers those hours."))
    return redirect(week)


@require_POST
def cut_shift(request: StaffRequest, shift_id: int) -> HttpResponse:
    """A shift that was begun ends now, for whoever fell ill or went home. It stays written."""
    shift = get_object_or_404(Shift, pk=shift_id)
    roster_of.end(shift, by=request.user)
    messages.success(request, _("That shift has ended. Look whether somebody covers those hours."))
    return redirect(_week_of(shift.starts_at))


# -- days and words -------------------------------------------------------------------------------------------------------


def _monday(text: str) -> date:
    """Of the week that holds this day; of this week for anything that is no day, or too far away."""
    today = timezone.localdate()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs(day - today) > AHEAD:
        day = today
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _weeks_later(moment: datetime, weeks: int) -> datetime:
    wall = timezone.localtime(moment).replace(tzinfo=None) + timedelta(weeks=weeks)
    return timezone.make_aware(wall)


def _week_of(moment: datetime) -> str:
    day = timezone.localdate(moment)
    return f"{reverse('workspace:roster')}?week={(day - timedelta(days=day.weekday())).isoformat()}"


def _suggested(monday: date) -> dict[str, Any]:
    """Eight to four, today or on the Monday of the week that is shown."""
    day = max(monday, timezone.localdate())
    at = datetime.combine(day, time(8))
    return {"starts_at": at, "ends_at": at + timedelta(hours=8), "rung": Rung.FIRST}


def _who_may() -> list[tuple[str, str]]:
    ids = holders(PERMISSION, timezone.now())
    return sorted(
        ((str(user.pk), user.display_name) for user in User.objects.filter(pk__in=ids)), key=lambda one: one[1]
    )


def _names(users: Iterable[User]) -> list[str]:
    return sorted({user.display_name for user in users})


def _free(shifts: Iterable[Shift], since: datetime, until: datetime) -> list[str]:
    """The hours that nobody has, in words: "lunes 18:00–martes 08:00"."""
    free = gaps(_hours_of(shifts), since, until)
    if free == [(since, until)] and until - since > timedelta(days=DAYS - 1):
        return [_("the whole week")]
    return [f"{_moment(start)}–{_end(end)}" for start, end in free]


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def _end(at: datetime) -> str:
    """Midnight ends the day before it."""
    local = timezone.localtime(at)
    if local.time() != time.min:
        return _moment(at)
    return f"{WEEKDAYS[(local - timedelta(days=1)).weekday()]} 24:00"
