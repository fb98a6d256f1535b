"""What a service says of itself at one of its places only."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from baquiano.workspace.directory import lines
from baquiano.workspace.directory.sheets import Sheet, words


class OfferForm(Sheet):
    """Its hours there have a page of their own."""

    SECTIONS = (("here", _("At this place only"), ("description", "phones", "hours_note")),)
    description = words(
        "description", 3, help_text=_("Floor, door, whom to ask for: what is not so at its other places.")
    )
    phones = words("phones", 2, help_text=_("One a line: the number; what it is for. “+57 601 555 0101; citas”."))
    hours_note = words("hours_note", 2)

    def as_shown(self, values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "phones": lines.from_phones(values.get("phones", ()))}

    def clean_phones(self) -> Any:
        return lines.to_phones(self.cleaned_data["phones"], self.before.get("phones", ()))


COLUMNS = ("description", "phones", "hours_note")
