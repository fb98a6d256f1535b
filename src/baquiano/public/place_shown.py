"""A service at one of its places as our pages show it: the card that every door shares, its number in a list and its own address."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from baquiano.directory import trust
from baquiano.directory.card import Card
from baquiano.directory.hours import State
from baquiano.directory.hours.grid import week
from baquiano.directory.hours.notation import Shift
from baquiano.directory.models import Answer

MOODS = {
    State.OPEN: "open",
    State.PARTLY: "open",
    State.TEMPORARILY_CLOSED: "closed",
    State.CLOSED: "closed",
    State.UNKNOWN: "unknown",
}
"""Of which colour "open until …" is. What is not known has none of its own."""


@dataclass(frozen=True)
class Telephone:
    """`dial`: the digits alone, for the link."""

    number: str
    dial: str
    text: str


@dataclass(frozen=True)
class Day:
    name: str
    hours: str
    is_today: bool


@dataclass(frozen=True)
class Shown:
    """`number`: in the list, from 1."""

    card: Card
    language: str
    number: int = 1

    @property
    def anchor(self) -> str:
        return f"p{self.number}"

    @property
    def mood(self) -> str:
        return MOODS[self.card.state]

    @property
    def url(self) -> str:
        where = {"language": self.language, "service": self.card.service}
        return reverse("public:place", kwargs=where | ({"at": self.card.at} if self.card.at else {}))

    @property
    def sheet_url(self) -> str:
        """The same on paper."""
        return f"{self.url}hoja.pdf"

    @property
    def asks_no_document(self) -> bool:
        return self.card.asks_documents == Answer.NO

    @property
    def asks_no_status(self) -> bool:
        return self.card.asks_status == Answer.NO

    @cached_property
    def phones(self) -> tuple[Telephone, ...]:
        return tuple(
            Telephone(phone.number, "".join(c for c in phone.number if c.isdigit() or c == "+"), phone.text)
            for phone in self.card.phones
        )

    def week(self, today: date) -> list[Day]:
        """Day by day; nothing when nobody told us, or when the hours are too particular for a table."""
        found = week(self.card.hours)
        if found is None or not any(found.days):
            return []
        return [
            Day(name, _said(shifts), day == today.weekday())
            for day, (name, shifts) in enumerate(zip(_day_names(), found.days, strict=True))
        ]


def may_be_shown(card: Card) -> bool:
    """Whether a page of its own may say it: the rule of every door. In the demo also what nobody here confirmed, under its mark."""
    standing = trust.Standing(card.status)
    return trust.is_served(standing, is_emergency=card.is_emergency, proposals=settings.IS_DEMO)


def _day_names() -> tuple[str, ...]:
    return _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")


def _said(shifts: tuple[Shift, ...]) -> str:
    if not shifts:
        return pgettext("hours", "closed")
    return ", ".join(
        f"{_clock(one.opens)}–{_clock(one.closes)}" + (f" ({one.comment})" if one.comment else "") for one in shifts
    )


def _clock(minutes: int) -> str:
    """24:00 is the end of the day; later is the morning after."""
    at = minutes if minutes <= 24 * 60 else minutes - 24 * 60
    return f"{at // 60}:{at % 60:02}"
