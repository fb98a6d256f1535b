"""Coming in again with both halves of the key: the link of one colleague, the number of another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from baquiano.accounts.models import Recovery
from baquiano.accounts.recovery import CannotRecover, is_number_of, recover, with_token
from baquiano.workspace.entrance.attempts import TooManyTries, count_try, forget_tries
from baquiano.workspace.entrance.login import come_in, said_wait


class RecoverForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        help_text=gettext_lazy("Eight digits that your other colleague told you."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
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

    def __init__(self, *args: Any, recovery: Recovery, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recovery = recovery

    def clean_number(self) -> str:
        """Hundred million numbers, a few tries: counted like passwords."""
        name = f"recovery {self.recovery.pk}"
        try:
            count_try(name, now=timezone.now())
        except TooManyTries as reason:
            raise ValidationError(said_wait(reason.wait)) from None
        if not is_number_of(self.recovery, self.cleaned_data["number"]):
            raise ValidationError(_("This is not the number. Ask the colleague who opened the recovery."))
        forget_tries(name)
        return str(self.cleaned_data["number"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if "password" in said and "again" in said and said["password"] != said["again"]:
            self.add_error("again", _("The two passwords are not the same."))
        return said


@never_cache
@sensitive_post_parameters("number", "password", "again")
def recovered(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever comes through is in, and turns on a second factor first of all."""
    found = with_token(token)
    if found is None:
        return render(request, "workspace/recovery_over.html", status=410)
    form = RecoverForm(request.POST or None, recovery=found)
    if form.is_valid():
        try:
            user = recover(found, password=form.cleaned_data["password"])
        except CannotRecover as reason:
            form.add_error(None, str(reason))
        else:
            come_in(request, user)
            messages.success(request, _("You are in again, and every other session of yours is over."))
            return redirect("workspace:totp_on")
    return render(request, "workspace/recovered.html", {"form": form}, status=422 if form.errors else 200)
