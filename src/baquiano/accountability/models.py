"""What people ask about their own data, by when they are owed an answer, and everything that happened on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.accounts.policy import Relation, reach
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.people.models import Person

KEEP_DAYS = 1825
"""After it was answered: what shows that we answered, and when."""
CODE_DAYS = 1


class RequestKind(models.TextChoices):
    """The rights of both laws."""

    COPY = "copy", _("A copy of their data")
    CORRECT = "correct", _("To correct something")
    ERASE = "erase", _("To be forgotten")
    OPPOSE = "oppose", _("That we stop using it for something")
    BLOCK = "block", _("To block it while it is in dispute")
    PORTABILITY = "portability", _("A copy for another organisation or program")


class Door(models.TextChoices):
    """How the request came in."""

    DESK = "desk", _("At a desk")
    CHAT = "chat", _("In a conversation")
    PHONE = "phone", _("By telephone")
    PAPER = "paper", _("By letter")
    EMAIL = "email", _("By e-mail")


class Identified(models.TextChoices):
    """Proportional, and nothing new is collected: no document is asked for that we did not have (ICRC)."""

    SEEN = "seen", _("They came, and somebody of the team knows them")
    SAME_DOOR = "same_door", _("They wrote from the door we know them by")
    CODE = "code", _("They gave back the code that went to the door we know them by")
    GUARDIAN = "guardian", _("Their guardian, with what shows it")


class Outcome(models.TextChoices):
    DONE = "done", _("Done")
    PARTLY = "partly", _("Done in part, with the reason")
    REFUSED = "refused", _("Not done, with the reason")
    NOTHING_HELD = "nothing_held", _("We hold nothing of whoever asked")
    NOT_IDENTIFIED = "not_identified", _("We could not know that it was them")
    WITHDRAWN = "withdrawn", _("They took it back")


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    def visible_to(self, user: User) -> models.QuerySet[DataRequest]:
        return reach(self, user, "list")

    def open(self) -> DataRequestQuerySet:
        return self.filter(closed_at=None)

    def overdue(self, today: date) -> DataRequestQuerySet:
        return self.open().filter(due_on__lt=today)

    def by_clock(self) -> DataRequestQuerySet:
        """What is owed soonest first."""
        return self.order_by("due_on", "pk")


class DataRequest(models.Model):
    """Somebody asks about their data. `person` None: nobody knows yet who asks, or we hold nothing of them.

    What happened stands in its events, which are only added to; `due_on`, `closed_at` and `outcome` are what they came to.
    """

    PRIVACY = {
        **plain(
            "id", "kind", "door", "country", "language", "person", "identified_how", "identified_at", "identified_by",
            "opened_at", "opened_by", "due_on", "mark_by", "is_extended", "in_charge", "closed_at", "closed_by", "outcome",
        ),
        "asked": Keeping(Kind.SENSITIVE, "to do what was asked", days=KEEP_DAYS),
        "contact": Keeping(Kind.PERSONAL, "to answer whoever asked", days=KEEP_DAYS),
        "extended_why": Keeping(Kind.PERSONAL, "why it takes longer, as they were told", days=KEEP_DAYS),
        "answer": Keeping(Kind.SENSITIVE, "what we answered", days=KEEP_DAYS),
    }  # fmt: skip

    RESOURCE: ClassVar[str] = "request"
    RELATIONS: ClassVar[Mapping[str, Relation]] = {}

    kind = models.CharField(max_length=12, choices=RequestKind)
    door = models.CharField(max_length=6, choices=Door)
    country = models.CharField(max_length=2)  # whose law counts the days
    language = models.CharField(max_length=3, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    identified_how = models.CharField(max_length=10, choices=Identified, blank=True)
    identified_at = models.DateTimeField(null=True)
    identified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    asked = EncryptedText(blank=True, default="")
    contact = EncryptedText(blank=True, default="")
    opened_at = models.DateTimeField(default=timezone.now)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()
    mark_by = models.DateField(null=True)
    is_extended = models.BooleanField(default=False)
    extended_why = EncryptedText(blank=True, default="")
    in_charge = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    answer = EncryptedText(blank=True, default="")

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="") | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="a_closed_request_has_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(person=None) | ~Q(identified_how=""), name="nobody_is_tied_to_a_request_unidentified"
            ),
        )
        indexes = (models.Index(fields=("due_on",), condition=Q(closed_at=None), name="requests_owed"),)

    def __str__(self) -> str:
        return f"request {self.pk}: {self.kind}"

    def is_overdue(self, today: date) -> bool:
        return self.closed_at is None and self.due_on < today


class What(models.TextChoices):
    OPENED = "opened", _("Received")
    CHALLENGED = "challenged", _("A code was sent, if we know them")
    WRONG_CODE = "wrong_code", _("A wrong code")
    IDENTIFIED = "identified", _("It is them")
    TAKEN = "taken", _("Somebody answers for it")
    EXTENDED = "extended", _("Takes longer")
    CLOSED = "closed", _("Answered")


class RequestEvent(models.Model):
    """One thing that happened to a request. Only added to; no words, so nothing in it ever has to go."""

    PRIVACY = plain("id", "request", "what", "at", "by", "due_on")

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="events")
    what = models.CharField(max_length=10, choices=What)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    due_on = models.DateField()  # as it stood then

    def __str__(self) -> str:
        return f"request event {self.pk}: {self.what}"


class Challenge(models.Model):
    """A code sent to the door somebody is known by, to be told to us by whoever asks. Made in the same way when there is nobody to
    send it to: the answer must not tell one from the other.
    """

    PRIVACY = {
        **plain("id", "request", "person", "made_at", "expires_at", "tries", "used_at"),
        "code_hash": Keeping(Kind.PERSONAL, "to recognise the code", days=CODE_DAYS),
    }

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="challenges")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"challenge {self.pk}"


class SetApart(models.Model):
    """This colleague is concerned by a complaint and does not see its conversation, whatever their role. Never told to them."""

    PRIVACY = plain("id", "conversation", "user", "by", "at")

    conversation = models.PositiveBigIntegerField()  # its number: the rooms of conversations lie above
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "conversation"), name="set_apart_once"),)

    def __str__(self) -> str:
        return f"set apart {self.pk}"
