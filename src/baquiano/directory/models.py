"""The organisations around us, in the words of HSDS (Open Referral UK/US 3.x). Only who they are: a consent names its receiver."""

import uuid

from django.db import models

from baquiano.lib.privacy import plain


class Organization(models.Model):
    """One organisation that people are sent to or that asks about them. `id` is its HSDS id; nothing deletes it, it becomes inactive."""

    PRIVACY = plain("id", "name", "alternate_name", "website", "email", "phone", "is_active", "is_demo")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    alternate_name = models.CharField(max_length=200, blank=True)
    website = models.URLField(max_length=300, blank=True)
    email = models.EmailField(blank=True)  # of the organisation, not of somebody who works there
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"organization {self.pk}"
