"""What a colleague does with a conversation besides writing in it: takes it, passes it on, puts it aside, hands it back, closes it."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_for
from baquiano.conversations import notes, owning
from baquiano.conversations.models import Conversation
from baquiano.conversations.owning import CannotDoThat
from baquiano.people import joining
from baquiano.people.models import Person
from baquiano.workspace.inbox.desk import Kept, find, show
from baquiano.workspace.inbox.opening import still_open

Deed = Callable[..., object]

MORNING = time(8)
LATER = {
    "hour": gettext_lazy("In an hour"),
    "afternoon": gettext_lazy("In four hours"),
    "tomorrow": gettext_lazy("Tomorrow at 8:00"),
    "week": gettext_lazy("In a week"),
}


class TransferForm(forms.Form):
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("To whom"),
        error_messages={"required": gettext_lazy("Choose a colleague.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What they need to know"),
        max_length=notes.LONGEST,
        error_messages={
            "required": gettext_lazy(
                "Write what your colleague needs to know, so that the person need not tell it again."
            )
        },
    )

    def __init__(self, data: object, *, by: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        ids = [one.user.pk for one in owning.colleagues(by)]
        self.fields["to"].queryset = User.objects.filter(pk__in=ids)  # type: ignore[attr-defined]


@require_POST
def take(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    if _done(request, owning.take_over, found):
        return redirect(reverse("workspace:conversation", args=[found.pk]) + "#reply")
    return redirect("workspace:conversation", found.pk)


@require_POST
def give_back(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    if not _done(request, owning.hand_back, found):
        return redirect("workspace:conversation", found.pk)
    messages.success(request, _("The assistant has the conversation again."))
    return redirect("workspace:inbox")


@require_POST
def transfer(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """What could not be passed on stays with the note that was written."""
    found = find(request, conversation_id)
    form = TransferForm(request.POST, by=request.user)
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            owning.transfer(found, to, form.cleaned_data["note"], by=request.user)
        except CannotDoThat as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Passed on to %(name)s, with your note.") % {"name": to.display_name})
            return redirect("workspace:inbox")
    still_open(request, found)
    return show(request, found, Kept(transfer=form), status=409)


@require_POST
def snooze(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    until = moment(request.POST.get("until", ""), timezone.localtime())
    try:
        owning.snooze(found, until, by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
        return redirect("workspace:conversation", found.pk)
    messages.success(request, _("Put aside: it comes back at its time, or when the person writes."))
    return redirect("workspace:inbox")


def moment(chosen: str, now: datetime) -> datetime:
    """What one of `LATER` means, on the clock of the organisation. Anything else is now, which nobody can put aside until."""
    if chosen == "hour":
        return now + timedelta(hours=1)
    if chosen == "afternoon":
        return now + timedelta(hours=4)
    if chosen == "tomorrow":
        return datetime.combine(now.date() + timedelta(days=1), MORNING, now.tzinfo)
    return now + timedelta(days=7) - timedelta(minutes=1) if chosen == "week" else now


@require_POST
def join_here(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """They said who they are to whoever answers them: this chat is that record's, if that colleague may see it."""
    found = find(request, conversation_id)
    number = request.POST.get("record", "").strip()
    if not number.isdecimal() or len(number) > 18:
        messages.error(request, _("Write the number of the record."))
        return redirect("workspace:conversation", found.pk)
    person = find_for(request, "join", Person.objects.here(), pk=int(number))
    try:
        joining.join_orally(person, found.address, by=request.user)
    except joining.CannotJoin as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Joined: that chat is this person's from now on."))
    return redirect("workspace:conversation", found.pk)


@require_POST
def close(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    if not _done(request, owning.close, found):
        return redirect("workspace:conversation", found.pk)
    messages.success(request, _("The conversation is closed. If the person writes again, a new one begins."))
    return redirect("workspace:inbox")


def _done(request: StaffRequest, deed: Deed, found: Conversation) -> bool:
    try:
        deed(found, by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
        return False
    return True
