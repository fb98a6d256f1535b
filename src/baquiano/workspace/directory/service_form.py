"""Everything that is known of a service, as a form."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.directory import desk
from baquiano.directory.models import Organization, Reach, Service
from baquiano.workspace.directory import lines
from baquiano.workspace.directory.labels import FIELDS
from baquiano.workspace.directory.sheets import Sheet, codes, one_of, words

OLDEST = 120
ONE_A_LINE = _("One a line.")


def _age(name: str) -> forms.IntegerField:
    return forms.IntegerField(label=FIELDS[name], required=False, min_value=0, max_value=OLDEST)


class ServiceForm(Sheet):
    SECTIONS: Sequence[tuple[str, Promise, tuple[str, ...]]] = (
        ("what", _("What it is"), ("name", "alternate_name", "description", "needs", "status", "is_emergency")),
        ("whom", _("For whom"), ("populations", "sex", "minimum_age", "maximum_age", "family", "eligibility_text")),
        ("papers", _("Documents"), ("asks_documents", "accepts", "asks_status", "required_documents")),
        ("cost", _("Cost"), ("cost", "cost_text", "cost_options")),
        ("reach", _("How to reach it"), ("phones", "email", "url", "appointment", "how_to_ask")),
        ("languages", _("Languages"), ("languages", "interpretation")),
        ("where", _("Where and when"), ("areas", "hours_note", "holidays")),
        ("trust", _("What to know of it"), ("alert", "caution", "source", "source_on", "visibility")),
    )
    name = words("name", length=200, required=True)
    alternate_name = words("alternate_name", length=200)
    description = words("description", 4, help_text=_("In two sentences, in plain words, in Spanish."))
    needs = codes("needs")
    status = one_of("status")
    is_emergency = forms.BooleanField(label=FIELDS["is_emergency"], required=False)
    populations = codes("populations")
    sex = one_of("sex")
    minimum_age = _age("minimum_age")
    maximum_age = _age("maximum_age")
    family = codes("family")
    eligibility_text = words("eligibility_text", 3)
    asks_documents = one_of("asks_documents")
    accepts = codes("accepts")
    asks_status = one_of("asks_status")
    required_documents = words("required_documents", 3, help_text=ONE_A_LINE)
    cost = one_of("cost")
    cost_text = words("cost_text", 2)
    cost_options = words("cost_options", 2, help_text=_("One a line: what; how much; currency. “Copia; 5000; COP”."))
    phones = words("phones", 3, help_text=_("One a line: the number; what it is for. “+57 601 555 0101; citas”."))
    email = forms.EmailField(
        label=FIELDS["email"], required=False, help_text=_("Not that of somebody who works there.")
    )
    url = forms.URLField(label=FIELDS["url"], required=False, max_length=300, assume_scheme="https")
    appointment = one_of("appointment")
    how_to_ask = words("how_to_ask", 3)
    languages = codes("languages")
    interpretation = words("interpretation", 2)
    areas = words(
        "areas",
        3,
        help_text=_(
            "One a line: countries, regions, municipalities. Only if it has no place, or reaches farther than its places."
        ),
    )
    hours_note = words("hours_note", 2)
    holidays = one_of("holidays")
    alert = words("alert", 2)
    caution = words("caution", 2)
    source = words("source", length=300)
    source_on = forms.DateField(
        label=FIELDS["source_on"], required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    visibility = one_of("visibility")

    def as_shown(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            **values,
            "phones": lines.from_phones(values.get("phones", ())),
            "required_documents": lines.from_documents(values.get("required_documents", ())),
            "cost_options": lines.from_costs(values.get("cost_options", ())),
            "areas": lines.from_areas(values.get("areas", ())),
        }

    def clean_phones(self) -> Any:
        return lines.to_phones(self.cleaned_data["phones"], self.before.get("phones", ()))

    def clean_required_documents(self) -> Any:
        return lines.to_documents(self.cleaned_data["required_documents"], self.before.get("required_documents", ()))

    def clean_cost_options(self) -> Any:
        return lines.to_costs(self.cleaned_data["cost_options"], self.before.get("cost_options", ()))

    def clean_areas(self) -> Any:
        return lines.to_areas(self.cleaned_data["areas"])


class NewServiceForm(ServiceForm):
    """Whose it is, is said once: it does not change hands."""

    SECTIONS = (("whose", FIELDS["organization"], ("organization",)), *ServiceForm.SECTIONS)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=FIELDS["organization"])

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        field.queryset = desk.organizations(reach).filter(is_active=True).order_by("name")
        field.label_from_instance = lambda organization: organization.name


_NAMES = [name for name in ServiceForm.base_fields if name != "seen"]
BEGINNING = {name: Service._meta.get_field(name).get_default() for name in _NAMES}  # type: ignore[union-attr]
"""Of a service that nobody has written yet: nothing is known of it."""
