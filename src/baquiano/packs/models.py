"""Which packs were loaded, and what they brought."""

from django.db import models
from django.utils import timezone

from baquiano.lib.privacy import plain


class PackLoad(models.Model):
    """One loading of one pack: the digest of its files says whether anything is new."""

    PRIVACY = plain("id", "name", "version", "digest", "loaded_at")

    name = models.CharField(max_length=40, unique=True)
    version = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"pack {self.name}"
