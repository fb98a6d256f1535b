"""Saying that one goes, asking how the person is, and closing: an alert from the first second to the last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.audit import read
from baquiano.accounts.policy import StaffRequest
from baquiano.engine.danger import Level
from baquiano.safety import following, watch
from baquiano.safety.actions import acknowledge as have_seen
from baquiano.safety.following import CannotClose
from baquiano.safety.models import Alert, FollowUp
from baquiano.safety.models.alert import KEEP_DAYS
from baquiano.workspace.duty.seeing import Seen, find, seen_by

SHOWN = 200
LOOKED_BACK = timedelta(days=30)


class FollowUpForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("How is the person?"),
        choices=FollowUp.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you found.")},
    )
    words = forms.CharField(
        label=gettext_lazy("In a line, for whoever goes on"),
        help_text=gettext_lazy("No names and no places that could be found. Erased after six months."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Course:
    """One alert that is not closed, as it stands. `is_late`: somebody should have come, or asked, by now."""

    seen: Seen
    state: str
    is_late: bool

    @property
    def alert(self) -> Alert:
        return self.seen.alert


@dataclass(frozen=True)
class Past:
    """One closed alert: how long each step took, and nothing of whom it was about."""

    alert: Alert
    reached: timedelta | None
    acknowledged: timedelta | None
    followed_up: timedelta | None
    was_late: bool


@dataclass(frozen=True)
class OfLevel:
    """How the alerts of one level went. `in_time`: somebody said that they go before its time was over."""

    level: str
    count: int
    in_time: int


# -- what is open ---------------------------------------------------------------------------------------------------------


@require_safe
def alerts(request: StaffRequest) -> HttpResponse:
    """All that are not closed: those nobody goes to first, then those whose follow-up is due the soonest."""
    now = timezone.now()
    rows = Alert.objects.unclosed().select_related("acknowledged_by").order_by("level", "due_at", "pk")[:SHOWN]
    courses = sorted((course_of(one, now) for one in seen_by(request.user, rows)), key=_urgency)
    page = {"courses": courses, "is_ticking": watch.is_ticking(now), "now": now}
    return render(request, "workspace/duty/alerts.html", page)


@require_safe
def alert(request: StaffRequest, alert_id: int) -> HttpResponse:
    """What was found when somebody asked how the person is, is a protected thing: reading it is written down."""
    seen = find(request, alert_id)
    if seen.alert.follow_ups.exists():
        read(request.user, seen.alert, about=seen.alert.about)
    return _page(request, seen, FollowUpForm())


def course_of(seen: Seen, now: datetime) -> Course:
    """raised → reached → on it → followed up; `late`: past its time without the next step."""
    alert = seen.alert
    if alert.acknowledged_at is None:
        return Course(seen, "reached" if alert.reached_at else "raised", alert.due_at < now)
    if alert.followed_up_at is None:
        return Course(seen, "on_it", bool(alert.follow_up_due_at and alert.follow_up_due_at < now))
    return Course(seen, "followed_up", is_late=False)


def _urgency(course: Course) -> tuple[int, str, datetime]:
    alert = course.alert
    order = ("raised", "reached", "on_it", "followed_up").index(course.state)
    if order < 2:
        return 0, alert.level, alert.due_at
    return order, "", alert.follow_up_due_at or alert.due_at


def _page(request: StaffRequest, seen: Seen, form: FollowUpForm, *, status: int = 200) -> HttpResponse:
    page = {
        "course": course_of(seen, timezone.now()),
        "calls": seen.alert.calls.select_related("user").order_by("at", "pk"),
        "follow_ups": seen.alert.follow_ups.select_related("by").order_by("at", "pk"),
        "form": form,
    }
    return render(request, "workspace/duty/alert.html", page, status=status)


# -- its steps ------------------------------------------------------------------------------------------------------------


@require_POST
def acknowledge(request: StaffRequest, alert_id: int) -> HttpResponse:
    """ "I am going": the alert stops calling the others. Whoever comes second is told."""
    found = next(iter(seen_by(request.user, Alert.objects.open().filter(pk=alert_id))), None)
    if found is None:
        messages.info(request, _("Somebody else has already answered this alert."))
        return redirect("workspace:alerts")
    have_seen(found.alert, by=request.user)
    if found.alert.acknowledged_by_id != request.user.pk:  # a moment before
        messages.info(request, _("Somebody else has already answered this alert."))
        return redirect("workspace:alerts")
    messages.success(request, _("You have taken this alert: now look after the person."))
    return redirect(found.address)


@require_POST
def follow_up(request: StaffRequest, alert_id: int) -> HttpResponse:
    """What was found when somebody asked how the person is. What could not be kept stays in the form, with the reason."""
    seen, form = find(request, alert_id), FollowUpForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            following.follow_up(seen.alert, said["outcome"], said["words"], by=request.user)
        except CannotClose as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down."))
            return redirect("workspace:alert", seen.alert.pk)
    return _page(request, seen, form, status=422)


@require_POST
def close(request: StaffRequest, alert_id: int) -> HttpResponse:
    seen = find(request, alert_id)
    try:
        following.close(seen.alert, by=request.user)
    except CannotClose as reason:
        messages.error(request, str(reason))
        return redirect("workspace:alert", seen.alert.pk)
    messages.success(request, _("The alert is closed."))
    return redirect("workspace:alerts")


# -- what is over ---------------------------------------------------------------------------------------------------------


@require_safe
def past(request: StaffRequest) -> HttpResponse:
    """How the closed alerts of a month went: counts and times. No word of anybody, and no way to whom they were about."""
    rows = Alert.objects.filter(closed_at__gt=timezone.now() - LOOKED_BACK).order_by("-raised_at", "-pk")
    closed = list(rows[:SHOWN])
    page = {
        "levels": list(_by_level(closed)),
        "closed": [_past(alert) for alert in closed],
        "days": LOOKED_BACK.days,
        "keep_days": KEEP_DAYS,
    }
    return render(request, "workspace/duty/past.html", page)


def _by_level(closed: Sequence[Alert]) -> Iterable[OfLevel]:
    for level in Level:
        rows = [alert for alert in closed if alert.level == level]
        if rows:
            yield OfLevel(level, len(rows), sum(not _was_late(alert) for alert in rows))


def _past(alert: Alert) -> Past:
    def since(at: datetime | None) -> timedelta | None:
        return at - alert.raised_at if at else None

    return Past(
        alert, since(alert.reached_at), since(alert.acknowledged_at), since(alert.followed_up_at), _was_late(alert)
    )


def _was_late(alert: Alert) -> bool:
    return alert.acknowledged_at is None or alert.acknowledged_at > alert.due_at
