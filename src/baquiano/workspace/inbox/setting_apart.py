"""Which colleagues a complaint is about: they do not see its conversation, in no list and under no number, and are not told so."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accountability import setting_apart
from baquiano.accountability.models import SetApart
from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, holders
from baquiano.workspace.inbox.desk import find
from baquiano.workspace.inbox.opening import still_open


class ConcernedForm(forms.Form):
    who = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Colleague"),
        error_messages={"required": gettext_lazy("Choose a colleague.")},
    )

    def __init__(self, *args: object, me: User, named: list[SetApart], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        reading = set(holders("conversation.read", timezone.now())) - {row.user_id for row in named} - {me.pk}
        self.fields["who"].queryset = User.objects.filter(pk__in=reading).order_by("display_name")  # type: ignore[attr-defined]
        self.fields["who"].label_from_instance = lambda user: user.display_name  # type: ignore[attr-defined]


def concerned(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    still_open(request, found)
    named = list(SetApart.objects.filter(conversation=found.pk).select_related("user").order_by("user__display_name"))
    back = next((row for row in named if str(row.pk) == request.POST.get("back", "")), None)
    if back:
        setting_apart.let_back(back, by=request.user)
        return redirect("workspace:set_apart", found.pk)
    form = ConcernedForm(request.POST if request.method == "POST" else None, me=request.user, named=named)
    if form.is_valid():
        setting_apart.set_apart(found.pk, form.cleaned_data["who"], by=request.user)
        messages.success(request, _("From now on this colleague does not see this conversation."))
        return redirect("workspace:set_apart", found.pk)
    page = {"number": found.pk, "form": form, "named": named}
    return render(request, "workspace/inbox/concerned.html", page, status=422 if form.errors else 200)
