"""Who works here, what they may do, and what was done. Nobody we serve is in this room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.lib.fields import EncryptedJSON, EncryptedText
from baquiano.lib.privacy import Keeping, Kind, plain
from baquiano.territory.models import Division


class Area(models.TextChoices):
    """A professional field. Areas are walls: what is told in one is not read in another."""

    LEGAL = "legal", _("Legal")
    MEDICAL = "medical", _("Medical")
    PSYCHOLOGICAL = "psychological", _("Psychological")
    SOCIAL = "social", _("Social")
    SPORT = "sport", _("Sport")


class Role(models.TextChoices):
    """What a member does here. What each may do stands in matrix.yaml, nowhere else."""

    RECEPTION = "reception", _("Reception")
    ORIENTER = "orienter", _("Orienter")
    OPERATOR = "operator", _("Operator")
    LEGAL = "legal", _("Legal professional")
    MEDICAL = "medical", _("Health professional")
    PSYCHOLOGICAL = "psychological", _("Psychologist")
    SOCIAL = "social", _("Social worker")
    SPORT = "sport", _("Sport professional")
    CASE_MANAGER = "case_manager", _("Case manager")
    PROTECTION = "protection", _("Protection focal point")
    PSEA = "psea", _("Focal point against abuse by staff")
    EDITOR = "editor", _("Editor")
    REVIEWER = "reviewer", _("Reviewer")
    WORKSHOPS = "workshops", _("Workshop coordinator")
    ALLIANCES = "alliances", _("Alliance officer")
    MONITORING = "monitoring", _("Monitoring and evaluation")
    COORDINATOR = "coordinator", _("Coordinator")
    DIRECTOR = "director", _("Director")
    DONOR = "donor", _("Donor: reads figures")
    IT = "it", _("Systems")


AREA_OF = {
    Role.LEGAL: Area.LEGAL,
    Role.MEDICAL: Area.MEDICAL,
    Role.PSYCHOLOGICAL: Area.PSYCHOLOGICAL,
    Role.SOCIAL: Area.SOCIAL,
    Role.SPORT: Area.SPORT,
}
"""The professionals work in one area each. Other roles have none, unless their membership names one."""


class Organisation(models.Model):
    """The one organisation this installation serves: a single row. `countries` are those it orients in."""

    PRIVACY = plain(
        "id",
        "name",
        "countries",
        "language",
        "timezone",
        "staffed_hours",
        "letter_hours",
        "phone",
        "is_demo",
        "key_sheet_printed_on",
    )

    name = models.CharField(max_length=120)
    countries: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    language = models.CharField(max_length=2, default="es")
    timezone = models.CharField(max_length=40, default="America/Bogota")
    staffed_hours = models.CharField(max_length=200, default="Mo-Fr 08:00-17:00")  # OpenStreetMap opening_hours
    letter_hours = models.CharField(
        max_length=200, default="08:00-21:00"
    )  # when a letter nobody asked for may leave, in her own time
    phone = models.CharField(max_length=30, blank=True)
    is_demo = models.BooleanField(default=False)
    key_sheet_printed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"organisation {self.pk}"


class UserQuerySet(models.QuerySet["User"]):
    def working(self, at: datetime) -> UserQuerySet:
        """Those who are active and have a role now."""
        return self.filter(is_active=True, pk__in=Membership.objects.current(at).values("user"))


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def working(self, at: datetime) -> UserQuerySet:
        return self.get_queryset().working(at)

    def create_user(self, username: str, password: str | None, *, display_name: str) -> User:
        user = User(username=username, display_name=display_name)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """Somebody who works here. There is no superuser; the first coordinator is invited from the terminal."""

    PRIVACY = {
        **plain("id", "is_active", "is_demo", "joined_at", "last_login", "password"),
        "username": Keeping(Kind.PERSONAL, "to sign in; chosen by the person, need not be a name"),
        "display_name": Keeping(Kind.PERSONAL, "so that colleagues know who answered"),
    }

    username = models.CharField(max_length=60, unique=True)
    display_name = EncryptedText()
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return f"user {self.pk}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, at: datetime) -> MembershipQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at, user__is_active=True)


class Membership(models.Model):
    """A role for a time, in an area and a territory. Ending it dates it; nothing deletes it. A volunteer is one that ends."""

    PRIVACY = plain("id", "user", "role", "area", "territory", "since", "until", "granted_by")

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    area = models.CharField(max_length=20, choices=Area, blank=True)  # empty: none, or the one of the role
    territory = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")  # None: all of it
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=models.F("since")), name="membership_ends_after_it_begins"
            ),
        )

    def __str__(self) -> str:
        return f"membership {self.pk}: {self.role}"


class Invitation(models.Model):
    """A link that lets one person choose a password, once, for a few days. Only its hash is kept."""

    PRIVACY = plain(
        "id", "token_hash", "role", "area", "territory", "until", "invited_by", "created_at", "expires_at", "used_at", "user",
    )  # fmt: skip

    token_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, choices=Role)
    area = models.CharField(max_length=20, choices=Area, blank=True)
    territory = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    until = models.DateTimeField(null=True, blank=True)  # when the membership it opens ends: volunteers
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class AuditEntry(models.Model):
    """One deed, one refusal or one read of a protected thing. Inserted with the deed, never changed, never with content.

    The reason alone may be emptied when its time ends: `mac` holds `reason_mac`, its keyed hash, and goes on fitting.
    `about` is the id of the person we serve; whatever else it is about says its kind.
    """

    PRIVACY = {
        **plain(
            "id", "at", "actor", "verb", "room", "row", "about", "reason_mac", "mac", purpose="to know who did what"
        ),
        "reason": Keeping(Kind.PERSONAL, "why it was done, in the words of who did it", days=1825),
    }

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    room = models.CharField(max_length=20)
    row = models.CharField(max_length=80, blank=True)
    about = models.CharField(max_length=40, blank=True)
    reason = EncryptedText(null=True)
    reason_mac = models.CharField(max_length=64, blank=True, default="")  # empty: there never was one
    mac = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=("about", "id"), condition=~Q(about=""), name="audit_about"),)

    def __str__(self) -> str:
        return f"audit {self.pk}: {self.verb}"


class AuditSeal(models.Model):
    """One link of the chain over the audit trail: this entry existed and read so. Written within seconds, never changed.

    `number` counts without gaps, whatever order the entries were committed in. `entry` is a plain number: the seal outlives
    an entry that somebody removes, and so names it.
    """

    PRIVACY = plain("number", "entry", "entry_mac", "at", "mac", purpose="to notice an audit trail that was changed")

    number = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    entry_mac = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    mac = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"seal {self.pk} of audit {self.entry}"


class MatrixChange(models.Model):
    """One permission given or taken here, over what matrix.yaml ships. Only added to; the last row of a cell holds.

    A cell is role × resource × action × relation; `areas` bounds it to rows of those areas (empty: all).
    """

    PRIVACY = {
        **plain("id", "role", "resource", "action", "relation", "areas", "is_given", "by", "at"),
        "reason": Keeping(Kind.PERSONAL, "why it was changed, in the words of who did it"),
    }

    role = models.CharField(max_length=20, choices=Role)
    resource = models.CharField(max_length=30)
    action = models.CharField(max_length=30)
    relation = models.CharField(max_length=20)
    areas: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    is_given = models.BooleanField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = EncryptedText()

    def __str__(self) -> str:
        return f"matrix change {self.pk}: {self.role} {self.resource}.{self.action}"


SESSION_IDLE = timedelta(minutes=30)
SILENT_AFTER = timedelta(seconds=30)
RESTS_LONGER = {
    "background": timedelta(minutes=3),
    "media": timedelta(minutes=3),
    "lines": timedelta(minutes=5),
}  # erasing, or a slow download: they come back later


class Tick(models.Model):
    """When a loop last went round: how anybody can see that the clock is alive."""

    PRIVACY = plain("name", "at", "worker")

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    worker = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.name

    def is_silent(self, now: datetime) -> bool:
        return now - self.at > RESTS_LONGER.get(self.name, SILENT_AFTER)


class LoginAttempts(models.Model):
    """Wrong passwords for one name, known or not: the same for both, so that trying tells nothing."""

    PRIVACY = plain("name_hash", "failures", "last_at", purpose="to slow down guessing")

    name_hash = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} failures"


class StaffSessionQuerySet(models.QuerySet["StaffSession"]):
    def live(self, at: datetime) -> StaffSessionQuerySet:
        """Neither left alone too long nor too old. Whatever is not in here is over, whoever still holds the cookie."""
        return self.filter(expires_at__gt=at, used_at__gt=at - SESSION_IDLE)

    def over(self, at: datetime) -> StaffSessionQuerySet:
        return self.filter(Q(expires_at__lte=at) | Q(used_at__lte=at - SESSION_IDLE))


class StaffSession(models.Model):
    """One browser in which somebody signed in, or is about to. Without its row a cookie opens nothing.

    The row holds a hash of the cookie: who reads the database cannot go on where somebody else was.
    """

    PRIVACY = {
        **plain("id", "key_hash", "user", "used_at", "expires_at", purpose="to stay signed in, and to be signed out from here"),
        "content": Keeping(Kind.PERSONAL, "what an open session needs between two pages", days=1),
    }  # fmt: skip

    key_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # None: not signed in yet
    used_at = models.DateTimeField()  # the last request made by a person: a page that asks by itself does not count
    expires_at = models.DateTimeField(db_index=True)
    content = EncryptedJSON()

    objects = StaffSessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"session {self.pk}"


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def open(self, at: datetime) -> RecoveryQuerySet:
        return self.filter(used_at=None, called_off_at=None, expires_at__gt=at)

    def waiting(self, at: datetime) -> RecoveryQuerySet:
        """For a second colleague."""
        return self.open(at).filter(confirmed_at=None)


class Recovery(models.Model):
    """A way back in for somebody who lost the password or the second factor. Two colleagues, neither of them the one who lost it.

    The first holds half of the key (a number), the second the other half (a link): neither can come in as somebody else alone.
    `opened_by` or `confirmed_by` None, once dated: from the terminal, by whoever holds the machine.
    """

    PRIVACY = {
        **plain(
            "id", "user", "opened_by", "opened_at", "confirmed_by", "confirmed_at", "number_hash", "token_hash",
            "expires_at", "used_at", "called_off_at",
        ),
        "reason": Keeping(Kind.PERSONAL, "why a colleague had to be let in again, for whoever confirms it", days=1825),
    }  # fmt: skip

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    reason = EncryptedText()
    number_hash = models.CharField(max_length=64)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    called_off_at = models.DateTimeField(null=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(opened_by=models.F("user")), name="nobody_opens_their_own_recovery"),
            models.CheckConstraint(
                condition=~Q(confirmed_by=models.F("user")), name="nobody_confirms_their_own_recovery"
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=models.F("opened_by")), name="a_recovery_is_confirmed_by_somebody_else"
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, called_off_at=None), name="one_recovery_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"recovery {self.pk}"


def organisation() -> Organisation:
    """The one row; an unsaved one with nothing filled in before set-up."""
    return Organisation.objects.first() or Organisation(name="", countries=[])
