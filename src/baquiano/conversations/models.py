"""What was said, what was answered, and who owns the conversation now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.accounts.policy import may
from baquiano.channels.models import Channel
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.fields import EncryptedJSON, EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models import Address
from baquiano.post.models import Letter

KEEP_DAYS = 180
CLAIM_LASTS = timedelta(seconds=30)


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """Only what the machine handed over, and only to those whose role answers people; complaints only to whoever may read them."""
        if not may(user, "conversation.read"):
            return self.none()
        handed_over = self.filter(Exists(Handoff.objects.filter(conversation=OuterRef("pk"))))
        if may(user, "complaint.read"):
            return handed_over
        complaints = Handoff.objects.filter(conversation=OuterRef("pk"), reason=Handoff.Reason.COMPLAINT)
        return handed_over.exclude(Exists(complaints))

    def alive(self) -> ConversationQuerySet:
        return self.filter(closed_at=None)

    def deserted(self, now: datetime) -> ConversationQuerySet:
        """Owned by somebody who did not answer in time."""
        return self.filter(owner__isnull=False, owner_until__lt=now)

    def past_keeping(self, now: datetime) -> ConversationQuerySet:
        return self.filter(last_at__lt=now - timedelta(days=KEEP_DAYS))


class Conversation(models.Model):
    """One exchange with one address. `state` is the engine's; its number grows with each turn, so nobody overwrites another's turn."""

    PRIVACY = {
        **plain(
            "id", "address", "state_number", "language", "country", "opened_at", "last_at", "last_handled_at",
            "claimed_until", "owner", "owner_until", "closed_at",
        ),
        "state": Keeping(Kind.SENSITIVE, "to go on where the person was", days=KEEP_DAYS),
    }  # fmt: skip

    address = models.ForeignKey(Address, models.PROTECT, related_name="+")
    state = EncryptedJSON(default=dict)
    state_number = models.PositiveIntegerField(default=0)
    language = models.CharField(max_length=2, default="es")
    country = models.CharField(max_length=2, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    last_handled_at = models.DateTimeField(null=True)  # the person's own clock: an older message is late
    claimed_until = models.DateTimeField(null=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    owner_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("address",), condition=Q(closed_at=None), name="one_living_conversation"),
            models.CheckConstraint(condition=Q(owner=None) | Q(owner_until__isnull=False), name="owning_is_a_lease"),
        )

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def inbound(self) -> MessageQuerySet:
        return self.filter(author=Message.Author.PERSON)

    def waiting(self) -> MessageQuerySet:
        return self.filter(state=Message.State.WAITING)


class Message(models.Model):
    """One thing said, by either side. An outgoing one has one letter."""

    PRIVACY = {
        **plain(
            "id", "conversation", "channel", "author", "staff", "provider_hash", "sent_at", "received_at", "kind",
            "choice_id", "state", "level", "danger", "letter", "is_automatic",
        ),
        "text": Keeping(Kind.SENSITIVE, "to answer, and so that nobody has to repeat it", days=KEEP_DAYS),
    }  # fmt: skip

    class Author(models.TextChoices):
        PERSON = "person"
        MACHINE = "machine"
        STAFF = "staff"

    class State(models.TextChoices):
        """WAITING: the engine has not seen it. LATE: older than one already answered; scanned, and read by a person."""

        WAITING = "waiting"
        HANDLED = "handled"
        LATE = "late"
        OWNED = "owned"  # a person owned the conversation; scanned for danger only
        SAID = "said"  # ours

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    author = models.CharField(max_length=10, choices=Author)
    staff = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    provider_hash = models.CharField(max_length=64, null=True)
    sent_at = models.DateTimeField(default=timezone.now)
    received_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=20, default="text")
    text = EncryptedText()
    choice_id = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State)
    level = models.CharField(max_length=2, blank=True)
    danger = models.CharField(max_length=20, blank=True)
    letter = models.OneToOneField(Letter, models.PROTECT, null=True, related_name="+")
    is_automatic = models.BooleanField(default=False)  # said by the machine while a person owned the conversation

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("channel", "provider_hash"), name="the_same_message_twice_is_one_row"),
            models.CheckConstraint(
                condition=Q(author="person") | Q(letter__isnull=False), name="what_we_say_has_one_letter"
            ),
        )
        indexes = (models.Index(fields=("conversation", "id"), condition=Q(state="waiting"), name="messages_waiting"),)

    def __str__(self) -> str:
        return f"message {self.pk}"


class Quote(models.Model):
    """This message carried the words of this version: how a changed answer finds whom it was told to."""

    PRIVACY = plain("id", "message", "version")

    message = models.ForeignKey(Message, models.CASCADE, related_name="quotes")
    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"quote {self.pk}"


class Rating(models.Model):
    """ "¿Te sirvió?", by version. One per conversation and version: the last answer counts."""

    PRIVACY = plain("id", "conversation", "version", "is_useful", "at")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="ratings")
    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="+")
    is_useful = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("conversation", "version"), name="one_rating_per_version"),)

    def __str__(self) -> str:
        return f"rating {self.pk}"


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self) -> HandoffQuerySet:
        return self.filter(closed_at=None)

    def in_order(self) -> HandoffQuerySet:
        """Danger first, then whoever has waited longest past their time."""
        return self.order_by("priority", F("due_at").asc(nulls_last=True), "id")


class Handoff(models.Model):
    """The machine asks a person to come: why, how soon, and what became of it."""

    PRIVACY = plain(
        "id", "conversation", "reason", "priority", "level", "opened_at", "due_at", "taken_by", "taken_at", "closed_at",
        "closed_by",
    )  # fmt: skip

    class Reason(models.TextChoices):
        DANGER = "danger"
        ASKED = "asked"
        LOST = "lost"  # two misunderstandings
        COMPLAINT = "complaint"
        VOICE = "voice"  # something we cannot read
        LATE = "late"
        IDENTITY = "identity"
        UNANSWERED = "unanswered"  # no approved text

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handoffs")
    reason = models.CharField(max_length=12, choices=Reason)
    priority = models.PositiveSmallIntegerField()  # 0 (P0) to 5
    level = models.CharField(max_length=2, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("conversation",), condition=Q(closed_at=None), name="one_open_handoff"),
        )

    def __str__(self) -> str:
        return f"handoff {self.pk}: {self.reason}"


class Wording(models.Model):
    """One fixed sentence of the assistant in one language; a country may word it its own way."""

    PRIVACY = plain("id", "key", "language", "country", "text", "pack")

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    country = models.CharField(max_length=2, blank=True)
    text = models.TextField()
    pack = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "language", "country"), name="one_wording"),)

    def __str__(self) -> str:
        return f"{self.key} {self.language}"
