"""The hours of a week as a grid: seven days with up to three shifts, public holidays, and days with a date of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.directory.hours import HoursNotUnderstood, Shift, Special, Week, shift, understand, week, write
from baquiano.directory.models import Holidays

SHIFTS = 3
SPECIAL_SHIFTS = 2
BLANK_SPECIALS = 2
MOST_SPECIALS = 40
DAY = 24 * 60
OWN = "own"


@dataclass(frozen=True)
class Pair:
    opens: BoundField
    closes: BoundField


@dataclass(frozen=True)
class Line:
    """One day of the week, the public holidays, or some days with a date (`first`, `last`)."""

    title: str
    pairs: tuple[Pair, ...]
    comment: BoundField | None = None
    first: BoundField | None = None
    last: BoundField | None = None

    @property
    def errors(self) -> list[str]:
        fields = [
            self.comment,
            self.first,
            self.last,
            *(one for pair in self.pairs for one in (pair.opens, pair.closes)),
        ]
        return list(dict.fromkeys(str(error) for field in fields if field is not None for error in field.errors))


class WordsForm(forms.Form):
    """The same hours in one line, as people say them or as OpenStreetMap writes them."""

    text = forms.CharField(
        label=gettext_lazy("Hours in words"),
        required=False,
        max_length=500,
        help_text=gettext_lazy(
            "“lunes a viernes de 8 a 17, sábados 9 a 13”, “24 horas”, or as OpenStreetMap writes it: Mo-Fr 08:00-17:00. Empty: not known."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_text(self) -> str:
        try:
            return understand(self.cleaned_data["text"])
        except HoursNotUnderstood as problem:
            raise forms.ValidationError(str(problem)) from None

    @property
    def hours(self) -> str:
        return str(self.cleaned_data["text"])


class WeekForm(forms.Form):
    """`fits` of the hours it is given; otherwise they are only written in words."""

    def __init__(self, data: Any = None, *, hours: str, holidays: str) -> None:
        found = week(hours) or Week()
        super().__init__(data, prefix="week", initial=_initial(found, holidays))
        self._specials = _how_many(data, len(found.specials))
        for name in (*map(str, range(7)), "ph"):
            self._add_shifts(name, SHIFTS)
        for number in range(self._specials):
            self._add_special(number)
        self.fields["holidays"] = forms.ChoiceField(
            label=_("On public holidays"),
            choices=[*Holidays.choices, (OWN, _("other hours, these:"))],
            widget=forms.RadioSelect,
        )
        self.fields["specials"] = forms.IntegerField(
            min_value=0, max_value=MOST_SPECIALS, required=False, widget=forms.HiddenInput, initial=self._specials
        )

    def _add_shifts(self, name: str, count: int) -> None:
        title = _title(name)
        for number in range(count):
            self.fields[f"{name}_{number}_opens"] = _clock(_("%(day)s: opens") % {"day": title}, number)
            self.fields[f"{name}_{number}_closes"] = _clock(_("%(day)s: closes") % {"day": title}, number)
        self.fields[f"{name}_comment"] = forms.CharField(
            label=_("%(day)s: on which terms") % {"day": title},
            required=False,
            max_length=80,
            widget=forms.TextInput(
                attrs={
                    "placeholder": _("with an appointment"),
                    "aria-label": _("%(day)s: on which terms") % {"day": title},
                }
            ),
        )

    def _add_special(self, number: int) -> None:
        self._add_shifts(f"s{number}", SPECIAL_SHIFTS)
        for name, label in (("first", _("First day")), ("last", _("Last day"))):
            self.fields[f"s{number}_{name}"] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            )

    # -- what the page shows

    @property
    def days(self) -> list[Line]:
        return [self._line(str(day), str(WEEKDAYS[day]).capitalize(), SHIFTS) for day in range(7)]

    @property
    def on_holidays(self) -> Line:
        return self._line("ph", str(_("On public holidays")), SHIFTS)

    @property
    def special_lines(self) -> list[Line]:
        return [
            self._line(f"s{number}", _("Dates %(number)s") % {"number": number + 1}, SPECIAL_SHIFTS, is_dated=True)
            for number in range(self._specials)
        ]

    def _line(self, name: str, title: str, count: int, *, is_dated: bool = False) -> Line:
        pairs = tuple(Pair(self[f"{name}_{number}_opens"], self[f"{name}_{number}_closes"]) for number in range(count))
        dates = (self[f"{name}_first"], self[f"{name}_last"]) if is_dated else (None, None)
        return Line(title, pairs, self[f"{name}_comment"], *dates)

    # -- what was filled in

    def clean(self) -> dict[str, Any]:
        days = tuple(self._shifts(str(day), SHIFTS) for day in range(7))
        own = self._shifts("ph", SHIFTS)
        chosen = str(self.cleaned_data.get("holidays", ""))
        is_known = any(days)
        on_holidays = {str(Holidays.CLOSED): (), OWN: own}.get(chosen) if is_known else None
        if chosen == OWN and not own and not self.errors:
            self.add_error("holidays", _("Write the hours of the public holidays."))
        specials = tuple(self._special(number) for number in range(self._specials))
        if self.errors:
            return self.cleaned_data
        filled = Week(days, on_holidays, tuple(one for one in specials if one is not None))
        try:
            self.cleaned_data["hours"] = write(filled)
        except HoursNotUnderstood as problem:
            self.add_error(None, str(problem))
        return self.cleaned_data

    @property
    def hours(self) -> str:
        return str(self.cleaned_data["hours"])

    @property
    def holidays(self) -> str:
        """The column; of other hours the hours themselves tell."""
        chosen = str(self.cleaned_data["holidays"])
        return str(Holidays.UNKNOWN) if chosen == OWN else chosen

    def _shifts(self, name: str, count: int) -> tuple[Shift, ...]:
        given = self.cleaned_data
        found = []
        for number in range(count):
            opens, closes = given.get(f"{name}_{number}_opens", ""), given.get(f"{name}_{number}_closes", "")
            if not opens and not closes:
                continue
            if not opens or not closes:
                self.add_error(
                    f"{name}_{number}_{'closes' if opens else 'opens'}", _("Write both hours: from and until.")
                )
                continue
            try:
                found.append(shift(opens[:5], closes[:5], _terms(given, name)))
            except HoursNotUnderstood as problem:
                self.add_error(f"{name}_{number}_opens", str(problem))
        return tuple(sorted(found))

    def _special(self, number: int) -> Special | None:
        given, name = self.cleaned_data, f"s{number}"
        shifts = self._shifts(name, SPECIAL_SHIFTS)
        first: date | None = given.get(f"{name}_first")
        last: date | None = given.get(f"{name}_last") or first
        comment = _terms(given, name)
        if first is None:
            if shifts or comment or last:
                self.add_error(f"{name}_first", _("Write the first day."))
            return None
        return Special(first, last or first, shifts, "" if shifts else comment)


def _terms(given: Mapping[str, Any], name: str) -> str:
    """On which terms, as OpenStreetMap can quote it: a quotation mark of their own would end it there."""
    return str(given.get(f"{name}_comment", "")).replace('"', "'")


def fits(hours: str) -> bool:
    """Whether the grid holds all that these hours say."""
    found = week(hours)
    if found is None or len(found.specials) > MOST_SPECIALS:
        return False
    lines = [(shifts, SHIFTS) for shifts in (*found.days, found.holidays or ())]
    lines += [(special.shifts, SPECIAL_SHIFTS) for special in found.specials]
    return all(len(shifts) <= most and len({shift.comment for shift in shifts}) <= 1 for shifts, most in lines)


def _initial(found: Week, holidays: str) -> dict[str, Any]:
    values: dict[str, Any] = {"holidays": holidays}
    if found.holidays is not None:
        values["holidays"] = OWN if found.holidays else Holidays.CLOSED
    for day, shifts in enumerate(found.days):
        values.update(_filled(str(day), shifts))
    values.update(_filled("ph", found.holidays or ()))
    for number, special in enumerate(found.specials):
        values.update(_filled(f"s{number}", special.shifts))
        values[f"s{number}_first"], values[f"s{number}_last"] = special.first, special.last
        values[f"s{number}_comment"] = special.comment or _comment(special.shifts)
    return values


def _filled(name: str, shifts: Sequence[Shift]) -> Iterator[tuple[str, str]]:
    for number, one in enumerate(shifts):
        yield f"{name}_{number}_opens", _as_clock(one.opens)
        yield f"{name}_{number}_closes", _as_clock(one.closes % DAY)
    yield f"{name}_comment", _comment(shifts)


def _comment(shifts: Sequence[Shift]) -> str:
    return next((one.comment for one in shifts if one.comment), "")


def _as_clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _how_many(data: Any, held: int) -> int:
    """As many lines with dates as the page had, or those there are and a few empty ones."""
    try:
        return min(MOST_SPECIALS, max(0, int(data["week-specials"])))
    except (TypeError, KeyError, ValueError):
        return min(MOST_SPECIALS, held + BLANK_SPECIALS)


def _title(name: str) -> str:
    if name.isdigit():
        return str(WEEKDAYS[int(name)])
    return _("public holidays") if name == "ph" else _("dates %(number)s") % {"number": int(name[1:]) + 1}


def _clock(label: str, number: int) -> forms.CharField:
    name = label if not number else f"{label} ({number + 1})"
    return forms.CharField(
        label=name, required=False, max_length=8, widget=forms.TextInput(attrs={"type": "time", "aria-label": name})
    )
