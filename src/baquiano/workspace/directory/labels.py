"""What the fields of the directory are called on its screens: in forms, in the history, in what is missing."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.directory.models import Answer, Holidays, Location, Service, Visibility
from baquiano.directory.words import ACCESSIBILITY, FAMILIES, LANGUAGES, NEEDS, PAPERS, POPULATIONS, Labels, labels

FIELDS: dict[str, Any] = {
    "organization": gettext_lazy("Organisation"),
    "name": gettext_lazy("Name"),
    "alternate_name": gettext_lazy("Other name"),
    "description": gettext_lazy("What it offers"),
    "needs": gettext_lazy("What it helps with"),
    "status": gettext_lazy("State"),
    "visibility": gettext_lazy("Who may know of it"),
    "is_emergency": gettext_lazy("It serves emergencies: past its date it stays, with a mark"),
    "populations": gettext_lazy("Whom it is for"),
    "sex": gettext_lazy("Women or men"),
    "minimum_age": gettext_lazy("Lowest age, in years"),
    "maximum_age": gettext_lazy("Highest age, in years"),
    "family": gettext_lazy("With whom people may come"),
    "eligibility_text": gettext_lazy("Whom it is for, in words"),
    "asks_documents": gettext_lazy("Does it ask for a document?"),
    "accepts": gettext_lazy("Documents it accepts"),
    "asks_status": gettext_lazy("Does it ask about the migratory situation?"),
    "required_documents": gettext_lazy("What to bring"),
    "cost": gettext_lazy("Cost"),
    "cost_text": gettext_lazy("Cost, in words"),
    "cost_options": gettext_lazy("Prices"),
    "phone": gettext_lazy("Telephone"),
    "phones": gettext_lazy("Telephones"),
    "email": gettext_lazy("E-mail of the service"),
    "url": gettext_lazy("Its page"),
    "website": gettext_lazy("Its page"),
    "languages": gettext_lazy("Languages in which it attends"),
    "interpretation": gettext_lazy("Interpreters"),
    "appointment": gettext_lazy("Is an appointment needed?"),
    "how_to_ask": gettext_lazy("How to ask for it"),
    "hours": gettext_lazy("Hours"),
    "hours_note": gettext_lazy("About the hours, in words"),
    "holidays": gettext_lazy("On public holidays"),
    "areas": gettext_lazy("Parts of the country it serves"),
    "alert": gettext_lazy("To know before going"),
    "caution": gettext_lazy("Caution"),
    "source": gettext_lazy("Where we have it from"),
    "source_on": gettext_lazy("Date of the source"),
    "is_withheld": gettext_lazy("Not to be published"),
    "withheld_because": gettext_lazy("Why it is not to be published"),
    "unverifiable_since": gettext_lazy("Could not be verified since"),
    "is_active": gettext_lazy("In use"),
    "kind": gettext_lazy("Kind of place"),
    "transportation": gettext_lazy("How to get there"),
    "address_1": gettext_lazy("Street and number"),
    "address_2": gettext_lazy("Floor, office, quarter"),
    "city": gettext_lazy("City"),
    "state_province": gettext_lazy("Region or department"),
    "postal_code": gettext_lazy("Postal code"),
    "country": gettext_lazy("Country"),
    "division": gettext_lazy("Municipality"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "is_approximate": gettext_lazy("The point is approximate"),
    "zone": gettext_lazy("Time zone"),
    "accessibility": gettext_lazy("What there is"),
    "step_free": gettext_lazy("Can one get in without steps?"),
    "service": gettext_lazy("Service"),
    "location": gettext_lazy("Place"),
    "more": gettext_lazy("Other data"),
}
CODES: dict[str, Labels] = {
    "needs": NEEDS,
    "populations": POPULATIONS,
    "accepts": PAPERS,
    "family": FAMILIES,
    "accessibility": ACCESSIBILITY,
    "languages": LANGUAGES,
}
CHOICES: dict[str, Any] = {
    "status": Service.Status,
    "sex": Service.Sex,
    "cost": Service.Cost,
    "visibility": Visibility,
    "asks_documents": Answer,
    "asks_status": Answer,
    "appointment": Answer,
    "step_free": Answer,
    "holidays": Holidays,
    "kind": Location.Type,
}
NOTHING = "–"


def field_label(name: str) -> str:
    return str(FIELDS.get(name, name))


def in_words(field: str, value: Any) -> str:
    """One value of one field, for somebody to read."""
    if value in (None, "", [], {}, ()):
        return NOTHING if field != "sex" else str(Service.Sex.ANY.label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field in CODES:
        return ", ".join(labels(CODES[field], value))
    if field in CHOICES:
        return str(dict(CHOICES[field].choices).get(value, value))
    if isinstance(value, list | tuple):
        return ", ".join(_item(one) for one in value)
    return str(value)


def _item(one: Any) -> str:
    """A telephone, a paper to bring, a price, as HSDS writes them; or a code."""
    if not isinstance(one, dict):
        return str(one)
    parts = [one.get(name) for name in ("number", "document", "option", "amount", "currency", "description")]
    return " ".join(str(part) for part in parts if part not in (None, ""))
