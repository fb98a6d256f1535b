"""The emergency key on every staff screen, its page for whoever has no JavaScript, and what lies in the browser for when there is no connection."""

import uuid
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from baquiano.accounts.audit import audit
from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.safety import incidents, watch
from baquiano.safety.incidents import LONGEST, Pressed
from baquiano.safety.models import Incident
from baquiano.workspace.emergency.sheet import place_of, sheet_of

WORKER = (Path(__file__).parents[1] / "static" / "workspace" / "emergency-worker.js").read_text(encoding="utf-8")
NOW, HELP = "now", "help"


class KeyForm(forms.Form):
    client_id = forms.UUIDField()
    line = forms.CharField(
        max_length=LONGEST, error_messages={"required": gettext_lazy("Write one line: what is happening.")}
    )
    level = forms.ChoiceField(choices=[(NOW, ""), (HELP, "")])


def emergency(request: StaffRequest) -> HttpResponse:
    """The whole page: the same sheet and the same form as the dialog. Posted: one incident and one alert."""
    is_asked_by_script = "application/json" in request.headers.get("Accept", "")
    if request.method != "POST":
        return _page(request, KeyForm())
    form = KeyForm(request.POST)
    if not form.is_valid():
        said = str(form.errors["line"][0]) if "line" in form.errors else _("The notice was not understood. Call.")
        return JsonResponse({"said": said}, status=400) if is_asked_by_script else _page(request, form, status=409)
    told = form.cleaned_data
    pressed = Pressed(str(told["client_id"]), told["line"], told["level"] == NOW, place_of(request.user))
    incidents.press(pressed, by=request.user)
    said = _said()
    if is_asked_by_script:
        return JsonResponse({"said": said})
    messages.success(request, said)
    return redirect("workspace:emergency")


def _said() -> str:
    """Never that somebody comes: only whether a screen is looking."""
    if watch.is_watched(timezone.now()):
        return _("The notice is on the screens of the team. Do not wait for them to call.")
    return _("The notice is written down, and no screen of the team is looking now: call a colleague by telephone.")


def _page(request: StaffRequest, form: KeyForm, *, status: int = 200) -> HttpResponse:
    page = {
        "sheet": sheet_of(request.user, organisation().countries),
        "form": form,
        "client_id": request.POST.get("client_id") or str(uuid.uuid4()),
        "is_page": True,
    }
    return render(request, "workspace/emergency/page.html", page, status=status)


@require_safe
def copy(request: StaffRequest) -> HttpResponse:
    """Numbers and steps alone, without anybody's name: what the browser keeps for when there is no connection."""
    page = {"sheet": sheet_of(request.user, organisation().countries), "is_copy": True}
    return render(request, "workspace/emergency/copy.html", page)


@require_safe
def worker(request: StaffRequest) -> HttpResponse:
    """Served from here and not with the other scripts: a worker sees only what lies below its own address."""
    return HttpResponse(WORKER, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@require_safe
def incident(request: StaffRequest, incident_id: int) -> HttpResponse:
    """The line, for whoever may go. Reading it is written down."""
    row = get_object_or_404(Incident.objects.select_related("by"), pk=incident_id)
    audit(request.user, "incident.read", row)
    page = {"incident": row, "alert": incidents.alert_of(row)}
    return render(request, "workspace/emergency/incident.html", page)
