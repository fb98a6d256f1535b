"""Receiving a request about somebody's data, knowing that it is them, and answering within its days."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from baquiano.accountability import clocks
from baquiano.accountability.models import (
    Challenge,
    DataRequest,
    Door,
    Identified,
    Outcome,
    RequestEvent,
    RequestKind,
    What,
)
from baquiano.accounts.audit import audit
from baquiano.accounts.models import User, organisation
from baquiano.channels.protocol import OutMessage
from baquiano.lib import crypto
from baquiano.lib.turnstile import ring, writing
from baquiano.people import holding
from baquiano.people.models import Address, Joining, Person
from baquiano.post import actions as post

CODE_LASTS = timedelta(minutes=30)
TRIES = 5
ALPHABET = "ABCDEFGHJKMNPQRTUVWXYZ2346789"  # nothing that is read for something else
CODE_LENGTH = 6
NOT_ABOUT_ANYBODY = frozenset({Outcome.NOTHING_HELD, Outcome.NOT_IDENTIFIED, Outcome.WITHDRAWN, Outcome.REFUSED})


class CannotAnswer(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Received:
    """A request as somebody took it down."""

    kind: RequestKind
    door: Door
    country: str
    language: str = ""
    asked: str = ""
    contact: str = ""


def today() -> date:
    """Of the organisation: a term ends at its midnight."""
    return timezone.localdate(timezone=ZoneInfo(organisation().timezone))


def open_request(received: Received, *, by: User) -> DataRequest:
    """The clock runs from now. Nobody is tied to it yet."""
    now, day = timezone.now(), today()
    with writing():
        request = DataRequest.objects.create(
            kind=received.kind,
            door=received.door,
            country=received.country,
            language=received.language,
            asked=received.asked.strip(),
            contact=received.contact.strip(),
            opened_at=now,
            opened_by=by,
            due_on=clocks.due(received.country, received.kind, day),
            mark_by=clocks.marked_by(received.country, received.kind, day),
        )
        _happened(request, What.OPENED, by)
        audit(by, "request.opened", request)
    return request


def take_charge(request: DataRequest, *, by: User) -> None:
    with writing():
        row = _open_row(request)
        row.in_charge = by
        row.save(update_fields=["in_charge"])
        _happened(row, What.TAKEN, by)
        audit(by, "request.taken", row, about=row.person_id or "")


def extend(request: DataRequest, *, why: str, by: User) -> None:
    """Once, before it is due, with the reason that they are told."""
    if not why.strip():
        raise CannotAnswer(_("Write why it takes longer: whoever asked is told so."))
    with writing():
        row = _open_row(request)
        if row.is_extended:
            raise CannotAnswer(_("A request can take longer once only."))
        if row.is_overdue(today()):
            raise CannotAnswer(_("Its days are over: it can no longer be made longer. Answer it now."))
        row.due_on, row.is_extended, row.extended_why = (
            clocks.longer(row.country, row.kind, row.due_on),
            True,
            why.strip(),
        )
        row.save(update_fields=["due_on", "is_extended", "extended_why"])
        _happened(row, What.EXTENDED, by)
        audit(by, "request.extended", row, about=row.person_id or "")


def close(request: DataRequest, outcome: Outcome, *, answer: str, by: User) -> None:
    """What we answered. Something done to somebody's data asks that we know it is them."""
    if not answer.strip():
        raise CannotAnswer(_("Write what you answered: it is the proof that you did."))
    with writing():
        row = _open_row(request)
        if row.person_id is None and outcome not in NOT_ABOUT_ANYBODY:
            raise CannotAnswer(_("First make sure that it is them: until then nothing of anybody is shown or changed."))
        row.closed_at, row.closed_by, row.outcome, row.answer = timezone.now(), by, outcome, answer.strip()
        row.save(update_fields=["closed_at", "closed_by", "outcome", "answer"])
        Challenge.objects.filter(request=row).delete()
        _happened(row, What.CLOSED, by)
        audit(by, "request.answered", row, about=row.person_id or "")


# Who asks ---------------------------------------------------------------------------------------------------------------


def identify(request: DataRequest, person: Person, how: Identified, *, by: User) -> None:
    """Somebody of the team answers for it that this is the person. A code is not said, it is given back (`answer_challenge`)."""
    if how == Identified.CODE:
        raise CannotAnswer(_("Send the code and type what they tell you."))
    if how == Identified.SAME_DOOR and not _doors(person):
        raise CannotAnswer(_("We know this person by no door: nobody can have written from it."))
    with writing():
        _tie(_open_row(request), person, how, by)


def challenge(request: DataRequest, said_number: str, *, by: User) -> None:
    """A code goes to the door that whoever has this number is known by. What happens here looks the same if there is nobody."""
    person = _of_number(said_number)
    doors = _writable(person) if person else []
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    now = timezone.now()
    with writing():
        row = _open_row(request)
        Challenge.objects.filter(request=row).delete()  # one code at a time
        made = Challenge.objects.create(
            request=row,
            person=person if doors else None,
            code_hash=_hash(row, code),
            made_at=now,
            expires_at=now + CODE_LASTS,
        )
        if person and doors:
            post.send(doors[0], OutMessage(_words(person, code)), cause=f"request:{row.pk}:code:{made.pk}")
            ring()
        _happened(row, What.CHALLENGED, by)
        audit(by, "request.challenged", row)


def answer_challenge(request: DataRequest, code: str, *, by: User) -> bool:
    """False for a wrong, late or used code, and when there was nobody to send one to: the same for all."""
    now = timezone.now()
    with writing():
        row = _open_row(request)
        made = Challenge.objects.filter(request=row, used_at=None, expires_at__gt=now, tries__lt=TRIES).first()
        if made is None or made.person is None or made.code_hash != _hash(row, code):
            Challenge.objects.filter(request=row).update(tries=(made.tries + 1) if made else TRIES)
            _happened(row, What.WRONG_CODE, by)
            audit(by, "request.wrong_code", row)
            return False
        made.used_at = now
        made.save(update_fields=["used_at"])
        _tie(row, made.person, Identified.CODE, by)
    return True


def _tie(row: DataRequest, person: Person, how: Identified, by: User) -> None:
    if row.person_id is not None:
        raise CannotAnswer(_("We know already who asked this."))
    row.person, row.identified_how, row.identified_at, row.identified_by = person, how, timezone.now(), by
    row.save(update_fields=["person", "identified_how", "identified_at", "identified_by"])
    _happened(row, What.IDENTIFIED, by)
    audit(by, "request.identified", row, about=person.pk)


def _of_number(said: str) -> Person | None:
    try:
        number = uuid.UUID(said.strip())
    except ValueError:
        return None
    return Person.objects.filter(number=number, forgotten_at=None).first()


def _doors(person: Person) -> list[Address]:
    """The addresses that are hers now, the last one first."""
    joinings = Joining.objects.current(timezone.now()).filter(person=person).select_related("address__channel")
    return [joining.address for joining in joinings.order_by("-since", "-pk")]


def _writable(person: Person) -> list[Address]:
    """Those a code may be sent to: after danger none, until somebody has set how it is safe to write."""
    doors = _doors(person)
    held = holding.held_of([door.pk for door in doors])
    return [door for door in doors if door.pk not in held]


def _hash(row: DataRequest, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return crypto.keyed_hash(f"{row.pk}:{plain}", "request code")


def _words(person: Person, code: str) -> str:
    """Neutral on a locked screen: says nothing of what it is about."""
    with translation.override(person.language or "es"):
        return _("Code: %(code)s. If you did not ask for it, do not give it to anybody.") % {"code": code}


def _open_row(request: DataRequest) -> DataRequest:
    row = DataRequest.objects.select_for_update().get(pk=request.pk)
    if row.closed_at is not None:
        raise CannotAnswer(_("This request was answered already."))
    return row


def _happened(row: DataRequest, what: What, by: User | None) -> None:
    RequestEvent.objects.create(request=row, what=what, by=by, due_on=row.due_on)


# What time does ---------------------------------------------------------------------------------------------------------


def overdue(now: datetime) -> list[DataRequest]:
    """Open ones whose day is over, the oldest first. Upper rooms look here."""
    day = timezone.localdate(now, timezone=ZoneInfo(organisation().timezone))
    return list(DataRequest.objects.overdue(day).by_clock())


def in_dispute(people: list[int]) -> list[DataRequest]:
    """Open claims about these people: the file carries the mark "claim being dealt with" as long as there is one (Ley 1581 art. 15)."""
    return list(DataRequest.objects.open().filter(person__in=people, kind__in=clocks.CLAIMS).by_clock())


def forget_codes(now: datetime) -> int:
    """Codes that nobody can use any more."""
    deleted, _by = Challenge.objects.filter(expires_at__lt=now).delete()
    return deleted
