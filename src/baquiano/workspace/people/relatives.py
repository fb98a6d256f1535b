"""Family and care: adding somebody the colleague may see, or only a name."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest, find_for
from baquiano.people import families, searching
from baquiano.people.actions import CannotChange
from baquiano.people.families import LooksAfter
from baquiano.people.models import Caregiver, FamilyMember, Person
from baquiano.people.models.family import Relation

SHOWN = 10


class LookForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of somebody you may see"),
        help_text=gettext_lazy("If they are not registered yet, register them first."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MemberForm(forms.Form):
    relation = forms.ChoiceField(
        label=gettext_lazy("What they are to the head of the family"),
        choices=[choice for choice in Relation.choices if choice[0] != Relation.HEAD],
    )


class CaregiverForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Who looks after them"),
        help_text=gettext_lazy("The name they give. To know whom to speak to."),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact = forms.CharField(
        label=gettext_lazy("How to reach them"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_guardian = forms.BooleanField(
        label=gettext_lazy("May decide for them by law"),
        help_text=gettext_lazy("Mother, father or guardian. Whoever only looks after them may not consent for them."),
        required=False,
    )
    paper = forms.CharField(
        label=gettext_lazy("What shows it"),
        help_text=gettext_lazy("Birth certificate, a judge's order. Looked at, not kept."),
        required=False,
        max_length=120,
    )
    is_informed = forms.BooleanField(label=gettext_lazy("Knows that we are helping"), required=False)


def family(request: StaffRequest, person_id: int) -> HttpResponse:
    """First whom, then what they are to each other."""
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    form = LookForm(request.POST or None)
    page = {"person": person, "form": form, "relations": MemberForm()}
    if form.is_valid():
        rows = Person.objects.here().exclude(pk=person.pk).visible_to(request.user)
        hits = searching.find(rows, text=form.cleaned_data["name"], limit=SHOWN)
        known = Person.objects.select_related("municipality").in_bulk([hit.person for hit in hits])
        page |= {"rows": [known[hit.person] for hit in hits if hit.person in known], "searched": True}
    return render(request, "workspace/people/family.html", page, status=422 if form.errors else 200)


@require_POST
def add_to_family(request: StaffRequest, person_id: int, other_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    member = find_for(request, "edit", Person.objects.here(), pk=other_id)
    form = MemberForm(request.POST)
    try:
        if not form.is_valid():
            raise CannotChange(_("Say what they are to the head of the family."))
        families.add_to_family(person, member, Relation(form.cleaned_data["relation"]), by=request.user)
    except CannotChange as reason:
        messages.error(request, str(reason))
        return redirect("workspace:family", person.pk)
    messages.success(request, _("They are one family now."))
    return redirect("workspace:person", person.pk)


@require_POST
def leave_family(request: StaffRequest, person_id: int, member_id: int) -> HttpResponse:
    """`member_id` is the membership; only one of this person's own family."""
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    group = families.group_of(person)
    membership = FamilyMember.objects.filter(pk=member_id, until=None, group=group).first() if group else None
    if membership is None:
        messages.error(request, _("This was changed meanwhile. Look again."))
    else:
        families.leave_family(membership, by=request.user)
        messages.success(request, _("Noted: they live apart."))
    return redirect("workspace:person", person.pk)


def add_caregiver(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    form = CaregiverForm(request.POST or None)
    if form.is_valid():
        try:
            families.add_caregiver(person, LooksAfter(**form.cleaned_data), by=request.user)
        except CannotChange as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace:person", person.pk)
    page = {"person": person, "form": form}
    return render(request, "workspace/people/caregiver.html", page, status=422 if form.errors else 200)


@require_POST
def end_caregiver(request: StaffRequest, person_id: int, caregiver_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    caregiver = Caregiver.objects.filter(pk=caregiver_id, cared_for=person, until=None).first()
    if caregiver is None:
        messages.error(request, _("This was changed meanwhile. Look again."))
    else:
        families.end_caregiver(caregiver, by=request.user)
        messages.success(request, _("Noted: they no longer look after them."))
    return redirect("workspace:person", person.pk)
