"""The two small forms on the page of a service: a notice, and how much is left. What is wrong comes back with its words."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.directory import desk, offering
from baquiano.directory.models import Reach
from baquiano.directory.offering import CannotOffer
from baquiano.workspace.directory.capacities import CapacityForm
from baquiano.workspace.directory.notices import NoticeForm
from baquiano.workspace.directory.offered import page_of


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
