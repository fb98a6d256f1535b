"""One's own password and second factor. What weakens them asks for the password again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation, update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from baquiano.accounts import sessions
from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, owes_second_factor
from baquiano.lib.turnstile import writing
from baquiano.workspace.entrance import second_factor
from baquiano.workspace.entrance.attempts import TooManyTries
from baquiano.workspace.entrance.login import CodeForm, password_fits, said_wait

OFFERED = "offered_second_factor"  # session: the sealed secret whose first code has not been typed yet


class OwnPasswordForm(forms.Form):
    """The password of whoever is signed in, typed again."""

    current = forms.CharField(
        label=gettext_lazy("Your password now"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        try:
            fits = password_fits(self.user, self.cleaned_data["current"])
        except TooManyTries as reason:
            raise ValidationError(said_wait(reason.wait)) from None
        if not fits:
            raise ValidationError(_("This is not your password."))
        return str(self.cleaned_data["current"])


class PasswordForm(OwnPasswordForm):
    new = forms.CharField(
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("At least 12 characters. Three or four words that do not belong together are good."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_new(self) -> str:
        password_validation.validate_password(self.cleaned_data["new"], self.user)
        return str(self.cleaned_data["new"])


class FirstCodeForm(CodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits that the app shows now.")


def security(request: StaffRequest) -> HttpResponse:
    page = {
        "is_on": second_factor.is_on(request.user),
        "is_owed": owes_second_factor(request.user),
        "codes_left": second_factor.codes_left(request.user),
        "owes_codes": second_factor.owes_codes(request.user),
        "sessions": sessions.sessions_of(request.user, here=request.session),
    }
    return render(request, "workspace/security.html", page)


def totp_on(request: StaffRequest) -> HttpResponse:
    if second_factor.is_on(request.user):
        return redirect("workspace:security")
    offered = second_factor.offer(request.user, request.session.get(OFFERED))
    request.session[OFFERED] = offered.sealed
    form = FirstCodeForm(request.POST or None)
    if form.is_valid():
        codes = second_factor.turn_on(request.user, offered.sealed, form.cleaned_data["code"].replace(" ", ""))
        if codes is not None:
            del request.session[OFFERED]
            sessions.close_all(request.user, but=request.session)  # they came in with the password alone
            return render(request, "workspace/codes.html", {"codes": codes, "is_new": True})
        form.add_error("code", _("This code does not fit. Wait for the next one on your telephone and try again."))
    return render(request, "workspace/totp_on.html", {"form": form, "offered": offered})


@sensitive_post_parameters("current")
def totp_off(request: StaffRequest) -> HttpResponse:
    form = OwnPasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        second_factor.turn_off(request.user, here=request.session)
        messages.success(request, _("The second factor is off."))
        return redirect("workspace:security")
    return render(request, "workspace/totp_off.html", {"form": form})


@sensitive_post_parameters("current")
def recovery_codes(request: StaffRequest) -> HttpResponse:
    if not second_factor.is_on(request.user):
        return redirect("workspace:security")
    form = OwnPasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        return render(request, "workspace/codes.html", {"codes": second_factor.new_codes(request.user)})
    return render(request, "workspace/recovery_codes.html", {"form": form})


@require_POST
def codes_kept(request: StaffRequest) -> HttpResponse:
    second_factor.keep_codes(request.user)
    return redirect("workspace:home")


@require_POST
def end_session(request: StaffRequest, number: int) -> HttpResponse:
    """One of one's own. The one in use is ended by signing out."""
    sessions.end(number, by=request.user)
    messages.success(request, _("That session is over."))
    return redirect("workspace:security")


@require_POST
def end_sessions(request: StaffRequest) -> HttpResponse:
    sessions.end_others(request.session, by=request.user)
    messages.success(request, _("You are signed in only here now."))
    return redirect("workspace:security")


def left(request: StaffRequest) -> JsonResponse:
    """Asked by the open page, which nobody may be looking at: it keeps nothing alive."""
    idle, whole = sessions.left(request.session)
    return JsonResponse({"idle": int(idle.total_seconds()), "whole": int(whole.total_seconds())})


@require_POST
def stay(request: StaffRequest) -> HttpResponse:
    """Somebody is there: said by typing, or by pressing the button of the warning. The door has written it down."""
    return HttpResponse(status=204)


@sensitive_post_parameters("current", "new")
def password(request: StaffRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        change_password(request.user, form.cleaned_data["new"], here=request.session)
        update_session_auth_hash(request, request.user)  # this session stays, under a new key
        messages.success(request, _("Your password was changed. Other sessions of yours were closed."))
        return redirect("workspace:security")
    return render(request, "workspace/password.html", {"form": form})


def change_password(user: User, new: str, *, here: SessionBase) -> None:
    """Every session but this one ends."""
    user.set_password(new)
    with writing():
        user.save(update_fields=["password"])
        sessions.close_all(user, but=here)
        audit(user, "password.changed", user)
