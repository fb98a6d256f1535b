"""Letters that nobody just asked for: a reminder, a survey, news of an appointment. Here "¿Puede hacerse?" is asked, and how she can be
reached without putting her in danger: when the letter is written, and again when it is about to leave.

An answer to what somebody just wrote is no such letter: it always goes, on the same channel.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.models import organisation
from baquiano.channels.protocol import OutMessage
from baquiano.channels.registry import sender_of
from baquiano.lib.turnstile import ring, writing
from baquiano.people import consenting, contact, joining
from baquiano.people.categories import Data
from baquiano.people.models import Address, Person
from baquiano.people.models.consent import Purpose
from baquiano.post.body import to_json
from baquiano.post.models import Letter, State

WITHHELD = "withheld"
"""Why a letter did not leave: its consent or her safe contact no longer allow it."""
WRITTEN_FOR = (Purpose.CONTACT, Purpose.REMINDERS)
_COUNTRY_UNKNOWN = "CO"  # only chooses whose public holidays are looked up, and hers do not close her hours


class CannotWrite(Exception):
    """Shown to staff as it is written: why she is not written to, and what to do."""


@dataclass(frozen=True)
class Unasked:
    """`neutral`: what may be read by anybody who holds the telephone; said instead of `message` unless she told us that we may say
    who we are. `not_before` None: as soon as her hours allow.
    """

    address: Address
    neutral: OutMessage
    cause: str
    purpose: Purpose
    message: OutMessage | None = None
    not_before: datetime | None = None


@dataclass(frozen=True)
class _Way:
    """Whether she may be written to now. `at` None: not at all, and `why_not` says it."""

    at: datetime | None
    may_say_who: bool = False
    why_not: str = ""


def write(unasked: Unasked) -> Letter:
    """One letter, when her hours begin. Raises `CannotWrite`."""
    if unasked.purpose not in WRITTEN_FOR:
        raise CannotWrite(_("A letter is written to help or to remind. For anything else, ask in person."))
    if sender_of(unasked.address.channel.kind) is None:
        raise CannotWrite(_("Nothing can be sent to this door: she sees it only when she comes back."))
    way = _way(unasked.address, unasked.purpose, max(unasked.not_before or timezone.now(), timezone.now()))
    if way.at is None:
        raise CannotWrite(way.why_not)
    said = unasked.message if unasked.message and way.may_say_who else unasked.neutral
    with writing():
        letter = Letter.objects.create(
            address=unasked.address,
            cause=unasked.cause,
            body=to_json(said),
            not_before=way.at,
            purpose=unasked.purpose,
        )
        ring()
    return letter


def released(due: Iterable[Letter], now: datetime) -> list[Letter]:
    """Of the letters about to leave those that still may. The others wait for her hours or end here. Inside the caller's transaction."""
    return [letter for letter in due if not letter.purpose or _still_may(letter, now)]


def _still_may(letter: Letter, now: datetime) -> bool:
    way = _way(letter.address, Purpose(letter.purpose), now)
    if way.at is None:
        letter.state, letter.error, letter.settled_at = State.FAILED, WITHHELD, now
    elif way.at > now:
        letter.not_before = way.at
    else:
        return True
    letter.save(update_fields=["state", "error", "settled_at", "not_before"])
    return False


def _way(address: Address, purpose: Purpose, at: datetime) -> _Way:
    person = joining.person_behind(address)
    if person is None:
        return _Way(None, why_not=_("We do not know who writes here. The person joins the chat to their record first."))
    answer = consenting.may(person, purpose, data=(Data.CONTACT,), at=at)
    if not answer.is_yes:
        return _Way(None, why_not=answer.why_not)
    if answer.restrictions.no_messages:
        return _Way(None, why_not=_("They asked that no messages are written to them."))
    return _safely(person, at)


def _safely(person: Person, at: datetime) -> _Way:
    safe = contact.parse(person.safe_contact)
    ours = organisation()
    country = person.municipality.country_id if person.municipality else next(iter(ours.countries), _COUNTRY_UNKNOWN)
    moment = contact.next_moment(safe, now=at, country=country, timezone=ours.timezone)
    if moment is None:
        return _Way(None, why_not=_("By their safe contact no machine may write to them. Read it and decide."))
    return _Way(moment, safe.may_say_who)
