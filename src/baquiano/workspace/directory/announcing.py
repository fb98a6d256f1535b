"""What is so for a while: of a service and of a whole organisation a notice, of a service how much is left. What is wrong comes back with its words."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, offering
from baquiano.directory.models import Notice, Organization, Reach
from baquiano.directory.offering import CannotOffer
from baquiano.workspace.directory.capacities import CapacityForm
from baquiano.workspace.directory.notices import NoticeForm
from baquiano.workspace.directory.offered import page_of

A_LIST = 20  # services that are named


@require_POST
def notice(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    form = NoticeForm(request.POST)
    if form.is_valid():
        try:
            offering.announce(found, form.said, by=request.user)
        except CannotOffer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved. It ends by itself."))
            return redirect("workspace:service", found.pk)
    return page_of(request, found, desk.reach_of(request.user), notice_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
def of_organization(request: StaffRequest, organization_id: uuid.UUID) -> HttpResponse:
    """A strike, a move, the holidays of the house: said once, read on every service of theirs."""
    found = find_or_refuse(request, desk.Organizations(), pk=organization_id)
    form = NoticeForm(request.POST or None)
    if form.is_valid():
        try:
            offering.announce(found, form.said, by=request.user)
        except CannotOffer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved. It ends by itself."))
            return redirect("workspace:organization_notice", found.pk)
    return _page(request, found, form)


def _page(request: StaffRequest, found: Organization, form: NoticeForm) -> HttpResponse:
    theirs = desk.services(desk.reach_of(request.user)).filter(organization=found, is_withheld=False)
    coming = Notice.objects.coming(timezone.now()).filter(organization=found)
    page = {
        "organization": found,
        "form": form,
        "notices": list(coming.select_related("organization").order_by("begins_at")),
        "services": list(theirs.order_by("name", "pk")[:A_LIST]),
        "more": max(0, theirs.count() - A_LIST),
    }
    return render(request, "workspace/directory/organization_notice.html", page, status=422 if form.errors else 200)


@require_POST
def capacity(request: StaffRequest, service_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Services(), pk=service_id)
    places = desk.offers(Reach.TEAM).filter(service=found).select_related("location")
    form = CapacityForm(request.POST, places=list(places))
    if form.is_valid():
        try:
            offering.say_capacity(found, form.left, at=form.at, by=request.user)
        except CannotOffer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved. When its time ends nobody is told it any more."))
            return redirect("workspace:service", found.pk)
    return page_of(request, found, desk.reach_of(request.user), capacity_form=form)
