"""Changing what each role may do: tick, look at who gains and who loses what, confirm with a reason. The rules are accounts/changing.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.changing import (
    CannotChange,
    Change,
    Effect,
    Subject,
    Subjects,
    change_matrix,
    effects,
    opposite,
    permissions_known,
    proposed,
    relations_for,
    takes_areas,
)
from baquiano.accounts.matrix import Cell, Matrix, cell_of, latest_change, shipped
from baquiano.accounts.models import Area, MatrixChange, Role
from baquiano.accounts.policy import StaffRequest, matrix
from baquiano.accounts.policy import may as is_allowed
from baquiano.people.models import BrokenGlass, Fact, KeptPaper, Person
from baquiano.workspace.setup.may import Deed, deeds_in_words
from baquiano.workspace.setup.words import RESOURCES, SENTENCES, WORDS, in_which

CHANGES_SHOWN = 50


def subjects() -> Subjects:
    """Every model with relations, and whose each row is: to count the people somebody reaches."""
    return {
        Person.RESOURCE: Subject(Person.objects.here(), "pk"),
        Fact.RESOURCE: Subject(Fact.objects.all(), "person"),
        KeptPaper.RESOURCE: Subject(KeptPaper.objects.all(), "person"),
        BrokenGlass.RESOURCE: Subject(BrokenGlass.objects.all(), "person"),
    }


# -- what the pages show -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RoleNow:
    role: str
    label: str
    sentence: str
    deeds: tuple[Deed, ...]
    changed_here: int


@dataclass(frozen=True)
class ChangeInWords:
    """`past_walls`: it opens a thing of areas in every area."""

    role: str
    words: str
    condition: str
    is_given: bool
    past_walls: bool


@dataclass(frozen=True)
class Done:
    """A change that was made here. `can_undo`: its place is not as it was before it."""

    number: int
    said: ChangeInWords
    by: str
    at: datetime
    reason: str
    can_undo: bool


@dataclass(frozen=True)
class Reached:
    """Of how many people somebody reaches the records with one permission, before and after."""

    words: str
    before: int
    after: int


@dataclass(frozen=True)
class EffectInWords:
    name: str
    gains: tuple[Deed, ...]
    loses: tuple[Deed, ...]
    counts: tuple[Reached, ...]


@dataclass(frozen=True)
class Place:
    """One thing to tick: a permission in one relation. `areas`: (code, words, is ticked), empty if it is not bound to areas."""

    resource: str
    action: str
    relation: str
    words: str
    condition: str
    is_given: bool
    areas: tuple[tuple[str, str, bool], ...]

    @property
    def key(self) -> str:
        return f"{self.resource}.{self.action}.{self.relation}"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("Every director and coordinator reads it later. Do not name anybody we serve."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )


# -- the pages -----------------------------------------------------------------------------------------------------------


def show(request: StaffRequest) -> HttpResponse:
    held = matrix()
    page = {
        "roles": [_role_now(role, held) for role in Role],
        "done": [_done(change) for change in MatrixChange.objects.select_related("by").order_by("-pk")[:CHANGES_SHOWN]],
        "may_change": is_allowed(request.user, "matrix.change"),
    }
    return render(request, "workspace/matrix.html", page)


def change(request: StaffRequest) -> HttpResponse:
    """One address: to tick (GET role), to look at an undoing (GET undo), to look at what was ticked, to confirm."""
    if request.method == "POST" and "change" in request.POST:
        return _confirm(request)
    if request.method == "POST":
        role = _role(request.POST)
        return _preview(request, role, _ticked(request.POST, role))
    if "undo" in request.GET:
        return _undo(request)
    return _choose(request, _role(request.GET))


def _choose(request: StaffRequest, role: Role, wrong: str = "") -> HttpResponse:
    resources: dict[str, list[Place]] = {}
    for place in _places(role, matrix()):
        resources.setdefault(place.resource, []).append(place)
    page = {
        "role": role,
        "sentence": SENTENCES[role],
        "roles": list(Role),
        "resources": [(RESOURCES[name], resources[name]) for name in RESOURCES if name in resources],
        "never": [RESOURCES[name] for name in RESOURCES if name in shipped().never.get(role, ())],
        "wrong": wrong,
    }
    return render(request, "workspace/matrix_change.html", page)


def _preview(request: StaffRequest, role: Role, changes: list[Change], form: ReasonForm | None = None) -> HttpResponse:
    try:
        before, after = proposed(changes, by=request.user, subjects=subjects())
    except CannotChange as reason:
        return _choose(request, role, str(reason))
    page = {
        "role": role,
        "changes": [_in_words(change) for change in changes],
        "written": [_written(change) for change in changes],
        "edition": str(latest_change()),
        "effects": [_effect_in_words(effect) for effect in effects(before, after, subjects())],
        "form": form or ReasonForm(),
    }
    return render(request, "workspace/matrix_preview.html", page)


def _undo(request: StaffRequest) -> HttpResponse:
    number = request.GET["undo"]
    done = get_object_or_404(MatrixChange, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    back = opposite(done)
    return _preview(request, Role(done.role), [back] if back else [])


def _confirm(request: StaffRequest) -> HttpResponse:
    try:
        changes = [_read(text) for text in request.POST.getlist("change")]
    except ValueError:
        raise Http404 from None
    role = Role(changes[0].cell.role)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _preview(request, role, changes, form)
    seen = latest_change()
    if str(seen) != request.POST.get("edition"):
        form.add_error(None, _("Somebody changed the permissions meanwhile. Look at what would happen now."))
        return _preview(request, role, changes, form)
    try:
        change_matrix(changes, by=request.user, reason=form.cleaned_data["reason"], seen=seen, subjects=subjects())
    except CannotChange as reason:
        return _choose(request, role, str(reason))
    messages.success(request, _("Changed. It holds from now on for everybody."))
    return redirect("workspace:matrix")


# -- between the form and the changes ------------------------------------------------------------------------------------


def _role(said: QueryDict) -> Role:
    asked = said.get("role", Role.RECEPTION.value)
    if asked not in Role.values:
        raise Http404
    return Role(asked)


def _places(role: Role, held: Matrix) -> Iterator[Place]:
    """Everything this role could have, in the order of the words."""
    now = {cell.place: cell for cell in held.of([role])}
    known = subjects()
    order = list(WORDS)
    for resource, action in sorted(permissions_known(), key=lambda pair: order.index(".".join(pair))):
        if resource in held.never.get(role, ()):
            continue
        for relation in relations_for(resource, action, known):
            cell = now.get((role.value, resource, action, relation))
            areas = Area if takes_areas(resource, relation, known) else ()
            yield Place(
                resource,
                action,
                relation,
                str(WORDS[f"{resource}.{action}"]),
                in_which(relation, ()),
                cell is not None,
                tuple((area.value, str(area.label), _is_in(area, cell)) for area in areas),
            )


def _is_in(area: Area, cell: Cell | None) -> bool:
    return cell is not None and (not cell.areas or area.value in cell.areas)


def _ticked(said: QueryDict, role: Role) -> list[Change]:
    """The difference between what is ticked and what holds."""
    held = matrix()
    now = {cell.place: cell for cell in held.of([role])}
    ticked = set(said.getlist("given"))
    changes = []
    for place in _places(role, held):
        areas = _areas_ticked(said, place)
        wanted = Cell(role.value, place.resource, place.action, place.relation, areas) if place.key in ticked else None
        was = now.get((role.value, place.resource, place.action, place.relation))
        if wanted is not None and place.areas and not said.getlist(f"areas.{place.key}"):
            wanted = None  # of no area: it is not given
        if wanted != was:
            changes.append(Change(wanted, is_given=True) if wanted else Change(was, is_given=False))  # type: ignore[arg-type]
    return changes


def _areas_ticked(said: QueryDict, place: Place) -> tuple[str, ...]:
    """All of them are no condition."""
    ticked = {area for area in said.getlist(f"areas.{place.key}") if area in Area.values}
    return () if ticked == set(Area.values) else tuple(sorted(ticked)) if place.areas else ()


def _written(change: Change) -> str:
    """A change as a hidden field of the preview carries it: read back, and checked as if it had been made up."""
    cell = change.cell
    deed = "give" if change.is_given else "take"
    return "|".join((deed, cell.role, cell.resource, cell.action, cell.relation, ",".join(cell.areas)))


def _read(text: str) -> Change:
    deed, role, resource, action, relation, areas = text.split("|")
    if role not in Role.values or deed not in ("give", "take"):
        raise ValueError
    named = tuple(sorted({area for area in areas.split(",") if area}))
    return Change(Cell(role, resource, action, relation, named), deed == "give")


# -- in words ------------------------------------------------------------------------------------------------------------


def _role_now(role: Role, held: Matrix) -> RoleNow:
    cells, as_shipped = held.of([role]), shipped().of([role])
    return RoleNow(
        role, str(role.label), str(SENTENCES[role]), deeds_in_words(cells), len({c.place for c in cells ^ as_shipped})
    )


def _in_words(change: Change) -> ChangeInWords:
    cell = change.cell
    return ChangeInWords(
        str(Role(cell.role).label),
        str(WORDS.get(cell.permission, cell.permission)),
        in_which(cell.relation, cell.areas),
        change.is_given,
        change.is_given and not cell.areas and takes_areas(cell.resource, cell.relation, subjects()),
    )


def _done(change: MatrixChange) -> Done:
    said = _in_words(Change(cell_of(change), change.is_given))
    return Done(change.pk, said, change.by.display_name, change.at, change.reason, opposite(change) is not None)


def _effect_in_words(effect: Effect) -> EffectInWords:
    return EffectInWords(
        effect.user.display_name,
        deeds_in_words(effect.gains),
        deeds_in_words(effect.loses),
        tuple(Reached(str(WORDS[count.permission]), count.before, count.after) for count in effect.counts),
    )
