"""What has been kept long enough: the list before anything goes, and what each run did."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, permissions
from baquiano.custody import keeping as times
from baquiano.custody.actions import CannotKeep
from baquiano.custody.keeping import Due
from baquiano.custody.models import Hold, KeepingRun

LAST_RUNS = 12
WORDS = {
    Due.ADULTS: gettext_lazy("Adults, five years after they were last in touch"),
    Due.CHILDREN: gettext_lazy("Children, five years after they were last in touch"),
    Due.PROOFS: gettext_lazy("Words that prove consents, five years after they ended"),
    Due.REQUESTS: gettext_lazy("Words of requests, five years after they were answered"),
    Due.REASONS: gettext_lazy("Reasons written in the trail, after five years"),
}


@require_safe
def keeping(request: StaffRequest) -> HttpResponse:
    preview = times.due(times.this_day())
    page = {
        "preview": preview,
        "lines": [(words, preview.counts[kind]) for kind, words in WORDS.items()],
        "holds": Hold.objects.current(timezone.now()).count(),
        "runs": [(run, _in_words(run)) for run in KeepingRun.objects.order_by("-pk")[:LAST_RUNS]],
        "may": permissions(request.user),
    }
    return render(request, "workspace/custody/keeping.html", page)


def _in_words(run: KeepingRun) -> list[tuple[str, int]]:
    return [(str(WORDS[Due(kind)]), count) for kind, count in run.counts.items()]


@require_POST
def approve(request: StaffRequest) -> HttpResponse:
    """`seen`: how many people were on the list that was looked at."""
    seen = request.POST.get("seen", "")
    try:
        times.approve(int(seen) if seen.isdecimal() else -1, by=request.user)
    except CannotKeep as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("From now on it runs by itself every day, until somebody stops it."))
    return redirect("workspace:keeping")


@require_POST
def stop(request: StaffRequest) -> HttpResponse:
    try:
        times.stop(by=request.user)
    except CannotKeep as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Stopped: nothing goes by itself any more."))
    return redirect("workspace:keeping")
