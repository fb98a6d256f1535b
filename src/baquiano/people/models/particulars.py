"""What is known of somebody: groups, nationalities, documents, and the sensitive facts, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.models import Area, User
from baquiano.accounts.policy import Post, Relation, reach
from baquiano.lib.fields import EncryptedText
from baquiano.lib.privacy import Keeping, Kind, counted, plain
from baquiano.people.categories import Data
from baquiano.people.models.person import KEEP_DAYS, Group, Person, accesses
from baquiano.territory.models import Country


class DocumentKind(models.TextChoices):
    """What somebody may show. The list of GLOSSARY; codes never change."""

    PASSPORT = "passport", _("Passport")
    NATIONAL_ID = "national_id", _("Identity card of their country")
    BIRTH = "birth", _("Birth certificate")
    CO_CC = "co_cc", _("Cédula de ciudadanía (Colombia)")
    CO_CE = "co_ce", _("Cédula de extranjería (Colombia)")
    CO_PPT = "co_ppt", _("PPT (Colombia)")
    CO_RUMV = "co_rumv", _("RUMV (Colombia)")
    CO_SC2 = "co_sc2", _("Salvoconducto SC-2 (Colombia)")
    CL_RUN = "cl_run", _("RUN (Chile)")
    CL_IPA = "cl_ipa", _("IPA (Chile)")
    CL_IPE = "cl_ipe", _("IPE (Chile)")
    CL_NIP = "cl_nip", _("NIP (Chile)")
    REFUGE = "refuge", _("Certificate of an asylum claim")
    OTHER = "other", _("Another one")


class Population(models.Model):
    """One population group somebody belongs to. Several may hold."""

    PRIVACY = {
        **plain("id", "person"),
        **counted("group", purpose="to count who we serve, as funders and R4V ask", days=KEEP_DAYS),
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="populations")
    group = models.CharField(max_length=16, choices=Group)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "group"), name="one_row_per_group"),)

    def __str__(self) -> str:
        return f"population {self.pk}: {self.group}"


class Nationality(models.Model):
    """One nationality. None may be known, several may hold."""

    PRIVACY = {
        **plain("id", "person"),
        **counted("country", purpose="to say which procedures are open, and to count", days=KEEP_DAYS),
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="nationalities")
    country = models.CharField(max_length=2)  # ISO 3166-1 alpha-2, of any country of the world

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "country"), name="one_row_per_nationality"),)

    def __str__(self) -> str:
        return f"nationality {self.pk}"


class Document(models.Model):
    """A document they have. Its number is kept only if a procedure needs it; the paper itself is looked at, not kept."""

    PRIVACY = {
        **plain("id", "person", "kind", "country", "expires_on", "added_at"),
        "number": Keeping(Kind.PERSONAL, "for the procedure they asked help with", days=KEEP_DAYS),
        "number_hash": Keeping(Kind.PERSONAL, "to notice the same document twice", days=KEEP_DAYS),
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=14, choices=DocumentKind)
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True, related_name="+")
    number = EncryptedText(blank=True, default="")
    number_hash = models.CharField(max_length=64, blank=True, db_index=True)
    expires_on = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"document {self.pk}: {self.kind}"


_USABLE = Q(person__blocked_at=None, person__forgotten_at=None)


def _granted(post: Post) -> Q:
    return Q(Exists(accesses(post, person="person"))) & _USABLE


def _own_area(post: Post) -> Q:
    """The wall: something of the area of this post, about somebody whom this user may see in that same area."""
    if not post.area:
        return Q(pk__in=())
    return Q(Exists(accesses(post, person="person").filter(area=post.area)), area=post.area) & _USABLE


def _risk(post: Post) -> Q:
    """A risk to somebody's safety, whatever its area: for whoever protects them."""
    return Q(Exists(accesses(post, person="person")), category=Data.RISK) & _USABLE


def _no_area(post: Post) -> Q:
    """What belongs to no area, about somebody they have access to: no wall is round it."""
    return Q(Exists(accesses(post, person="person")), area="") & _USABLE


OF_AREAS: Mapping[str, Relation] = {"granted": _granted, "own_area": _own_area, "no_area": _no_area}


REVIEW_WITHIN = timedelta(hours=24)
"""How long an exception holds before somebody else has looked at it."""


class Basis(models.TextChoices):
    """Why something may be kept or shared. Consent is one; a crisis is not dressed up as consent (ICRC ch. 3)."""

    CONSENT = "consent", _("They agreed")
    VITAL_INTEREST = "vital_interest", _("To protect a life")
    LEGAL_DUTY = "legal_duty", _("The law obliges us")
    PUBLIC_INTEREST = "public_interest", _("An important public interest")


def holds(at: datetime, *, of: str = "") -> Q:
    """Consents, and exceptions written in their place, that stand at this moment. `of`: the way to them ("consent__").

    What was withdrawn or has ended stands no more; to protect a life, only while it waits to be looked at or was found right.
    """
    stands = Q(**{f"{of}given_at__lte": at, f"{of}withdrawn_at": None})
    in_time = Q(**{f"{of}expires_at": None}) | Q(**{f"{of}expires_at__gt": at})
    is_ordinary = Q(**{f"{of}basis__in": [basis for basis in Basis if basis is not Basis.VITAL_INTEREST]})
    waits = Q(**{f"{of}reviewed_at": None, f"{of}given_at__gt": at - REVIEW_WITHIN})
    return stands & in_time & (is_ordinary | waits | Q(**{f"{of}was_right": True}))


def _standing(relation: Relation) -> Relation:
    """The same relation, to what may still be read: the consent it hangs on stands, and its own day has not passed."""

    def related(post: Post) -> Q:
        now = timezone.now()
        is_based = Q(consent=None) | holds(now, of="consent__")
        return relation(post) & is_based & Q(until__gte=timezone.localdate(now))

    return related


class FactQuerySet(models.QuerySet["Fact"]):
    def visible_to(self, user: User) -> models.QuerySet[Fact]:
        return reach(self, user, "read")

    def due(self, at: datetime) -> models.QuerySet[Fact]:
        """To be erased: their day has passed, or the consent they hang on was taken back, has ended or was found wrong."""
        is_based = Q(consent=None) | holds(at, of="consent__")
        return self.exclude(is_based & Q(until__gte=timezone.localdate(at)))


class Fact(models.Model):
    """One sensitive thing somebody told. Read by its area; never in a list, a search or an export without a consent that names it."""

    PRIVACY = {
        **plain("id", "person", "category", "area", "basis", "consent", "told_to", "told_at", "until"),
        "text": Keeping(Kind.SENSITIVE, "told so that this area can help", days=KEEP_DAYS),
        "why": Keeping(Kind.SENSITIVE, "why it is kept without a consent", days=KEEP_DAYS),
    }

    RESOURCE: ClassVar[str] = "fact"
    RELATIONS: ClassVar[Mapping[str, Relation]] = {
        name: _standing(relation) for name, relation in {**OF_AREAS, "risk": _risk}.items()
    }
    AREA: ClassVar[str] = "area"

    person = models.ForeignKey(Person, models.CASCADE, related_name="facts")
    category = models.CharField(max_length=16, choices=Data)
    area = models.CharField(max_length=20, choices=Area)
    text = EncryptedText()
    basis = models.CharField(max_length=16, choices=Basis)
    consent = models.ForeignKey("people.Consent", models.PROTECT, null=True, related_name="+")
    why = EncryptedText(blank=True, default="")
    told_to = models.ForeignKey(User, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(default=timezone.now)
    until = models.DateField()  # erased after it: categories.SENSITIVE says how long

    objects = FactQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(basis="consent") | Q(consent__isnull=False), name="a_fact_by_consent_names_it"
            ),
        )

    def __str__(self) -> str:
        return f"fact {self.pk}: {self.category}"


class Distinct(models.Model):
    """Somebody looked at two people who looked alike and said that they are two. They are not proposed again."""

    PRIVACY = plain("id", "one", "other", "by", "at")

    one = models.ForeignKey(Person, models.CASCADE, related_name="+")  # the lower id
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("one", "other"), name="two_are_two_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="the_lower_id_first"),
        )

    def __str__(self) -> str:
        return f"distinct {self.pk}"
