"""Finding somebody again: whom I may see, a search that forgives, and the records nobody answers for."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.audit import searched
from baquiano.accounts.policy import StaffRequest, find_for, may, reach
from baquiano.people import granting, searching
from baquiano.people.models import Person
from baquiano.workspace.people.places import MunicipalityField, municipality_names

A_PAGE = 30


class SearchForm(forms.Form):
    """Sent by POST: what is looked for never stands in an address, a log or a history."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Two words are best. Accents, the order, a nickname and one slip are forgiven."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )
    birth_year = forms.IntegerField(label=gettext_lazy("Year of birth"), required=False, min_value=1900, max_value=2100)
    municipality = MunicipalityField(label=gettext_lazy("Municipality"))


@dataclass(frozen=True)
class Found:
    """One row of a list. `is_open`: the record may be opened; otherwise it can only be received at the desk."""

    person: Person
    is_open: bool


def people(request: StaffRequest) -> HttpResponse:
    form = SearchForm(request.POST or None)
    page: dict[str, Any] = {
        "form": form,
        "municipalities": municipality_names(),
        "may_create": may(request.user, "person.create"),
        "may_receive": may(request.user, "person.receive"),
        "may_grant": may(request.user, "person.grant"),
        "notices": granting.told_to(request.user),
    }
    if form.is_valid():
        page["rows"] = _search(request, form.cleaned_data)
        page["searched"] = True
    elif not form.is_bound:
        page |= _mine(request)
    return render(request, "workspace/people/people.html", page, status=422 if form.errors else 200)


def _search(request: StaffRequest, asked: dict[str, Any]) -> list[Found]:
    listed = Person.objects.here().listed_to(request.user)
    place = asked["municipality"]
    hits = searching.find(
        listed, text=asked["name"], birth_year=asked["birth_year"], municipality=place.pk if place else None
    )
    searched(request.user, "person", asked["name"], len(hits))
    rows = Person.objects.select_related("municipality").in_bulk([hit.person for hit in hits])
    return _rows(request, [rows[hit.person] for hit in hits if hit.person in rows])


def _mine(request: StaffRequest) -> dict[str, Any]:
    """The people I have access to, the last one first."""
    mine = Person.objects.here().visible_to(request.user)
    after = request.GET.get("after", "")
    page = mine.filter(pk__lt=int(after)) if after.isdecimal() and len(after) < 19 else mine
    rows = list(page.select_related("municipality").order_by("-pk")[: A_PAGE + 1])
    return {
        "rows": [Found(person, True) for person in rows[:A_PAGE]],
        "next": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else None,
    }


def _rows(request: StaffRequest, people: list[Person]) -> list[Found]:
    ids = [person.pk for person in people]
    mine = set(Person.objects.filter(pk__in=ids).visible_to(request.user).values_list("pk", flat=True))
    return [Found(person, person.pk in mine) for person in people]


@require_POST
def receive(request: StaffRequest, person_id: int) -> HttpResponse:
    """They stand at the desk: whoever attends them may open the record for the rest of the day."""
    person = find_for(request, "receive", Person.objects.here(), pk=person_id)
    if not Person.objects.filter(pk=person.pk).visible_to(request.user).exists():
        granting.receive(person, by=request.user)
    return redirect("workspace:person", person.pk)


@require_safe
def ownerless(request: StaffRequest) -> HttpResponse:
    """Whoever had access has left: somebody must answer for them. Only what the list needs to say."""
    rows = reach(Person.objects.here().ownerless(), request.user, "grant")
    page = {"rows": list(rows.select_related("municipality").order_by("pk")[:A_PAGE]), "total": rows.count()}
    return render(request, "workspace/people/ownerless.html", page)
