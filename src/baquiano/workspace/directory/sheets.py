"""Long forms of the directory: fields in parts, lists of codes as check boxes, and what a colleague changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from baquiano.directory.models import Change
from baquiano.workspace.directory.labels import CHOICES, CODES, FIELDS, field_label


@dataclass(frozen=True)
class Shown:
    """`look`: "boxes" (several to tick, or one of a few), "tick" (yes or nothing) or "line"."""

    bound: BoundField
    look: str


@dataclass(frozen=True)
class Section:
    name: str
    title: Promise
    fields: tuple[Shown, ...]


def codes(name: str) -> forms.MultipleChoiceField:
    """Codes of `territory.codes` to tick."""
    return forms.MultipleChoiceField(
        label=FIELDS[name], choices=list(CODES[name].items()), required=False, widget=forms.CheckboxSelectMultiple
    )


def one_of(name: str, **more: Any) -> forms.ChoiceField:
    """One of a few, all in view."""
    required = "" not in CHOICES[name].values
    return forms.ChoiceField(
        label=FIELDS[name], choices=CHOICES[name].choices, required=required, widget=forms.RadioSelect, **more
    )


def words(name: str, rows: int = 0, *, length: int = 2000, required: bool = False, **more: Any) -> forms.CharField:
    """A line, or an area of so many."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=FIELDS[name], required=required, max_length=length, widget=widget, **more)


class Sheet(forms.Form):
    """`SECTIONS`: (name, title, names of fields). `before`: the values as they were when the page was made; {} for something new."""

    SECTIONS: Sequence[tuple[str, Promise, tuple[str, ...]]] = ()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, before: Mapping[str, Any], seen_at: datetime | None = None) -> None:
        self.before, self.seen_at = before, seen_at
        initial = {**before, "seen": seen_at.isoformat() if seen_at else ""}
        super().__init__(data, initial=self.as_shown(initial))
        for name in CODES.keys() & self.fields.keys():
            self._keep_foreign_codes(name, before.get(name, ()))

    def as_shown(self, values: dict[str, Any]) -> dict[str, Any]:
        """What the boxes hold, for the values of the columns."""
        return values

    def _keep_foreign_codes(self, name: str, given: Sequence[str]) -> None:
        """A code that came from another directory can be taken away here, and is not lost by saving."""
        field: Any = self.fields[name]
        field.choices = [*field.choices, *((code, code) for code in given if code not in CODES[name])]

    @property
    def sections(self) -> list[Section]:
        return [
            Section(name, title, tuple(_shown(self[field]) for field in fields if field in self.fields))
            for name, title, fields in self.SECTIONS
        ]

    @property
    def values(self) -> dict[str, Any]:
        """By the names of the columns; lists of codes keep their order where nothing but the order would change."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        for name in CODES.keys() & given.keys():
            before = tuple(self.before.get(name, ()))
            given[name] = before if set(before) == set(given[name]) else tuple(given[name])
        return given

    def refuse_if_changed(self, row: Any) -> bool:
        """True, and says so, if somebody changed the row after this page was made. Saving again, having read that, is theirs to decide."""
        seen = parse_datetime(str(self.data.get("seen", "")).replace(" ", "+"))
        if seen is None or row.modified_at <= seen:
            return False
        changes = Change.objects.filter(row=row.pk, made_at__gte=seen).values_list("field", flat=True)
        what = ", ".join(sorted({field_label(field) for field in changes}))
        self.add_error(
            None,
            _("A colleague changed this while you wrote: %(what)s. Your words are still here: look, and save again.")
            % {"what": what},
        )
        sent: Any = self.data.copy()  # type: ignore[attr-defined]
        sent["seen"] = row.modified_at.isoformat()
        self.data = sent
        return True


def _shown(bound: BoundField) -> Shown:
    if isinstance(bound.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return Shown(bound, "boxes")
    return Shown(bound, "tick" if isinstance(bound.field, forms.BooleanField) else "line")
