"""What somebody agrees to: written down, looked up, taken back. "¿Puede hacerse?" is answered here, by `may`, and by nothing else.

Only `post`, referrals and exports ask it (tests/house/test_consent_is_asked_once.py). What follows from a consent is derived from it
each time and called by nobody: from the second it is taken back, nothing that hung on it is possible or readable any more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory.models import Organization
from baquiano.lib.turnstile import writing
from baquiano.people import age
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.models import Caregiver, Consent, Person
from baquiano.people.models.consent import ConsentQuerySet, Evidence, GivenBy, Purpose
from baquiano.people.models.particulars import REVIEW_WITHIN, Basis

SHARED_AT_MOST = timedelta(days=365)
WITHOUT_EXCEPTION = (Purpose.REMINDERS, Purpose.NEWS, Purpose.IMAGE, Purpose.RESEARCH)
"""No danger and no law makes these necessary: they need a consent, whatever else holds."""
MAY_NAME_SENSITIVE = (Purpose.SENSITIVE, Purpose.SHARE, Purpose.RESEARCH)
"""Where something sensitive may be named: separately, never mixed into what somebody needs to be helped at all."""
VERSIONS = {Purpose.SENSITIVE: "v2"}
"""Of the short texts (`consent.contact.v1`…) that are read or sent today, where it is not the first. A changed text is a new key and a new
version."""


class CannotConsent(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Restrictions:
    """What they said we may not do with it. `words`: as they said it, for whoever acts."""

    no_calls: bool = False
    no_messages: bool = False
    words: str = ""


@dataclass(frozen=True)
class Asked:
    """What was asked and what shows the answer. `text_version` empty: today's. `reason`: why without their consent, or why who gave
    it gave it. `proof`: which message, paper or witness.
    """

    purpose: Purpose
    data: tuple[Data, ...]
    language: str
    evidence: Evidence
    receiver: Organization | None = None
    expires_at: datetime | None = None
    restrictions: Restrictions = Restrictions()
    basis: Basis = Basis.CONSENT
    reason: str = field(default="", repr=False)
    given_by: GivenBy = GivenBy.SELF
    text_version: str = ""
    was_read_aloud: bool = False
    proof: str = field(default="", repr=False)
    asked_by: User | None = None


@dataclass(frozen=True)
class Answer:
    """Of "¿Puede hacerse?". `why_not`: for staff, when not."""

    is_yes: bool
    consent: Consent | None = None
    restrictions: Restrictions = Restrictions()
    why_not: str = ""


def text_version(purpose: Purpose) -> str:
    return f"{purpose}.{VERSIONS.get(purpose, 'v1')}"


def text_key(version: str) -> str:
    """The wording key of a version: the same sentence in five languages, and as each country says it."""
    return f"consent.{version}"


# Giving ------------------------------------------------------------------------------------------------------------------


def give(person: Person, asked: Asked, *, by: User | None) -> Consent:
    """Writes down what they agreed to, or the exception made in its place. `by` None: they wrote it to the assistant.

    Raises `CannotConsent`.
    """
    check(person, asked, by=by)
    now = timezone.now()
    with writing():
        consent = Consent.objects.create(
            person=person,
            purpose=asked.purpose,
            receiver=asked.receiver,
            data=sorted(asked.data),
            restrictions=None if asked.restrictions == Restrictions() else asdict(asked.restrictions),
            basis=asked.basis,
            reason=asked.reason.strip(),
            text_version=asked.text_version or text_version(asked.purpose),
            language=asked.language,
            was_read_aloud=asked.was_read_aloud,
            evidence=asked.evidence,
            proof=asked.proof.strip(),
            given_by=asked.given_by,
            asked_by=by or asked.asked_by,
            given_at=now,
            expires_at=asked.expires_at,
        )
        audit(by, "consent.given", consent, about=person.pk)
    return consent


def check(person: Person, asked: Asked, *, by: User | None) -> None:
    """Whether this may be written down. Raises `CannotConsent`."""
    _check_person(person)
    _check_data(asked)
    _check_receiver(asked, timezone.now())
    _check_basis(asked, by)
    _check_evidence(asked, by)
    if asked.basis is Basis.CONSENT:
        _check_giver(person, asked)


def _check_person(person: Person) -> None:
    if person.forgotten_at or person.blocked_at:
        raise CannotConsent(_("The data of this person are blocked. Nothing new is written until that is lifted."))


def _check_data(asked: Asked) -> None:
    sensitive = [data for data in asked.data if data in SENSITIVE]
    if not asked.data:
        raise CannotConsent(_("Say which data this is about. Nobody agrees to everything."))
    if sensitive and asked.purpose not in MAY_NAME_SENSITIVE:
        raise CannotConsent(_("Something sensitive is asked for separately, and never as a condition of help."))
    if asked.purpose is Purpose.SENSITIVE and len(sensitive) < len(asked.data):
        raise CannotConsent(_("Only what is sensitive is asked for here. The rest goes with “name and contact”."))


def _check_receiver(asked: Asked, now: datetime) -> None:
    if asked.purpose is Purpose.SHARE and asked.receiver is None:
        raise CannotConsent(_("Say which organisation receives it. Each one is asked for by itself."))
    if asked.receiver and asked.purpose not in (Purpose.SHARE, Purpose.RESEARCH):
        raise CannotConsent(_("To give it to another organisation, ask for sharing."))
    if asked.receiver and not asked.receiver.is_active:
        raise CannotConsent(_("This organisation is no longer active here. Choose another one."))
    if asked.receiver and asked.expires_at is None:
        raise CannotConsent(_("Sharing always ends: say until when."))
    if asked.expires_at and asked.expires_at <= now:
        raise CannotConsent(_("The end has passed already. Choose a later day."))
    if asked.receiver and asked.expires_at and asked.expires_at > now + SHARED_AT_MOST:
        raise CannotConsent(_("Sharing lasts a year at most. Choose an earlier day; it can be asked for again."))


def _check_basis(asked: Asked, by: User | None) -> None:
    if asked.basis is Basis.CONSENT:
        return
    if asked.purpose in WITHOUT_EXCEPTION:
        raise CannotConsent(_("For this there is no exception: only their own consent."))
    if not asked.reason.strip():
        raise CannotConsent(_("Write why it is done without their consent. Somebody else will read it."))
    if by is None:
        raise CannotConsent(_("Only a person of the team may make an exception."))


def _check_evidence(asked: Asked, by: User | None) -> None:
    if asked.evidence in (Evidence.MESSAGE, Evidence.WITNESS) and not asked.proof.strip():
        raise CannotConsent(_("Say which message it is, or who was the witness."))
    if by is None and asked.evidence is not Evidence.MESSAGE:
        raise CannotConsent(_("Without somebody of the team, only a message can show it."))


def _check_giver(person: Person, asked: Asked) -> None:
    may_give = age.givers(person, is_sensitive=any(data in SENSITIVE for data in asked.data))
    if asked.given_by not in may_give.freely | may_give.with_reason:
        raise CannotConsent(_who_gives(may_give))
    if asked.given_by not in may_give.freely and not asked.reason.strip():
        raise CannotConsent(_("Write the reason: why the child was not heard, or why an adolescent decides alone."))
    if asked.given_by in (GivenBy.GUARDIAN, GivenBy.ASSENT) and not _has_guardian(person):
        raise CannotConsent(_("Write down first who their guardian is."))


def _who_gives(may_give: age.Givers) -> str:
    if GivenBy.SELF in may_give.freely:
        return _("They are old enough to decide by themselves.")
    if GivenBy.ADOLESCENT in may_give.with_reason:
        return _("They are too young to decide this alone: ask the guardian and the child, or write why alone.")
    return _("They are too young to decide this alone: ask their guardian.")


def _has_guardian(person: Person) -> bool:
    return Caregiver.objects.filter(cared_for=person, is_guardian=True, until=None).exists()


# Taking back -------------------------------------------------------------------------------------------------------------


def withdraw(consent: Consent, *, by: User | None, why: str = "") -> None:
    """From now on nothing hangs on it. Taken back once; a second time changes nothing. `by` None: they wrote it themselves.

    Raises `CannotConsent` for what does not rest on their consent.
    """
    if consent.basis != Basis.CONSENT:
        raise CannotConsent(_("This does not rest on their consent. Review the exception instead."))
    with writing():
        is_first = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
        consent.refresh_from_db()
        if is_first:
            consent.withdrawn_to, consent.withdrawn_why = by, why.strip()
            consent.save(update_fields=["withdrawn_to", "withdrawn_why"])
            audit(by, "consent.withdrawn", consent, about=consent.person_id)


def withdrawn_since(at: datetime) -> "QuerySet[Consent]":
    """For the rooms above, on their tick: which shares to cut short, whom to tell, which task to make."""
    return Consent.objects.filter(withdrawn_at__gte=at).order_by("withdrawn_at", "pk")


# Exceptions --------------------------------------------------------------------------------------------------------------


def due_for_review(now: datetime) -> "QuerySet[Consent]":
    """What was done to protect a life and nobody else has looked at yet, the oldest first. After `REVIEW_WITHIN` it holds no more."""
    waiting = Consent.objects.filter(basis=Basis.VITAL_INTEREST, reviewed_at=None, given_at__lte=now)
    return waiting.order_by("given_at", "pk")


def is_overdue(consent: Consent, now: datetime) -> bool:
    return consent.reviewed_at is None and consent.given_at + REVIEW_WITHIN < now


def review(consent: Consent, *, was_right: bool, by: User) -> None:
    """Somebody else looked at an exception. Found wrong, it ends at once. Raises `CannotConsent`."""
    if consent.basis != Basis.VITAL_INTEREST:
        raise CannotConsent(_("Only what was done to protect a life is reviewed."))
    if consent.asked_by_id == by.pk:
        raise CannotConsent(_("Somebody else reviews it: not whoever made the exception."))
    with writing():
        changed = Consent.objects.filter(pk=consent.pk, reviewed_at=None).update(
            reviewed_by=by, reviewed_at=timezone.now(), was_right=was_right
        )
        if not changed:
            raise CannotConsent(_("This has been reviewed already."))
        consent.refresh_from_db()
        audit(by, "consent.reviewed", consent, about=consent.person_id)


# Looking up --------------------------------------------------------------------------------------------------------------


def consents_of(person: Person) -> ConsentQuerySet:
    """Also those given on another record of the same person."""
    root = person.same_as_id or person.pk
    return Consent.objects.filter(Q(person=root) | Q(person__same_as=root))


def agreed(person: Person, at: datetime) -> "QuerySet[Consent]":
    """What they agreed to and have not taken back, the newest first: what RETIRAR lists."""
    return consents_of(person).active(at).filter(basis=Basis.CONSENT).order_by("-given_at", "-pk")


def covers(
    person: Person, purpose: Purpose, receiver: Organization | None, data: Iterable[Data], at: datetime
) -> Consent | None:
    """The newest consent (or exception) that stands at this moment for this purpose, this receiver and all of these data."""
    wanted = {str(one) for one in data}
    standing = consents_of(person).active(at).filter(purpose=purpose, receiver=receiver)
    return next((one for one in standing.order_by("-given_at", "-pk") if wanted <= set(one.data)), None)


def restrictions(consent: Consent) -> Restrictions:
    raw = consent.restrictions
    if not isinstance(raw, Mapping):
        return Restrictions()
    return Restrictions(_is(raw, "no_calls"), _is(raw, "no_messages"), str(raw.get("words") or ""))


def _is(raw: Mapping[str, Any], name: str) -> bool:
    return bool(raw.get(name))


def may(
    person: Person, purpose: Purpose, *, data: Iterable[Data], receiver: Organization | None = None, at: datetime
) -> Answer:
    """ "¿Puede hacerse?": the one question, for whoever lets something leave. Never raises; says what to do when not."""
    if receiver and not receiver.is_active:
        return Answer(False, why_not=_("This organisation is no longer active here. Choose another one."))
    return _answer(person, covers(person, purpose, receiver, data, at))


def _answer(person: Person, consent: Consent | None) -> Answer:
    if person.forgotten_at or person.blocked_at:
        return Answer(False, why_not=_("The data of this person are blocked: they are kept, and used for nothing."))
    if consent is None:
        return Answer(False, why_not=_("They have not agreed to this, or took it back, or it has ended. Ask first."))
    return Answer(True, consent, restrictions(consent))


def may_all(people: Collection[Person], purpose: Purpose, *, data: Iterable[Data], at: datetime) -> dict[int, Answer]:
    """The same question for many people at once, about what we ourselves do: one query, and an answer by the id of each."""
    wanted = {str(one) for one in data}
    roots = {person.pk: person.same_as_id or person.pk for person in people}
    newest: dict[int, Consent] = {}
    for consent in _of_all(roots.values()).active(at).filter(purpose=purpose, receiver=None):
        if wanted <= set(consent.data):
            newest[consent.person.same_as_id or consent.person_id] = consent
    return {person.pk: _answer(person, newest.get(roots[person.pk])) for person in people}


def forbid_messages(people: Collection[Person], at: datetime) -> set[int]:
    """Who of them said, with anything they agreed to, that no messages are written to them."""
    roots = {person.pk: person.same_as_id or person.pk for person in people}
    strict = _of_all(roots.values()).active(at).filter(restrictions__isnull=False)
    forbidding = {one.person.same_as_id or one.person_id for one in strict if restrictions(one).no_messages}
    return {person for person, root in roots.items() if root in forbidding}


def _of_all(roots: Iterable[int]) -> ConsentQuerySet:
    """Of records seen under one of these, the newest last."""
    ids = set(roots)
    theirs = Consent.objects.filter(Q(person__in=ids) | Q(person__same_as__in=ids)).order_by("given_at", "pk")
    return theirs.select_related("person").only(
        "purpose", "data", "restrictions", "person__same_as"
    )  # no word to decipher
