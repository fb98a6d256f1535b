"""Our lines: what comes in, what waits to leave, what the company that carries it says; the switch of each, and a test step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, may
from baquiano.channels import checking, stopping
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.channels.stopping import CannotStop
from baquiano.lib.turnstile import ring, writing
from baquiano.post import actions as post
from baquiano.post import lines
from baquiano.post.lines import LineState
from baquiano.safety.models import DutyContact
from baquiano.workspace.setup.line_words import (
    ACCOUNT_STATES,
    LIMITS,
    QUALITIES,
    STEPS,
    TEMPLATE_STATES,
    TROUBLES,
    WELL,
    what_to_do,
)

SOON = timedelta(days=14)
"""A token that ends within so many days is said beforehand."""
WAITS_LONG = timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """One step of the test. `to_do` "": it works."""

    words: Any
    to_do: Any = ""


@dataclass(frozen=True)
class Row:
    """One line in words. `state`: "open", "stopped", "trouble" or "closed". `alarms`: what somebody should look at."""

    line: LineState
    state: str
    trouble: Any
    quality: Any
    limit: Any
    account: Any
    templates: Sequence[tuple[str, str, Any, str]]  # name, language, state in words, why
    alarms: tuple[str, ...]
    can_be_tested: bool


# -- the screen -----------------------------------------------------------------------------------------------------------


@require_safe
def channels(request: StaffRequest) -> HttpResponse:
    return _page(request)


def _page(request: StaffRequest, *, tested: int = 0, steps: Sequence[Step] = (), status: int = 200) -> HttpResponse:
    now = timezone.now()
    page = {
        "rows": [_row(line, now) for line in lines.states(now)],
        "tested": tested,
        "steps": steps,
        "is_all_well": bool(steps) and not any(step.to_do for step in steps),
        "may_stop": may(request.user, "channel.stop"),
        "may_test": may(request.user, "channel.test"),
    }
    return render(request, "workspace/setup/channels.html", page, status=status)


def _row(line: LineState, now: datetime) -> Row:
    channel = line.channel
    return Row(
        line=line,
        state=_state(channel),
        trouble=TROUBLES.get(channel.trouble, channel.trouble),
        quality=QUALITIES.get(channel.quality, channel.quality),
        limit=LIMITS.get(channel.limit, channel.limit),
        account=ACCOUNT_STATES.get(channel.account_state, channel.account_state),
        templates=[
            (one.name, one.language, TEMPLATE_STATES.get(one.state, one.state), one.reason) for one in line.templates
        ],
        alarms=tuple(_alarms(line, now)),
        can_be_tested=channel.kind in checking.CAN_BE_ASKED,
    )


def _state(channel: Channel) -> str:
    if channel.stopped_at:
        return "stopped"
    if channel.trouble:
        return "trouble"
    return "open" if channel.is_open else "closed"


def _alarms(line: LineState, now: datetime) -> list[str]:
    channel, found = line.channel, []
    if line.came_in.unparsed:
        found.append(_("Something came in that nobody here could read."))
    if line.came_in.waiting_since and now - line.came_in.waiting_since > WAITS_LONG:
        found.append(_("What came in has waited for more than five minutes to be read."))
    if channel.token_until and channel.token_until - now < SOON:
        found.append(_("The access token ends soon, or has ended."))
    if channel.quality == "red":
        found.append(_("The quality is low: Meta may stop the line."))
    if channel.account_state and channel.account_state not in WELL:
        found.append(_("Meta says something about the account: see below."))
    if line.leaves.refused_by_window:
        found.append(_("Some answers came after the day in which WhatsApp lets us write freely."))
    return found


# -- the switch -----------------------------------------------------------------------------------------------------------


@require_POST
def stop(request: StaffRequest, channel_id: int) -> HttpResponse:
    try:
        stopping.stop(_line(channel_id), request.POST.get("why", ""), by=request.user)
    except CannotStop as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Stopped. Nothing leaves by this line; what people write is still kept and read."))
    return redirect("workspace:channels")


@require_POST
def start(request: StaffRequest, channel_id: int) -> HttpResponse:
    stopping.start(_line(channel_id), by=request.user)
    messages.success(request, _("Started. What waited leaves now, in its order."))
    return redirect("workspace:channels")


@require_POST
def mended(request: StaffRequest, channel_id: int) -> HttpResponse:
    stopping.mended(_line(channel_id), by=request.user)
    messages.success(request, _("It is tried again. If it still cannot send, it says so here within seconds."))
    return redirect("workspace:channels")


# -- the test -------------------------------------------------------------------------------------------------------------


@require_POST
def test(request: StaffRequest, channel_id: int) -> HttpResponse:
    """Asks the company that carries it, question by question; then looks at what came in last."""
    line = _line(channel_id, kinds=checking.CAN_BE_ASKED)
    condition = lines.check(line)
    steps = [
        Step(STEPS[one.asking], what_to_do(one.asking, one.why_not) if one.why_not else "") for one in condition.asked
    ]
    return _page(request, tested=line.pk, steps=[*steps, _last_heard(line)])


def _last_heard(line: Channel) -> Step:
    words = _("Something came in during the last day")
    last = next((one.came_in.last_at for one in lines.states(timezone.now()) if one.channel == line), None)
    if last and timezone.now() - last < timedelta(days=1):
        return Step(words)
    return Step(words, _("Write “hola” to the line from any telephone, wait ten seconds, and test again."))


@require_POST
def write(request: StaffRequest, channel_id: int) -> HttpResponse:
    """To the duty phone of whoever asks: a telephone that wrote to us first. Nobody else's number can be tried."""
    line = _line(channel_id)
    contact = DutyContact.objects.filter(user=request.user, phone__channel=line).select_related("phone").first()
    if contact is None or contact.phone is None:
        messages.error(request, _("Your duty phone is not on this line. Choose it in “My shift”, then try again."))
        return redirect("workspace:channels")
    cause = f"{post.TO_COLLEAGUES}test:{line.pk}:{timezone.now():%Y%m%d%H%M%S}"
    with writing():
        post.tell_colleague(contact.phone, _("Test: this line works."), cause=cause)
        ring()
    messages.success(
        request,
        _("Written. It should reach your duty phone within ten seconds. If it does not, look at what waits to leave."),
    )
    return redirect("workspace:channels")


def _line(channel_id: int, *, kinds: Sequence[str] = ()) -> Channel:
    sending = [kind for kind in Channel.ChannelKind.values if sender_of(kind)]
    return get_object_or_404(Channel, pk=channel_id, kind__in=kinds or sending)
