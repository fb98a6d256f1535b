"""What we know and may say, with its source and its date. Who was told is never known here."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.lib.privacy import plain

FIRST_SENTENCE = 160
SHORT_ANSWER = 700


class Topic(models.Model):
    """What people ask about. The id never changes; the words do. `country` None: everywhere."""

    PRIVACY = plain("id", "country", "branch", "titles", "labels", "words", "position", "pack")

    id = models.SlugField(max_length=60, primary_key=True)
    country = models.CharField(max_length=2, null=True, blank=True)
    branch = models.SlugField(max_length=30)
    titles: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)  # language → title
    labels: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)  # ≤ 24, for list rows
    words: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=100)
    pack = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.pk

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("es", self.pk)

    def label(self, language: str) -> str:
        return self.labels.get(language) or self.labels.get("es", self.pk)


class Example(models.Model):
    """A question as somebody might type it, written or reviewed by a person. Search learns from these only."""

    PRIVACY = plain("id", "topic", "language", "text", "pack")

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="examples")
    language = models.CharField(max_length=2)
    text = models.CharField(max_length=400)
    pack = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"example {self.pk}"


class Article(models.Model):
    """One subject's answer through all its versions."""

    PRIVACY = plain("id", "topic", "country", "is_life_saving", "pack")

    id = models.SlugField(max_length=70, primary_key=True)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="articles")
    country = models.CharField(max_length=2, null=True, blank=True)
    is_life_saving = models.BooleanField(default=False)
    pack = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.pk


class ArticleVersionQuerySet(models.QuerySet["ArticleVersion"]):
    def published(self) -> ArticleVersionQuerySet:
        """Approved by two people and not taken back: what production may serve."""
        return self.filter(published_at__isnull=False, withdrawn_at=None)

    def servable(self, *, with_proposals: bool) -> ArticleVersionQuerySet:
        """`with_proposals` (demo only): what packs propose is served too, under a visible mark, when nothing is published."""
        alive = self.filter(withdrawn_at=None) if with_proposals else self.published()
        better = alive.filter(article=models.OuterRef("article")).order_by(
            models.F("published_at").desc(nulls_last=True), "-number"
        )
        return alive.filter(pk=models.Subquery(better.values("pk")[:1]))


class ArticleVersion(models.Model):
    """Words only. Once published, the database refuses to change them. The dates shown are those of its last Verification."""

    PRIVACY = plain(
        "id", "article", "number", "language", "title", "first_sentence", "short_answer", "sections", "caution",
        "confidence", "known_on", "window_closes_on", "next_topics", "origin", "digest", "written_by", "reviewed_by",
        "created_at", "published_at", "withdrawn_at", "withdrawn_by",
    )  # fmt: skip

    article = models.ForeignKey(Article, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=2, default="es")
    title = models.CharField(max_length=120)
    first_sentence = models.CharField(max_length=FIRST_SENTENCE)
    short_answer = models.TextField()
    sections: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    caution = models.TextField(blank=True)
    confidence = models.CharField(max_length=1, blank=True)  # A to M, of what a pack brings; empty for our own
    known_on = models.DateField(null=True)  # a pack's own last known date: never a verification
    window_closes_on = models.DateField(null=True)  # a date in the world, not of our trust
    next_topics: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    origin = models.CharField(max_length=40, blank=True)  # the pack that proposed it
    digest = models.CharField(max_length=64, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("article", "number"), name="one_version_per_number"),
            models.CheckConstraint(
                condition=Q(published_at=None) | (Q(written_by__isnull=False) & Q(reviewed_by__isnull=False)),
                name="publishing_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(written_by=models.F("reviewed_by")),
                name="author_and_reviewer_differ",
            ),
        )

    def __str__(self) -> str:
        return f"version {self.pk}"

    def is_closed(self, today: date) -> bool:
        """The window it speaks of has passed: say so first."""
        return self.window_closes_on is not None and self.window_closes_on < today


class Source(models.Model):
    """Where the words come from. The first one is the authority's own page."""

    PRIVACY = plain("id", "version", "position", "title", "url", "dated_on", "confidence")

    version = models.ForeignKey(ArticleVersion, models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    url = models.URLField(max_length=300, blank=True)
    dated_on = models.DateField(null=True)
    confidence = models.CharField(max_length=1, blank=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"source {self.pk}"


class Translation(models.Model):
    """A version's words in another language, versioned and approved the same way."""

    PRIVACY = plain(
        "id", "version", "language", "number", "title", "first_sentence", "short_answer", "sections", "written_by",
        "reviewed_by", "created_at", "published_at", "withdrawn_at",
    )  # fmt: skip

    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="translations")
    language = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    first_sentence = models.CharField(max_length=FIRST_SENTENCE)
    short_answer = models.TextField()
    sections: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "language", "number"), name="one_translation_per_number"),
            models.CheckConstraint(
                condition=Q(published_at=None) | (Q(written_by__isnull=False) & Q(reviewed_by__isnull=False)),
                name="publishing_a_translation_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | ~Q(written_by=models.F("reviewed_by")),
                name="translator_and_reviewer_differ",
            ),
        )

    def __str__(self) -> str:
        return f"translation {self.pk}"


class Verification(models.Model):
    """Somebody of this installation checked a version against its source. Append-only: checking again adds a row."""

    PRIVACY = plain("id", "version", "on", "by", "how", "good_until")

    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="verifications")
    on = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    how = models.CharField(max_length=300)
    good_until = models.DateField()

    class Meta:
        ordering = ("-on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(good_until__gt=models.F("on")), name="trust_ends_after_checking"),
        )

    def __str__(self) -> str:
        return f"verification {self.pk}"


class Shelf(models.Model):
    """One row: the number of the last change of what may be said. Indexes in memory carry the number they were built from."""

    PRIVACY = plain("id", "number")

    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"shelf {self.number}"


def shelf_number() -> int:
    return Shelf.objects.values_list("number", flat=True).first() or 0
