"""The number that every change of the directory raises: whoever keeps an index of it compares."""

from django.db import models

from baquiano.lib.privacy import plain


class Version(models.Model):
    """One row, number 1."""

    PRIVACY = plain("id", "number")

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"version {self.number}"
