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
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from baquiano.accounts.audit import refused
from baquiano.accounts.models import Membership, Role, User

MATRIX = Path(__file__).with_name("matrix.yaml")
LOGIN = "workspace:login"
SECURITY = "workspace:security"

Row = TypeVar("Row", bound=models.Model)
Seen = TypeVar("Seen", bound=models.Model, covariant=True)
View = Callable[..., HttpResponseBase]


class VisibleRows(Protocol[Seen]):
    """A queryset that knows who may see what."""

    def visible_to(self, user: User) -> "models.QuerySet[Seen]": ...


class StaffRequest(HttpRequest):
    """A request that passed `guarded`: somebody who works here."""

    user: User


@dataclass(frozen=True)
class Matrix:
    """`routes`: name → rule. `roles`: role → the "resource.action" pairs it may. `second_factor`: role → the resources
    that stay shut, in production, until whoever has it has turned on a second factor.
    """

    routes: dict[str, str]
    roles: dict[str, frozenset[str]]
    second_factor: dict[str, frozenset[str]]


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
    second_factor = {role: frozenset(resources) for role, resources in raw["second_factor"].items()}
    return Matrix(raw["routes"], roles, second_factor)


def roles_of(user: User) -> list[str]:
    return list(Membership.objects.current(timezone.now()).filter(user=user).values_list("role", flat=True))


def may(user: User, permission: str) -> bool:
    """`permission` is "resource.action"."""
    return permission in permissions(user)


def permissions(user: User) -> frozenset[str]:
    return _permitted(user, roles_of(user))


def owes_second_factor(user: User) -> bool:
    """Something of their role stays shut until they turn on a second factor."""
    return bool(_shut_until_second_factor(user, roles_of(user)))


def _permitted(user: User, roles: list[str]) -> frozenset[str]:
    return _granted(roles) - _shut_until_second_factor(user, roles)


def _granted(roles: list[str]) -> frozenset[str]:
    return frozenset().union(*(matrix().roles[role] for role in roles))


def _shut_until_second_factor(user: User, roles: list[str]) -> frozenset[str]:
    resources = frozenset().union(*(matrix().second_factor.get(role, frozenset()) for role in roles))
    if settings.IS_DEMO or not resources:
        return frozenset()
    if Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
        return frozenset()
    return frozenset(permission for permission in _granted(roles) if permission.partition(".")[0] in resources)


def guarded(route: str, view: View) -> View:
    """The view behind the rule of its route. A route that the matrix does not name cannot be built."""
    rule = matrix().routes[route]
    if rule == "anyone":
        return view

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, AnonymousUser) or not user.is_active:
            return _sent_to(request, LOGIN)
        roles = roles_of(user)
        if rule in _permitted(user, roles) or (rule == "staff" and roles):
            return view(request, *args, **kwargs)
        if rule in _granted(roles):  # theirs, once they have turned on a second factor
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


def find_or_refuse(request: StaffRequest, rows: "VisibleRows[Row]", **lookup: Any) -> Row:
    """The one row among those this person may see; otherwise the refusal is audited and there is no such page."""
    visible = rows.visible_to(request.user)
    try:
        return visible.get(**lookup)
    except ObjectDoesNotExist:
        label = visible.model._meta.label_lower
        refused(request.user, "find", f"{label}:{lookup.get('pk', '')}")
        raise Http404 from None
