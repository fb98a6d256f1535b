"""Where. A confidential place says nothing in the open, not even its municipality: the table itself refuses it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.directory.models.organization import Organization
from baquiano.directory.models.reading import Answer, Holidays, Reach, Visibility
from baquiano.lib.code_list import CodeList
from baquiano.lib.fields import EncryptedJSON
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.territory.models import Division

_OPEN_TEXTS = (
    "name",
    "alternate_name",
    "description",
    "transportation",
    "address_1",
    "address_2",
    "city",
    "state_province",
    "postal_code",
    "hours",
    "hours_note",
)


class LocationQuerySet(models.QuerySet["Location"]):
    def within(self, reach: Reach) -> LocationQuerySet:
        return self.filter(visibility__in=reach.value)


class Location(models.Model):
    """One place. Coordinates in degrees (WGS 84); `is_approximate`: the middle of its municipality, no pin was set.

    `hours` as OpenStreetMap writes them ("Mo-Fr 08:00-17:00"), "" = not known; a service there may have its own. `sealed` holds the open
    texts, the coordinates and the division of a confidential place, by their names.
    """

    class Type(models.TextChoices):
        PHYSICAL = "physical", _("a place")
        POSTAL = "postal", _("for letters")
        VIRTUAL = "virtual", _("on the telephone or the internet")

    PRIVACY = {
        **plain(
            "id",
            "organization",
            "kind",
            "name",
            "alternate_name",
            "description",
            "transportation",
            "address_1",
            "address_2",
            "city",
            "state_province",
            "postal_code",
            "country",
            "division",
            "latitude",
            "longitude",
            "is_approximate",
            "zone",
            "accessibility",
            "phones",
            "languages",
            "hours",
            "hours_note",
            "holidays",
            "step_free",
            "visibility",
            "is_active",
            "is_demo",
            "origin",
            "more",
            "modified_at",
        ),
        "sealed": Keeping(Kind.PERSONAL, "where a confidential place is: read by the protection role only"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="places")
    kind = models.CharField(max_length=10, choices=Type, default=Type.PHYSICAL)
    name = models.CharField(max_length=200, blank=True)
    alternate_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    transportation = models.TextField(blank=True)
    address_1 = models.CharField(max_length=300, blank=True)
    address_2 = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=120, blank=True)
    state_province = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")  # the deepest known
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    is_approximate = models.BooleanField(default=False)
    zone = models.CharField(max_length=40, blank=True)  # IANA; "" = that of its country
    accessibility = CodeList()  # territory.codes.ACCESSIBILITY
    phones = models.JSONField(
        default=list, blank=True
    )  # as HSDS writes them: number, extension, type, description, languages
    languages = CodeList()  # ISO 639
    hours = models.TextField(blank=True)
    hours_note = models.TextField(blank=True)
    holidays = models.CharField(max_length=10, choices=Holidays, default=Holidays.UNKNOWN)
    step_free = models.CharField(max_length=10, choices=Answer, default=Answer.UNKNOWN)
    visibility = models.CharField(max_length=15, choices=Visibility, default=Visibility.PUBLIC)
    sealed = EncryptedJSON(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    origin = models.CharField(max_length=80, blank=True)
    more = models.JSONField(default=dict, blank=True)
    modified_at = models.DateTimeField(default=timezone.now)

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="a_confidential_place_says_nothing_in_the_open",
                condition=~Q(visibility=Visibility.CONFIDENTIAL)
                | Q(
                    **dict.fromkeys(_OPEN_TEXTS, ""),
                    latitude=None,
                    longitude=None,
                    division=None,
                    country="",
                    zone="",
                    accessibility="",
                    languages="",
                    phones=[],
                    more={},
                ),
            ),
            models.CheckConstraint(
                name="a_point_has_two_numbers_on_the_globe",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
            ),
        )

    def __str__(self) -> str:
        return f"location {self.pk}"
