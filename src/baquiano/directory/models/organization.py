"""Whose services they are."""

import uuid

from django.db import models
from django.utils import timezone

from baquiano.lib.privacy import plain


class Organization(models.Model):
    """One organisation that people are sent to or that asks about them. `id` is its HSDS id; nothing deletes it, it becomes inactive.

    `origin` is where it was first written ("", "pack:colombia", "import:<name>"); `more` keeps what HSDS says of it that has no column.
    """

    PRIVACY = plain(
        "id",
        "name",
        "alternate_name",
        "description",
        "website",
        "email",
        "phone",
        "parent",
        "is_active",
        "is_demo",
        "origin",
        "more",
        "modified_at",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    alternate_name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    website = models.URLField(max_length=300, blank=True)
    email = models.EmailField(blank=True)  # of the organisation, not of somebody who works there
    phone = models.CharField(max_length=40, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    origin = models.CharField(max_length=80, blank=True)
    more = models.JSONField(default=dict, blank=True)
    modified_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"organization {self.pk}"
