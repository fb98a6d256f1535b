"""Asking many organisations at once whether all is still so, each by a link of its own: copied, or sent by mail."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.directory import asking as asking_room
from baquiano.directory.asking import Candidate, CannotAsk
from baquiano.directory.models import Asking, Campaign
from baquiano.directory.words import NEEDS
from baquiano.lib.turnstile import writing
from baquiano.post import mail
from baquiano.territory.models import Country

SUGGESTED = timedelta(days=21)


class FilterForm(forms.Form):
    """Which organisations are offered to choose from."""

    need = forms.ChoiceField(label=gettext_lazy("That help with"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("In"), required=False)
    only_old = forms.BooleanField(label=gettext_lazy("Only those with something that is not confirmed"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        need: Any = self.fields["need"]
        need.choices = [("", _("anything")), *NEEDS.items()]
        country: Any = self.fields["country"]
        names = Country.objects.filter(code__in=organisation().countries).values_list("code", "name")
        country.choices = [("", _("any country")), *names]

    @property
    def candidates(self) -> list[Candidate]:
        if not self.is_valid():
            return asking_room.candidates()
        said = self.cleaned_data
        return asking_room.candidates(need=said["need"], country=said["country"], only_old=said["only_old"])


class CampaignForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the campaign"), help_text=gettext_lazy("Only colleagues read it."), max_length=120
    )
    ends_on = forms.DateField(
        label=gettext_lazy("The links work until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=lambda: timezone.localdate() + SUGGESTED,
    )


@dataclass(frozen=True)
class Asked:
    """One organisation: its link, and the same link inside a message ready to be sent by WhatsApp from one's own telephone."""

    asking: Asking
    link: str
    message: str
    may_mail: bool
    is_open: bool

    @property
    def whatsapp(self) -> str:
        return f"https://wa.me/?text={quote(self.message)}"


@require_safe
def campaigns(request: StaffRequest) -> HttpResponse:
    rows = Campaign.objects.select_related("by").order_by("closed_at", "-begun_at")[:100]
    counts: dict[int, dict[str, int]] = {}
    for row in Asking.objects.values("campaign", "state").annotate(n=Count("pk")):
        counts.setdefault(row["campaign"], {})[row["state"]] = row["n"]
    shown = [(row, counts.get(row.pk, {})) for row in rows]
    return render(request, "workspace/directory/campaigns.html", {"rows": shown})


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    filter_form = FilterForm(request.GET)
    candidates = filter_form.candidates
    form = CampaignForm(request.POST or None)
    chosen = set(request.POST.getlist("organization"))
    if form.is_valid():
        wanted = [one.organization for one in candidates if str(one.organization.pk) in chosen]
        said = form.cleaned_data
        try:
            begun = asking_room.create(said["name"], wanted, ends_on=said["ends_on"], by=request.user)
        except CannotAsk as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Each has a link. Nothing has been sent yet."))
            return redirect("workspace:campaign", begun.pk)
    rows = [(one, str(one.organization.pk) in chosen or not request.POST) for one in candidates]
    page = {"filter_form": filter_form, "form": form, "rows": rows}
    return render(request, "workspace/directory/new_campaign.html", page, status=422 if form.errors else 200)


@require_safe
def campaign(request: StaffRequest, campaign_id: int) -> HttpResponse:
    found = get_object_or_404(Campaign.objects.select_related("by"), pk=campaign_id)
    askings = found.askings.select_related("organization", "campaign").order_by("state", "organization__name")
    rows = [_asked(one) for one in askings]
    states = [(label, sum(row.asking.state == state for row in rows)) for state, label in Asking.State.choices]
    page = {"campaign": found, "rows": rows, "states": states, "mail_is_set_up": mail.is_set_up()}
    return render(request, "workspace/directory/campaign.html", page)


@require_POST
def sent(request: StaffRequest, asking_id: int) -> HttpResponse:
    """They sent the link themselves, whichever way."""
    found = _find(asking_id)
    try:
        asking_room.note_sent(found, by=request.user)
    except CannotAsk as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Noted."))
    return redirect("workspace:campaign", found.campaign_id)


@require_POST
def mail_it(request: StaffRequest, asking_id: int) -> HttpResponse:
    """To the organisation's own address; again on another day: a reminder."""
    found = _find(asking_id)
    try:
        with writing():
            asking_room.note_sent(found, by=request.user)
            _write(found)
    except CannotAsk as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("It leaves with the next mails."))
    return redirect("workspace:campaign", found.campaign_id)


@require_POST
def unreached(request: StaffRequest, asking_id: int) -> HttpResponse:
    found = _find(asking_id)
    try:
        asking_room.note_unreached(found, by=request.user)
    except CannotAsk as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Noted. Look for another way to reach them."))
    return redirect("workspace:campaign", found.campaign_id)


@require_POST
def close(request: StaffRequest, campaign_id: int) -> HttpResponse:
    found = get_object_or_404(Campaign, pk=campaign_id)
    try:
        asking_room.close(found, by=request.user)
    except CannotAsk as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Ended: its links lead nowhere any more."))
    return redirect("workspace:campaign", found.pk)


def _find(asking_id: int) -> Asking:
    return get_object_or_404(Asking.objects.select_related("organization", "campaign"), pk=asking_id)


def _asked(asking: Asking) -> Asked:
    link = _link(asking)
    may_mail = bool(asking.organization.email) and mail.is_set_up()
    return Asked(asking, link, _message(asking, link), may_mail, asking_room.is_open(asking))


def _link(asking: Asking) -> str:
    told = {"language": organisation().language, "token": asking_room.token_of(asking)}
    return f"{settings.ENVIRONMENT.url}{reverse('public:confirm_link', kwargs=told)}"


def _message(asking: Asking, link: str) -> str:
    """What they read: who asks, what for, and that one tap is enough."""
    with translation.override(organisation().language):
        return _(
            "%(us)s tells people about the services of %(them)s. Is everything still so? One tap is enough, and you can correct "
            "what has changed: %(link)s"
        ) % {"us": organisation().name, "them": asking.organization.name, "link": link}


def _write(asking: Asking) -> None:
    """Once a day at most, however often somebody presses."""
    if not asking.organization.email:
        raise CannotAsk(_("We have no e-mail address of this organisation."))
    if not mail.is_set_up():
        raise CannotAsk(_("No mail server is set up: copy the link."))
    with translation.override(organisation().language):
        subject = _("Is what we say about you still so?")
    cause = f"asking:{asking.pk}:{timezone.localdate().isoformat()}"
    mail.write(asking.organization.email, subject, _message(asking, _link(asking)), cause=cause)
