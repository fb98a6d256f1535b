"""How somebody can be reached without putting them in danger, as they said it. Asked before any word they did not just ask for."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from baquiano.territory import calendar
from baquiano.territory.calendar import HoursNotUnderstood


@dataclass(frozen=True)
class SafeContact:
    """`hours`: as OpenStreetMap writes them ("Mo-Fr 18:00-20:00"), or in free words, which only a person can keep to. `word`: what she
    says so that we know it is really her. `never_tell`: who must not know. Nothing said: a message may be written that does not say
    who we are; no message is left with anybody else.
    """

    may_call: bool = True
    may_write: bool = True
    hours: str = ""
    may_leave_message: bool = False
    may_say_who: bool = False
    word: str = ""
    never_tell: str = ""

    @property
    def hours_are_understood(self) -> bool:
        """False: they are in free words, and no machine may write."""
        try:
            calendar.check(self.hours or "24/7")
        except HoursNotUnderstood:
            return False
        return True


UNREACHABLE = SafeContact(may_call=False, may_write=False)
"""What is assumed when what was written down cannot be read: nobody is written to by mistake."""


def parse(text: str) -> SafeContact:
    """From `Person.safe_contact`. Never raises: what is damaged closes every way."""
    if not text:
        return SafeContact()
    try:
        raw = json.loads(text)
    except ValueError:
        return UNREACHABLE
    return _read(raw) if isinstance(raw, Mapping) else UNREACHABLE


def rules(hers: str | None, of_the_door: str) -> list[SafeContact]:
    """All that hold at one door: hers (None: nobody knows who she is), and that of the door if somebody set one."""
    known = [] if hers is None else [parse(hers)]
    return [*known, parse(of_the_door)] if of_the_door or not known else known


def dump(contact: SafeContact) -> str:
    """Empty when nothing was said."""
    return "" if contact == SafeContact() else json.dumps(asdict(contact), ensure_ascii=False)


def next_moment(contact: SafeContact, *, now: datetime, country: str, timezone: str) -> datetime | None:
    """When a letter nobody asked for may leave: `now`, or when her hours begin. None: a machine may not write to her."""
    if not (contact.may_write and contact.hours_are_understood):
        return None
    if not contact.hours:
        return now
    every_week = (
        contact.hours if "PH" in contact.hours else f"{contact.hours}; PH open"
    )  # a holiday closes offices, not her
    hers = calendar.staffing(every_week, country=country, timezone=timezone, now=now)
    return now if hers.is_open else hers.opens_at


def _read(raw: Mapping[str, Any]) -> SafeContact:
    """A yes or no that is missing or odd is the careful one."""
    return replace(
        SafeContact(),
        may_call=raw.get("may_call") is True,
        may_write=raw.get("may_write") is True,
        hours=_text(raw, "hours"),
        may_leave_message=raw.get("may_leave_message") is True,
        may_say_who=raw.get("may_say_who") is True,
        word=_text(raw, "word"),
        never_tell=_text(raw, "never_tell"),
    )


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name, "")
    return value if isinstance(value, str) else ""
