"""On whose pages our chat may appear: one row for each site, its addresses, the code to copy, and a page to try it."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.channels import sites as embedding
from baquiano.channels.models import Site
from baquiano.channels.sites import CannotEmbed


class SiteForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Whose site it is"),
        help_text=gettext_lazy("Only the team reads it: “Municipality of …”, “our own news page”."),
        max_length=80,
    )
    origins = forms.CharField(
        label=gettext_lazy("Addresses of its pages"),
        help_text=gettext_lazy(
            "One on each line, only the beginning: https://example.org. With and without www are two."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("When the page does not say one."),
        choices=[("", gettext_lazy("that of the reader")), *settings.LANGUAGES],
        required=False,
    )

    def clean_origins(self) -> list[str]:
        try:
            return embedding.origins(str(self.cleaned_data["origins"]), is_demo=settings.IS_DEMO)
        except CannotEmbed as reason:
            raise forms.ValidationError(str(reason)) from None

    @property
    def said(self) -> tuple[str, list[str], str]:
        return self.cleaned_data["name"], self.cleaned_data["origins"], self.cleaned_data["language"]


@require_safe
def sites(request: StaffRequest) -> HttpResponse:
    rows = Site.objects.select_related("created_by").order_by("-is_open", "name", "id")
    return render(request, "workspace/setup/sites.html", {"sites": rows})


def new(request: StaffRequest) -> HttpResponse:
    form = SiteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        site = embedding.add(*form.said, by=request.user)
        messages.success(request, _("Added. Now copy the code and give it to whoever runs that site."))
        return redirect("workspace:site", site.pk)
    return render(request, "workspace/setup/new_site.html", {"form": form}, status=_status(form))


def site(request: StaffRequest, site_id: int) -> HttpResponse:
    """One of them with its code; posted: other addresses."""
    row = get_object_or_404(Site, pk=site_id)
    as_it_is = {"name": row.name, "origins": "\n".join(row.origins), "language": row.language}
    form = SiteForm(request.POST if request.method == "POST" else None, initial=as_it_is)
    if form.is_valid():
        embedding.change(row, *form.said, by=request.user)
        messages.success(request, _("Changed. It holds from the next time somebody opens one of those pages."))
        return redirect("workspace:site", row.pk)
    return render(
        request, "workspace/setup/site.html", {"form": form, "site": row, "code": code_of(row)}, status=_status(form)
    )


@require_POST
def close(request: StaffRequest, site_id: int) -> HttpResponse:
    embedding.close(get_object_or_404(Site, pk=site_id), by=request.user)
    messages.success(request, _("Closed. Those pages now show a link to our own chat."))
    return redirect("workspace:site", site_id)


@require_POST
def reopen(request: StaffRequest, site_id: int) -> HttpResponse:
    embedding.open_again(get_object_or_404(Site, pk=site_id), by=request.user)
    messages.success(request, _("Open again."))
    return redirect("workspace:site", site_id)


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@require_safe
def try_it(request: StaffRequest, site_id: int) -> HttpResponse:
    """A page that embeds it as a page of somebody else's does, with nothing of ours on it."""
    row = get_object_or_404(Site, pk=site_id)
    return render(request, "workspace/setup/try_site.html", {"site": row, "code": _tags(row, "")})


def code_of(row: Site) -> str:
    """What is put into their page. The link works by itself; the script puts a button in its place."""
    return _tags(row, str(settings.ENVIRONMENT.url))


def _tags(row: Site, home: str) -> str:
    language = row.language or organisation().language or settings.LANGUAGE_CODE
    context: dict[str, Any] = {
        "site": row,
        "language": language,
        "link": home + reverse("public:chat", kwargs={"language": language}),
        "script": home + reverse("public:widget"),
    }
    return render_to_string("workspace/setup/site_code.html", context).strip()


def _status(form: forms.Form) -> int:
    return 409 if form.errors else 200
