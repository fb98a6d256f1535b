"""Changing the matrix without a release: propose, look at who gains and who loses what, confirm with a reason.

Nothing is changed but by adding `MatrixChange` rows; what was changed is undone by its opposite. The change holds from the next
request on, in every process. Whatever `never` forbids stays forbidden, nobody widens what she may do herself, and the matrix
can always be changed by somebody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.matrix import (
    ANY,
    Cell,
    Edition,
    Matrix,
    at_change,
    before_change,
    cell_of,
    changed,
    latest_change,
    shipped,
)
from baquiano.accounts.models import MatrixChange, Membership, User
from baquiano.accounts.policy import Post, as_post, opened, roles_of
from baquiano.lib.turnstile import writing

KEY = "matrix.change"
"""Who has this permission can give back every other one."""


class CannotChange(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True, order=True)
class Change:
    """One cell given or taken. Giving a cell replaces what its place held: that is how its areas change."""

    cell: Cell
    is_given: bool


@dataclass(frozen=True)
class Subject:
    """Rows of a resource with relations, handed down by who knows them. `person`: the column that says whose they are."""

    rows: "models.QuerySet[Any]"
    person: str

    @property
    def relations(self) -> frozenset[str]:
        return frozenset(getattr(self.rows.model, "RELATIONS", {}))

    @property
    def has_areas(self) -> bool:
        return hasattr(self.rows.model, "AREA")


Subjects = Mapping[str, Subject]
"""By the name of the resource in the matrix."""


@dataclass(frozen=True)
class Count:
    """Of how many people one colleague reaches the records, before and after."""

    permission: str
    before: int
    after: int


@dataclass(frozen=True)
class Effect:
    """What changes for one colleague. `gains` and `loses`: cells that open something to them, or did. Nobody's names but theirs."""

    user: User
    gains: tuple[Cell, ...]
    loses: tuple[Cell, ...]
    counts: tuple[Count, ...]


# -- what a cell may be --------------------------------------------------------------------------------------------------


def relations_for(resource: str, action: str, subjects: Subjects) -> tuple[str, ...]:
    """Those that a cell of this permission may name. To everybody (`ANY`) only what is shipped so: nobody gets every record."""
    shipped_so = {cell.relation for cell in shipped().cells if (cell.resource, cell.action) == (resource, action)}
    everybody = {ANY} & shipped_so
    if everybody:
        return (ANY,)
    subject = subjects.get(resource)
    return tuple(sorted(subject.relations if subject else shipped_so))


def takes_areas(resource: str, relation: str, subjects: Subjects) -> bool:
    """Whether a cell of this resource may be bound to areas. `own_area` already says which."""
    subject = subjects.get(resource)
    named = subject.has_areas if subject else any(cell.areas for cell in shipped().cells if cell.resource == resource)
    return named and relation not in (ANY, "own_area")


def permissions_known() -> tuple[tuple[str, str], ...]:
    """(resource, action) of everything that can be done here."""
    return tuple(sorted({(cell.resource, cell.action) for cell in shipped().cells}))


def _fault(change: Change, held: Matrix, subjects: Subjects) -> str | None:
    cell = change.cell
    where = f"{cell.role}: {cell.permission}"
    if (cell.resource, cell.action) not in permissions_known():
        return _("%(where)s: nothing here is called so.") % {"where": where}
    if not change.is_given:
        known = {other.place for other in held.cells}
        return (
            None if cell.place in known else _("%(where)s: it is not given, so it cannot be taken.") % {"where": where}
        )
    if held.fault(cell) is not None:
        return _("%(where)s: this role may never have it. The rules of the program say so.") % {"where": where}
    if cell.relation not in relations_for(cell.resource, cell.action, subjects):
        return _("%(where)s: it cannot be given in this relation.") % {"where": where}
    if cell.areas and not takes_areas(cell.resource, cell.relation, subjects):
        return _("%(where)s: it has no areas to choose from.") % {"where": where}
    if cell in held.cells:
        return _("%(where)s: it is given already.") % {"where": where}
    return None


# -- proposing -----------------------------------------------------------------------------------------------------------


def proposed(changes: Sequence[Change], *, by: User, subjects: Subjects) -> tuple[Matrix, Matrix]:
    """The matrix before and after. Raises `CannotChange` with what is wrong and what to do."""
    held = at_change(latest_change())
    if not changes:
        raise CannotChange(_("Nothing would change. Tick or untick something first."))
    if len({change.cell.place for change in changes}) < len(changes):
        raise CannotChange(_("The same permission is proposed twice. Propose it once."))
    for change in changes:
        fault = _fault(change, held, subjects)
        if fault is not None:
            raise CannotChange(fault)
    after = changed(held, ((change.cell, change.is_given) for change in changes))
    _refuse_helping_oneself(changes, held, by)
    _refuse_shutting_the_door(after)
    return held, after


def _refuse_helping_oneself(changes: Iterable[Change], held: Matrix, by: User) -> None:
    """One person alone does not widen what she sees: somebody else who may change the matrix does it, by name."""
    mine = set(roles_of(by))
    for change in changes:
        if change.is_given and change.cell.role in mine and not _narrows(change.cell, held):
            raise CannotChange(
                _("You have this role yourself. Somebody else who may change the permissions has to give it more.")
            )


def _narrows(cell: Cell, held: Matrix) -> bool:
    """The same cell with fewer areas than it has now."""
    return any(
        other.place == cell.place and bool(cell.areas) and (not other.areas or set(cell.areas) < set(other.areas))
        for other in held.cells
    )


def _refuse_shutting_the_door(after: Matrix) -> None:
    roles = {cell.role for cell in after.cells if cell.permission == KEY}
    if not Membership.objects.current(timezone.now()).filter(role__in=roles).exists():
        raise CannotChange(_("Then nobody could change the permissions any more, nor give this one back."))


# -- who gains, who loses ------------------------------------------------------------------------------------------------


def effects(before: Matrix, after: Matrix, subjects: Subjects) -> list[Effect]:
    """Of every colleague for whom something changes, by when they joined. As if everybody had a second factor on."""
    found = (_effect(user, posts, before, after, subjects) for user, posts in _everybody())
    return [effect for effect in found if effect.gains or effect.loses]


def _everybody() -> list[tuple[User, list[Post]]]:
    posts: dict[User, list[Post]] = {}
    rows = Membership.objects.current(timezone.now()).select_related("user", "territory").order_by("user", "pk")
    for row in rows:
        held = as_post(row.user_id, row.role, row.area, row.territory.pcode if row.territory else "")
        posts.setdefault(row.user, []).append(held)
    return list(posts.items())


def _effect(user: User, posts: list[Post], before: Matrix, after: Matrix, subjects: Subjects) -> Effect:
    had, has = _ways(posts, before), _ways(posts, after)
    gains = tuple(sorted({has[way] for way in has.keys() - had.keys()}))
    loses = tuple(sorted({had[way] for way in had.keys() - has.keys()}))
    touched = sorted({(cell.resource, cell.action) for cell in (*gains, *loses)})
    counts = tuple(
        Count(
            f"{resource}.{action}",
            _people(subjects[resource], posts, before, action),
            _people(subjects[resource], posts, after, action),
        )
        for resource, action in touched
        if resource in subjects
    )
    return Effect(user, gains, loses, counts)


def _ways(posts: Iterable[Post], matrix: Matrix) -> dict[tuple[object, ...], Cell]:
    """What opens something: two roles that open the same, in the same area and place, are one way."""
    return {
        (cell.permission, cell.relation, cell.areas, post.area, post.territory): cell
        for post in posts
        for cell in matrix.of([post.role])
    }


def _people(subject: Subject, posts: list[Post], matrix: Matrix, action: str) -> int:
    cells = matrix.of(post.role for post in posts)
    return opened(subject.rows, posts, cells, action).order_by().values(subject.person).distinct().count()


# -- changing ------------------------------------------------------------------------------------------------------------


def change_matrix(
    changes: Sequence[Change], *, by: User, reason: str, seen: Edition, subjects: Subjects
) -> list[MatrixChange]:
    """One row each, and one entry in the trail. `seen`: the edition whose preview was looked at; on another one it is refused."""
    if not reason.strip():
        raise CannotChange(_("Say why: whoever answers for it later reads it."))
    proposed(changes, by=by, subjects=subjects)
    with writing():
        list(MatrixChange.objects.select_for_update().order_by("-pk")[:1])  # on PostgreSQL, one after the other
        if latest_change() != seen:
            raise CannotChange(_("Somebody changed the permissions meanwhile. Look at what would happen again."))
        rows = [
            MatrixChange.objects.create(
                role=change.cell.role,
                resource=change.cell.resource,
                action=change.cell.action,
                relation=change.cell.relation,
                areas=list(change.cell.areas),
                is_given=change.is_given,
                by=by,
                reason=reason.strip(),
            )
            for change in changes
        ]
        audit(by, "matrix.changed", rows[-1], about=f"changes:{len(rows)}", reason=reason.strip())
    return rows


def opposite(change: MatrixChange) -> Change | None:
    """What puts the place of this change back as it was before it. None: it already is so."""
    cell = cell_of(change)
    was = next((other for other in before_change(change.pk).cells if other.place == cell.place), None)
    now = next((other for other in at_change(latest_change()).cells if other.place == cell.place), None)
    if was == now:
        return None
    return Change(was, is_given=True) if was else Change(replace(cell, areas=()), is_given=False)
