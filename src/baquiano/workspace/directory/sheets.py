"""Long forms of the directory: fields in parts, lists of codes as check boxes, and what a colleague changed meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from baquiano.directory.editing import plain
from baquiano.directory.models import Change
from baquiano.workspace.directory.labels import CHOICES, CODES, FIELDS, field_label, in_words


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


def moment(text: str) -> datetime | None:
    """When a page was made, as its hidden field says; None for anything else, which only a forged page carries."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


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
        """True, and says so, if somebody changed the row after this page was made. Saving again, having read that, is theirs to decide.

        What was not touched here follows the colleague, so that saving again takes nothing of theirs back unseen.
        """
        seen = moment(str(self.data.get("seen", "")))
        if seen is None or row.modified_at <= seen:
            return False
        changes = Change.objects.filter(row=row.pk, made_at__gte=seen).order_by("-made_at", "-pk")
        began = {change.field: change.values[0] for change in changes}  # of several, what this page began with
        what = ", ".join(sorted({field_label(field) for field in began}))
        self.add_error(
            None,
            _("A colleague changed this while you wrote: %(what)s. Your words are still here: look, and save again.")
            % {"what": what},
        )
        sent: Any = self.data.copy()  # type: ignore[attr-defined]
        sent["seen"] = row.modified_at.isoformat()
        self._reconcile(sent, began)
        self.data = sent
        return True

    def _reconcile(self, sent: QueryDict, began: Mapping[str, Any]) -> None:
        """`began`: by column, what this page was made with, of what a colleague changed. `self.before` is how it stands now."""
        given = {name: plain(value) for name, value in self.values.items()}
        for name in sorted(began.keys() & given.keys() & self.before.keys()):
            if self._field_of(name) not in self.fields:
                continue
            if _is_same(name, given[name], began[name]):
                self._follow(sent, name)
            elif not _is_same(name, given[name], plain(self.before[name])):
                self._say_theirs(name)

    def _follow(self, sent: QueryDict, name: str) -> None:
        field = self._field_of(name)
        value = self[field].field.prepare_value(self.initial.get(field))
        if isinstance(value, list | tuple):
            sent.setlist(field, [str(one) for one in value])
        elif value is False:
            sent.pop(field, None)
        else:
            sent[field] = "" if value is None else "on" if value is True else str(value)

    def _say_theirs(self, name: str) -> None:
        theirs = in_words(name, self.before[name])
        self.add_error(
            self._field_of(name),
            _("A colleague wrote here meanwhile: “%(theirs)s”. If you save again, yours stays.") % {"theirs": theirs},
        )

    def _field_of(self, name: str) -> str:
        """Of the form, for a column."""
        return name


def _is_same(name: str, one: Any, other: Any) -> bool:
    """Codes in another order are the same codes."""
    if name in CODES:
        return set(one or ()) == set(other or ())
    return bool(one == other)


def _shown(bound: BoundField) -> Shown:
    if isinstance(bound.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        return Shown(bound, "boxes")
    return Shown(bound, "tick" if isinstance(bound.field, forms.BooleanField) else "line")
