"""The list of organisations that offer services or that a consent may name, and one of them."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse, may
from baquiano.directory import actions, desk
from baquiano.directory.actions import CannotWrite, Described
from baquiano.directory.models import Organization
from baquiano.workspace.directory.sheets import Sheet


class OrganizationForm(Sheet):
    name = forms.CharField(label=gettext_lazy("Name of the organisation"), max_length=200)
    alternate_name = forms.CharField(label=gettext_lazy("Short name"), required=False, max_length=200)
    website = forms.URLField(label=gettext_lazy("Its page"), required=False, max_length=300, assume_scheme="https")
    email = forms.EmailField(
        label=gettext_lazy("E-mail of the organisation"),
        help_text=gettext_lazy("Not that of somebody who works there."),
        required=False,
    )
    phone = forms.CharField(label=gettext_lazy("Telephone"), required=False, max_length=40)

    @property
    def described(self) -> Described:
        return Described(**{name: value.strip() for name, value in self.values.items()})


NAMES = [name for name in OrganizationForm.base_fields if name != "seen"]


@require_safe
def organizations(request: StaffRequest) -> HttpResponse:
    rows = desk.organizations(desk.reach_of(request.user)).order_by("-is_active", "name")
    page = {"rows": rows, "may_write": may(request.user, "organization.write")}
    return render(request, "workspace/directory/organizations.html", page)


def new(request: StaffRequest) -> HttpResponse:
    form = OrganizationForm(request.POST or None, before={})
    if form.is_valid():
        try:
            actions.write_down(form.described, by=request.user)
        except CannotWrite as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace:organizations")
    return _page(request, form, None)


def edit(request: StaffRequest, organization_id: uuid.UUID) -> HttpResponse:
    found = find_or_refuse(request, desk.Organizations(), pk=organization_id)
    before = {name: getattr(found, name) for name in NAMES}
    form = OrganizationForm(request.POST or None, before=before, seen_at=found.modified_at)
    if form.is_valid() and not form.refuse_if_changed(found):
        try:
            actions.correct(found, form.described, by=request.user)
        except CannotWrite as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace:organizations")
    return _page(request, form, found)


@require_POST
def put_aside(request: StaffRequest, organization_id: uuid.UUID) -> HttpResponse:
    """Or take it up again: the form says which."""
    found = find_or_refuse(request, desk.Organizations(), pk=organization_id)
    actions.put_aside(found, is_active=request.POST.get("is_active") == "yes", by=request.user)
    messages.success(request, _("Saved."))
    return redirect("workspace:organizations")


def _page(request: StaffRequest, form: OrganizationForm, found: Organization | None) -> HttpResponse:
    page = {"form": form, "organization": found}
    return render(request, "workspace/directory/organization.html", page, status=422 if form.errors else 200)
