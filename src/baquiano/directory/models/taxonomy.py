"""The words by which others classify: taxonomies of imported feeds and which of our rows bear their terms. Ours are columns."""

import uuid

from django.db import models

from baquiano.lib.privacy import plain


class Taxonomy(models.Model):
    PRIVACY = plain("id", "name", "description", "uri", "version", "origin", "more")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    uri = models.CharField(max_length=300, blank=True)
    version = models.CharField(max_length=60, blank=True)
    origin = models.CharField(max_length=80, blank=True)
    more = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"taxonomy {self.pk}"


class Term(models.Model):
    PRIVACY = plain("id", "taxonomy", "code", "name", "description", "parent", "language", "origin", "more")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    taxonomy = models.ForeignKey(Taxonomy, models.PROTECT, null=True, blank=True, related_name="terms")
    code = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    language = models.CharField(max_length=20, blank=True)
    origin = models.CharField(max_length=80, blank=True)
    more = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"term {self.pk}"


class Attribute(models.Model):
    """A term of another taxonomy on one of our rows. `entity` is HSDS's word for the kind of row, `row` its id."""

    PRIVACY = plain("id", "entity", "row", "term", "value", "label", "link_type", "more")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity = models.CharField(max_length=40)  # "service", "organization", "location", "service_at_location"
    row = models.UUIDField(db_index=True)
    term = models.ForeignKey(Term, models.PROTECT, related_name="attributes")
    value = models.TextField(blank=True)
    label = models.CharField(max_length=200, blank=True)
    link_type = models.CharField(max_length=120, blank=True)
    more = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"attribute {self.pk}"
