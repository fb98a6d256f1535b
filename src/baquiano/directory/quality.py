"""How complete what we know of a service is: a number out of 100, and what is missing. It says nothing of whether it is still true.

One list of parts, each a condition of the database, so that a list of thousands can be filtered by it in one query. What is touched by
a machine counts for nothing here and for nothing there: that somebody confirmed it is `trust`'s.
"""

from dataclasses import dataclass

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.directory import desk
from baquiano.directory.models import Answer, Location, Reach, Service, Visibility

WHOLE = 100


@dataclass(frozen=True)
class Part:
    """`name`: the field that is to be filled, or "hours", "where", "pin"."""

    name: str
    points: int
    missing: Promise


@dataclass(frozen=True)
class Quality:
    score: int
    missing: tuple[Part, ...]


PARTS = (
    Part("needs", 15, _("What it helps with")),
    Part("description", 10, _("What it offers, in two sentences")),
    Part("phones", 15, _("A telephone, an e-mail or a page")),
    Part("hours", 15, _("When it is open")),
    Part("where", 15, _("Where it is, or which part of the country it serves")),
    Part("pin", 5, _("The exact point on the map")),
    Part("populations", 5, _("Whom it is for")),
    Part("asks_documents", 5, _("Whether it asks for a document")),
    Part("asks_status", 5, _("Whether it asks about the migratory situation")),
    Part("cost", 5, _("Whether it costs money")),
    Part("languages", 5, _("The languages in which it attends")),
)


def measured(rows: "QuerySet[Service]", reach: Reach) -> "QuerySet[Service]":
    """Each row with `quality`, and `has_<part>` for each part. Places that the reader may not know of count for nothing."""
    found = _conditions(reach)
    has = {f"has_{name}": ExpressionWrapper(held, BooleanField()) for name, held in found.items()}
    score: Case | Value = Value(0)
    for part in PARTS:
        score = score + Case(  # type: ignore[assignment]
            When(found[part.name], then=Value(part.points)), default=Value(0), output_field=IntegerField()
        )
    return rows.annotate(**has, quality=score)


def of(row: Service) -> Quality:
    """Of a row that `measured` gave."""
    missing = tuple(part for part in PARTS if not getattr(row, f"has_{part.name}"))
    return Quality(WHOLE - sum(part.points for part in missing), missing)


def _conditions(reach: Reach) -> dict[str, Q]:
    at = desk.offers(reach).filter(service=OuterRef("pk"))
    hidden = Q(location__visibility=Visibility.CONFIDENTIAL)
    without_pin = at.filter(location__kind=Location.Type.PHYSICAL).filter(
        Q(location__latitude=None) | Q(location__is_approximate=True)
    )
    own_phone = ~Q(phones=[]) | ~Q(email="") | ~Q(url="") | ~Q(organization__phone="") | ~Q(organization__website="")
    phone_there = Exists(at.filter(~Q(phones=[]) | ~Q(location__phones=[])))
    return {
        "needs": ~Q(needs=""),
        "description": ~Q(description=""),
        "phones": own_phone | Q(phone_there),
        "hours": ~Q(hours="") | Q(Exists(at.filter(~Q(hours="") | ~Q(location__hours="") | hidden))),
        "where": ~Q(areas="") | Q(Exists(at)),
        "pin": ~Q(Exists(without_pin.exclude(hidden))),
        "populations": ~Q(populations=""),
        "asks_documents": ~Q(asks_documents=Answer.UNKNOWN),
        "asks_status": ~Q(asks_status=Answer.UNKNOWN),
        "cost": ~Q(cost=Service.Cost.UNKNOWN),
        "languages": ~Q(languages=""),
    }
