"""Emergency numbers, one by one: how long ago somebody here called each, how, and what they found. Calling again adds to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.safety import book
from baquiano.safety.models import EmergencyNumber, NumberVerification
from baquiano.safety.numbers import LANGUAGES, CannotVerify, Found, age, verify
from baquiano.safety.said import Age
from baquiano.territory.models import Division
from baquiano.workspace.codes import LANGUAGES as LANGUAGE_WORDS

TRIED = (("", gettext_lazy("I did not try")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))
YES_NO = {"yes": True, "no": False}


def _tried(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=TRIED, required=False, widget=forms.RadioSelect)


class CalledForm(forms.Form):
    how = forms.CharField(
        label=gettext_lazy("How you called"),
        help_text=gettext_lazy("From which telephone, at what time, who answered. No names."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    from_prepaid = _tried(gettext_lazy("A prepaid mobile reaches it"))  # type: ignore[arg-type]
    without_credit = _tried(gettext_lazy("Also with no credit left"))  # type: ignore[arg-type]
    is_free = _tried(gettext_lazy("The call costs nothing"))  # type: ignore[arg-type]
    hours = forms.CharField(
        label=gettext_lazy("When it answers"),
        help_text=gettext_lazy("For example: at all hours; Monday to Friday from 8 to 17."),
        max_length=160,
        required=False,
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("They answer in"),
        choices=[(code, LANGUAGE_WORDS[code]) for code in LANGUAGES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    whose = forms.CharField(
        label=gettext_lazy("Who answered"),
        help_text=gettext_lazy("Whose line it is: an ambulance service, the police, a ministry."),
        max_length=160,
        required=False,
    )

    def found(self) -> Found:
        told = self.cleaned_data
        return Found(
            from_prepaid=YES_NO.get(told["from_prepaid"]),
            without_credit=YES_NO.get(told["without_credit"]),
            is_free=YES_NO.get(told["is_free"]),
            hours=told["hours"],
            languages=tuple(told["languages"]),
            whose=told["whose"],
        )


@dataclass(frozen=True)
class Fact:
    """One thing that whoever calls may find. `value` empty: not known yet."""

    name: str
    value: str


@dataclass(frozen=True)
class Row:
    """`state`: "never", "fresh", "dated" or "old". `is_said`: a danger text gives it. `last` None: nobody here has called it."""

    number: EmergencyNumber
    last: NumberVerification | None
    days: int
    state: str
    is_said: bool
    place: str
    facts: tuple[Fact, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(fact.name for fact in self.facts if not fact.value)


@dataclass(frozen=True)
class Country:
    code: str
    said: tuple[Row, ...]
    others: tuple[Row, ...]


@require_safe
def numbers(request: StaffRequest) -> HttpResponse:
    served = organisation().countries
    rows = _rows(EmergencyNumber.objects.filter(country__in=served).order_by("id"))
    countries = [_country(code, [row for row in rows if row.number.country == code]) for code in served]
    waiting = sum(row.is_said and row.state != "fresh" for row in rows)
    return render(request, "workspace/setup/numbers.html", {"countries": countries, "waiting": waiting})


def _country(code: str, rows: list[Row]) -> Country:
    """The oldest first: those are called first."""
    rows.sort(key=lambda row: (-row.days if row.last else -(10**6), row.number.pk))
    return Country(code, tuple(row for row in rows if row.is_said), tuple(row for row in rows if not row.is_said))


def number(request: StaffRequest, number_id: str) -> HttpResponse:
    """One of them with everybody who called it; posted: somebody called it today."""
    row = get_object_or_404(EmergencyNumber, pk=number_id, country__in=organisation().countries)
    form = CalledForm(request.POST or None)
    if form.is_valid():
        try:
            verify(row, by=request.user, how=form.cleaned_data["how"], found=form.found())
        except CannotVerify as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down. It is given from now on, without a date for thirty days."))
            return redirect("workspace:numbers")
    shown = _rows([row])[0]
    earlier = row.verifications.select_related("by")
    page = {"form": form, "row": shown, "earlier": earlier, "name": row.names.get("es", row.pk)}
    return render(request, "workspace/setup/number.html", page, status=409 if form.errors else 200)


def _rows(found: Iterable[EmergencyNumber]) -> list[Row]:
    """Three queries, however many there are."""
    numbers = list(found)
    last: dict[str, NumberVerification] = {}
    for one in NumberVerification.objects.filter(number__in=numbers).select_related("by").order_by("on", "id"):
        last[one.number_id] = one
    said = {number.id for number in book.said_numbers(organisation().countries)}
    pcodes = {number.territory for number in numbers if number.territory}
    places = dict(Division.objects.filter(pcode__in=pcodes).values_list("pcode", "name")) if pcodes else {}
    today = timezone.localdate()
    return [_row(number, last.get(number.pk), today, number.pk in said, places) for number in numbers]


def _row(
    number: EmergencyNumber, last: NumberVerification | None, today: date, is_said: bool, places: dict[str, str]
) -> Row:
    days = (today - last.on).days if last else 0
    state = {Age.FRESH: "fresh", Age.DATED: "dated", Age.OLD: "old"}[age(days)] if last else "never"
    place = places.get(number.territory, number.territory)
    return Row(number, last, days, state, is_said, place, _facts(last))


def _facts(last: NumberVerification | None) -> tuple[Fact, ...]:
    """What was found the last time; all of it unknown while nobody called."""
    if last is None:
        last = NumberVerification()
    languages = ", ".join(str(LANGUAGE_WORDS.get(code, code)) for code in last.languages)
    return (
        Fact(_("from a prepaid mobile"), _yes_no(last.from_prepaid)),
        Fact(_("without credit"), _yes_no(last.without_credit)),
        Fact(_("free of charge"), _yes_no(last.is_free)),
        Fact(_("hours"), last.hours),
        Fact(_("languages"), languages),
        Fact(_("who answers"), last.whose),
    )


def _yes_no(value: bool | None) -> str:
    return "" if value is None else (_("yes") if value else _("no"))
