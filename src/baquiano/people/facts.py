"""The sensitive things somebody told: written by their area, on a consent or another coded basis, and gone when it is over.

None of them is ever a condition of help. A fact that hangs on a consent cannot be read from the second the consent is taken back
(people/models/particulars.py) and is erased at the next round (`erase_due`).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.accounts.policy import reaches
from baquiano.lib.turnstile import writing
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.consenting import Asked, CannotConsent, consents_of, covers, give
from baquiano.people.models import Consent, Fact, Person
from baquiano.people.models.consent import Purpose
from baquiano.people.models.particulars import Basis

ERASED_AT_ONCE = 200
_OWN_ROW = (Basis.CONSENT, Basis.VITAL_INTEREST)
"""Bases that are a row of their own, given once: a consent, or an exception that somebody else reviews."""


def record_fact(
    person: Person,
    category: Data,
    text: str,
    *,
    basis: Basis,
    by: User,
    consent: Consent | None = None,
    why: str = "",
) -> Fact:
    """One sensitive thing, kept for its area and for its time. Raises `CannotConsent`."""
    _check(person, category, text, basis, consent, why)
    now = timezone.now()
    with writing():
        fact = Fact.objects.create(
            person=person,
            category=category,
            area=SENSITIVE[category].area,
            text=text.strip(),
            basis=basis,
            consent=consent,
            why=why.strip(),
            told_to=by,
            told_at=now,
            until=timezone.localdate(now) + timedelta(days=SENSITIVE[category].days),
        )
        if not reaches(by, "write", fact):  # asked of the row itself; the refusal undoes it
            raise CannotConsent(_("This belongs to another area. Ask the person to tell it to whoever works there."))
        audit(by, "fact.recorded", fact, about=person.pk)
    return fact


def _check(person: Person, category: Data, text: str, basis: Basis, consent: Consent | None, why: str) -> None:
    if category not in SENSITIVE:
        raise CannotConsent(_("This is not sensitive: it has its own place on the record."))
    if not text.strip():
        raise CannotConsent(_("Write what they told, or leave it: nobody has to answer."))
    if basis in _OWN_ROW:
        _check_row(person, category, basis, consent)
    elif consent is not None:
        raise CannotConsent(_("Choose: either they agreed, or another reason holds."))
    elif not why.strip():
        raise CannotConsent(_("Write why it is kept without their consent."))


def _check_row(person: Person, category: Data, basis: Basis, consent: Consent | None) -> None:
    if consent is None:
        raise CannotConsent(_("First write down that they agree, or the exception and its reason."))
    hers = consents_of(person).filter(pk=consent.pk, basis=basis, purpose=Purpose.SENSITIVE)
    if category not in consent.data or not hers.exists():
        raise CannotConsent(_("What they agreed to does not name this. Ask first."))
    if not Consent.objects.active(timezone.now()).filter(pk=consent.pk).exists():
        raise CannotConsent(_("They took this consent back, or it has ended. Ask again if it is needed."))


def erase_due(now: datetime, *, besides: Collection[int] = ()) -> int:
    """Erases what is over, besides what was told by these people: the law obliges us to keep it, and nobody can read it.

    Returns how many. The audit trail keeps that there was one, of which person, and when it went.
    """
    due = list(Fact.objects.due(now).exclude(person__in=besides).order_by("pk")[:ERASED_AT_ONCE])
    for fact in due:
        with writing():
            audit(None, "fact.erased", fact, about=fact.person_id)
            fact.delete()
    return len(due)


def told(person: Person, category: Data, text: str, asked: Asked, *, by: User) -> Fact:
    """Keep something they tell now, on what they agreed to before or answer now (`asked`). Raises `CannotConsent`; then nothing is kept."""
    with writing():
        if asked.basis not in _OWN_ROW:
            return record_fact(person, category, text, basis=asked.basis, why=asked.reason, by=by)
        standing = covers(person, Purpose.SENSITIVE, None, [category], timezone.now())
        consent = standing if standing and standing.basis == asked.basis else give(person, asked, by=by)
        return record_fact(person, category, text, basis=asked.basis, consent=consent, by=by)


def erase(fact: Fact, *, by: User) -> None:
    """They asked, or it was a mistake: gone now, and that it went stays written."""
    with writing():
        audit(by, "fact.erased", fact, about=fact.person_id)
        fact.delete()
