"""One's own shift: beginning it, answering its test, ending it, and how one is called when no screen is looking."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.conversations.models import Conversation, Message
from baquiano.lib import crypto
from baquiano.post import mail
from baquiano.safety import presence, watch
from baquiano.safety import shifts as roster
from baquiano.safety.models import DutyContact, Shift
from baquiano.safety.shifts import BEGINS_BEFORE, CannotCall, CannotPlan
from baquiano.workspace.duty.watching import awaits_test

SHOWN = 10
WROTE_WITHIN = timedelta(hours=24)
"""The code of a duty phone was written from it at most so long ago."""

Deed = Callable[..., object]


class MailForm(forms.Form):
    mail = forms.CharField(
        label=gettext_lazy("My mail"),
        help_text=gettext_lazy("It says that an alert waits and how grave it is; never whose. Empty: no mail."),
        required=False,
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class PhoneForm(forms.Form):
    conversation = forms.IntegerField(
        label=gettext_lazy("Number of that conversation in the inbox"),
        min_value=1,
        max_value=10**17,
        error_messages={"required": gettext_lazy("Write the number of the conversation.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Mine:
    """One shift of one's own. `state`: planned, early (may begin), begun, tested, unanswered (the test was not answered in time)."""

    shift: Shift
    state: str

    @property
    def may_begin(self) -> bool:
        return self.state in ("early", "unanswered")

    @property
    def may_end(self) -> bool:
        return self.state in ("begun", "tested", "unanswered")


# -- the screen -----------------------------------------------------------------------------------------------------------


@require_safe
def duty(request: StaffRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: StaffRequest, *, mail_form: MailForm | None = None, phone_form: PhoneForm | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    contact = DutyContact.objects.filter(user=user).first()
    looking = presence.present(now)
    page = {
        "mine": [_mine(shift, now) for shift in _shifts_of(user, now)],
        "on_duty": [(shift, shift.user_id in looking) for shift in roster.on_duty(now)],
        "uncovered": roster.uncovered(now),
        "is_ticking": watch.is_ticking(now),
        "has_phone": bool(contact and contact.phone_id),
        "phone_since": contact.phone_since if contact else None,
        "mail_form": mail_form or MailForm(initial={"mail": contact.mail if contact else ""}),
        "is_mail_set_up": mail.is_set_up(),
        "phone_form": phone_form or PhoneForm(),
        "code": phone_code(user, now),
    }
    return render(request, "workspace/duty/duty.html", page, status=status)


def _shifts_of(user: User, now: datetime) -> list[Shift]:
    return list(Shift.objects.filter(user=user, ends_at__gt=now, ended_at=None).order_by("starts_at", "pk")[:SHOWN])


def _mine(shift: Shift, now: datetime) -> Mine:
    if shift.begun_at is None:
        return Mine(shift, "planned" if shift.starts_at - now > BEGINS_BEFORE else "early")
    if shift.tested_at is not None:
        return Mine(shift, "tested")
    return Mine(shift, "begun" if awaits_test(shift, now) else "unanswered")


# -- its deeds ------------------------------------------------------------------------------------------------------------


@require_POST
def begin(request: StaffRequest, shift_id: int) -> HttpResponse:
    """Also for sending the test again, when the last one was not answered in time."""
    _done(request, roster.begin, shift_id, _("Your shift has begun. Answer the test: until then it counts as nobody."))
    return redirect("workspace:duty")


@require_POST
def answer_test(request: StaffRequest, shift_id: int) -> HttpResponse:
    _done(request, roster.answer_test, shift_id, _("It reached you: your shift counts from now on."))
    return redirect("workspace:duty")


@require_POST
def end(request: StaffRequest, shift_id: int) -> HttpResponse:
    _done(request, roster.end, shift_id, _("Your shift has ended. Thank you."))
    return redirect("workspace:duty")


def _done(request: StaffRequest, deed: Deed, shift_id: int, words: str) -> None:
    """Only of one's own: somebody else's is not there."""
    shift = get_object_or_404(Shift.objects.filter(user=request.user), pk=shift_id)
    try:
        deed(shift, by=request.user)
    except CannotPlan as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, words)


# -- how one is called ----------------------------------------------------------------------------------------------------


@require_POST
def duty_mail(request: StaffRequest) -> HttpResponse:
    form = MailForm(request.POST)
    if form.is_valid():
        try:
            roster.set_mail(request.user, form.cleaned_data["mail"], by=request.user)
        except CannotCall as reason:
            form.add_error("mail", str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace:duty")
    return _page(request, mail_form=form, status=422)


@require_POST
def duty_phone(request: StaffRequest) -> HttpResponse:
    """The code was written from it: nobody's else telephone, and never that of a person we serve, is called by mistake."""
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, phone_form=form, status=422)
    rows = Conversation.objects.select_related("address__channel")
    found = find_or_refuse(request, rows, pk=form.cleaned_data["conversation"])
    now = timezone.now()
    if not wrote_code(found, phone_code(request.user, now), now):
        form.add_error("conversation", _("The code was not written there today. Write it from the duty phone first."))
        return _page(request, phone_form=form, status=422)
    try:
        roster.set_phone(request.user, found.address, by=request.user)
    except CannotCall as reason:
        form.add_error("conversation", str(reason))
        return _page(request, phone_form=form, status=422)
    messages.success(request, _("Saved: that telephone is called when no screen of yours is looking."))
    return redirect("workspace:duty")


@require_POST
def no_duty_phone(request: StaffRequest) -> HttpResponse:
    roster.set_phone(request.user, None, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("workspace:duty")


def phone_code(user: User, now: datetime) -> str:
    """Six digits of one colleague on one day: whoever writes them holds the telephone and has seen this screen."""
    digest = crypto.keyed_hash(f"{user.pk} {timezone.localdate(now)}", "duty phone")
    return f"{int(hashlib.sha256(digest.encode()).hexdigest(), 16) % 1_000_000:06d}"


def wrote_code(conversation: Conversation, code: str, now: datetime) -> bool:
    recent = conversation.messages.filter(author=Message.Author.PERSON, received_at__gt=now - WROTE_WITHIN)
    return any(code in message.text for message in recent)
