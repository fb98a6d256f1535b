"""The list of services, and what narrows it: words, need, municipality, state, who may know, how complete."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from baquiano.accounts.policy import StaffRequest, may
from baquiano.directory import desk, quality, trust
from baquiano.directory.models import Reach, Service, Visibility
from baquiano.directory.words import NEEDS
from baquiano.lib.code_list import has
from baquiano.lib.text import fold
from baquiano.territory.models import Division
from baquiano.workspace.people.places import MunicipalityField, municipality_names

A_PAGE = 30
GOOD, POOR = 80, 50
WITHHELD = "withheld"
UNCONFIRMED = "unconfirmed"
QUALITIES = {
    "poor": Q(quality__lt=POOR),
    "middling": Q(quality__gte=POOR, quality__lt=GOOD),
    "good": Q(quality__gte=GOOD),
}
ANY = ("", _("any"))


class SearchForm(forms.Form):
    """Nothing chosen: all. What cannot be read (a municipality that is not there) narrows nothing and says so."""

    q = forms.CharField(label=_("Words of the name"), required=False, max_length=80)
    need = forms.ChoiceField(label=_("What it helps with"), required=False, choices=[ANY, *NEEDS.items()])
    municipality = MunicipalityField(label=_("Municipality"))
    status = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ANY,
            *Service.Status.choices,
            (WITHHELD, _("not to be published")),
            (UNCONFIRMED, _("never confirmed")),
        ],
    )
    visibility = forms.ChoiceField(label=_("Who may know of it"), required=False)
    quality = forms.ChoiceField(
        label=_("How complete"),
        required=False,
        choices=[
            ANY,
            ("poor", _("below 50: much is missing")),
            ("middling", _("50 to 79: something is missing")),
            ("good", _("80 or more")),
        ],
    )

    def __init__(self, data: Any, *, reach: Reach) -> None:
        super().__init__(data)
        shown = [(one.value, one.label) for one in Visibility if one in reach.value]
        self.fields["visibility"].choices = [ANY, *shown]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Row:
    service: Service
    quality: quality.Quality
    standing: trust.Standing | None

    @property
    def where(self) -> str:
        places = [at.location for at in self.service.shown_at]  # type: ignore[attr-defined]
        names = [place.division.name if place.division else place.city for place in places]
        return ", ".join(dict.fromkeys(name for name in names if name)) or " ".join(self.service.areas)


@require_safe
def services(request: StaffRequest) -> HttpResponse:
    reach = desk.reach_of(request.user)
    form = SearchForm(request.GET, reach=reach)
    asked = form.cleaned_data if form.is_valid() else _without_what_is_wrong(form)
    measured = quality.measured(desk.services(reach), reach)
    found = _narrowed(measured, asked, reach)
    ordered = desk.with_places(found.order_by("organization__name", "name", "pk"), reach)
    shown = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    standings = trust.standings([service.pk for service in shown], timezone.localdate())
    page = {
        "form": form,
        "shown": shown,
        "rows": [Row(service, quality.of(service), standings.get(service.pk)) for service in shown],
        "counts": _counts(measured),
        "query": urlencode({name: value for name, value in request.GET.items() if name != "page" and value}),
        "is_narrowed": any(request.GET.get(name) for name in form.fields),
        "municipalities": municipality_names(),
        "may_write": may(request.user, "service.write"),
    }
    return render(request, "workspace/directory/services.html", page)


def _without_what_is_wrong(form: SearchForm) -> dict[str, Any]:
    return {name: form.cleaned_data.get(name) for name in form.fields}


def _counts(rows: QuerySet[Service]) -> Mapping[str, int]:
    """Of everything the reader may know of, whatever is being looked for."""
    return rows.aggregate(
        all=Count("pk"),
        published=Count("pk", filter=Q(is_withheld=False, status=Service.Status.ACTIVE)),
        withheld=Count("pk", filter=Q(is_withheld=True)),
        poor=Count("pk", filter=QUALITIES["poor"]),
    )


def _narrowed(rows: QuerySet[Service], asked: Mapping[str, Any], reach: Reach) -> QuerySet[Service]:
    if asked["need"]:
        rows = rows.filter(has("needs", asked["need"]))
    if asked["municipality"]:
        rows = rows.filter(_in(asked["municipality"], reach))
    if asked["status"] == WITHHELD:
        rows = rows.filter(is_withheld=True)
    elif asked["status"] == UNCONFIRMED:
        rows = rows.filter(confirmations=None)
    elif asked["status"]:
        rows = rows.filter(status=asked["status"], is_withheld=False)
    if asked["visibility"]:
        rows = rows.filter(visibility=asked["visibility"])
    if asked["quality"]:
        rows = rows.filter(QUALITIES[asked["quality"]])
    return _named(rows, asked["q"]) if asked["q"] else rows


def _in(division: Division, reach: Reach) -> Q:
    """At a place there, or serving that municipality or what it belongs to."""
    there = desk.offers(reach).filter(service=OuterRef("pk"), location__division=division)
    condition = Q(Exists(there)) | has("areas", division.country_id)
    upwards: Division | None = division
    while upwards is not None:
        condition |= has("areas", upwards.pcode)
        upwards = upwards.parent
    return condition


def _named(rows: QuerySet[Service], words: str) -> QuerySet[Service]:
    """Every word somewhere in the names of the service and its organisation, without accents."""
    wanted = fold(words).split()
    names = rows.values_list("pk", "name", "alternate_name", "organization__name", "organization__alternate_name")
    found = [pk for pk, *texts in names if all(word in fold(" ".join(texts)) for word in wanted)]
    return rows.filter(pk__in=found)
