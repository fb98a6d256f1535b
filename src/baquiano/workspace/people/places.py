"""Choosing a municipality by typing it: a name, and its region where two are called the same."""

from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from baquiano.accounts.models import organisation
from baquiano.knowledge.models import shelf_number
from baquiano.lib.text import fold
from baquiano.territory.models import Division


@lru_cache(maxsize=4)
def _by_words(countries: tuple[str, ...], _number: int) -> dict[str, tuple[int, str]]:
    """Folded words → (id, as written), of every municipality, as the packs said it at this number: “cúcuta, norte de santander”, and “cúcuta” alone if no other has the name."""
    rows = Division.objects.filter(country__in=countries, children=None).select_related("parent__parent")
    found: dict[str, tuple[int, str]] = {}
    alone: dict[str, list[tuple[int, str]]] = {}
    for row in rows.order_by("name_folded", "pk"):
        top = row.parent
        while top is not None and top.parent is not None:
            top = top.parent
        whole = f"{row.name}, {top.name}" if top else row.name
        found[fold(whole)] = (row.pk, whole)
        alone.setdefault(fold(row.name), []).append((row.pk, whole))
    for words, ones in alone.items():
        if len(ones) == 1:
            found.setdefault(words, ones[0])
    return found


def _known() -> dict[str, tuple[int, str]]:
    return _by_words(tuple(sorted(organisation().countries)), shelf_number())


def municipality_names() -> list[str]:
    """As written, each once, for the list the browser offers while typing."""
    return sorted({whole for _pk, whole in _known().values()})


def forget_places() -> None:
    """The tests begin again at the same number."""
    _by_words.cache_clear()


class MunicipalityField(forms.CharField):
    """Empty, or one of the municipalities of the countries we orient in."""

    def __init__(self, **more: Any) -> None:
        attributes = {"list": "municipalities", "autocomplete": "off"}
        super().__init__(required=False, max_length=200, widget=forms.TextInput(attrs=attributes), **more)

    def clean(self, value: Any) -> Division | None:
        words = fold(str(super().clean(value)))
        if not words:
            return None
        found = _known().get(words)
        if found is None:
            raise ValidationError(_("Choose a municipality of the list, with its region, or leave it empty."))
        return Division.objects.get(pk=found[0])

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Division):
            return next((whole for pk, whole in _known().values() if pk == value.pk), value.name)
        return value
