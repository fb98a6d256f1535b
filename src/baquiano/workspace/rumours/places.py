"""Where something was heard or goes round: a country, or one of its regions or departments."""

from typing import NamedTuple

from django import forms
from django.utils.translation import gettext_lazy

from baquiano.accounts.models import organisation
from baquiano.territory.models import Country, Division

Grouped = list[tuple[str, list[tuple[str, str]]]]


class Where(NamedTuple):
    """`territory`: the official code of a division of the first level; empty: the whole country."""

    country: str
    territory: str


class WhereField(forms.ChoiceField):
    """One list for both, "CO" or "CO-05": nobody can choose a region of another country."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Where"), choices=places)

    def clean(self, value: object) -> Where:
        country, _, territory = str(super().clean(value)).partition("-")
        return Where(country, territory)


def places() -> Grouped:
    """The countries we orient in and their regions, each country whole first."""
    served = organisation().countries
    names = dict(Country.objects.filter(code__in=served).values_list("code", "name"))
    found: dict[str, list[tuple[str, str]]] = {code: [(code, names.get(code, code))] for code in served}
    rows = Division.objects.filter(country__in=served, level=1).order_by("name_folded")
    for country, code, name in rows.values_list("country_id", "code", "name"):
        found[country].append((f"{country}-{code}", name))
    return [(names.get(code, code), rows) for code, rows in found.items()]


def place_names() -> dict[Where, str]:
    """What each place is called, for a list: one look for the whole page."""
    names: dict[Where, str] = {}
    for country_name, rows in places():
        for value, name in rows:
            country, _, territory = value.partition("-")
            names[Where(country, territory)] = f"{name}, {country_name}" if territory else name
    return names
