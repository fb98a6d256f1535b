"""Why a colleague may do what they may: which role, in which relation, since when, and what stays shut. It decides nothing: it asks policy.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from baquiano.accounts.matrix import Cell
from baquiano.accounts.models import Membership, User
from baquiano.accounts.policy import Post, as_post, matrix, opened, permissions


@dataclass(frozen=True)
class Way:
    """One cell of the matrix that one current membership of somebody opens. `is_shut`: not until they turn on a second factor."""

    cell: Cell
    post: Post
    since: datetime
    until: datetime | None
    is_shut: bool


@dataclass(frozen=True)
class Answer:
    """A way to a deed, and whether it leads to one row."""

    way: Way
    holds: bool


def ways_of(user: User) -> list[Way]:
    """By role, then as the matrix is written. Empty: they do not work here now."""
    return sorted(_ways(user), key=lambda way: (way.post.role, way.cell))


def _ways(user: User) -> Iterator[Way]:
    held, open_now = matrix(), permissions(user)
    rows = Membership.objects.current(timezone.now()).filter(user=user).select_related("territory")
    for row in rows:
        post = as_post(user.pk, row.role, row.area, row.territory.pcode if row.territory else "")
        for cell in held.of([row.role]):
            yield Way(cell, post, row.since, row.until, cell.permission not in open_now)


def explain(user: User, permission: str, rows: "models.QuerySet[Any]") -> list[Answer]:
    """Each of their ways to this permission, and whether it leads to one of `rows`. Empty: none of their roles has it."""
    action = permission.partition(".")[2]
    return [
        Answer(way, not way.is_shut and opened(rows, [way.post], [way.cell], action).exists())
        for way in ways_of(user)
        if way.cell.permission == permission
    ]
