"""What somebody looks for on the page of places: from a form or an address to a question to the directory. Nothing of it is kept.

What was typed and where somebody stands come by POST and go into no address, log or table; an address carries codes only.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.directory import words
from baquiano.directory.near import Point, Wanted, rounded
from baquiano.public.saying import Words
from baquiano.territory.codes import NEEDS
from baquiano.territory.models import Division

LONGEST_PLACE = 80
MOST = 500  # results deep that somebody may go
FILTERS: dict[str, Promise] = {
    "open": _("Open now"),
    "papers": _("Asks for no document"),
    "status": _("Does not ask about migratory status"),
    "free": _("Free of charge"),
    "women": _("For women"),
    "children": _("For children"),
    "steps": _("Without steps"),
}
"""What can be asked of a place with a yes, by the name it has in the form."""
A_PERSON_FIRST = frozenset({"violence", "trafficking", "child_protection"})
"""For these no list is shown: the numbers to call and a person, as on every other door. Whether there is a house to hide in is never said."""


class LookForm(forms.Form):
    """`where`: typed. `place`: the p-code of a municipality or department."""

    need = forms.ChoiceField(required=False, choices=[("", "")] + [(need, need) for need in NEEDS])
    where = Words(required=False)
    place = forms.RegexField(r"^[A-Z]{2}[0-9]{2,6}$", required=False)
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)
    tongue = forms.ChoiceField(required=False, choices=[(code, code) for code in words.LANGUAGES])
    first = forms.IntegerField(required=False, min_value=0, max_value=MOST)
    wider = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FILTERS:
            self.fields[name] = forms.BooleanField(required=False)

    def look(self) -> "Look":
        """Of what could be read; the rest says nothing."""
        self.is_valid()
        said = self.cleaned_data
        lat, lon = said.get("lat"), said.get("lon")
        look = Look(
            need=said.get("need", ""),
            place=said.get("place", ""),
            point=None if lat is None or lon is None else rounded(lat, lon),
            tongue=said.get("tongue", ""),
            filters=tuple(name for name in FILTERS if said.get(name)),
            first=said.get("first") or 0,
        )
        return look.wider if said.get("wider") else look

    @property
    def typed(self) -> str:
        """Its beginning: no municipality has a longer name, and what is no name is answered so."""
        return str(self.cleaned_data.get("where", ""))[:LONGEST_PLACE].strip()


@dataclass(frozen=True)
class Look:
    """What is looked for, in codes. `point`: where somebody said they are, rounded; it never goes into an address."""

    need: str = ""
    place: str = ""
    point: Point | None = None
    tongue: str = ""
    filters: tuple[str, ...] = ()
    first: int = 0

    @property
    def is_anything(self) -> bool:
        return bool(self.need or self.place or self.point or self.tongue or self.filters)

    @property
    def lat(self) -> str:
        """For the form, so that other filters ask about the same point."""
        return f"{self.point.lat:.2f}" if self.point else ""

    @property
    def lon(self) -> str:
        return f"{self.point.lon:.2f}" if self.point else ""

    @property
    def need_in_words(self) -> str:
        return words.label(words.NEEDS, self.need) if self.need else ""

    @property
    def wider(self) -> "Look":
        """The same without filters, when there were any; else the same place for any need."""
        if self.filters or self.tongue:
            return replace(self, filters=(), tongue="", first=0)
        return replace(self, need="", first=0)

    def query(self, **changes: Any) -> str:
        """As it stands in an address, with its question mark; empty when there is nothing to say."""
        look = replace(self, **changes)
        said = {"need": look.need, "place": look.place, "tongue": look.tongue}
        said |= dict.fromkeys(look.filters, "1")
        said["first"] = str(look.first) if look.first else ""
        query = urlencode({name: value for name, value in said.items() if value})
        return f"?{query}" if query else ""

    def wanted(self, division: Division | None, country: str, now: datetime) -> Wanted:
        """As the directory is asked."""
        return Wanted(
            need=self.need,
            point=self.point,
            division=division.pk if division and self.point is None else None,
            country=division.country_id if division else country,
            accepts=("none",) if "papers" in self.filters else (),
            status_not_asked="status" in self.filters,
            language=self.tongue,
            population=next((whom for whom in ("children", "women") if whom in self.filters), ""),
            sex="women" if "women" in self.filters else "",
            free="free" in self.filters,
            step_free="steps" in self.filters,
            open_at=now if "open" in self.filters else None,
        )
