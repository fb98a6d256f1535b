"""What each person may do: reads the matrix and answers. Every door asks here; nobody asks anywhere else.

A view never decides: its route is named in the matrix, `guarded` refuses before the view runs, and `find_or_refuse` looks only among the
rows that `visible_to` gives. A refusal is audited and looks like "there is no such page".

A model that some people may reach and others not says three things: `RESOURCE` (its name in the matrix), `RELATIONS` (what each relation of
the matrix means, as name → a function from the post somebody holds to a `Q`), and, if its rows belong to areas, `AREA` (the field).
`reach` turns them into the queryset, `reaches` into the check; a search filters by the same `reach`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from baquiano.accounts import sessions
from baquiano.accounts.audit import refused
from baquiano.accounts.matrix import ANY, Cell, Matrix, at_change, latest_change, shipped
from baquiano.accounts.models import AREA_OF, Membership, Role, User

LOGIN = "workspace:login"
SECURITY = "workspace:security"
PROVE = "workspace:prove"
_KEPT = "standing_now"  # on the user of one request

Row = TypeVar("Row", bound=models.Model)
Seen = TypeVar("Seen", bound=models.Model, covariant=True)
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Post:
    """One current membership of somebody (`user`, an id), as the relations need it. `area` "": none. `territory`: the pcode of a
    division, "" for everywhere.
    """

    user: int
    role: str
    area: str
    territory: str


Relation = Callable[[Post], Q]
Relations = Mapping[str, Relation]


class VisibleRows(Protocol[Seen]):
    """A queryset that knows who may see what."""

    def visible_to(self, user: User) -> "models.QuerySet[Seen]": ...


class StaffRequest(HttpRequest):
    """A request that passed `guarded`: somebody who works here."""

    user: User


# -- what somebody may -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """What somebody is at one moment. `held`: the cells of their roles; `open`: without what waits for a second factor."""

    posts: tuple[Post, ...]
    held: frozenset[Cell]
    open: frozenset[Cell]


def matrix() -> Matrix:
    """The matrix that holds at this moment."""
    return at_change(latest_change())


def standing(user: User) -> Standing:
    """Asked anew each time; for whoever makes a request once, by `guarded`, and it ends with the request."""
    kept = getattr(user, _KEPT, None)
    return kept if isinstance(kept, Standing) else _standing(user)


def _standing(user: User) -> Standing:
    rows = Membership.objects.current(timezone.now()).filter(user=user).values_list("role", "area", "territory__pcode")
    posts = tuple(as_post(user.pk, role, area, pcode or "") for role, area, pcode in rows)
    held = matrix().of(post.role for post in posts)
    return Standing(posts, held, _open(user, held))


def as_post(user: int, role: str, area: str, territory: str) -> Post:
    """A membership as the relations need it: a professional works in the area of the role."""
    return Post(user, role, area or AREA_OF.get(Role(role), ""), territory)


def posts_of(user: User) -> list[Post]:
    return list(standing(user).posts)


def roles_of(user: User) -> list[str]:
    return [post.role for post in standing(user).posts]


def may(user: User, permission: str) -> bool:
    """`permission` is "resource.action": on some rows at least; on which ones is asked with `reach`."""
    return permission in permissions(user)


def permissions(user: User) -> frozenset[str]:
    return frozenset(cell.permission for cell in standing(user).open)


def holders(permission: str, at: datetime) -> dict[int, frozenset[str]]:
    """Everybody who may do this at that moment, on some rows at least, with those of their roles that let them."""
    cells = [cell for cell in matrix().cells if cell.permission == permission]
    posts = Membership.objects.current(at).filter(role__in={cell.role for cell in cells}).values_list("user", "role")
    found: dict[int, set[str]] = defaultdict(set)
    for user, role in posts:
        found[user].add(role)
    if not settings.IS_DEMO and any(cell.resource in shipped().second_factor for cell in cells):
        proven = Authenticator.objects.filter(user__in=list(found), type=Authenticator.Type.TOTP)
        with_factor = set(proven.values_list("user", flat=True))
        found = defaultdict(set, {user: roles for user, roles in found.items() if user in with_factor})
    return {user: frozenset(roles) for user, roles in found.items()}


def owes_second_factor(user: User) -> bool:
    """Something of their role stays shut until they turn on a second factor."""
    now = standing(user)
    return now.held != now.open


def holds(user: User, permission: str) -> bool:
    """Their role has it, also while it stays shut until they turn on a second factor."""
    return any(cell.permission == permission for cell in standing(user).held)


def reach(rows: "models.QuerySet[Row]", user: User, action: str) -> "models.QuerySet[Row]":
    """Those of `rows` on which this user may do `action`. Adds conditions to the query and asks nothing of the rows themselves."""
    now = standing(user)
    return opened(rows, now.posts, now.open, action)


def opened(
    rows: "models.QuerySet[Row]", posts: Iterable[Post], cells: Iterable[Cell], action: str
) -> "models.QuerySet[Row]":
    """Those of `rows` on which whoever holds these posts may do `action`, if these cells held. Asks nothing of the matrix."""
    model: Any = rows.model
    posts = list(posts)
    cells = [cell for cell in cells if (cell.resource, cell.action) == (model.RESOURCE, action)]
    ways = {
        (cell.relation, cell.areas, post.area, post.territory): post
        for cell in sorted(cells)
        for post in posts
        if post.role == cell.role
    }
    if not ways:
        return rows.none()
    condition = Q()
    for (relation, areas, _area, _territory), post in ways.items():
        way = _way(model, relation, areas, post)
        if not way:
            return rows
        condition |= way
    return rows.filter(condition)


def reaches(user: User, action: str, row: models.Model) -> bool:
    """The same answer as `reach`, for one row."""
    rows: models.QuerySet[models.Model] = type(row)._default_manager.filter(pk=row.pk)
    return reach(rows, user, action).exists()


def _way(model: Any, relation: str, areas: tuple[str, ...], post: Post) -> Q:
    """A relation or an area that the model does not know (any more) opens nothing."""
    if (relation != ANY and relation not in model.RELATIONS) or (areas and not hasattr(model, "AREA")):
        return Q(pk__in=())
    related = Q() if relation == ANY else model.RELATIONS[relation](post)
    return related & Q(**{f"{model.AREA}__in": areas}) if areas else related


def _open(user: User, cells: frozenset[Cell]) -> frozenset[Cell]:
    """Without what is shut until a second factor is on: everything about the people we serve, in production."""
    shut = shipped().second_factor
    if settings.IS_DEMO or not any(cell.resource in shut for cell in cells) or _has_second_factor(user):
        return cells
    return frozenset(cell for cell in cells if cell.resource not in shut)


def _has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


# -- the doors ---------------------------------------------------------------------------------------------------------


def guarded(route: str, view: View) -> View:
    """The view behind the rule of its route. A route that the matrix does not name cannot be built."""
    rule = shipped().routes[route]
    if rule == "anyone":
        return view

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            return _sent_to(request, LOGIN)
        now = _standing(user)
        setattr(user, _KEPT, now)
        if (rule == "staff" and now.posts) or rule in {cell.permission for cell in now.open}:
            if route not in shipped().by_itself:
                sessions.touch(request.session)
            if rule in shipped().step_up and not sessions.is_proven(request.session):
                return _asked_to_prove(request)
            return view(request, *args, **kwargs)
        if rule in {cell.permission for cell in now.held}:  # theirs, once they have turned on a second factor
            return _sent_to(request, SECURITY)
        refused(user, rule, route)
        raise Http404

    return door


def _sent_to(request: HttpRequest, where: str) -> HttpResponse:
    """A part of a page (htmx) loads its whole page again, which is then sent there."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Refresh"] = "true"
        return response
    return redirect(where)


def _asked_to_prove(request: HttpRequest) -> HttpResponse:
    """Sent to type the password again. What was being sent goes along inside the session, and is sent again afterwards."""
    ticket = {"to": request.get_full_path()}
    if request.method == "POST":
        typed = sessions.Typed(request.get_full_path(), sessions.fields_of(request.POST.lists()))
        ticket = {"typed": sessions.keep_typed(request.session, typed)}
    elif request.headers.get("HX-Request"):  # a part of a page: come back to the whole of it
        ticket = {"to": urlsplit(request.headers.get("HX-Current-URL", "")).path}
    address = f"{reverse(PROVE)}?{urlencode({'next': signing.dumps(ticket, salt=PROVE)})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def find_or_refuse(request: StaffRequest, rows: "VisibleRows[Row]", **lookup: Any) -> Row:
    """The one row among those this person may see; otherwise the refusal is audited and there is no such page."""
    return _found(request, rows.visible_to(request.user), "find", lookup)


def find_for(request: StaffRequest, action: str, rows: "models.QuerySet[Row]", **lookup: Any) -> Row:
    """The one row on which this person may do `action`; otherwise as `find_or_refuse`."""
    return _found(request, reach(rows, request.user, action), action, lookup)


def _found(request: StaffRequest, rows: "models.QuerySet[Row]", verb: str, lookup: Mapping[str, Any]) -> Row:
    try:
        return rows.get(**lookup)
    except ObjectDoesNotExist:
        label = rows.model._meta.label_lower
        refused(request.user, verb, f"{label}:{lookup.get('pk', '')}")
        raise Http404 from None
