"""How much is left, and for how many hours that is worth saying."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from baquiano.directory.models import ServiceAtLocation
from baquiano.directory.offering import Left

HOURS = (
    (2, _("2 hours")),
    (6, _("6 hours")),
    (12, _("12 hours")),
    (24, _("1 day")),
    (72, _("3 days")),
    (168, _("7 days")),
)
MOST = 99_999  # of anything that somebody counts by hand


class CapacityForm(forms.Form):
    """`places`: those of the service that may be named here."""

    unit = forms.CharField(label=_("Of what"), max_length=60, help_text=_("Beds, places, appointments."))
    available = forms.FloatField(label=_("How many are left"), min_value=0, max_value=MOST)
    maximum = forms.FloatField(label=_("Out of how many"), min_value=0, max_value=MOST, required=False)
    description = forms.CharField(label=_("In words"), required=False, max_length=200)
    good_for = forms.TypedChoiceField(label=_("Worth saying for"), choices=HOURS, coerce=int, initial=12)
    place = forms.ChoiceField(label=_("At which place"), required=False)

    def __init__(self, data: Any = None, *, places: Sequence[ServiceAtLocation]) -> None:
        super().__init__(data, prefix="capacity")
        self.places = {str(at.pk): at for at in places}
        named = [(pk, at.location.name or at.location.address_1 or pk) for pk, at in self.places.items()]
        self.fields["place"].choices = [("", _("all of them")), *named]  # type: ignore[attr-defined]

    @property
    def left(self) -> Left:
        given = self.cleaned_data
        return Left(
            unit=given["unit"],
            available=given["available"],
            maximum=given["maximum"],
            description=given["description"],
            good_for=timedelta(hours=given["good_for"]),
        )

    @property
    def at(self) -> ServiceAtLocation | None:
        return self.places.get(self.cleaned_data["place"])
