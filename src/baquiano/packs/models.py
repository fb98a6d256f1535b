"""Which packs were loaded, and what they brought."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from baquiano.lib.privacy import plain


class PackLoad(models.Model):
    """The last loading of one pack: the digest of what it says tells whether anything is new.

    `aside`: what it says of itself and of its texts that nobody is told and no other table holds, for its export.
    """

    PRIVACY = plain("id", "name", "version", "digest", "aside", "loaded_at")

    name = models.CharField(max_length=40, unique=True)
    version = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    aside: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    loaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"pack {self.name}"
