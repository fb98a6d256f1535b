"""What each person may do: reads matrix.yaml and answers. Every door asks here; nobody asks anywhere else.

A view never decides: its route is named in the matrix, `guarded` refuses before the view runs, and `find_or_refuse` looks only among the
rows that `visible_to` gives. A refusal is audited and looks like "there is no such page".
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from baquiano.accounts.audit import refused
from baquiano.accounts.models import Membership, Role, User

MATRIX = Path(__file__).with_name("matrix.yaml")
LOGIN = "workspace:login"

Row = TypeVar("Row", bound=models.Model)
View = Callable[..., HttpResponseBase]


class VisibleRows(Protocol[Row]):
    """A queryset that knows who may see what."""

    def visible_to(self, user: User) -> "models.QuerySet[Row]": ...


class StaffRequest(HttpRequest):
    """A request that passed `guarded`: somebody who works here."""

    user: User


@dataclass(frozen=True)
class Matrix:
    """`routes`: name → rule. `roles`: role → the "resource.action" pairs it may."""

    routes: dict[str, str]
    roles: dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def matrix() -> Matrix:
    raw = yaml.safe_load(MATRIX.read_text(encoding="utf-8"))
    roles = {
        role: frozenset(f"{resource}.{action}" for resource, actions in may.items() for action in actions)
        for role, may in raw["roles"].items()
    }
    unknown = set(roles) ^ set(Role.values)
    if unknown:
        raise ValueError(f"matrix.yaml and the roles disagree: {sorted(unknown)}")
    return Matrix(raw["routes"], roles)


def roles_of(user: User) -> list[str]:
    return list(Membership.objects.current(timezone.now()).filter(user=user).values_list("role", flat=True))


def may(user: User, permission: str) -> bool:
    """`permission` is "resource.action"."""
    return any(permission in matrix().roles[role] for role in roles_of(user))


def permissions(user: User) -> frozenset[str]:
    return frozenset().union(*(matrix().roles[role] for role in roles_of(user)))


def guarded(route: str, view: View) -> View:
    """The view behind the rule of its route. A route that the matrix does not name cannot be built."""
    rule = matrix().routes[route]
    if rule == "anyone":
        return view

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            return _to_login(request)
        roles = roles_of(user)
        allowed = bool(roles) if rule == "staff" else any(rule in matrix().roles[role] for role in roles)
        if not allowed:
            refused(user, rule, route)
            raise Http404
        return view(request, *args, **kwargs)

    return door


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Refresh"] = "true"
        return response
    return redirect(LOGIN)


def find_or_refuse(request: StaffRequest, rows: "VisibleRows[Row]", **lookup: Any) -> Row:
    """The one row among those this person may see; otherwise the refusal is audited and there is no such page."""
    visible = rows.visible_to(request.user)
    try:
        return visible.get(**lookup)
    except visible.model.DoesNotExist:
        label = visible.model._meta.label_lower
        refused(request.user, "find", f"{label}:{lookup.get('pk', '')}")
        raise Http404 from None
