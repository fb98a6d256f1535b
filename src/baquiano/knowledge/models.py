"""What we know and may say, with its source and its date. Who was told is never known here."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.accounts.policy import may
from baquiano.lib.fields import EncryptedJSON, EncryptedText
from baquiano.lib.prepared import Prepared
from baquiano.lib.privacy import Keeping, Kind, plain

FIRST_SENTENCE = 160
SHORT_ANSWER = 700
SOURCE_SAYS = 200
ALERT_TEXT = 300
DRAFT_DAYS = 180
QUESTION_DAYS = 90


PROTECTION = "proteccion"
"""The branch of whoever is in danger: all of its topics are sensitive."""


class Topic(models.Model):
    """What people ask about. The id never changes; the words do. `country` None: everywhere.

    `is_sensitive`: that somebody asked about it may harm them if whoever holds their telephone learns of it.
    """

    PRIVACY = plain("id", "country", "branch", "titles", "labels", "words", "position", "is_sensitive", "pack")

    id = models.SlugField(max_length=60, primary_key=True)
    country = models.CharField(max_length=2, null=True, blank=True)
    branch = models.SlugField(max_length=30)
    titles: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)  # language → title
    labels: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(default=dict)  # ≤ 24, for list rows
    words: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=100)
    is_sensitive = models.BooleanField(default=False)
    pack = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.pk

    @property
    def needs_a_person(self) -> bool:
        """Nothing about it is sent by itself: a person tells, by the safe contact."""
        return self.is_sensitive or self.branch == PROTECTION

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("es", self.pk)

    def label(self, language: str) -> str:
        return self.labels.get(language) or self.labels.get("es", self.pk)


class Article(models.Model):
    """One subject's answer through all its versions. Without a topic it is a public page that no question leads to."""

    PRIVACY = plain(
        "id", "topic", "country", "is_life_saving", "territory", "populations", "stages", "sdg", "pack",
    )  # fmt: skip

    id = models.SlugField(max_length=70, primary_key=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, related_name="articles")
    country = models.CharField(max_length=2, null=True, blank=True)
    is_life_saving = models.BooleanField(default=False)
    territory = models.CharField(max_length=12, blank=True)  # official code of a division; empty: the whole country
    populations: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    stages: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    sdg: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    pack = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.pk


class Example(models.Model):
    """A question as somebody might type it, written or reviewed by a person. Search learns from these only.

    `article`: the one of its topic's articles that answers it; None: any of them. `pack` empty: added here, and no pack removes it.
    """

    PRIVACY = plain("id", "topic", "article", "language", "text", "pack")

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="examples")
    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="examples")
    language = models.CharField(max_length=2)
    text = models.CharField(max_length=400)
    pack = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"example {self.pk}"


class ArticleVersionQuerySet(models.QuerySet["ArticleVersion"]):
    def published(self) -> ArticleVersionQuerySet:
        """Approved by two people and not taken back: what production may serve."""
        return self.filter(published_at__isnull=False, withdrawn_at=None)

    def undecided(self) -> ArticleVersionQuerySet:
        """Neither published nor taken back."""
        return self.filter(published_at=None, withdrawn_at=None)

    def proposed(self) -> ArticleVersionQuerySet:
        """What packs propose and nobody has taken on: the last one of each article, and only if it is newer than what is published."""
        alive = self.undecided().filter(written_by=None)
        later = ArticleVersion.objects.filter(article=models.OuterRef("article"), number__gt=models.OuterRef("number"))
        beaten = later.filter(Q(published_at__isnull=False) | Q(withdrawn_at=None, written_by=None))
        return alive.exclude(models.Exists(beaten))

    def waiting(self) -> ArticleVersionQuerySet:
        """Somebody answers for it, and nobody else has read it yet."""
        return self.undecided().filter(submitted_at__isnull=False, reviewed_by=None)

    def scheduled(self) -> ArticleVersionQuerySet:
        """Approved by two people, for a later time."""
        return self.undecided().filter(reviewed_by__isnull=False, publish_on__isnull=False)

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
        "confidence", "known_on", "window_closes_on", "figures_until", "next_topics", "origin", "digest", "change_note",
        "is_material", "written_by", "submitted_at", "reviewed_by", "created_at", "publish_on", "published_at",
        "withdrawn_at", "withdrawn_by",
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
    figures_until = models.DateField(null=True)  # a tariff, a cap: the last day its figures are good for
    next_topics: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    origin = models.CharField(max_length=40, blank=True)  # the pack that proposed it
    digest = models.CharField(max_length=64, blank=True)
    change_note = models.CharField(max_length=300, blank=True)  # what is different, for colleagues
    is_material = models.BooleanField(default=True)  # whoever was told the version before may have to know
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)  # handed to the second person
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    publish_on = models.DateTimeField(null=True)  # approved, and published by the clock at that time
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
    """Where the words come from. The first one is the authority's own page.

    `says`: what it says on the point where the sources of its version differ. Two or more that say something are a declared
    conflict: whoever asks reads what each one says. Which of them is right is said nowhere.
    """

    PRIVACY = plain("id", "version", "position", "title", "url", "dated_on", "confidence", "says")

    version = models.ForeignKey(ArticleVersion, models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    url = models.URLField(max_length=300, blank=True)
    dated_on = models.DateField(null=True)
    confidence = models.CharField(max_length=1, blank=True)
    says = models.CharField(max_length=SOURCE_SAYS, blank=True)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"source {self.pk}"


class TranslationQuerySet(models.QuerySet["Translation"]):
    def undecided(self) -> TranslationQuerySet:
        return self.filter(published_at=None, withdrawn_at=None)

    def proposed(self) -> TranslationQuerySet:
        """A pack's, taken on by nobody: the last one of its version and language, unless a later one is published."""
        later = Translation.objects.filter(
            version=models.OuterRef("version"),
            language=models.OuterRef("language"),
            number__gt=models.OuterRef("number"),
        )
        beaten = later.filter(Q(published_at__isnull=False) | Q(withdrawn_at=None, written_by=None))
        return self.undecided().filter(written_by=None).exclude(models.Exists(beaten))

    def waiting(self) -> TranslationQuerySet:
        """Somebody answers for it, and nobody else has read it yet."""
        return self.undecided().filter(written_by__isnull=False)


class Translation(models.Model):
    """A version's words in another language, versioned and approved the same way."""

    PRIVACY = plain(
        "id", "version", "language", "number", "title", "first_sentence", "short_answer", "sections", "origin", "digest",
        "written_by", "reviewed_by", "created_at", "published_at", "withdrawn_at",
    )  # fmt: skip

    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="translations")
    language = models.CharField(max_length=2)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    first_sentence = models.CharField(max_length=FIRST_SENTENCE)
    short_answer = models.TextField()
    sections: models.JSONField[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(default=dict)
    origin = models.CharField(max_length=40, blank=True)  # the pack that proposed it
    digest = models.CharField(max_length=64, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = TranslationQuerySet.as_manager()

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


class Draft(models.Model):
    """What an editor is writing, kept while it is written: nobody else's, unreadable in a stolen database, and no version yet."""

    PRIVACY = {
        **plain("id", "author", "article", "saved_at"),
        "body": Keeping(Kind.SENSITIVE, "so that nothing written is lost", days=DRAFT_DAYS),
    }

    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    body = EncryptedJSON()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("author", "article"), name="one_draft_each"),)

    def __str__(self) -> str:
        return f"draft {self.pk}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User) -> QuestionQuerySet:
        """Only those who write and approve: it is masked, and still somebody's words."""
        return self if may(user, "question.read") else self.none()

    def open(self) -> QuestionQuerySet:
        """Nobody has decided what becomes of it."""
        return self.filter(outcome="")

    def past_keeping(self, now: datetime) -> QuestionQuerySet:
        return self.filter(asked_at__lt=now - timedelta(days=QUESTION_DAYS))


class Question(models.Model):
    """What nobody here could answer, or answered badly: how the content learns. Without address; names and numbers masked.

    Never one that told of a danger. It becomes an example, a new text, or is set aside as not ours. `asked_at` is noon (UTC) of
    its day: by the minute it could be laid beside a conversation. `said_hash`, of what was typed, lets BORRAR reach it.
    """

    PRIVACY = {
        **plain("id", "language", "country", "reason", "topic", "asked_at", "outcome", "example", "settled_by", "settled_at"),
        "text": Keeping(Kind.SENSITIVE, "to find out what people ask and we cannot answer", days=QUESTION_DAYS),
        "said_hash": Keeping(Kind.PERSONAL, "so that whoever erases her words erases this too", days=QUESTION_DAYS),
    }  # fmt: skip

    class Reason(models.TextChoices):
        UNANSWERED = "unanswered"  # nothing fitted, or nothing approved
        USELESS = "useless"  # answered, and it did not help

    class Outcome(models.TextChoices):
        EXAMPLE = "example"
        NEW_TEXT = "new_text"
        NOT_OURS = "not_ours"

    text = EncryptedText()
    said_hash = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    reason = models.CharField(max_length=12, choices=Reason)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, related_name="+")  # what was answered, or came nearest
    asked_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    example = models.ForeignKey(Example, models.SET_NULL, null=True, related_name="+")
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"question {self.pk}"


class RumourQuerySet(models.QuerySet["Rumour"]):
    def visible_to(self, user: User) -> RumourQuerySet:
        return self if may(user, "rumour.read") else self.none()

    def said(self, today: date) -> RumourQuerySet:
        """Answered by two people, and still trusted."""
        return self.filter(answered_at__isnull=False, good_until__gte=today)


class Rumour(models.Model):
    """Something that goes round: what was heard, where, since when, how often; and what is true, once two people say so."""

    PRIVACY = plain(
        "id", "heard", "country", "territory", "first_heard_on", "last_heard_on", "times", "checking_by", "answer",
        "source_title", "source_url", "answered_by", "approved_by", "answered_at", "good_until", "examples",
    )  # fmt: skip

    class State(models.TextChoices):
        HEARD = "heard"
        CHECKING = "checking"
        WAITING = "waiting"  # for the second person
        ANSWERED = "answered"
        EXPIRED = "expired"

    heard = models.CharField(max_length=300)
    country = models.CharField(max_length=2, blank=True)
    territory = models.CharField(max_length=12, blank=True)
    first_heard_on = models.DateField()
    last_heard_on = models.DateField()
    times = models.PositiveIntegerField(default=1)
    checking_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=SHORT_ANSWER, blank=True)
    source_title = models.CharField(max_length=160, blank=True)
    source_url = models.URLField(max_length=300, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)  # approved: from now on it is said
    good_until = models.DateField(null=True)
    examples: models.JSONField[list[str], list[str]] = models.JSONField(default=list)  # other ways it is told

    objects = RumourQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at=None)
                | (
                    Q(answered_by__isnull=False)
                    & Q(approved_by__isnull=False)
                    & Q(good_until__isnull=False)
                    & ~Q(answer="")
                    & ~Q(answered_by=models.F("approved_by"))
                ),
                name="answering_a_rumour_needs_two",
            ),
        )

    def __str__(self) -> str:
        return f"rumour {self.pk}"

    def state(self, today: date) -> State:
        if self.answered_at and self.good_until:
            return self.State.EXPIRED if self.good_until < today else self.State.ANSWERED
        if self.answered_by_id:
            return self.State.WAITING
        return self.State.CHECKING if self.checking_by_id else self.State.HEARD


class FraudAlertQuerySet(models.QuerySet["FraudAlert"]):
    def visible_to(self, user: User) -> FraudAlertQuerySet:
        return self if may(user, "fraud.read") else self.none()

    def published(self) -> FraudAlertQuerySet:
        """Approved by two people and not taken back. Between which days it is said stands in the row."""
        return self.filter(published_at__isnull=False, withdrawn_at=None)


class FraudAlert(models.Model):
    """A swindle that goes round in a territory: said on every channel between two days."""

    PRIVACY = plain(
        "id", "texts", "country", "territory", "begins_on", "ends_on", "written_by", "approved_by", "published_at",
        "withdrawn_at", "withdrawn_by",
    )  # fmt: skip

    texts: models.JSONField[dict[str, str], dict[str, str]] = models.JSONField(
        default=dict
    )  # language → ≤ 300 characters
    country = models.CharField(max_length=2)
    territory = models.CharField(max_length=12, blank=True)
    begins_on = models.DateField()
    ends_on = models.DateField()
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = FraudAlertQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(published_at=None)
                | (Q(approved_by__isnull=False) & ~Q(written_by=models.F("approved_by"))),
                name="publishing_an_alert_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=models.F("begins_on")), name="an_alert_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"fraud alert {self.pk}"

    def state(self, today: date) -> str:
        """waiting, said, later, over or withdrawn."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.ends_on < today:
            return "over"
        if self.published_at is None:
            return "waiting"
        return "said" if self.begins_on <= today else "later"


class Shelf(models.Model):
    """One row: the number of the last change of what may be said. Indexes in memory carry the number they were built from."""

    PRIVACY = plain("id", "number")

    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"shelf {self.number}"


_number = Prepared[int](lambda: Shelf.objects.order_by("pk").values_list("number", flat=True)[:1])


def shelf_number() -> int:
    return next(iter(_number()), 0)
