"""Files kept of somebody, each for one area. The bytes are in `files`; who may open them is said here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from baquiano.accounts.models import Area, User
from baquiano.accounts.policy import Relation, reach
from baquiano.files.models import Attachment
from baquiano.lib.privacy import plain
from baquiano.people.models.particulars import OF_AREAS
from baquiano.people.models.person import Person


class KeptPaperQuerySet(models.QuerySet["KeptPaper"]):
    def kept(self, at: datetime) -> KeptPaperQuerySet:
        """Those whose file has not been erased and has not expired."""
        return self.filter(attachment__in=Attachment.objects.open(at))

    def visible_to(self, user: User) -> models.QuerySet[KeptPaper]:
        return reach(self, user, "read")


class KeptPaper(models.Model):
    """A file that had to be kept: look, don't keep is the rule. Opened by its area only, until its file expires."""

    PRIVACY = plain("id", "person", "attachment", "area", "added_by", "added_at")

    RESOURCE: ClassVar[str] = "attachment"
    RELATIONS: ClassVar[Mapping[str, Relation]] = OF_AREAS
    AREA: ClassVar[str] = "area"

    person = models.ForeignKey(Person, models.CASCADE, related_name="papers")
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+")
    area = models.CharField(max_length=20, choices=Area, blank=True)  # empty: no area's own
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = KeptPaperQuerySet.as_manager()

    def __str__(self) -> str:
        return f"kept paper {self.pk}"
