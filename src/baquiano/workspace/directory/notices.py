"""What is different for a while: closed, other hours, something to know. Every notice has an end and ends by itself."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, offering
from baquiano.directory.hours import HoursNotUnderstood, understand
from baquiano.directory.models import Notice
from baquiano.directory.offering import CannotOffer, Said

MINUTE = "%Y-%m-%dT%H:%M"


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
    return forms.DateTimeField(
        label=label, input_formats=[MINUTE, "%Y-%m-%d %H:%M", "%d-%m-%Y %H:%M"], widget=widget, **more
    )


def _now() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


class NoticeForm(forms.Form):
    """Its fields have names of their own: other forms stand on the same page."""

    kind = forms.ChoiceField(label=gettext_lazy("What is different"), choices=Notice.Kind.choices)
    text = forms.CharField(
        label=gettext_lazy("In words people will read"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    hours = forms.CharField(
        label=gettext_lazy("The other hours, if that is what is different"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("“lunes a viernes de 9 a 13”"),
    )
    begins_at = _moment(gettext_lazy("From"), initial=_now)
    ends_at = _moment(gettext_lazy("Until"), initial=lambda: _now() + timedelta(days=7))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="notice")

    def clean_hours(self) -> str:
        try:
            return understand(self.cleaned_data["hours"])
        except HoursNotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None

    @property
    def said(self) -> Said:
        given = self.cleaned_data
        return Said(given["kind"], given["text"], given["begins_at"], given["ends_at"], given["hours"])


@require_POST
def end(request: StaffRequest, announcement_id: int) -> HttpResponse:
    notice = find_or_refuse(request, desk.Notices(), pk=announcement_id)
    try:
        offering.end_notice(notice, by=request.user)
    except CannotOffer as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Ended: nobody reads it any more."))
    return redirect(_page_of(notice))


def _page_of(notice: Notice) -> Any:
    """Where it is said, so that whoever ended it sees what is left."""
    service: uuid.UUID | None = notice.service_id
    if notice.at is not None:
        service = notice.at.service_id
    if service is not None:
        return redirect("workspace:service", service).url
    if notice.location_id is not None:
        return redirect("workspace:location", notice.location_id).url
    if notice.organization_id is not None:
        return redirect("workspace:organization_notice", notice.organization_id).url
    return redirect("workspace:services").url
