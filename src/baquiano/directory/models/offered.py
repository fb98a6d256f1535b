"""What is offered, to whom and on which conditions; at which places; how much is left; and what is different for a while."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from baquiano.accounts.models import User
from baquiano.directory.models.organization import Organization
from baquiano.directory.models.place import Location
from baquiano.directory.models.reading import Answer, Holidays, Reach, Visibility
from baquiano.lib.code_list import CodeList
from baquiano.lib.privacy import plain


class ServiceQuerySet(models.QuerySet["Service"]):
    def within(self, reach: Reach) -> ServiceQuerySet:
        """What somebody who reads so far may know of: not withheld, and not one whose every place is hidden from them."""
        places = ServiceAtLocation.objects.filter(service=OuterRef("pk"), is_active=True)
        seen = places.filter(location__visibility__in=reach.value)
        return self.filter(
            Exists(seen) | ~Exists(places), visibility__in=reach.value, is_withheld=False, organization__is_active=True
        )


class Service(models.Model):
    """One service. The lists hold codes of `territory.codes`; ages in years, both ends included; texts are Spanish.

    `accepts` are the documents it accepts where it asks for one. `areas` are p-codes of the divisions it serves when it has no place or
    reaches farther than its places ("CO", "CL05"). `caution` and `source` carry what CONTENT.md says of a seeded one. `status` is HSDS's.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("in service")
        INACTIVE = "inactive", _("not offered at the moment")
        DEFUNCT = "defunct", _("ended")
        CLOSED = "temporarily closed", _("closed for a while")

    class Sex(models.TextChoices):
        ANY = "", _("anybody")
        WOMEN = "women", _("women only")
        MEN = "men", _("men only")

    class Cost(models.TextChoices):
        UNKNOWN = "unknown", _("not known")
        FREE = "free", _("free of charge")
        SOME = "some", _("some things cost money")
        PAID = "paid", _("costs money")

    PRIVACY = plain(
        "id",
        "organization",
        "name",
        "alternate_name",
        "description",
        "url",
        "email",
        "phones",
        "status",
        "needs",
        "populations",
        "asks_documents",
        "asks_status",
        "accepts",
        "sex",
        "minimum_age",
        "maximum_age",
        "family",
        "eligibility_text",
        "required_documents",
        "cost",
        "cost_text",
        "cost_options",
        "languages",
        "interpretation",
        "appointment",
        "how_to_ask",
        "hours",
        "hours_note",
        "holidays",
        "areas",
        "alert",
        "caution",
        "source",
        "source_on",
        "visibility",
        "is_emergency",
        "is_withheld",
        "withheld_because",
        "unverifiable_since",
        "is_demo",
        "origin",
        "more",
        "modified_at",
        "created_at",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="services")
    name = models.CharField(max_length=200)
    alternate_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    url = models.URLField(max_length=300, blank=True)
    email = models.EmailField(blank=True)  # of the service, not of somebody who works there
    phones = models.JSONField(default=list, blank=True)  # as HSDS writes them
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    needs = CodeList()  # territory.codes.NEEDS
    populations = CodeList()  # territory.codes.POPULATIONS; none = not known
    asks_documents = models.CharField(max_length=10, choices=Answer, default=Answer.UNKNOWN)
    asks_status = models.CharField(max_length=10, choices=Answer, default=Answer.UNKNOWN)  # the migratory situation
    accepts = CodeList()  # territory.codes.PAPERS
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.ANY, blank=True)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    family = CodeList()  # territory.codes.FAMILIES
    eligibility_text = models.TextField(blank=True)
    required_documents = models.JSONField(default=list, blank=True)  # as HSDS writes them: document, uri
    cost = models.CharField(max_length=10, choices=Cost, default=Cost.UNKNOWN)
    cost_text = models.TextField(blank=True)
    cost_options = models.JSONField(default=list, blank=True)  # as HSDS writes them: option, amount, currency …
    languages = CodeList()  # ISO 639, "sgn" for signs
    interpretation = models.TextField(blank=True)
    appointment = models.CharField(max_length=10, choices=Answer, default=Answer.UNKNOWN)
    how_to_ask = models.TextField(blank=True)
    hours = models.TextField(blank=True)
    hours_note = models.TextField(blank=True)
    holidays = models.CharField(max_length=10, choices=Holidays, default=Holidays.UNKNOWN)
    areas = CodeList()
    alert = models.TextField(blank=True)
    caution = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)
    source_on = models.DateField(null=True, blank=True)
    visibility = models.CharField(max_length=15, choices=Visibility, default=Visibility.PUBLIC)
    is_emergency = models.BooleanField(default=False)  # past its date it stays, with a badge
    is_withheld = models.BooleanField(default=False)  # "no publicar": they do not want to be listed
    withheld_because = models.TextField(blank=True)
    unverifiable_since = models.DateField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    origin = models.CharField(max_length=80, blank=True)
    more = models.JSONField(default=dict, blank=True)
    modified_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ServiceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"service {self.pk}"


class ServiceAtLocationQuerySet(models.QuerySet["ServiceAtLocation"]):
    def within(self, reach: Reach) -> ServiceAtLocationQuerySet:
        """Both the service and the place may be known to somebody who reads so far."""
        return self.filter(
            is_active=True,
            service__visibility__in=reach.value,
            service__is_withheld=False,
            service__organization__is_active=True,
            location__visibility__in=reach.value,
            location__is_active=True,
        )


class ServiceAtLocation(models.Model):
    """A service at one of its places. `hours` "" = those of the service, and else those of the place."""

    PRIVACY = plain(
        "id",
        "service",
        "location",
        "description",
        "hours",
        "hours_note",
        "holidays",
        "phones",
        "is_active",
        "more",
        "modified_at",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="at")
    location = models.ForeignKey(Location, models.PROTECT, related_name="offers")
    description = models.TextField(blank=True)
    hours = models.TextField(blank=True)
    hours_note = models.TextField(blank=True)
    holidays = models.CharField(max_length=10, choices=Holidays, default=Holidays.UNKNOWN)
    phones = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    more = models.JSONField(default=dict, blank=True)
    modified_at = models.DateTimeField(default=timezone.now)

    objects = ServiceAtLocationQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("service", "location"), name="a_service_is_once_at_a_place"),)

    def __str__(self) -> str:
        return f"service at location {self.pk}"


class Capacity(models.Model):
    """How much is left, as somebody said it at `updated_at`; believed until `good_until` and not said to anybody afterwards."""

    PRIVACY = plain(
        "id", "service", "at", "unit", "available", "maximum", "description", "updated_at", "good_until", "by", "more"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="capacities")
    at = models.ForeignKey(ServiceAtLocation, models.PROTECT, null=True, blank=True, related_name="capacities")
    unit = models.CharField(max_length=60)  # "camas", "cupos"
    available = models.FloatField()
    maximum = models.FloatField(null=True, blank=True)
    description = models.TextField(blank=True)
    updated_at = models.DateTimeField()
    good_until = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    more = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"capacity {self.pk}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def in_force(self, now: datetime) -> NoticeQuerySet:
        return self.filter(begins_at__lte=now, ends_at__gt=now, ended_at=None)

    def coming(self, now: datetime) -> NoticeQuerySet:
        """In force, or later."""
        return self.filter(ends_at__gt=now, ended_at=None)


class Notice(models.Model):
    """What is different from one moment to another, of one service, place or whole organisation; it ends by itself."""

    class Kind(models.TextChoices):
        CLOSED = "closed", pgettext_lazy("place", "closed")
        HOURS = "hours", _("other hours")
        MESSAGE = "message", _("something to know")

    PRIVACY = plain(
        "id",
        "kind",
        "organization",
        "service",
        "location",
        "at",
        "text",
        "hours",
        "begins_at",
        "ends_at",
        "ended_at",
        "by",
        "created_at",
    )

    kind = models.CharField(max_length=10, choices=Kind)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="notices")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="notices")
    location = models.ForeignKey(Location, models.PROTECT, null=True, blank=True, related_name="notices")
    at = models.ForeignKey(ServiceAtLocation, models.PROTECT, null=True, blank=True, related_name="notices")
    text = models.TextField(blank=True)
    hours = models.TextField(blank=True)  # of kind HOURS, as OpenStreetMap writes them
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # before its time, by hand
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_notice_is_about_one_thing",
                condition=Q(organization__isnull=False, service=None, location=None, at=None)
                | Q(organization=None, service__isnull=False, location=None, at=None)
                | Q(organization=None, service=None, location__isnull=False, at=None)
                | Q(organization=None, service=None, location=None, at__isnull=False),
            ),
            models.CheckConstraint(name="a_notice_ends", condition=Q(ends_at__gt=models.F("begins_at"))),
        )

    def __str__(self) -> str:
        return f"notice {self.pk}: {self.kind}"
