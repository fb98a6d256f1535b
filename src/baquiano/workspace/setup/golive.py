"""Opening the automatic answers to the public of a country: what is missing, and the one button that opens it."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.safety import golive as gate
from baquiano.safety.golive import CannotGoLive
from baquiano.safety.models import GoLive


@dataclass(frozen=True)
class Country:
    """`opened` None: its public is not answered yet. `missing`: what must be done before."""

    code: str
    opened: GoLive | None
    missing: tuple[str, ...]


def golive(request: StaffRequest) -> HttpResponse:
    """Posted: the country is opened, if nothing is missing. It cannot be closed again from here."""
    served = organisation().countries
    if request.method == "POST":
        country = request.POST.get("country", "")
        if country not in served:
            raise Http404
        try:
            gate.go_live(country, request.user)
        except CannotGoLive:
            messages.error(request, _("Something is still missing. It is listed below."))
        else:
            messages.success(request, _("Open. Its public is answered from now on."))
        return redirect("workspace:golive")
    countries = [_country(code) for code in served]
    return render(request, "workspace/setup/golive.html", {"countries": countries, "warnings": gate.warnings()})


def _country(code: str) -> Country:
    opened = gate.opened(code)
    return Country(code, opened, () if opened else tuple(gate.missing(code)))
