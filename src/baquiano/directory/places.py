"""Where an imported place is: its address, its division, its point. A point that cannot be right is left out and told, never put right by us."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from baquiano.directory import values
from baquiano.directory.documents import Json
from baquiano.directory.parts import Notes
from baquiano.lib.text import clip, fold
from baquiano.territory.countries import NAMES
from baquiano.territory.models import Country, Division
from baquiano.territory.zones import zone_of

_BOXES = {"CL": ((-57.0, -17.0), (-110.0, -66.0)), "CO": ((-5.0, 14.0), (-82.0, -66.0))}
"""Latitudes and longitudes between which a country lies, its islands too."""
_COUNTRIES = {fold(str(name)): code for code, name in NAMES.items()} | {
    fold(name): code
    for code, names in {
        "US": "united states,united states of america,usa,ee uu,estados unidos",
        "GB": "united kingdom,uk,great britain,england,scotland,wales",
        "CL": "chile,chl",
        "CO": "colombia,col",
        "VE": "venezuela,ven",
        "PE": "peru,per",
        "EC": "ecuador,ecu",
        "BO": "bolivia,bol",
        "BR": "brasil,brazil,bra",
        "AR": "argentina,arg",
        "MX": "mexico,mex",
        "HT": "haiti,hti",
    }.items()
    for name in names.split(",")
}


class Places:
    """Knows the divisions that are loaded; one query, for a whole file."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._by_pcode: dict[str, tuple[int, str]] = {}
        self._pcodes: dict[int, str] = {}
        self._by_name: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        rows = Division.objects.select_related("parent__parent").filter(level__gt=0)
        parents = {row.parent_id for row in rows}
        for row in rows:
            self._by_pcode[row.pcode] = (row.pk, row.country_id)
            self._pcodes[row.pk] = row.pcode
            if row.pk not in parents and row.parent:
                top = row.parent.parent or row.parent
                self._by_name[row.country_id, row.name_folded].append((row.pk, top.name_folded))
        self._countries = set(Country.objects.values_list("code", flat=True))

    def is_area(self, code: str) -> bool:
        return code in self._by_pcode or code in self._countries

    def address(self, rows: list[Json], more: Json, where: str) -> dict[str, Any]:
        """The first address where it is, as columns; the others, and letter boxes, wait in `more`."""
        own = next((row for row in rows if row.get("address_type") != "postal"), rows[0] if rows else {})
        others = [row for row in rows if row is not own]
        if others:
            more["addresses"] = others
        for name, key in (("id", "address_id"), ("region", "region"), ("address_type", "address_type")):
            if own.get(name):
                more[key] = own[name]
        return {
            "address_1": self._cut(own, "address_1", 300, where),
            "address_2": self._cut(own, "address_2", 300, where),
            "city": self._cut(own, "city", 120, where),
            "state_province": self._cut(own, "state_province", 120, where),
            "postal_code": self._cut(own, "postal_code", 20, where),
            "country": self._country(own.get("country", ""), more, where),
        }

    def division(self, said: Json, more: Json) -> dict[str, Any]:
        """By its p-code, or by the exact name of a municipality, in its region where several are called so."""
        if more.get("external_identifier_type") == "pcode":
            found = self._by_pcode.get(more["external_identifier"])
            if found:
                del more["external_identifier"], more["external_identifier_type"]
                return {"division_id": found[0], "country": said["country"] or found[1]}
            return {"division_id": None}
        named = self._by_name.get((said["country"], fold(said["city"])), [])
        region = fold(said["state_province"])
        if len(named) > 1:
            named = [(pk, top) for pk, top in named if region and (region in top or top in region)]
        return {"division_id": named[0][0] if len(named) == 1 else None}

    def point(self, data: Json, said: Json, where: str) -> dict[str, Any]:
        nowhere = {"latitude": None, "longitude": None}
        given = [data.get("latitude"), data.get("longitude")]
        if all(value in (None, "") for value in given):
            return nowhere
        lat, lon = (values.number(value) for value in given)
        if lat is None or lon is None:
            self._notes.small(where, "latitude" if lat is None else "longitude", _("is not a number of degrees"))
            return nowhere
        if any(map(values.has_comma, given)):
            self._notes.remark(
                where,
                "latitude, longitude",
                _("written with a comma: read as %(lat)s, %(lon)s") % {"lat": lat, "lon": lon},
            )
        fault = _fault_of(lat, lon, said["country"])
        if fault:
            self._notes.remark(where, "latitude, longitude", fault)
            return nowhere
        return {"latitude": lat, "longitude": lon}

    def zone(self, said: Json) -> str:
        return zone_of(said["country"], self._pcodes.get(said["division_id"] or 0, ""))

    def _cut(self, row: Json, name: str, longest: int, where: str) -> str:
        text = str(row.get(name, ""))
        if len(text) > longest:
            self._notes.remark(where, name, _("longer than %(longest)s characters: cut") % {"longest": longest})
            return clip(text, longest - 1)
        return text

    def _country(self, text: str, more: Json, where: str) -> str:
        said = text.strip()
        if len(said) == 2 and said.isalpha() and said.upper() != "UK":
            return said.upper()
        code = _COUNTRIES.get(fold(said), "")
        if said and not code:
            more["country"] = said
            self._notes.remark(
                where, "country", _("“%(value)s”: we do not know its code of two letters") % {"value": clip(said, 40)}
            )
        return code


def _fault_of(lat: float, lon: float, country: str) -> str:
    """Why this cannot be the place, or ""."""
    point = {"lat": lat, "lon": lon}
    if lat == 0 and lon == 0:
        return _("0, 0 is in the sea off Africa: left out")
    box = _BOXES.get(country)
    if box and not _is_inside(box, lat, lon) and _is_inside(box, lon, lat):
        return _("%(lat)s, %(lon)s: latitude and longitude seem to be swapped; left out") % point
    if not -90 <= lat <= 90 and -90 <= lon <= 90 and -180 <= lat <= 180:
        return _("%(lat)s, %(lon)s: latitude and longitude seem to be swapped; left out") % point
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return _("%(lat)s, %(lon)s is not on the globe: left out") % point
    if box and not _is_inside(box, lat, lon):
        return _("%(lat)s, %(lon)s is not in %(country)s: left out") % {**point, "country": country}
    return ""


def _is_inside(box: tuple[tuple[float, float], tuple[float, float]], lat: float, lon: float) -> bool:
    (south, north), (west, east) = box
    return south <= lat <= north and west <= lon <= east
