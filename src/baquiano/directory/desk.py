"""What the team works with at its desk: also what is not published, and never past how far each of them reads.

Doors that serve people ask `.within(reach)`; it leaves out what is withheld, and an editor must still find that.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from baquiano.accounts.models import User
from baquiano.accounts.policy import may
from baquiano.directory.models import Location, Notice, Organization, Reach, Service, ServiceAtLocation

CONFIDENTIAL = "place.confidential"


def reach_of(user: User) -> Reach:
    """How far somebody who works here reads."""
    return Reach.PROTECTION if may(user, CONFIDENTIAL) else Reach.TEAM


def services(reach: Reach) -> QuerySet[Service]:
    """Withheld ones and those of organisations put aside too; not one whose every place is hidden from the reader."""
    places = ServiceAtLocation.objects.filter(service=OuterRef("pk"), is_active=True)
    seen = places.filter(location__visibility__in=reach.value)
    return Service.objects.filter(Exists(seen) | ~Exists(places), visibility__in=reach.value)


def organizations(reach: Reach) -> QuerySet[Organization]:
    """Not one of which everything it has is hidden from the reader: the name of a shelter says that there is a shelter."""
    theirs = {"organization": OuterRef("pk")}
    seen = Exists(services(reach).filter(**theirs)) | Exists(Location.objects.within(reach).filter(**theirs))
    nothing = ~Exists(Service.objects.filter(**theirs)) & ~Exists(Location.objects.filter(**theirs))
    return Organization.objects.filter(seen | nothing)


def receivers(user: User) -> QuerySet[Organization]:
    """With whom somebody may agree to share, as far as this colleague may know of them."""
    return organizations(reach_of(user)).filter(is_active=True).order_by("name")


def offers(reach: Reach) -> QuerySet[ServiceAtLocation]:
    """Services at places, both of which the reader may know of. Not those that were taken away."""
    return ServiceAtLocation.objects.filter(
        is_active=True, service__visibility__in=reach.value, location__visibility__in=reach.value
    )


def with_places(rows: QuerySet[Service], reach: Reach) -> QuerySet[Service]:
    """Each with its places that the reader may know of, as `shown_at`; two more queries, however many rows."""
    at = offers(reach).select_related("location__division").order_by("pk")
    return rows.select_related("organization").prefetch_related(Prefetch("at", at, to_attr="shown_at"))


def notices(service: Service, reach: Reach) -> QuerySet[Notice]:
    """Of the service, of its places and of its organisation."""
    at = offers(reach).filter(service=service)
    about = Q(service=service) | Q(organization=service.organization_id) | Q(at__in=at)
    rows = Notice.objects.filter(about | Q(location__in=at.values("location")))
    return rows.select_related("organization", "location", "at__location")


@dataclass(frozen=True)
class Organizations:
    def visible_to(self, user: User) -> QuerySet[Organization]:
        return organizations(reach_of(user))


@dataclass(frozen=True)
class Services:
    """For a door that looks one up by its id (`policy.find_or_refuse`)."""

    def visible_to(self, user: User) -> QuerySet[Service]:
        return services(reach_of(user)).select_related("organization")


@dataclass(frozen=True)
class Offers:
    """Those whose text stands in the open: what is said at a confidential place is sealed with the place."""

    def visible_to(self, user: User) -> QuerySet[ServiceAtLocation]:
        rows = offers(reach_of(user)).filter(
            service__in=services(reach_of(user)), location__visibility__in=Reach.TEAM.value
        )
        return rows.select_related("service__organization", "location__division")


@dataclass(frozen=True)
class OpenPlaces:
    """Every place that is not confidential."""

    def visible_to(self, _user: User) -> QuerySet[Location]:
        return Location.objects.within(Reach.TEAM).select_related("division", "organization")


@dataclass(frozen=True)
class ConfidentialPlaces:
    """For the protection role; nobody else finds one, or finds out that there is one."""

    def visible_to(self, user: User) -> QuerySet[Location]:
        rows = Location.objects.within(reach_of(user)).exclude(visibility__in=Reach.TEAM.value)
        return rows.select_related("organization")


@dataclass(frozen=True)
class Notices:
    """Of what the reader may know of."""

    def visible_to(self, user: User) -> QuerySet[Notice]:
        reach = reach_of(user)
        known, seen = services(reach), offers(reach)
        about = Q(service__in=known) | Q(at__in=seen) | Q(location__in=Location.objects.within(reach))
        return Notice.objects.filter(about | Q(organization__in=organizations(reach)))
