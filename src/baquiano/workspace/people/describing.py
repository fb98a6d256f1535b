"""Writing a person down: every field optional, each with its reason beside it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.audit import read
from baquiano.accounts.policy import StaffRequest, find_for
from baquiano.people.actions import CannotChange, Described, correct, register
from baquiano.people.models import Person
from baquiano.people.models.person import ChildStatus, Gender, Group
from baquiano.territory.countries import NAMES
from baquiano.workspace.people.places import MunicipalityField, municipality_names

LANGUAGES = [
    ("", gettext_lazy("Not said")),
    ("es", gettext_lazy("Spanish")),
    ("ht", gettext_lazy("Haitian Creole")),
    ("fr", gettext_lazy("French")),
    ("pt", gettext_lazy("Portuguese")),
    ("en", gettext_lazy("English")),
    ("way", gettext_lazy("Wayuunaiki")),
    ("zh", gettext_lazy("Chinese")),
    ("ar", gettext_lazy("Arabic")),
    ("ru", gettext_lazy("Russian")),
    ("xx", gettext_lazy("Another language")),
]
NOT_SAID = [("", gettext_lazy("Not said"))]


class DescribeForm(forms.Form):
    """Nothing is required. Help needs no name."""

    name = forms.CharField(
        label=gettext_lazy("Name and surnames"),
        help_text=gettext_lazy("To find them again. They may give none."),
        required=False,
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    called = forms.CharField(
        label=gettext_lazy("How they want to be called"),
        help_text=gettext_lazy("A nickname or another name: it is the one we use."),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    pronoun = forms.CharField(
        label=gettext_lazy("Pronoun"),
        help_text=gettext_lazy("To speak to them as they want."),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    gender = forms.ChoiceField(
        label=gettext_lazy("Gender, as they say it"),
        help_text=gettext_lazy("To count who we serve. Nobody has to prove it."),
        required=False,
        choices=NOT_SAID + list(Gender.choices),
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth"),
        help_text=gettext_lazy("To know which rights they have by age. An approximate one is enough."),
        required=False,
        min_value=1900,
        max_value=2100,
    )
    born_on = forms.DateField(
        label=gettext_lazy("Day of birth"),
        help_text=gettext_lazy("Only if a procedure asks for it."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language to speak in"),
        help_text=gettext_lazy("To find somebody who speaks it."),
        required=False,
        choices=LANGUAGES,
    )
    municipality = MunicipalityField(
        label=gettext_lazy("Municipality where they are"),
        help_text=gettext_lazy("To send them near. Never an address."),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Population group"),
        help_text=gettext_lazy("As they say it; several may hold. Nobody is helped less for it."),
        required=False,
        choices=Group.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    nationality = forms.ChoiceField(
        label=gettext_lazy("Nationality"),
        help_text=gettext_lazy("To say which procedures are open to them."),
        required=False,
        choices=NOT_SAID + list(NAMES.items()),
    )
    second_nationality = forms.ChoiceField(
        label=gettext_lazy("Another nationality"), required=False, choices=NOT_SAID + list(NAMES.items())
    )
    child_status = forms.ChoiceField(
        label=gettext_lazy("If they are under 18 and not with their parents"),
        help_text=gettext_lazy("So that somebody looks after them today."),
        required=False,
        choices=[("", gettext_lazy("Does not apply, or not said")), *ChildStatus.choices],
    )
    is_restricted = forms.BooleanField(
        label=gettext_lazy("Found only by those who have access"),
        help_text=gettext_lazy(
            "For whoever is in danger, and for children alone. No search of another colleague shows them."
        ),
        required=False,
    )
    no_merging = forms.BooleanField(
        label=gettext_lazy("Prefers that this record is not joined to another"),
        help_text=gettext_lazy("It is never proposed as somebody's double."),
        required=False,
    )

    @property
    def described(self) -> Described:
        given = self.cleaned_data
        nationalities = dict.fromkeys(code for code in (given["nationality"], given["second_nationality"]) if code)
        born_on: date | None = given["born_on"]
        return Described(
            name=" ".join(given["name"].split()),
            called=" ".join(given["called"].split()),
            pronoun=given["pronoun"].strip(),
            gender=given["gender"],
            birth_year=given["birth_year"],
            born_on=born_on,
            language=given["language"],
            municipality=given["municipality"],
            child_status=given["child_status"],
            groups=tuple(given["groups"]),
            nationalities=tuple(nationalities),
            is_restricted=given["is_restricted"],
            may_be_merged=not given["no_merging"],
        )

    def parts(self) -> Iterator[tuple[str, list[BoundField]]]:
        """The fields in the order of a talk."""
        yield _("Who they are"), [self[name] for name in ("name", "called", "pronoun", "language")]
        yield (
            _("To orient them"),
            [
                self[name]
                for name in ("municipality", "nationality", "second_nationality", "birth_year", "born_on", "gender")
            ],
        )
        yield _("If they are a child"), [self["child_status"]]


def new(request: StaffRequest) -> HttpResponse:
    form = DescribeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            person = register(form.described, by=request.user)
        except CannotChange as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down. You may see this person from now on."))
            return redirect("workspace:person", person.pk)
    return _page(request, form, None)


def edit(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    form = DescribeForm(request.POST if request.method == "POST" else None, initial=_initial(person))
    if not form.is_bound:
        read(request.user, person, about=person.pk)  # the form shows the record
    if form.is_valid():
        try:
            correct(person, _with_other_nationalities(form.described, person), by=request.user)
        except CannotChange as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace:person", person.pk)
    return _page(request, form, person)


def _with_other_nationalities(described: Described, person: Person) -> Described:
    """The form shows two; a third one that was told elsewhere stays."""
    others = [row.country for row in person.nationalities.order_by("pk")][2:]
    return replace(described, nationalities=tuple(dict.fromkeys((*described.nationalities, *others))))


def _page(request: StaffRequest, form: DescribeForm, person: Person | None) -> HttpResponse:
    page = {"form": form, "person": person, "municipalities": municipality_names()}
    return render(request, "workspace/people/describe.html", page, status=422 if form.errors else 200)


def _initial(person: Person) -> dict[str, Any]:
    nationalities = [row.country for row in person.nationalities.order_by("pk")]
    return {
        **{
            name: getattr(person, name)
            for name in (
                "name",
                "called",
                "pronoun",
                "gender",
                "birth_year",
                "language",
                "municipality",
                "child_status",
                "is_restricted",
            )
        },
        "born_on": parse_date(person.born_on) if person.born_on else None,
        "groups": [row.group for row in person.populations.all()],
        "nationality": next(iter(nationalities), ""),
        "second_nationality": next(iter(nationalities[1:]), ""),
        "no_merging": not person.may_be_merged,
    }
