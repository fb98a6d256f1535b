"""Countries and their divisions, with the official codes. Nothing here knows a person."""

from __future__ import annotations

from django.db import models

from baquiano.lib.privacy import plain


class Country(models.Model):
    """A country whose divisions are loaded. Which ones an organisation serves is said by the organisation."""

    PRIVACY = plain("code", "name", "timezone")

    code = models.CharField(max_length=2, primary_key=True)  # ISO 3166-1 alpha-2
    name = models.CharField(max_length=60)
    timezone = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.code


class Division(models.Model):
    """A region or department (level 1), a province (2, Chile), a commune or municipality (the deepest level)."""

    PRIVACY = plain("id", "country", "level", "code", "parent", "pcode", "name", "name_folded", "latitude", "longitude")

    country = models.ForeignKey(Country, models.PROTECT, related_name="divisions")
    level = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=10)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    pcode = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    name_folded = models.CharField(max_length=120, db_index=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("country", "level", "code"), name="one_division_per_code"),)

    def __str__(self) -> str:
        return f"{self.country_id}-{self.level}-{self.code}"
