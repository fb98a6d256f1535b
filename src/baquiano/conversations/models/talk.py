"""What was said, what was answered, and who owns the conversation now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, ClassVar, cast

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accountability.models import SetApart
from baquiano.accounts.models import User
from baquiano.accounts.policy import Post, Relation, holders, matrix, may, reach, standing
from baquiano.channels.models import Channel
from baquiano.engine.danger import Danger
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.fields import EncryptedJSON, EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models import Address, Joining
from baquiano.post.models import Letter
from baquiano.safety.models import Alert

KEEP_DAYS = 180


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: User) -> ConversationQuerySet:
        """Only what the machine handed over, and only to those whose role answers people. A complaint is shown to whoever may read
        complaints and is not concerned by it; one about abuse by staff to whoever may read sealed ones.

        Who works in one country sees its conversations and those whose country is not known; an open alert leads whoever was called
        about it to its conversation, wherever that is.
        """
        if not may(user, "conversation.read"):
            return self.none()
        handed_over = self.filter(Exists(Handoff.objects.filter(conversation=OuterRef("pk"))))
        seen = cast("ConversationQuerySet", reach(handed_over, user, "read"))
        if countries := _countries_of(user):
            seen = seen.filter(Q(country__in=[*countries, ""]) | Q(pk__in=_called_about(user)))
        if not may(user, "complaint.sealed"):
            seen = seen.exclude(_is_sealed())
        if not may(user, "complaint.read"):
            seen = seen.exclude(_is_complaint() & ~_is_sealed())
        return seen.exclude(_concerns(Value(user.pk)))

    def alive(self) -> ConversationQuerySet:
        return self.filter(closed_at=None)

    def past_keeping(self, now: datetime) -> ConversationQuerySet:
        return self.filter(last_at__lt=now - timedelta(days=KEEP_DAYS))


# Complaints: whom they are about never sees them --------------------------------------------------------------------------


def _is_sealed() -> Q:
    """Somebody of the team is said to have abused or threatened."""
    return Q(Exists(Message.objects.filter(conversation=OuterRef("pk"), danger=Danger.STAFF_ABUSE)))


def _is_complaint() -> Q:
    return Q(Exists(Handoff.objects.filter(conversation=OuterRef("pk"), reason=Handoff.Reason.COMPLAINT))) | Q(
        Exists(Message.objects.complaining().filter(conversation=OuterRef("pk")))
    )


def _concerns(user: Any) -> Q:
    """Named as concerned, or somebody who answered this person, through any door of hers, before she complained."""
    named = SetApart.objects.filter(conversation=OuterRef("pk"), user=user)
    of_her = Q(conversation__address=OuterRef("conversation__address")) | Q(
        conversation__address__in=Joining.objects.filter(
            until=None,
            person__in=Joining.objects.filter(until=None, address=OuterRef(OuterRef("conversation__address"))).values(
                "person"
            ),
        ).values("address")
    )
    answered = Message.objects.filter(of_her, staff=user, id__lt=OuterRef("id"))
    took = Handoff.objects.filter(of_her, taken_by=user, taken_at__lt=OuterRef("received_at"))
    complaints = Message.objects.complaining().filter(conversation=OuterRef("pk"))
    return Q(Exists(named)) | Q(Exists(complaints.filter(Exists(answered) | Exists(took))))


def _sealed_only(_post: Post) -> Q:
    return _is_sealed()


def _nobody_else(_post: Post) -> Q:
    """Complaints that nobody else may see: everybody who handles them is concerned, or there is nobody."""
    return (_is_sealed() & _all_concerned("complaint.sealed")) | (
        _is_complaint() & ~_is_sealed() & _all_concerned("complaint.read")
    )


def _all_concerned(permission: str) -> Q:
    last = {cell.role for cell in matrix().cells if cell.permission == "conversation.read" and cell.relation == LAST}
    handling = [user for user, roles in holders(permission, timezone.now()).items() if roles - last]
    return reduce(Q.__and__, (_concerns(Value(user)) for user in sorted(handling)), Q())


LAST = "nobody_else"
RELATIONS: Mapping[str, Relation] = {"sealed": _sealed_only, LAST: _nobody_else}


def _countries_of(user: User) -> set[str]:
    """Where their roles let them read conversations; empty: everywhere. The code of a division begins with that of its country."""
    now = standing(user)
    reading = {cell.role for cell in now.open if cell.permission == "conversation.read"}
    places = [post.territory for post in now.posts if post.role in reading]
    return set() if "" in places else {place[:2] for place in places}


def _called_about(user: User) -> list[int]:
    called = Alert.objects.unclosed().filter(calls__user=user).values_list("about", flat=True)
    numbers = (about.removeprefix("conversation:") for about in called)
    return [int(number) for number in numbers if number.isdecimal()]


class Remote(models.TextChoices):
    """Why somebody does not come to one of our points."""

    DISABILITY = "disability", _("A disability or an illness")
    DISTANCE = "distance", _("They live too far away")
    CARE = "care", _("They take care of somebody")
    FEAR = "fear", _("They are afraid to come")
    COST = "cost", _("The way costs too much")
    HOURS = "hours", _("They cannot come in our hours")
    CHOICE = "choice", _("They prefer it so")


class Conversation(models.Model):
    """One exchange with one address. `state` is the engine's; its number grows with each turn, so nobody overwrites another's turn."""

    PRIVACY = {
        **plain(
            "id", "address", "state_number", "language", "country", "opened_at", "last_at", "last_handled_at",
            "claimed_until", "owner", "owner_since", "owner_until", "closed_at", "known_since", "remote_why", "remote_by", "remote_at",
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
    owner_since = models.DateTimeField(null=True)
    owner_until = models.DateTimeField(null=True)
    known_since = models.DateTimeField(
        null=True
    )  # gave her word or code: what was said before a silence is hers, and not folded
    closed_at = models.DateTimeField(null=True)
    remote_why = models.CharField(
        max_length=12, choices=Remote, blank=True
    )  # why they are served from afar and not at a point
    remote_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # None: they said it themselves
    remote_at = models.DateTimeField(null=True)

    RESOURCE: ClassVar[str] = "conversation"
    RELATIONS: ClassVar[Mapping[str, Relation]] = RELATIONS

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("address",), condition=Q(closed_at=None), name="one_living_conversation"),
            models.CheckConstraint(condition=Q(owner=None) | Q(owner_until__isnull=False), name="owning_is_a_lease"),
        )
        indexes = (models.Index(fields=("owner",), condition=Q(owner__isnull=False), name="conversations_owned"),)

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class MessageQuerySet(models.QuerySet["Message"]):
    def inbound(self) -> MessageQuerySet:
        return self.filter(author=Message.Author.PERSON)

    def waiting(self) -> MessageQuerySet:
        return self.filter(state=Message.State.WAITING)

    def taken_back(self) -> MessageQuerySet:
        """Those that say so of an earlier one whose words are still here."""
        return self.filter(kind="revoke").exclude(refers_to="")

    def complaining(self) -> MessageQuerySet:
        """She complains of somebody of the team, or may. What she tells a colleague who is answering her is told to that colleague;
        abuse is never taken so, the first time it is told.
        """
        earlier = Message.objects.filter(
            conversation=OuterRef("conversation"), danger=Danger.STAFF_ABUSE, id__lt=OuterRef("id")
        )
        told_to_somebody = Q(state=Message.State.OWNED)
        complaints = Q(danger=Danger.COMPLAINT) & ~told_to_somebody
        return self.filter(complaints | Q(danger=Danger.STAFF_ABUSE) & (~told_to_somebody | ~Q(Exists(earlier))))


class Message(models.Model):
    """One thing said, by either side. An outgoing one has one letter."""

    PRIVACY = {
        **plain(
            "id", "conversation", "channel", "author", "staff", "provider_hash", "sent_at", "received_at", "kind",
            "choice_id", "refers_to", "state", "level", "danger", "letter", "is_automatic",
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
    refers_to = models.CharField(
        max_length=64, blank=True
    )  # a correction, a taking back or a reaction: the hash of the message it is about, or of the dispatch of ours
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
        indexes = (
            models.Index(fields=("conversation", "id"), condition=Q(state="waiting"), name="messages_waiting"),
            models.Index(fields=("state", "id"), condition=Q(state="waiting"), name="messages_first_come"),
            models.Index(fields=("id",), condition=Q(kind="revoke") & ~Q(refers_to=""), name="messages_taken_back"),
        )

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
        "id", "conversation", "reason", "priority", "level", "opened_at", "due_at", "taken_by", "taken_at", "snoozed_at",
        "snoozed_until", "meant_for", "meant_until", "closed_at", "closed_by",
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
        UNDELIVERED = "undelivered"  # what was answered did not arrive
        CHANGED = "changed"  # what was told has changed, and only a person may tell it

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="handoffs")
    reason = models.CharField(max_length=12, choices=Reason)
    priority = models.PositiveSmallIntegerField()  # 0 (P0) to 5
    level = models.CharField(max_length=2, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    snoozed_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)  # put aside until then, or until the person writes; never a danger
    meant_for = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )  # a colleague passed it on to this one
    meant_until = models.DateTimeField(null=True)  # until then it is in nobody else's list
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = HandoffQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("conversation",), condition=Q(closed_at=None), name="one_open_handoff"),
        )

    def __str__(self) -> str:
        return f"handoff {self.pk}: {self.reason}"
