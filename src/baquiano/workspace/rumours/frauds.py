"""Alerts about swindles: what is said now, what waits for somebody else, and writing one."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.knowledge import frauds as alerts
from baquiano.knowledge.frauds import CannotWarn
from baquiano.knowledge.models import ALERT_TEXT, FraudAlert
from baquiano.workspace.rumours.places import Where, WhereField, place_names

SHOWN = 100


class FraudForm(forms.Form):
    """A text in each language of the site, Spanish first."""

    where = WhereField()
    begins_on = forms.DateField(
        label=gettext_lazy("From"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("From the next day on nobody reads it."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for code, name in settings.LANGUAGES:
            self.fields[code] = forms.CharField(
                label=name,
                required=code == settings.LANGUAGE_CODE,
                max_length=ALERT_TEXT,
                widget=forms.Textarea(attrs={"rows": 3, "lang": code, "maxlength": ALERT_TEXT}),
                help_text=_(
                    "What they say, and what to do instead. At most 300 letters; never the swindler's number or address."
                )
                if code == settings.LANGUAGE_CODE
                else "",
            )

    @property
    def said(self) -> alerts.AlertWords:
        where: Where = self.cleaned_data["where"]
        return alerts.AlertWords(
            texts={code: self.cleaned_data[code] for code, _name in settings.LANGUAGES},
            country=where.country,
            territory=where.territory,
            begins_on=self.cleaned_data["begins_on"],
            ends_on=self.cleaned_data["ends_on"],
        )


@dataclass(frozen=True)
class Row:
    """`state`: waiting, said, later, over or withdrawn. `is_mine`: somebody else must approve it."""

    alert: FraudAlert
    place: str
    state: str
    is_mine: bool

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "said", "later")


@require_safe
def frauds(request: StaffRequest) -> HttpResponse:
    names = place_names()
    rows = FraudAlert.objects.visible_to(request.user).select_related("written_by", "approved_by", "withdrawn_by")
    shown = [
        Row(
            alert,
            names.get(Where(alert.country, alert.territory), alert.country),
            alert.state(timezone.localdate()),
            alert.written_by_id == request.user.pk,
        )
        for alert in rows.order_by("-pk")[:SHOWN]
    ]
    return render(request, "workspace/rumours/frauds.html", {"rows": shown})


def new(request: StaffRequest) -> HttpResponse:
    form = FraudForm(request.POST or None)
    if form.is_valid():
        try:
            alerts.write(form.said, by=request.user)
        except CannotWarn as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written. Somebody else must approve it before anybody reads it."))
            return redirect("workspace:frauds")
    return render(request, "workspace/rumours/new_fraud.html", {"form": form})


@require_POST
def approve(request: StaffRequest, alert_id: int) -> HttpResponse:
    alert = find_or_refuse(request, FraudAlert.objects.all(), pk=alert_id)
    try:
        alerts.approve(alert, by=request.user)
    except CannotWarn as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Approved: from its first day on it is said on every channel."))
    return redirect("workspace:frauds")


@require_POST
def withdraw(request: StaffRequest, alert_id: int) -> HttpResponse:
    alert = find_or_refuse(request, FraudAlert.objects.all(), pk=alert_id)
    try:
        alerts.withdraw(alert, by=request.user)
    except CannotWarn as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Taken back: nobody reads it any more."))
    return redirect("workspace:frauds")
