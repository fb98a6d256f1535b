"""What was changed, field by field; which rows look alike and are two; and the ids that rows had before they were merged."""

from django.db import models
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.lib.fields import EncryptedJSON
from baquiano.lib.privacy import Keeping, Kind, plain


class Change(models.Model):
    """One field of one row. `values` is [before, after], sealed: some rows are confidential, and stay so in their history."""

    PRIVACY = {
        **plain("id", "entity", "row", "field", "made_at", "by", "how"),
        "values": Keeping(Kind.PERSONAL, "to see what was changed, also of a confidential place"),
    }

    entity = models.CharField(max_length=40)  # HSDS's word for the kind of row
    row = models.UUIDField(db_index=True)
    field = models.CharField(max_length=60)
    values = EncryptedJSON()
    made_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    how = models.CharField(max_length=80)  # "edit", "import:<name>", "draft", "merge"

    def __str__(self) -> str:
        return f"change {self.pk}"


class Different(models.Model):
    """Two rows that look alike and are not the same: somebody looked. `one` is the smaller id."""

    PRIVACY = plain("id", "entity", "one", "other", "by", "judged_at")

    entity = models.CharField(max_length=40)
    one = models.UUIDField()
    other = models.UUIDField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("one", "other"), name="judged_different_once"),)

    def __str__(self) -> str:
        return f"two of a kind: {self.entity}"


class OldId(models.Model):
    """An id that now means another row: links, imports and referrals that know it still arrive."""

    PRIVACY = plain("old", "entity", "row", "merged_at", "by")

    old = models.UUIDField(primary_key=True)
    entity = models.CharField(max_length=40)
    row = models.UUIDField(db_index=True)
    merged_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"old id of a {self.entity}"
