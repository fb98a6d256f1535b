"""Joining through a one-time link. The token in it is the key; nobody signs up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from baquiano.accounts.actions import CannotDoThat, accept, open_invitation


class InvitationForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("To sign in. It need not be your real name."),
        max_length=60,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    display_name = forms.CharField(
        label=gettext_lazy("What colleagues call you"),
        help_text=gettext_lazy("Colleagues see it. People who write to us do not."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 12 characters. Three or four words that do not belong together are good."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("The same password again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "password" in said and "again" in said and said["password"] != said["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        return said


@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = open_invitation(token)
    if found is None:
        return render(request, "workspace/invitation_over.html", status=410)
    form = InvitationForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            accept(token, username=said["username"], display_name=said["display_name"], password=said["password"])
        except CannotDoThat as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Welcome. Now sign in with your user name and password."))
            return redirect("workspace:login")
    return render(request, "workspace/invitation.html", {"form": form, "invitation": found})
