"""How it is safe to write to whoever writes here: set by a person who has read or asked, and only then anything may leave by itself again."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.policy import StaffRequest, reaches
from baquiano.conversations.models import Conversation
from baquiano.conversations.safe_contact import Proposal, proposal
from baquiano.people import holding, joining
from baquiano.people.contact import SafeContact, dump, parse
from baquiano.people.models import Person
from baquiano.workspace.inbox.desk import find
from baquiano.workspace.inbox.opening import still_open
from baquiano.workspace.people.agreeing import SafeContactForm


class SafeAddressForm(SafeContactForm):
    """`for_person` only where this chat is joined to a record that this colleague may change."""

    for_person = forms.BooleanField(
        label=gettext_lazy("It holds for every chat of this person"), required=False, initial=True
    )

    def __init__(self, *args: object, asks_for_person: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not asks_for_person:
            del self.fields["for_person"]


def safe_address(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    still_open(request, found)
    person, said = _record(request, found), proposal(found)
    form = SafeAddressForm(
        request.POST if request.method == "POST" else None,
        initial=vars(_known(found, said)),
        asks_for_person=person is not None,
    )
    if form.is_valid():
        _settle(request, found, person, form)
        messages.success(request, _("Saved. What you set is kept to from now on."))
        return redirect("workspace:conversation", found.pk)
    page = {
        "number": found.pk,
        "form": form,
        "said": said,
        "person": person,
        "is_held": holding.is_held(found.address),
    }
    return render(request, "workspace/inbox/safe_contact.html", page, status=422 if form.errors else 200)


def _record(request: StaffRequest, found: Conversation) -> Person | None:
    behind = joining.person_behind(found.address)
    return behind if behind and reaches(request.user, "edit", behind) else None


def _known(found: Conversation, said: Proposal | None) -> SafeContact:
    """What was set for this door, else what she answered."""
    if found.address.safe_contact or said is None:
        return parse(found.address.safe_contact)
    return said.contact


def _settle(request: StaffRequest, found: Conversation, person: Person | None, form: SafeAddressForm) -> None:
    given = dict(form.cleaned_data)
    is_for_person = given.pop("for_person", False)
    rule = dump(SafeContact(**given))
    if person and is_for_person:
        holding.settle_person(person, rule, by=request.user)
        return
    holding.settle(found.address, rule, by=request.user)
