"""What is kept beside what was said: notes among colleagues, labels, what came with a message, and days of many people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.accounts.policy import Relation
from baquiano.conversations.models.talk import KEEP_DAYS, Conversation, Message
from baquiano.files.models import Attachment
from baquiano.files.refusal import Why
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain


class Note(models.Model):
    """A colleague writes to colleagues; the person never sees it. `meant_for`: with it the conversation was passed on."""

    PRIVACY = {
        **plain("id", "conversation", "by", "meant_for", "at"),
        "text": Keeping(Kind.SENSITIVE, "so that nobody has to repeat it", days=KEEP_DAYS),
    }

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    text = EncryptedText()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    meant_for = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"note {self.pk}"


class Label(models.Model):
    """A word of the team's own by which a conversation is found again. Readable, so it names no person and no danger."""

    PRIVACY = plain("id", "conversation", "word", "by", "at")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="labels")
    word = models.SlugField(max_length=30, allow_unicode=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "word"), name="one_label_once"),)

    def __str__(self) -> str:
        return f"label {self.pk}"


class Enclosure(models.Model):
    """What came with a message and is more than words: a sound, a picture, a film, a document. Fetched by a loop of its own, kept
    encrypted, opened by whoever may read its conversation, and seen or heard by somebody.

    Whoever reaches the conversation reaches it: the door asks for that row first.
    """

    PRIVACY = {
        **plain(
            "id", "message", "mime_type", "state", "why", "attempts", "due_at", "lease_until", "attachment", "seen_by", "seen_at",
        ),
        "provider_id": Keeping(Kind.PERSONAL, "to fetch it from the provider", days=KEEP_DAYS),
        "sha256": Keeping(Kind.PERSONAL, "to see that it arrived whole", days=KEEP_DAYS),
        "name": Keeping(Kind.PERSONAL, "what the file was called, until it is here", days=KEEP_DAYS),
        "transcript": Keeping(Kind.SENSITIVE, "what was heard or seen, so that it can be scanned and read", days=KEEP_DAYS),
    }  # fmt: skip

    RESOURCE: ClassVar[str] = "conversation"
    RELATIONS: ClassVar[Mapping[str, Relation]] = {}  # on every conversation that somebody may read

    class State(models.TextChoices):
        WAITING = "waiting", _("Not fetched yet")
        KEPT = "kept", _("Can be opened")
        REFUSED = "refused", _("Was not kept")
        GONE = "gone", _("The provider no longer has it")

    message = models.OneToOneField(Message, models.CASCADE, related_name="enclosure")
    provider_id = EncryptedText()
    mime_type = models.CharField(max_length=80, blank=True)  # as somebody else says: never believed
    sha256 = EncryptedText(blank=True, default="")
    name = EncryptedText(blank=True, default="")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.CharField(max_length=12, choices=Why, blank=True)  # it was refused
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    attachment = models.OneToOneField(Attachment, models.PROTECT, null=True, related_name="+")
    transcript = EncryptedText(blank=True, default="")
    seen_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("due_at",), condition=Q(state="waiting"), name="enclosures_waiting"),)

    def __str__(self) -> str:
        return f"enclosure {self.pk}: {self.state}"


class SurgeQuerySet(models.QuerySet["Surge"]):
    def now(self, at: datetime) -> SurgeQuerySet:
        return self.filter(began_at__lte=at, until__gt=at, ended_at=None)


class Surge(models.Model):
    """Many more people than usual: from when, who said so (None: the clock), and until when people are told of the wait."""

    PRIVACY = plain("id", "began_at", "by", "until", "ended_at", "wait_minutes")

    began_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    wait_minutes = models.PositiveIntegerField(null=True)  # what is told to people; None: not known

    objects = SurgeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"surge {self.pk}"
