"""A place, as a form: its address in words, its municipality, and a pin that is only as exact as somebody set it."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.directory import desk
from baquiano.directory.hours import HoursNotUnderstood, understand
from baquiano.directory.models import Location, Organization, Reach
from baquiano.territory.models import Division
from baquiano.territory.zones import zone_of
from baquiano.workspace.directory import lines
from baquiano.workspace.directory.labels import FIELDS
from baquiano.workspace.directory.sheets import Sheet, codes, one_of, words
from baquiano.workspace.people.places import MunicipalityField

ZONES = ("America/Bogota", "America/Santiago", "America/Punta_Arenas", "America/Coyhaique", "Pacific/Easter")


class DegreesField(forms.FloatField):
    """A comma is a decimal point here, whatever the language of the screen says."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(str(value or "").strip().replace(",", "."))


def _degrees(name: str, most: int) -> forms.FloatField:
    """Typed, or set by the pin."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return DegreesField(label=FIELDS[name], required=False, min_value=-most, max_value=most, widget=widget)


class PlaceForm(Sheet):
    SECTIONS = (
        ("what", gettext_lazy("What it is"), ("name", "alternate_name", "organization", "kind", "description", "visibility", "is_active")),
        ("address", gettext_lazy("Where it is"), ("address_1", "address_2", "municipality", "city", "state_province", "postal_code", "transportation")),
        ("pin", gettext_lazy("On the map"), ("latitude", "longitude")),
        ("inside", gettext_lazy("Getting in"), ("step_free", "accessibility", "languages")),
        ("reach", gettext_lazy("How to reach it"), ("phones",)),
        ("hours", gettext_lazy("Hours"), ("hours", "hours_note", "holidays", "zone")),
    )  # fmt: skip
    name = words("name", length=200)
    alternate_name = words("alternate_name", length=200)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=FIELDS["organization"], required=False)
    kind = one_of("kind")
    description = words("description", 3)
    visibility = one_of(
        "visibility",
        help_text=gettext_lazy(
            "Confidential: from the moment it is saved only the protection role reads where it is, or that it is."
        ),
    )
    is_active = forms.BooleanField(label=FIELDS["is_active"], required=False)
    address_1 = words("address_1", length=300)
    address_2 = words("address_2", length=300)
    municipality = MunicipalityField(label=FIELDS["division"])
    city = words("city", length=120, help_text=gettext_lazy("Empty: as its municipality."))
    state_province = words("state_province", length=120, help_text=gettext_lazy("Empty: as its municipality."))
    postal_code = words("postal_code", length=20)
    transportation = words("transportation", 2)
    latitude = _degrees("latitude", 90)
    longitude = _degrees("longitude", 180)
    step_free = one_of("step_free")
    accessibility = codes("accessibility")
    languages = codes("languages")
    phones = words(
        "phones", 2, help_text=gettext_lazy("One a line: the number; what it is for. “+57 601 555 0101; citas”.")
    )
    hours = words(
        "hours",
        length=500,
        help_text=gettext_lazy(
            "As people say it: “lunes a viernes de 8 a 17, sábados 9 a 13”. Or as OpenStreetMap writes it."
        ),
    )
    hours_note = words("hours_note", 2)
    holidays = one_of("holidays")
    zone = forms.ChoiceField(
        label=FIELDS["zone"],
        required=False,
        choices=[("", gettext_lazy("That of its country")), *((zone, zone) for zone in ZONES)],
    )

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        """Its own organisation stays its own, also put aside."""
        super().__init__(*args, **kwargs)
        own: Organization | None = self.before.get("organization")
        field: Any = self.fields["organization"]
        choice = Q(is_active=True) | Q(pk=own.pk if own else None)
        field.queryset = desk.organizations(reach).filter(choice).order_by("name")
        field.label_from_instance = lambda organization: organization.name

    def as_shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """A point that nobody set is not offered as if somebody had."""
        shown = {
            **values,
            "municipality": values.get("division"),
            "phones": lines.from_phones(values.get("phones", ())),
        }
        if values.get("is_approximate"):
            shown["latitude"] = shown["longitude"] = None
        return shown

    def _field_of(self, name: str) -> str:
        return "municipality" if name == "division" else name

    def clean_phones(self) -> Any:
        return lines.to_phones(self.cleaned_data["phones"], self.before.get("phones", ()))

    def clean_hours(self) -> str:
        try:
            return understand(self.cleaned_data["hours"])
        except HoursNotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if (given.get("latitude") is None) != (given.get("longitude") is None):
            self.add_error("latitude", _("A point has two numbers. Write both, or none."))
        if not self.errors and not any(given.get(name) for name in ("name", "address_1", "municipality", "city")):
            self.add_error(
                "name", _("Nothing says which place this is: write its name, its address or its municipality.")
            )
        return given

    @property
    def values(self) -> dict[str, Any]:
        given = super().values
        division: Division | None = given.pop("municipality")
        return {**given, "division": division, **self._words_of(division, given), **self._point_of(division, given)}

    def _words_of(self, division: Division | None, given: dict[str, Any]) -> dict[str, Any]:
        """What the municipality says by itself."""
        if division is None:
            return {"country": self.before.get("country", "")}
        top = division
        while top.parent is not None:
            top = top.parent
        return {
            "country": division.country_id,
            "city": given["city"] or division.name,
            "state_province": given["state_province"] or top.name,
            "zone": given["zone"] or _own_zone(division),
        }

    def _point_of(self, division: Division | None, given: dict[str, Any]) -> dict[str, Any]:
        """The pin; without one the middle of the municipality, which says that it is no more than that."""
        if given["latitude"] is not None:
            return {"is_approximate": False}
        middle = (division.latitude, division.longitude) if division else (None, None)
        return {"latitude": middle[0], "longitude": middle[1], "is_approximate": middle[0] is not None}


def _own_zone(division: Division) -> str:
    """Of the corners of a country that keep another time; "" elsewhere: that of the country."""
    zone = zone_of(division.country_id, division.pcode)
    return "" if zone == zone_of(division.country_id) else zone


_NAMES = ["division" if name == "municipality" else name for name in PlaceForm.base_fields if name != "seen"]
BEGINNING = {name: Location._meta.get_field(name).get_default() for name in _NAMES}  # type: ignore[union-attr]
"""Of a place that nobody has written yet."""
COLUMNS = (*BEGINNING, "country", "is_approximate")
