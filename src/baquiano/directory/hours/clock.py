"""From when to when, as people say hours: "8 a 17", "8 am a 5 pm", "de 2 a 5 de la tarde". What could be two hours is refused."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from baquiano.directory.hours.notation import DAY, HoursNotUnderstood, Shift
from baquiano.directory.hours.refusal import refuse

NOON = DAY // 2
_LONGEST_NIGHT = 16 * 60


@dataclass(frozen=True)
class Clock:
    """An hour as it was written. `half`: am or pm. `part` of the day in words. `is_plain`: written as of 24 hours ("08", "17")."""

    hour: int
    minute: int
    half: str = ""
    part: str = ""
    written: str = ""
    is_plain: bool = False

    @property
    def is_told(self) -> bool:
        return bool(self.half or self.part)

    @property
    def plain(self) -> int:
        return self.hour * 60 + self.minute


def shift_between(first: Clock, last: Clock) -> Shift:
    for clock in (first, last):
        if clock.hour > 24 or clock.minute > 59 or clock.plain > DAY:
            raise refuse(_("“%(text)s” is not an hour.") % {"text": clock.written})
    opens, closes = _both(first, last)
    if opens >= DAY:
        opens -= DAY
    if closes <= opens:
        closes += DAY
    if closes > DAY and closes - opens > _LONGEST_NIGHT:
        raise _which(first, last)
    return Shift(opens, closes)


def _both(first: Clock, last: Clock) -> tuple[int, int]:
    if first.is_told and last.is_told:
        return _told(first), _told(last)
    if last.is_told:
        return _before(first, last), _told(last)
    if first.is_told:
        return _told(first), _after(first, last)
    return _plain(first, last)


def _told(clock: Clock) -> int:
    """Minutes after midnight of an hour with its half of the day."""
    hour, half = clock.hour, clock.half or _half(clock.part, clock.hour)
    if half == "am" and hour == 12 and clock.half:  # people write it for noon as often as for midnight
        raise refuse(_("“%(text)s” can be noon or midnight: write 12:00 or 24:00.") % {"text": clock.written})
    if half == "am" and hour <= 12:
        return clock.plain % NOON
    if half == "pm" and hour:
        return clock.plain if hour >= 12 else clock.plain + NOON
    if half == "midnight":
        return DAY
    raise refuse(_("“%(text)s” is not an hour.") % {"text": clock.written})


def _half(part: str, hour: int) -> str:
    """am, pm or midnight, of "8 de la mañana" and the like; "" for what nobody says ("3 de la noche")."""
    if part == "manana":
        return "am" if 1 <= hour <= 11 else ""
    if part == "madrugada":
        return "am" if 1 <= hour <= 6 else ""
    if part == "tarde":
        return "pm" if 12 <= hour <= 20 or 1 <= hour <= 8 else ""
    if hour in (12, 24):
        return "midnight"
    return "pm" if 6 <= hour <= 11 or hour >= 18 else ""


def _before(first: Clock, last: Clock) -> int:
    """The first hour, of which only the last says the half of the day: "8 a 5 pm", "2 a 5 pm"; "8 a 9 pm" could be two things."""
    ends = _told(last)
    if first.is_plain:
        return first.plain
    early, late = first.plain % NOON, first.plain % NOON + NOON
    if first.hour == 12:
        early = late
    possible = [hour for hour in dict.fromkeys((early, late)) if hour < ends]
    if len(possible) == 1:
        return possible[0]
    if len(possible) == 2 and 1 <= first.hour <= 5 and ends > NOON:
        return late
    raise _which(first, last)


def _after(first: Clock, last: Clock) -> int:
    """The last hour, of which only the first says the half of the day: "8 am a 12", "2 pm a 5"; "8 am a 5" could be two things."""
    begins = _told(first)
    if last.is_plain or last.hour == 0:
        return last.plain or DAY
    possible = [hour for hour in (last.plain % NOON, last.plain % NOON + NOON) if begins < hour]
    if len(possible) == 1 and (begins >= NOON or last.hour == 12):
        return possible[0]
    if len(possible) == 2 and begins < NOON:
        return possible[0]
    raise _which(first, last)


def _plain(first: Clock, last: Clock) -> tuple[int, int]:
    """Neither says it: as of 24 hours, unless a clock of twelve makes as much sense."""
    opens, closes = first.plain, last.plain or DAY
    is_of_24 = first.is_plain or last.is_plain
    if closes <= opens and not first.hour > 12:
        raise _which(first, last)
    if not first.is_plain and (1 <= first.hour <= 5 or (first.hour <= 7 and last.hour <= 9 and not is_of_24)):
        raise _which(first, last)
    return opens, closes


def _which(first: Clock, last: Clock) -> HoursNotUnderstood:
    return refuse(
        _("“%(first)s – %(last)s” can be two things: write the hours from 0 to 24 (17:00), or with am and pm.")
        % {"first": first.written, "last": last.written}
    )
