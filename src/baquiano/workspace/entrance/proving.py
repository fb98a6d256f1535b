"""The password (and the code) again, before something that cannot be undone or that shows somebody whole."""

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from baquiano.accounts import sessions
from baquiano.accounts.models import User
from baquiano.accounts.policy import PROVE, StaffRequest
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import TooManyTries
from baquiano.workspace.entrance.login import code_fits, said_wait
from baquiano.workspace.entrance.security import OwnPasswordForm

TICKET_LASTS = 60 * 60  # seconds: for somebody who is called away in between


class ProofForm(OwnPasswordForm):
    """The code is asked for only where there is one, and looked at only when the password is right."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("Six digits from your telephone, or one of your recovery codes."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if not second_factor.is_on(user):
            del self.fields["code"]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if "current" not in self.cleaned_data:
            return code
        try:
            fits = code_fits(self.user, code)
        except TooManyTries as reason:
            raise ValidationError(said_wait(reason.wait)) from None
        if not fits:
            raise ValidationError(_("This code does not fit. Wait for the next one on your telephone and try again."))
        return code


@sensitive_post_parameters("current", "code")
def prove(request: StaffRequest) -> HttpResponse:
    ticket = _ticket(request)
    form = ProofForm(request.POST or None, user=request.user)
    if not form.is_valid():
        page = {"form": form, "is_sending": "typed" in ticket}
        return render(request, "workspace/prove.html", page, status=422 if form.errors else 200)
    sessions.prove(request.session, by=request.user)
    if "typed" in ticket:
        return _sent_again(request, ticket["typed"])
    to = ticket.get("to", "")
    return redirect(to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else "workspace:home")


def _sent_again(request: StaffRequest, name: str) -> HttpResponse:
    """A page with what was typed, on its way to where it was going: by itself with a script, else with one button."""
    typed = sessions.take_typed(request.session, name)
    if typed is None:
        return render(request, "workspace/prove_late.html", status=410)
    return render(request, "workspace/prove_go_on.html", {"typed": typed})


def _ticket(request: StaffRequest) -> dict[str, str]:
    """Where they were going, as the door signed it; empty when nobody sent them, or too long ago."""
    try:
        ticket: dict[str, str] = signing.loads(request.GET.get("next", ""), salt=PROVE, max_age=TICKET_LASTS)
    except signing.BadSignature:
        return {}
    return ticket
