"""Somebody we serve, and who may see them. Everything about a person is optional: help needs no name."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import Area, User
from baquiano.accounts.policy import Post, Relation, reach
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, counted, plain
from baquiano.territory.models import Division

KEEP_DAYS = 1825
"""After the last contact, unless a legal hold or the person says otherwise; see custody."""


class Gender(models.TextChoices):
    """As they say it. Nobody is asked for a document to prove it."""

    WOMAN = "woman", _("Woman")
    MAN = "man", _("Man")
    NON_BINARY = "non_binary", _("Non-binary")
    OTHER = "other", _("Says it otherwise")


class Group(models.TextChoices):
    """Population groups (R-37). Each maps to one of R4V's five categories where reports need it."""

    REFUGEE = "refugee", _("Recognised refugee")
    ASYLUM_SEEKER = "asylum_seeker", _("Asylum seeker")
    MIGRANT = "migrant", _("Migrant")
    RETURNEE = "returnee", _("Returned national")
    HOST = "host", _("Host community")
    TRANSIT = "transit", _("In transit")
    PENDULAR = "pendular", _("Pendular")
    STATELESS = "stateless", _("Stateless or at risk of it")
    DISPLACED = "displaced", _("Internally displaced (Colombia)")


class ChildStatus(models.TextChoices):
    """Of somebody under 18 who is not with their parents."""

    UNACCOMPANIED = "unaccompanied", _("Unaccompanied: no adult looks after them")
    SEPARATED = "separated", _("Separated: with an adult who is not their guardian")


# How somebody who works here can stand to a person --------------------------------------------------------------------

_USABLE = Q(blocked_at=None, forgotten_at=None)
"""Whoever is blocked is kept and used for nothing: custody alone looks at them."""


def accesses(post: Post, *, person: str = "pk") -> AccessQuerySet:
    """The current ones of whoever holds this post to the person that the outer query holds in its column `person`."""
    return Access.objects.current(timezone.now()).filter(person=OuterRef(person), user=post.user)


def _granted(post: Post) -> Q:
    return Q(Exists(accesses(post))) & _USABLE


def _territory(post: Post) -> Q:
    """Of the part of the country this post works in; never somebody who is to be found only by those with access."""
    here = Q(municipality__pcode__startswith=post.territory) if post.territory else Q()
    return here & _USABLE & Q(is_restricted=False)


def _without_owner() -> Q:
    now = timezone.now()
    owned = Access.objects.current(now).filter(person=OuterRef("pk"))
    working = User.objects.working(now).values("pk")
    return Q(Exists(owned)) & ~Q(Exists(owned.filter(user__in=working)))


def _ownerless(post: Post) -> Q:
    """Whoever had access has left, and nobody else has any: a coordinator must give it to somebody."""
    here = Q(municipality__pcode__startswith=post.territory) | Q(municipality=None) if post.territory else Q()
    return _without_owner() & here & _USABLE


RELATIONS: Mapping[str, Relation] = {"granted": _granted, "territory": _territory, "ownerless": _ownerless}


class PersonQuerySet(models.QuerySet["Person"]):
    def here(self) -> PersonQuerySet:
        """One row per person: not those that are the same as another, nor those forgotten."""
        return self.filter(same_as=None, forgotten_at=None)

    def ownerless(self) -> PersonQuerySet:
        """Whoever had access has left, and nobody else has any."""
        return self.filter(_without_owner())

    def visible_to(self, user: User) -> models.QuerySet[Person]:
        return reach(self, user, "read")

    def listed_to(self, user: User) -> models.QuerySet[Person]:
        """The few words that find somebody again: name, year of birth, municipality."""
        return reach(self, user, "list")


class Person(models.Model):
    """One person, as she wants to be known. `same_as` points to the row she is seen under; taking it away unmerges.

    What could harm her is not here but in `Fact`, one row each, read by its area only.
    """

    PRIVACY = {
        **plain(
            "id", "language", "same_as", "may_be_merged", "is_restricted", "registered_by", "registered_at", "last_seen_on",
            "blocked_at", "forgotten_at", "number", "is_demo",
        ),
        **counted(
            "birth_year", "gender", "municipality", "child_status",
            purpose="to count people and to find one again", days=KEEP_DAYS,
        ),
        "name": Keeping(Kind.PERSONAL, "to call the person and find them again", days=KEEP_DAYS),
        "called": Keeping(Kind.PERSONAL, "the name they prefer, or an alias instead of one", days=KEEP_DAYS),
        "pronoun": Keeping(Kind.PERSONAL, "to speak to them as they want", days=KEEP_DAYS),
        "born_on": Keeping(Kind.PERSONAL, "for procedures that ask for the day", days=KEEP_DAYS),
        "safe_contact": Keeping(Kind.SENSITIVE, "to never put them in danger by writing or calling", days=KEEP_DAYS),
    }  # fmt: skip

    RESOURCE: ClassVar[str] = "person"
    RELATIONS: ClassVar[Mapping[str, Relation]] = RELATIONS

    number = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # what a slip or a receiver may see; says nothing
    name = EncryptedText(blank=True, default="")
    called = EncryptedText(blank=True, default="")
    pronoun = EncryptedText(blank=True, default="")
    gender = models.CharField(max_length=12, choices=Gender, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    born_on = EncryptedText(blank=True, default="")  # ISO date
    language = models.CharField(max_length=3, blank=True)  # ISO 639, the one to speak
    municipality = models.ForeignKey(Division, models.PROTECT, null=True, blank=True, related_name="+")
    child_status = models.CharField(max_length=14, choices=ChildStatus, blank=True)
    safe_contact = EncryptedText(blank=True, default="")  # JSON of people.contact.SafeContact
    is_restricted = models.BooleanField(default=False)  # found by nobody but those with access
    may_be_merged = models.BooleanField(default=True)  # False: "prefer not to merge"
    same_as = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="others", db_index=False)
    registered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)
    last_seen_on = models.DateField(null=True)
    blocked_at = models.DateTimeField(null=True)  # kept, and used for nothing until it is lifted
    forgotten_at = models.DateTimeField(null=True)  # the row stays so that figures stay; nothing of the person does
    is_demo = models.BooleanField(default=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(same_as=F("id")), name="nobody_is_the_same_as_herself"),
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100)), name="birth_year_is_a_year"
            ),
        )
        indexes = (
            models.Index(fields=("municipality", "-id"), name="people_by_place"),
            models.Index(fields=("same_as",), condition=Q(same_as__isnull=False), name="people_merged"),
        )

    def __str__(self) -> str:
        return f"person {self.pk}"


class Why(models.TextChoices):
    """What made somebody able to see a person."""

    REGISTERED = "registered", _("Registered them")
    AT_THE_DESK = "at_the_desk", _("They came to the desk")
    GRANTED = "granted", _("A coordinator gave access")
    CASE = "case", _("Works on their case")
    CONVERSATION = "conversation", _("Spoke with them")
    SAME = "same", _("Had access to a record that is the same person")


class AccessQuerySet(models.QuerySet["Access"]):
    def current(self, at: datetime) -> AccessQuerySet:
        return self.filter(Q(until=None) | Q(until__gt=at), since__lte=at)


class Access(models.Model):
    """One colleague may see one person, for a reason and a time, in an area. Ending it dates it."""

    PRIVACY = {
        **plain("id", "person", "user", "area", "why", "since", "until", "by", "merged_from"),
        "reason": Keeping(Kind.PERSONAL, "why it was given, in the words of who gave it", days=KEEP_DAYS),
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="accesses")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    area = models.CharField(max_length=20, choices=Area, blank=True)  # empty: no area's own things
    why = models.CharField(max_length=14, choices=Why)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = EncryptedText(blank=True, default="")
    merged_from = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")  # ends when they are unmerged

    objects = AccessQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="access_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~Q(why="granted") | Q(until__isnull=False), name="a_granted_access_ends"),
        )
        indexes = (models.Index(fields=("user", "person"), name="whom_i_may_see"),)

    def __str__(self) -> str:
        return f"access {self.pk}: {self.why}"
