"""A text that changed after people were told it: a frozen list of what was said to whom, so that it can be told again."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.privacy import plain


class RecallQuerySet(models.QuerySet["Recall"]):
    def leaving(self) -> RecallQuerySet:
        """Approved, and nobody holds it up."""
        return self.filter(approved_at__isnull=False, paused_at=None, stopped_why="", closed_at=None)


class Recall(models.Model):
    """One version that is no longer said. `new` None: it was taken back and nothing stands in its place.

    `proposed_by`: the first yes, where two people are needed. `closed_at`: everybody was told or looked after, or a person decided that
    nobody need be (`reason`).
    """

    PRIVACY = plain(
        "id", "old", "new", "found_at", "proposed_by", "proposed_at", "approved_by", "approved_at", "paused_at", "stopped_by",
        "stopped_why", "closed_at", "closed_by", "reason",
    )  # fmt: skip

    class Stage(models.TextChoices):
        UNDECIDED = "undecided", _("Nobody has decided yet")
        SECOND = "second", _("Waits for a second person")
        LEAVING = "leaving", _("Leaving")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Finished")
        NOT_NEEDED = "not_needed", _("Nobody need be told")

    old = models.OneToOneField(ArticleVersion, models.PROTECT, related_name="+")
    new = models.ForeignKey(ArticleVersion, models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # who said that people are told
    approved_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stopped_why = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(
        max_length=300, blank=True
    )  # why nobody need be told: about the text, never about a person

    objects = RecallQuerySet.as_manager()

    def __str__(self) -> str:
        return f"recall {self.pk}"

    @property
    def stage(self) -> Stage:
        if self.closed_by_id:
            return self.Stage.NOT_NEEDED
        if self.stopped_why:
            return self.Stage.STOPPED
        if self.closed_at:
            return self.Stage.DONE
        if self.approved_at:
            return self.Stage.PAUSED if self.paused_at else self.Stage.LEAVING
        return self.Stage.SECOND if self.proposed_at else self.Stage.UNDECIDED

    @property
    def needs_a_person(self) -> bool:
        """Its topic is sensitive: nothing is sent by itself."""
        topic = self.old.article.topic
        return topic is not None and topic.needs_a_person


class RecallLineQuerySet(models.QuerySet["RecallLine"]):
    def waiting(self) -> RecallLineQuerySet:
        return self.filter(stage=RecallLine.Stage.WAITING)

    def tasks(self) -> RecallLineQuerySet:
        """What a colleague still has to do."""
        return self.filter(stage=RecallLine.Stage.TASK)


class RecallLine(models.Model):
    """One conversation that was told the old words, and whether it could be told again when the list was made.

    It carries numbers, not references: the conversation is erased in its own time, and the line stays as a count.
    """

    PRIVACY = plain(
        "id", "recall", "channel", "conversation", "address", "told_at", "times", "reach", "stage", "letter", "why", "at",
        "taken_by", "taken_at", "done_by", "done_at", "outcome", "because",
    )  # fmt: skip

    class Reach(models.TextChoices):
        FREE = "free"  # the person may be written to now
        TEMPLATE = "template"  # WhatsApp's 24 hours are over: only an approved template
        CLOSED = "closed"  # a web chat that has ended: nobody reads it any more
        MOVED = "moved"  # the number belongs to somebody else now

    class Stage(models.TextChoices):
        """What has been done about this one."""

        WAITING = "waiting"  # nothing yet
        WRITTEN = "written"  # a letter that names no topic was written
        SEEN = "seen"  # the person asked for the new words and got them
        TASK = "task"  # a person of the team must tell, by the safe contact
        DONE = "done"  # they did, or found that it cannot be done (`outcome`)
        LEFT_OUT = "left_out"  # nobody is to be told here (`why`): opted out, the number is somebody else's

    class Why(models.TextChoices):
        """Why a line became a task or was left out."""

        SENSITIVE = "sensitive", _("A sensitive topic: only a person tells it")
        HELD = "held", _("After danger, and nobody has set yet how it is safe to write")
        SAFE_CONTACT = "safe_contact", _("By their safe contact no machine may write")
        NO_TEMPLATE = "no_template", _("A day has passed since they wrote, and no template is approved")
        CHAT_OVER = "chat_over", _("The web chat has ended")
        MOVED = "moved", _("The number belongs to somebody else now")
        NOT_ARRIVED = "not_arrived", _("The notice did not arrive")
        OPTED_OUT = "opted_out", _("They asked that nothing more is written to them")
        BLOCKED = "blocked", _("Nothing of ours can arrive there")
        NO_MESSAGES = "no_messages", _("They asked that no messages are written to them")
        ERASED = "erased", _("The conversation was erased")
        KNOWS = "knows", _("They have read the new words already")
        NOTICE_OPEN = "notice_open", _("They were told that it changed, and have not looked yet")
        OTHER_DOOR = "other_door", _("The same person is told through another door")
        STOPPED = "stopped", _("The sending was stopped")

    class Outcome(models.TextChoices):
        TOLD = "told", _("I told them")
        COULD_NOT = "could_not", _("It could not be done")
        NOT_NEEDED = "not_needed", _("It was not needed")

    class Because(models.TextChoices):
        """A short reason, never in free words: they would name somebody."""

        NO_ANSWER = "no_answer", _("nobody answered, after several tries")
        NO_WAY = "no_way", _("there is no way to reach them")
        NOT_SAFE = "not_safe", _("it was not safe")
        KNEW = "knew", _("they knew it already")
        NOT_THEIRS = "not_theirs", _("it no longer concerns them")
        ASKED_NOT = "asked_not", _("they asked not to be told")

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="lines")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    conversation = models.BigIntegerField()
    address = models.BigIntegerField()
    told_at = models.DateTimeField()  # the last time
    times = models.PositiveSmallIntegerField()
    reach = models.CharField(max_length=10, choices=Reach)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.WAITING)
    letter = models.BigIntegerField(null=True)
    why = models.CharField(max_length=20, choices=Why, blank=True)
    at = models.DateTimeField(null=True)  # when its turn came
    taken_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    because = models.CharField(max_length=12, choices=Because, blank=True)

    objects = RecallLineQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("recall", "conversation"), name="one_line_per_conversation_told"),
            models.UniqueConstraint(
                fields=("recall", "address"),
                condition=models.Q(stage__in=("written", "seen")),
                name="never_told_again_twice",
            ),
        )
        indexes = (
            models.Index(fields=("recall", "id"), condition=models.Q(stage="waiting"), name="recall_lines_waiting"),
            models.Index(fields=("address",), condition=models.Q(stage="written"), name="recall_notices_open"),
            models.Index(fields=("letter",), name="recall_lines_by_letter"),
        )

    def __str__(self) -> str:
        return f"recall line {self.pk}"
