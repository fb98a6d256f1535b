"""What each role and each colleague may do, and why, in plain words: read from the matrix, so that no page can say something else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.audit import audit
from baquiano.accounts.explaining import Answer, Way, explain, ways_of
from baquiano.accounts.matrix import Cell
from baquiano.accounts.models import Area, Role, User
from baquiano.accounts.policy import StaffRequest, matrix, permissions, roles_of
from baquiano.accounts.policy import may as is_allowed
from baquiano.lib.turnstile import writing
from baquiano.people.models import Access, Person
from baquiano.territory.models import Division
from baquiano.workspace.duties import duties_of
from baquiano.workspace.setup.words import MISSING, SENTENCES, WORDS, in_which

ASKS = "access.trail"
"""Who may ask why a colleague sees one person: it tells that there is such a record, and who works with it."""


@dataclass(frozen=True)
class Deed:
    """A permission in words; `condition`: on which rows, "" for no condition."""

    words: str
    condition: str


@dataclass(frozen=True)
class RoleInWords:
    role: str
    label: str
    sentence: str
    is_mine: bool
    deeds: tuple[Deed, ...]


@dataclass(frozen=True)
class WayInWords:
    """`area` and `place`: where the membership lies, "" for none and for everywhere."""

    words: str
    condition: str
    role: str
    area: str
    place: str
    since: datetime
    until: datetime | None
    is_shut: bool


@dataclass(frozen=True)
class Because:
    """One way to what was asked: the role, the condition, and whether it holds for this person; `missing` says why not."""

    role: str
    condition: str
    holds: bool
    missing: str


class AskForm(forms.Form):
    """About the number of a record: nobody is looked for by name here."""

    deed = forms.ChoiceField(
        label=gettext_lazy("May they…"),
        choices=[
            (deed, words) for deed, words in WORDS.items() if deed.startswith("person.") and deed != "person.create"
        ],
    )
    person = forms.IntegerField(
        label=gettext_lazy("…with the record of number"),
        help_text=gettext_lazy("The number that stands in the address of the record. Nothing of the person is shown."),
        min_value=1,
        max_value=2**63 - 1,
    )


def roles_in_words(mine: frozenset[str]) -> list[RoleInWords]:
    held = matrix()
    return [
        RoleInWords(role, str(role.label), str(SENTENCES[role]), role in mine, deeds_in_words(held.of([role])))
        for role in Role
    ]


def deeds_in_words(cells: Iterable[Cell]) -> tuple[Deed, ...]:
    """In the order of `WORDS`, the conditions of one permission together; without one by any role, there is none."""
    conditions: dict[str, list[str]] = {}
    for cell in sorted(cells):
        found = conditions.setdefault(cell.permission, [])
        words = in_which(cell.relation, cell.areas)
        found += [words] if words not in found else []
    return tuple(Deed(str(WORDS[deed]), _either(conditions[deed])) for deed in WORDS if deed in conditions)


def _either(conditions: list[str]) -> str:
    return "" if "" in conditions else _(" · or ").join(conditions)


def may(request: StaffRequest) -> HttpResponse:
    mine = permissions(request.user)
    held = matrix().of(roles_of(request.user))
    page = {
        "mine": deeds_in_words(cell for cell in held if cell.permission in mine),
        "shut": deeds_in_words(cell for cell in held if cell.permission not in mine),
        "not_mine": [words for deed, words in WORDS.items() if deed not in {cell.permission for cell in held}],
        "roles": roles_in_words(frozenset(roles_of(request.user))),
        "duties": duties_of(request.user),
    }
    return render(request, "workspace/may.html", page)


def may_of(request: StaffRequest, user_id: int) -> HttpResponse:
    """What one colleague may do, and why. Nobody we serve is in it."""
    return _about(request, get_object_or_404(User.objects.working(timezone.now()), pk=user_id), AskForm(), {})


def may_on(request: StaffRequest, user_id: int) -> HttpResponse:
    """ "May they do this with that person?", answered with the why. One entry in the trail of the person, who is not shown."""
    colleague = get_object_or_404(User.objects.working(timezone.now()), pk=user_id)
    form = AskForm(request.GET or None)
    if not form.is_valid():
        return _about(request, colleague, form, {})
    person = Person.objects.filter(pk=form.cleaned_data["person"]).first()
    if person is None:
        form.add_error("person", _("There is no record of this number."))
        return _about(request, colleague, form, {})
    deed = form.cleaned_data["deed"]
    with writing():
        audit(request.user, "access.explained", person, about=person.pk)
    return _about(request, colleague, form, _answered(colleague, deed, person))


def _answered(colleague: User, deed: str, person: Person) -> dict[str, object]:
    answers = explain(colleague, deed, Person.objects.filter(pk=person.pk))
    is_put_away = bool(person.blocked_at or person.forgotten_at)
    return {
        "asked": WORDS[deed],
        "number": person.pk,
        "yes": any(answer.holds for answer in answers),
        "because": [_because(answer) for answer in answers],
        "is_put_away": is_put_away,
        "accesses": Access.objects.current(timezone.now()).filter(person=person, user=colleague).order_by("pk"),
    }


def _because(answer: Answer) -> Because:
    cell = answer.way.cell
    missing = "" if answer.holds else str(MISSING.get(cell.relation, ""))
    if answer.way.is_shut:
        missing = _("they have not turned on a second factor")
    return Because(_role(cell.role), in_which(cell.relation, cell.areas), answer.holds, missing)


def _about(request: StaffRequest, colleague: User, form: AskForm, answered: dict[str, object]) -> HttpResponse:
    ways = ways_of(colleague)
    page = {
        "colleague": colleague,
        "form": form,
        "may_ask": is_allowed(request.user, ASKS),
        "ways": _in_words([way for way in ways if not way.is_shut]),
        "shut": _in_words([way for way in ways if way.is_shut]),
        **answered,
    }
    return render(request, "workspace/may_of.html", page)


def _in_words(ways: list[Way]) -> list[WayInWords]:
    codes = {way.post.territory for way in ways if way.post.territory}
    places = dict(Division.objects.filter(pcode__in=codes).values_list("pcode", "name"))
    order = list(WORDS)
    return [
        WayInWords(
            str(WORDS[way.cell.permission]),
            in_which(way.cell.relation, way.cell.areas),
            _role(way.cell.role),
            str(Area(way.post.area).label) if way.post.area else "",
            places.get(way.post.territory, way.post.territory),
            way.since,
            way.until,
            way.is_shut,
        )
        for way in sorted(ways, key=lambda way: (order.index(way.cell.permission), way.cell))
    ]


def _role(role: str) -> str:
    return str(Role(role).label)
