"""What a colleague asks of somebody through a chat, and what an answer there is worth: an agreement in writing, one document for one procedure.

Nothing here sends a word. Whoever is in danger is asked for nothing; a child alone is asked for nothing; and what could harm somebody if
another person read it over their shoulder is not asked in writing at all, but in a call or at a point.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Area, User, organisation
from baquiano.directory.models import Organization
from baquiano.files.actions import Term
from baquiano.files.models import LONG, SHORT
from baquiano.files.models import Purpose as KeptFor
from baquiano.lib.turnstile import writing
from baquiano.people import age, consenting, contact, holding, joining, papers
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.consenting import Asked, CannotConsent
from baquiano.people.contact import SafeContact
from baquiano.people.models import Address, Consent, ConsentQuestion, KeptPaper, PaperRequest, Person
from baquiano.people.models.consent import Evidence, GivenBy, Purpose
from baquiano.people.models.particulars import DocumentKind

LASTS = timedelta(hours=24)
"""So long an answer, or a document, belongs to what was asked."""
NAMING = (Purpose.SENSITIVE, Purpose.SHARE, Purpose.IMAGE)
"""Their words name a receiver, a topic or a story: only where nobody else reads the telephone."""
NEVER_WRITTEN = (Data.RISK, Data.ORIENTATION, Data.BELIEF)
"""Whoever reads these words on somebody's telephone may hurt them for it."""
WRITTEN = (Purpose.CONTACT, Purpose.REMINDERS, Purpose.NEWS, *NAMING)
FOR_ITSELF = {
    Purpose.CONTACT: (Data.NAME, Data.CONTACT),
    Purpose.REMINDERS: (Data.CONTACT,),
    Purpose.NEWS: (Data.CONTACT,),
    Purpose.IMAGE: (Data.IMAGE,),
}
"""The data of those purposes that need no choosing."""
KEPT_FOR = (KeptFor.PROCEDURE, KeptFor.LEGAL, KeptFor.HEALTH, KeptFor.REFERRAL)
NEVER_BY_PHOTO = (DocumentKind.REFUGE,)
"""Its name on a screen says from what somebody fled."""
SHORTEST, LONGER = SHORT, LONG


class CannotAsk(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Question:
    """One purpose and its edges. `nobody_else_reads`: she said so of this telephone. `ends_at`: of the consent."""

    purpose: Purpose
    data: tuple[Data, ...]
    receiver: Organization | None = None
    area: Area | None = None
    share_for: str = ""
    ends_at: datetime | None = None
    nobody_else_reads: bool = False

    def asked(self, language: str, evidence: Evidence, proof: str) -> Asked:
        return Asked(
            purpose=self.purpose,
            data=self.data,
            language=language,
            evidence=evidence,
            receiver=self.receiver,
            expires_at=self.ends_at,
            proof=proof,
        )


@dataclass(frozen=True)
class Wanted:
    """One document for one procedure. `days`: until it is erased."""

    kind: DocumentKind
    kept_for: KeptFor
    area: str = ""
    days: int = SHORTEST

    @property
    def erase_on(self) -> date:
        return timezone.localdate() + timedelta(days=self.days)


# Agreeing in writing ----------------------------------------------------------------------------------------------------


def question_asked(person: Person, address: Address, question: Question, *, language: str, by: User) -> ConsentQuestion:
    """Keeps what is about to be asked. Inside the caller's transaction. Raises `CannotAsk`, `CannotConsent`."""
    check_question(person, question)
    _check_may_be_written(person, address, question)
    now = timezone.now()
    asked = ConsentQuestion.objects.create(
        person=person,
        address=address,
        purpose=question.purpose,
        receiver=question.receiver,
        data=sorted(question.data),
        area=question.area or "",
        share_for=question.share_for,
        ends_at=question.ends_at,
        text_version=consenting.text_version(question.purpose),
        language=language,
        by=by,
        at=now,
        until=now + LASTS,
    )
    audit(by, "consent.asked", asked, about=person.pk)
    return asked


def check_question(person: Person, question: Question) -> None:
    """What holds for writing and for speaking alike. Raises `CannotAsk`, `CannotConsent`."""
    if question.purpose not in WRITTEN:
        raise CannotAsk(_("This is asked face to face."))
    if question.purpose is Purpose.SENSITIVE and not question.area:
        raise CannotAsk(_("Say which area reads it. Each one is asked for by itself."))
    if question.area and any(SENSITIVE[data].area != question.area for data in question.data if data in SENSITIVE):
        raise CannotAsk(_("This is read by another area. Ask for each area by itself."))
    if question.purpose is Purpose.SENSITIVE and question.ends_at is None:
        raise CannotAsk(_("Say until when it holds."))
    if question.purpose is Purpose.SHARE and question.share_for not in ConsentQuestion.ShareFor.values:
        raise CannotAsk(_("Say what it is shared for."))
    consenting.check(person, question.asked("es", Evidence.MESSAGE, "-"), by=None)


def _check_may_be_written(person: Person, address: Address, question: Question) -> None:
    _check_door(person, address)
    if question.purpose not in NAMING:
        return
    if any(data in NEVER_WRITTEN for data in question.data):
        raise CannotAsk(_("These words could harm them if somebody else read them. Ask in a call or at a point."))
    if not question.nobody_else_reads or not all(_says_nobody_else_reads(one) for one in _rules(address, person)):
        raise CannotAsk(
            _("Somebody else may read this telephone, and these words say too much. Ask in a call or at a point.")
        )


def _says_nobody_else_reads(rule: SafeContact) -> bool:
    """Nothing was set, or that we may say who we are and that there is nobody who must not know."""
    return rule == SafeContact() or (rule.may_say_who and not rule.never_tell)


def _check_door(person: Person, address: Address) -> None:
    """Whether anything may be asked of her here now."""
    if holding.is_held(address) or holding.is_person_held(person):
        raise CannotAsk(_("They told of a danger. Help first; papers can wait."))
    if not _may_be_written_now(person, address):
        raise CannotAsk(_("By how it is safe to reach them, nothing is written to them now. Call, if they allow it."))


def _rules(address: Address, person: Person) -> list[SafeContact]:
    """As they are stored now: the address may have been read a while ago."""
    return contact.rules(person.safe_contact, Address.objects.only("safe_contact").get(pk=address.pk).safe_contact)


def _may_be_written_now(person: Person, address: Address) -> bool:
    now, ours = timezone.now(), organisation()
    country = person.municipality.country_id if person.municipality else next(iter(ours.countries), "CO")
    moments = (
        contact.next_moment(rule, now=now, country=country, timezone=ours.timezone) for rule in _rules(address, person)
    )
    return all(moment == now for moment in moments)


def open_questions(address: Address, now: datetime) -> list[ConsentQuestion]:
    return list(ConsentQuestion.objects.filter(address=address, answered_at=None, until__gt=now).order_by("pk"))


def end_questions(address: Address) -> int:
    """Taken back, or passed over by other words of hers: an answer counts no more."""
    now = timezone.now()
    return ConsentQuestion.objects.filter(address=address, answered_at=None, until__gt=now, at__lt=now).update(
        until=now
    )


def stands(number: int, address: Address, *, sent_at: datetime) -> bool:
    """Whether a yes that was sent from this door at that moment answers this question. In doubt it does not."""
    row = _unanswered(number).filter(address=address).first()
    if row is None or not row.at.replace(microsecond=0) <= sent_at <= row.until:
        return False
    return _is_still_so(row)


def _unanswered(number: int) -> "QuerySet[ConsentQuestion]":
    return ConsentQuestion.objects.filter(pk=number, answered_at=None).select_related(
        "person", "address", "receiver", "by"
    )


def _is_still_so(row: ConsentQuestion) -> bool:
    """The same person, the same words, and nothing in between that forbids it."""
    behind = joining.person_behind(row.address)
    if behind is None or behind.pk not in (row.person_id, row.person.same_as_id):
        return False
    if row.text_version != consenting.text_version(Purpose(row.purpose)) or holding.is_held(row.address):
        return False
    try:
        consenting.check(behind, _as_asked(row, "-"), by=None)
    except CannotConsent:
        return False
    return True


def answer(number: int, *, is_yes: bool, proof: str) -> None:
    """Her plain yes or no, once. Inside the caller's transaction. Raises `CannotConsent` when a yes would no longer be true."""
    row = _unanswered(number).select_for_update(of=("self",)).first()
    if row is None:
        raise CannotConsent(_("This question was answered already."))
    consent: Consent | None = None
    if is_yes:
        if not _is_still_so(row):
            raise CannotConsent(_("This was changed meanwhile. Ask again."))
        consent = consenting.give(row.person.same_as or row.person, _as_asked(row, proof), by=None)
    else:
        audit(None, "consent.refused", row, about=row.person_id)
    row.answered_at, row.is_yes, row.consent = timezone.now(), is_yes, consent
    row.save(update_fields=["answered_at", "is_yes", "consent"])


def _as_asked(row: ConsentQuestion, proof: str) -> Asked:
    return Asked(
        purpose=Purpose(row.purpose),
        data=tuple(Data(one) for one in row.data),
        language=row.language,
        evidence=Evidence.MESSAGE,
        receiver=row.receiver,
        expires_at=row.ends_at,
        text_version=row.text_version,
        proof=proof,
        asked_by=row.by,
    )


# A document by photo ----------------------------------------------------------------------------------------------------


def paper_asked(person: Person, address: Address, wanted: Wanted, *, language: str, by: User) -> PaperRequest:
    """Keeps which one is about to be asked for. Inside the caller's transaction. Raises `CannotAsk`."""
    if person.forgotten_at or person.blocked_at:
        raise CannotAsk(_("The data of this person are blocked. Nothing new is written until that is lifted."))
    if GivenBy.SELF not in age.givers(person, is_sensitive=True).freely or person.child_status:
        raise CannotAsk(_("No document is asked of a child alone. Ask whoever looks after them, at a point."))
    if wanted.kind in NEVER_BY_PHOTO or wanted.kept_for not in KEPT_FOR:
        raise CannotAsk(_("This document is looked at, at a point: its name alone says too much on a screen."))
    if wanted.days not in (SHORTEST, LONGER):
        raise CannotAsk(_("It is kept for 30 or 90 days."))
    _check_door(person, address)
    now = timezone.now()
    PaperRequest.objects.filter(address=address, ended_at=None, until__lte=now).update(ended_at=now)
    if PaperRequest.objects.filter(address=address, ended_at=None).exists():
        raise CannotAsk(_("A document was asked for already. Wait for it, or say that it is not needed any more."))
    request = PaperRequest.objects.create(
        person=person,
        address=address,
        kind=wanted.kind,
        kept_for=wanted.kept_for,
        area=wanted.area,
        erase_on=wanted.erase_on,
        language=language,
        by=by,
        at=now,
        until=now + LASTS,
    )
    audit(by, "paper.asked", request, about=person.pk)
    return request


def file(request: PaperRequest, data: bytes, *, name: str, by: User) -> KeptPaper:
    """A colleague says that this is the document. It goes on the day that was promised. No transaction is open yet. Raises `CannotAsk`,
    `files.refusal.AttachmentRefused`.
    """
    person = joining.person_behind(request.address)
    if person is None or person.pk not in (request.person_id, request.person.same_as_id):
        raise CannotAsk(_("This chat is not joined to that record any more."))
    left = (request.erase_on - timezone.localdate()).days
    if request.ended_at or left < 1:
        raise CannotAsk(_("This document is not asked for any more."))
    term = Term(KeptFor(request.kept_for), left)
    paper = papers.keep(person, BytesIO(data), term, name=name, area=request.area, by=by)
    with writing():
        now = timezone.now()
        if PaperRequest.objects.filter(pk=request.pk, ended_at=None).update(paper=paper, ended_at=now):
            return paper
    papers.let_go(paper, by=by)
    raise CannotAsk(_("A colleague has filed it already."))


def end_request(request: PaperRequest, *, by: User) -> None:
    """Not needed any more: what arrives is an ordinary enclosure."""
    with writing():
        if PaperRequest.objects.filter(pk=request.pk, ended_at=None).update(ended_at=timezone.now()):
            audit(by, "paper.not_needed", request, about=request.person_id)
