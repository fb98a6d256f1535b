"""Letters that nobody just asked for: a reminder, a survey, news, a correction of what she was told. Here "¿Puede hacerse?" is asked, and
how she can be reached without putting her in danger: when the letter is written, and again when it is about to leave.

An answer to what somebody just wrote is no such letter: it always goes, on the same channel. After danger none of these leaves until a
person has set how it is safe to write (`people.holding`); only a call-back she asked for does, at the time she gave.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from baquiano.channels.protocol import OutMessage
from baquiano.lib.turnstile import ring, writing
from baquiano.people import contact
from baquiano.people.contact import SafeContact
from baquiano.people.models import Address
from baquiano.people.models.consent import Purpose
from baquiano.post import templates, window
from baquiano.post.body import to_json
from baquiano.post.circumstances import NEEDS_NO_CONSENT, Circumstances, Hours, look_up
from baquiano.post.models import Aim, Letter, State, Template

WITHHELD = "withheld"
"""Why a letter did not leave: its consent, her safe contact or her own word no longer allow it."""
ASKED_BY_HER = "asked:"
"""How the cause of a call-back begins. The letter says it itself, so that it is still known when it is about to leave."""
ROUNDS = 8  # how often rules about hours are asked in turn before a person must decide
USE_OF = {
    Aim.REMINDERS: Template.Use.REMINDER,
    Aim.NEWS: Template.Use.NEWS,
    Aim.CORRECTION: Template.Use.CORRECTION,
    Aim.ANSWERED: Template.Use.ANSWERED,
}
"""Which approved text may stand in for a letter once the window is closed; for the others none."""


class CannotWrite(Exception):
    """Shown to staff as it is written: why she is not written to, and what to do."""


@dataclass(frozen=True)
class Unasked:
    """`neutral`: what may be read by anybody who holds the telephone; said instead of `message` unless she told us that we may say
    who we are. `not_before` None: as soon as her hours allow. `asked_by_her`: a call-back; then `not_before` is the time she gave.
    `template_use`: which approved text may leave in its place once the window is closed; None: then it does not leave. `language`: of
    that text, where it is known. `is_said_once`: sensitive; in doubt whether it arrived it is not repeated, and a person is told.
    """

    address: Address
    neutral: OutMessage
    cause: str
    purpose: Purpose | Aim
    message: OutMessage | None = None
    not_before: datetime | None = None
    asked_by_her: bool = False
    template_use: Template.Use | None = None
    language: str = ""
    is_said_once: bool = False


@dataclass(frozen=True)
class Answer:
    """Whether she may be written to, and from when (`at`). `why_not`: one of our own short words, in `WHY_NOT`.

    `needs_template`: at that moment nothing but an approved text arrives, and `template` is the one. `may_say_who`: she told us that
    we may say who we are.
    """

    may: bool
    at: datetime | None = None
    why_not: str = ""
    needs_template: bool = False
    may_say_who: bool = False
    template: Template | None = None


WHY_NOT = {
    "no_way": _("Nothing can be sent to this door: she sees it only when she comes back."),
    "moved": _("Nobody can be reached here any more: the number belongs to somebody else now, or to nobody."),
    "held": _("After danger: somebody must first set how it is safe to write."),
    "blocked": _("They blocked us, or their data are blocked: nothing is written."),
    "opted_out": _("They asked that nothing is written to them that they did not ask for."),
    "unknown": _("We do not know who writes here. The person joins the chat to their record first."),
    "no_consent": _("They have not agreed to this, or took it back, or it has ended. Ask first."),
    "no_messages": _("They asked that no messages are written to them."),
    "safe_contact": _("By their safe contact no machine may write to them. Read it and decide."),
    "no_template": _(
        "A day has passed since their last message: only a text that WhatsApp approved may leave, and there is none for this."
    ),
}


# Asking ------------------------------------------------------------------------------------------------------------------


def ways(
    addresses: Sequence[Address],
    purpose: Purpose | Aim,
    now: datetime,
    *,
    languages: Mapping[int, str] | None = None,
) -> dict[int, Answer]:
    """For many addresses at once, by their ids; what is asked of each is looked up in the database now. `languages`: by address,
    where they are known: a template speaks one.
    """
    aim = Aim(purpose)
    return _ways([address.pk for address in addresses], aim, USE_OF.get(aim, ""), now, languages or {})


def _ways(
    addresses: Sequence[int], aim: Aim, use: str, at: datetime, languages: Mapping[int, str]
) -> dict[int, Answer]:
    found = look_up(addresses, aim, use, at, languages)
    return {pk: _decide(one, aim, at) for pk, one in found.items()}


def _decide(one: Circumstances, aim: Aim, at: datetime) -> Answer:
    why_not = _closed(one, aim)
    if why_not:
        return Answer(False, why_not=why_not)
    moment = _first_moment(tuple(map(_only_hours, one.hours)), at)
    if moment is None:
        return Answer(False, why_not="safe_contact")
    needs_template = not window.is_open(one.address, moment)
    if needs_template and one.template is None:
        return Answer(False, why_not="no_template", needs_template=True)
    return Answer(True, moment, "", needs_template, one.may_say_who, one.template)


def _closed(one: Circumstances, aim: Aim) -> str:
    """What no hour opens; empty: nothing. The first that holds is said."""
    needs_consent = aim not in NEEDS_NO_CONSENT
    reasons = (
        (not one.has_sender, "no_way"),
        (not one.is_living, "moved"),
        (one.is_held, "held"),
        (one.is_blocked, "blocked"),
        (bool(one.opted_out), one.opted_out),
        (needs_consent and not one.is_known, "unknown"),
        (needs_consent and not one.has_agreed, "no_consent"),
        (one.wants_no_messages, "no_messages"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _only_hours(hours: Hours) -> Hours:
    """Without the words that are nobody's business here: what is remembered below is not personal."""
    rule = SafeContact(may_write=hours.rule.may_write, hours=hours.rule.hours)
    return Hours(rule, hours.country, hours.timezone)


@lru_cache(maxsize=512)
def _first_moment(hours: tuple[Hours, ...], at: datetime) -> datetime | None:
    """When all of them allow it. None: never, or not by a machine."""
    for _round in range(ROUNDS):
        moment = at
        for one in hours:
            later = contact.next_moment(one.rule, now=moment, country=one.country, timezone=one.timezone)
            if later is None:
                return None
            moment = later
        if moment == at:
            return at
        at = moment
    return None


# Writing -----------------------------------------------------------------------------------------------------------------


def write(unasked: Unasked) -> Letter:
    """One letter, when her hours begin. Raises `CannotWrite`."""
    aim = _aim(unasked)
    at = max(unasked.not_before or timezone.now(), timezone.now())
    way = _call_back(unasked.address, aim, at) if unasked.asked_by_her else _way_of(unasked, aim, at)
    if not way.may or way.at is None:
        raise CannotWrite(str(WHY_NOT[way.why_not]))
    said = unasked.message if unasked.message and way.may_say_who else unasked.neutral
    with writing():
        letter = Letter.objects.create(
            address=unasked.address,
            cause=_cause(unasked),
            body=to_json(said),
            not_before=way.at,
            purpose=aim,
            template=way.template,
            is_said_once=unasked.is_said_once,
        )
        ring()
    return letter


def _aim(unasked: Unasked) -> Aim:
    try:
        return Aim(unasked.purpose)
    except ValueError:
        raise CannotWrite(
            str(_("A letter is written to help or to remind. For anything else, ask in person."))
        ) from None


def _way_of(unasked: Unasked, aim: Aim, at: datetime) -> Answer:
    door = unasked.address.pk
    return _ways([door], aim, unasked.template_use or "", at, {door: unasked.language})[door]


def _cause(unasked: Unasked) -> str:
    if unasked.asked_by_her:
        return f"{ASKED_BY_HER}{unasked.cause}"
    if unasked.cause.startswith(ASKED_BY_HER):
        raise ValueError("only a call-back may say that she asked for it")
    return unasked.cause


def _call_back(address: Address, aim: Aim, at: datetime) -> Answer:
    """She asked for it and said when: neither a consent nor her usual hours stand in its way, only that nobody may write at all."""
    one = look_up([address.pk], aim, "", at, {})[address.pk]
    if not one.has_sender:
        return Answer(False, why_not="no_way")
    if not all(hours.rule.may_write for hours in one.hours):
        return Answer(False, why_not="safe_contact")
    return Answer(True, at, may_say_who=one.may_say_who)


# Leaving -----------------------------------------------------------------------------------------------------------------


def released(due: Iterable[Letter], now: datetime) -> list[Letter]:
    """Of the letters about to leave those that still may, in their order. The others wait for her hours or end here. Inside the
    caller's transaction.
    """
    letters = list(due)
    answers = _asked_again([letter for letter in letters if letter.purpose], now)
    return [letter for letter in letters if not letter.purpose or _still_may(letter, answers[letter.pk], now)]


def _asked_again(letters: Iterable[Letter], now: datetime) -> dict[int, Answer]:
    """Together those that are for the same thing and could leave as the same text."""
    alike: dict[tuple[Aim, str], list[Letter]] = defaultdict(list)
    answers: dict[int, Answer] = {}
    for letter in letters:
        if letter.cause.startswith(ASKED_BY_HER):
            answers[letter.pk] = _call_back(letter.address, Aim(letter.purpose), now)
        else:
            alike[Aim(letter.purpose), letter.template.use if letter.template else ""].append(letter)
    for (aim, use), some in alike.items():
        languages = {one.address_id: templates.spoken(one.template) for one in some if one.template}
        found = _ways([one.address_id for one in some], aim, use, now, languages)
        answers |= {one.pk: found[one.address_id] for one in some}
    return answers


def _still_may(letter: Letter, answer: Answer, now: datetime) -> bool:
    if letter.purpose == Aim.ANSWERED and window.is_open(letter.address, now):
        letter.delete()  # she wrote meanwhile: the answer itself leaves
        return False
    is_closed = answer.needs_template or letter.error == window.CLOSED
    if answer.may and is_closed and answer.template is None:
        answer = Answer(False, why_not="no_template")
    if not answer.may or answer.at is None:
        _end(letter, window.CLOSED if answer.why_not == "no_template" else WITHHELD, now)
        return False
    if answer.at > now:
        Letter.objects.filter(pk=letter.pk).update(not_before=answer.at)
        return False
    if is_closed and letter.template != answer.template:
        letter.template = answer.template
        letter.save(update_fields=["template"])
    return True


def _end(letter: Letter, why: str, now: datetime) -> None:
    letter.state, letter.error, letter.settled_at = State.FAILED, why, now
    letter.save(update_fields=["state", "error", "settled_at"])
