"""Emergency numbers: who called each one, when, and what they found; how old that is; and telling those who answer for it each day.

A pack proposes a number and verifies none. Nobody's verification is ever changed: calling again adds another.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Membership, Role, User, organisation
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import writing
from baquiano.post import mail
from baquiano.post.models import Mail
from baquiano.safety import book, said
from baquiano.safety.book import NumberShown
from baquiano.safety.models import DutyContact, EmergencyNumber, NumberVerification
from baquiano.safety.said import Age

LANGUAGES = ("es", "en", "pt", "fr", "ht")
LONGEST = {"how": 300, "hours": 160, "whose": 160}
SEEN_AT = "/workspace/numbers/"
"""The screen where each number is said to have been called."""
REMINDED_FROM = 7
"""Nobody is sent a mail before seven in the morning, in the organisation's clock."""


class CannotVerify(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Found:
    """What whoever called found. None, or empty: it was not tried."""

    from_prepaid: bool | None = None  # a prepaid mobile reaches it
    without_credit: bool | None = None  # also with no credit left
    is_free: bool | None = None
    hours: str = ""
    languages: tuple[str, ...] = ()
    whose: str = ""  # who answered: police, health, a ministry


NOTHING_TRIED = Found()


def age(days: int) -> Age:
    """Of a number called so many days ago: said alone, with the day, or with the general number besides."""
    return said.age(days)


def verify(number: EmergencyNumber, *, by: User, how: str, found: Found = NOTHING_TRIED) -> NumberVerification:
    """Somebody called it today, says how, and what they found. It is said from the next turn on."""
    told = {"how": how.strip(), "hours": found.hours.strip(), "whose": found.whose.strip()}
    if not told["how"]:
        raise CannotVerify(_("Say how you checked it: when you called and who answered."))
    if any(len(told[name]) > most for name, most in LONGEST.items()):
        raise CannotVerify(_("That is too long. Say it in fewer words."))
    if set(found.languages) - set(LANGUAGES):
        raise CannotVerify(_("One of those languages is not one we speak."))
    with writing():
        row = NumberVerification.objects.create(
            number=number,
            on=timezone.localdate(),
            by=by,
            from_prepaid=found.from_prepaid,
            without_credit=found.without_credit,
            is_free=found.is_free,
            languages=[language for language in LANGUAGES if language in found.languages],
            **told,
        )
        audit(by, "number.verified", row, about=number.pk)
        shelf_changed()
    return row


def stale(today: date) -> list[NumberShown]:
    """Those that texts of the countries served give, and that nobody has called for longer than they are trusted."""
    return [number for number in _said_here() if number.confirmed_on and number.age(today) is not Age.FRESH]


def unverified() -> list[NumberShown]:
    """Those that texts of the countries served give, and that nobody here has ever called: they are not said in production."""
    return [number for number in _said_here() if number.confirmed_on is None]


def _said_here() -> list[NumberShown]:
    return book.said_numbers(organisation().countries)


# Telling, each day ---------------------------------------------------------------------------------------------------------


def remind(now: datetime) -> int:
    """One mail a day to each coordinator who gave an address, while numbers wait: how many, and where. Returns how many it wrote.

    Never in a demo: its numbers are nobody's.
    """
    ours = organisation()
    here = now.astimezone(ZoneInfo(ours.timezone))
    if settings.IS_DEMO or not mail.is_set_up() or here.hour < REMINDED_FROM:
        return 0
    waiting = len(stale(here.date())) + len(unverified())
    owed = _owed(here.date(), now) if waiting else []
    if not owed:
        return 0
    with writing(), translation.override(ours.language):
        for contact in owed:
            mail.write(contact.mail, _subject(waiting), _body(waiting), cause=_cause(here.date(), contact.user_id))
    return len(owed)


def _owed(day: date, now: datetime) -> list[DutyContact]:
    """Coordinators with an address who were not written to today."""
    coordinators = Membership.objects.current(now).filter(role=Role.COORDINATOR).values("user")
    contacts = [row for row in DutyContact.objects.filter(user__in=coordinators).order_by("user") if row.mail]
    causes = [_cause(day, contact.user_id) for contact in contacts]
    written = set(Mail.objects.filter(cause__in=causes).values_list("cause", flat=True))
    return [contact for contact, cause in zip(contacts, causes, strict=True) if cause not in written]


def _cause(day: date, user: int) -> str:
    return f"numbers:{day.isoformat()}:{user}"


def _subject(waiting: int) -> str:
    return ngettext("%(n)d number to confirm", "%(n)d numbers to confirm", waiting) % {"n": waiting}


def _body(waiting: int) -> str:
    return _("%(waiting)s. Call them and say what you found: %(link)s") % {
        "waiting": _subject(waiting),
        "link": f"{settings.ENVIRONMENT.url}{SEEN_AT}",
    }
