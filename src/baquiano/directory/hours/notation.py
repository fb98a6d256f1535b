"""Opening hours as OpenStreetMap writes them ("Mo-Fr 08:00-17:00; PH off"), read into rules and written back in one normal form.

Only what can be told to a person is taken: no sunset, no open end ("09:00+"), no fallback ("||"), no school holidays, no week numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from opening_hours import OpeningHours

DAY = 24 * 60
MARCH = 3
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_WEEKDAY = "|".join(DAYS)
_MONTH = "|".join(MONTHS)
_DAY_SELECTOR = re.compile(rf"(?:(?:{_WEEKDAY})(?:-(?:{_WEEKDAY})|\[[-\d,]+\])?|PH)")
_DAYS = re.compile(rf"(?:^|(?<= ))((?:{_DAY_SELECTOR.pattern})(?:,(?:{_DAY_SELECTOR.pattern}))*)$")
_TIMES = re.compile(r"(?:^|(?<= ))(\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)$")
_STATE = re.compile(r"(?:^|(?<= ))(closed|unknown)$")
_COMMENT = re.compile(r'\s*"([^"]*)"$')
_DATES = re.compile(rf"(?:(\d{{4}}) )?({_MONTH}) (\d{{1,2}})(?:-(?:(\d{{4}}) )?({_MONTH}) (\d{{1,2}}))?")
_MONTHS = re.compile(rf"({_MONTH})(?:-({_MONTH}))?")
_QUOTED_OR_JOINT = re.compile(r'"[^"]*"|(; |, )')
_REFUSED = re.compile(
    r"\|\||\+|\b(?:SH|week|easter|sunrise|sunset|dawn|dusk)\b|\bPH\s+(?:[-+]|\d+ day)|/\d{2}:|/(?!7\b)\d"
)
_HOLIDAY_AND_DAY = re.compile(rf"\bPH\s+(?:{_WEEKDAY})\b|\b(?:{_WEEKDAY})\s+PH\b")
_TIMES_APART = re.compile(r"(?<=\d:\d\d), ?(?=\d{1,2}:)")  # "08:00-12:00, 14:00-17:00": of the same days
_SAYS_WHEN = re.compile(r"\d:\d\d|24/7|\b(?:off|closed|open|unknown)\b", re.IGNORECASE)
_LEAP_YEAR = 2024


class HoursNotUnderstood(ValueError):
    """Shown to whoever wrote the hours as it is written: says what was not understood, with an example."""


@dataclass(frozen=True, order=True)
class Shift:
    """From `opens` to `closes`, in minutes after midnight of its day; `closes` beyond 1440 is the morning after (at most a day later)."""

    opens: int
    closes: int
    comment: str = ""

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes if self.closes <= DAY else self.closes - DAY)}"


@dataclass(frozen=True)
class Dates:
    """From a day to a day, both included; `year` None: every year. `until` is the year of the last day."""

    first: tuple[int, int]  # month, day
    last: tuple[int, int]
    year: int | None = None
    until: int | None = None

    def __str__(self) -> str:
        first = f"{_year(self.year)}{MONTHS[self.first[0] - 1]} {self.first[1]}"
        if (self.first, self.year) == (self.last, self.until):
            return first
        return f"{first}-{_year(self.until)}{MONTHS[self.last[0] - 1]} {self.last[1]}"

    def covers(self, day: date) -> bool:
        if self.year is not None:
            return (self.year, *self.first) <= (day.year, day.month, day.day) <= (self.until or self.year, *self.last)
        today = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= today <= self.last
        return today >= self.first or today <= self.last

    @property
    def length(self) -> int:
        """In days; of a season of every year, in a leap year."""
        year = self.year or _LEAP_YEAR
        until = self.until or (year if self.first <= self.last else year + 1)
        return (date(until, *self.last) - date(year, *self.first)).days + 1


@dataclass(frozen=True)
class Rule:
    """On these days these shifts. `adds`: to the rules before it, which it else replaces on its days.

    `weekdays` empty (never all seven): every day, unless `nth` names some ((5, 1): the first Saturday of the month; -1 the last) or it is for public
    holidays. `dates` and `months` both empty: all the year. No shift: closed. `is_sure` False: maybe open, ask.
    """

    weekdays: frozenset[int] = frozenset()
    nth: tuple[tuple[int, int], ...] = ()
    is_for_holidays: bool = False
    dates: tuple[Dates, ...] = ()
    months: tuple[tuple[int, int], ...] = ()
    shifts: tuple[Shift, ...] = ()
    is_sure: bool = True
    comment: str = ""
    adds: bool = False

    @property
    def is_weekly(self) -> bool:
        return not (self.nth or self.is_for_holidays or self.dates or self.months)

    @property
    def is_always(self) -> bool:
        return self.is_weekly and not self.weekdays and self.shifts in ((), (Shift(0, DAY),))

    def __str__(self) -> str:
        if self.is_always:
            which = "24/7"
        else:
            which = " ".join(filter(None, (self._when(), self._which_days(), ",".join(str(s) for s in self.shifts))))
        state = "off" if not self.shifts else "" if self.is_sure else "unknown"
        comment = f'"{self.comment}"' if self.comment else ""
        return " ".join(filter(None, (which, state, comment)))

    def _when(self) -> str:
        months = [
            MONTHS[first - 1] if first == last else f"{MONTHS[first - 1]}-{MONTHS[last - 1]}"
            for first, last in self.months
        ]
        return ",".join([*(str(dates) for dates in self.dates), *months])

    def _which_days(self) -> str:
        if self.is_for_holidays:
            return "PH"
        if not self.weekdays and not self.nth:
            return "" if self.dates else "Mo-Su"
        places: dict[int, list[int]] = {}
        for day, place in self.nth:
            places.setdefault(day, []).append(place)
        some = [f"{DAYS[day]}[{','.join(str(place) for place in which)}]" for day, which in places.items()]
        return ",".join([*_ranges(self.weekdays), *some])


def text_of(rules: tuple[Rule, ...]) -> str:
    """The rules as OpenStreetMap writes them: what `rules_of` reads back as the same."""
    written = ""
    for rule in rules:
        written += f"{', ' if rule.adds else '; '}{rule}" if written else str(rule)
    return written


@lru_cache(maxsize=16384)
def rules_of(text: str) -> tuple[Rule, ...]:
    """Raises `HoursNotUnderstood` for what is not written as OpenStreetMap does, or could not be told to a person."""
    trimmed = _TIMES_APART.sub(",", re.sub(r"\s+", " ", text).strip(" ;,"))
    bare = re.sub(r'"[^"]*"', '""', trimmed)
    if not trimmed or _REFUSED.search(bare) or _HOLIDAY_AND_DAY.search(bare):
        raise HoursNotUnderstood(_not_read(text))
    if any(not _SAYS_WHEN.search(part) and part.strip() != '""' for part in re.split(r";|, ", bare)):
        raise HoursNotUnderstood(_("“%(text)s” does not say at what time. Example: Mo-Fr 08:00-17:00") % {"text": text})
    try:
        normal = str(OpeningHours(trimmed, auto_country=False, auto_timezone=False))
    except Exception as problem:  # the library raises its own parser errors
        raise HoursNotUnderstood(_not_read(text)) from problem
    return _told_plainly([rule for part, adds in _parts(normal) for rule in _read(part, adds, text)])


def _told_plainly(rules: list[Rule]) -> tuple[Rule, ...]:
    """A rule that adds to days of which nothing was said yet does not add: "Mo-Fr 08:00-17:00, Sa 09:00-13:00"."""
    told: list[Rule] = []
    spoken: set[int] = set()
    for rule in rules:
        days = set(rule.weekdays or range(len(DAYS)))
        is_new = rule.is_weekly and not days & spoken
        told.append(replace(rule, adds=rule.adds and not is_new))
        spoken |= set() if rule.is_for_holidays else days if rule.is_weekly else set(range(len(DAYS)))
    return tuple(told)


def _parts(normal: str) -> list[tuple[str, bool]]:
    """The rules of a normal text, each with: does it add to those before it."""
    parts, begins, adds = [], 0, False
    for match in _QUOTED_OR_JOINT.finditer(normal):
        if match[1]:
            parts.append((normal[begins : match.start()], adds))
            begins, adds = match.end(), match[1] == ", "
    return [*parts, (normal[begins:], adds)]


def _read(part: str, adds: bool, text: str) -> list[Rule]:
    """One rule of the text; two when it names week days and holidays at once."""
    rest, comment = _cut(_COMMENT, part)
    rest, state = _cut(_STATE, rest)
    rest, times = _cut(_TIMES, rest)
    is_always = rest == "24/7"
    rest, days = ("", "") if is_always else _cut(_DAYS, rest)
    dates, months = _seasons(rest, text)
    shifts = () if state == "closed" else _shifts(times, text) if times else (Shift(0, DAY),)
    only_a_comment = is_always and comment and not state  # '"con cita"': nobody said that it is open all day and night
    rule = Rule(
        dates=dates,
        months=months,
        shifts=shifts,
        is_sure=state != "unknown" and not only_a_comment,
        comment=comment,
        adds=adds,
    )
    selectors = _DAY_SELECTOR.findall(days)
    weekdays, nth = _weekdays(selectors)
    rules = []
    if selectors != ["PH"]:
        rules.append(replace(rule, weekdays=weekdays, nth=nth))
    if "PH" in selectors:
        rules.append(replace(rule, is_for_holidays=True))
    return rules


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    match = pattern.search(text)
    return (text[: match.start()].rstrip(), match[1]) if match else (text, "")


def _seasons(rest: str, text: str) -> tuple[tuple[Dates, ...], tuple[tuple[int, int], ...]]:
    dates, months = [], []
    for item in rest.split(",") if rest else ():
        if day := _DATES.fullmatch(item):
            dates.append(_dates(day, text))
        elif month := _MONTHS.fullmatch(item):
            first = MONTHS.index(month[1]) + 1
            last = MONTHS.index(month[2]) + 1 if month[2] else first
            if first == last == MARCH:  # "Mar Sa" alone would be Tuesdays and Saturdays to a Spanish eye
                dates.append(Dates((MARCH, 1), (MARCH, 31)))
            else:
                months.append((first, last))
        else:
            raise HoursNotUnderstood(_not_read(text))
    return tuple(dates), tuple(months)


def _dates(match: re.Match[str], text: str) -> Dates:
    year, month, day, until, last_month, last_day = match.groups()
    first = (MONTHS.index(month) + 1, int(day))
    last = (MONTHS.index(last_month) + 1, int(last_day)) if last_month else first
    begins = int(year) if year else None
    ends = int(until) if until else begins
    try:  # 30 February, and an end before its beginning
        is_possible = (begins is None or date(ends or begins, *last) >= date(begins, *first)) and Dates(
            first, last, begins, ends
        ).length > 0
    except ValueError:
        is_possible = False
    if not is_possible or (until and not year):
        raise HoursNotUnderstood(_("There is no such day in “%(text)s”. Example: 2026 Dec 24 off") % {"text": text})
    return Dates(first, last, begins, ends)


def _shifts(times: str, text: str) -> tuple[Shift, ...]:
    shifts = []
    for span in times.split(","):
        opens, closes = (_minutes(clock) for clock in span.split("-"))
        if closes <= opens and (closes or opens == 0):
            closes += DAY
        elif closes == 0:
            closes = DAY
        if opens >= DAY or closes - opens > DAY or (closes - opens == DAY and opens):
            raise HoursNotUnderstood(_not_read(text))
        shifts.append(Shift(opens, closes))
    return without_overlap(shifts)


def without_overlap(shifts: list[Shift]) -> tuple[Shift, ...]:
    """The same minutes, each once. Shifts that only touch stay two."""
    joined: list[Shift] = []
    for shift in sorted(shifts):
        if joined and shift.opens < joined[-1].closes and shift.comment == joined[-1].comment:
            joined[-1] = replace(joined[-1], closes=max(joined[-1].closes, shift.closes))
        else:
            joined.append(shift)
    return tuple(joined)


def _weekdays(selectors: list[str]) -> tuple[frozenset[int], tuple[tuple[int, int], ...]]:
    days: set[int] = set()
    nth: list[tuple[int, int]] = []
    for selector in selectors:
        if selector == "PH":
            continue
        first = DAYS.index(selector[:2])
        if "[" in selector:
            nth += [(first, int(place)) for place in selector[3:-1].split(",")]
            continue
        last = DAYS.index(selector[-2:])
        days |= {day % 7 for day in range(first, (last if last >= first else last + 7) + 1)}
    return frozenset(days) if len(days) < len(DAYS) else frozenset(), tuple(
        sorted(set(nth), key=lambda one: (one[0], one[1] < 0, one[1]))
    )


def _ranges(days: frozenset[int]) -> list[str]:
    """Three days or more in a row become a range."""
    return runs(days, lambda first, last: f"{DAYS[first]}-{DAYS[last]}", DAYS.__getitem__)


def runs(days: frozenset[int], of_range: Callable[[int, int], str], of_one: Callable[[int], str]) -> list[str]:
    """The days of a week in words, in order: three or more in a row through the first, others one by one through the second."""
    written, ordered = [], sorted(days)
    while ordered:
        length = next((n for n in range(len(ordered), 0, -1) if ordered[n - 1] - ordered[0] == n - 1), 1)
        run, ordered = ordered[:length], ordered[length:]
        if length > 2 or (length == 2 and run[0] == 5):  # Sa-Su
            written.append(of_range(run[0], run[-1]))
        else:
            written += [of_one(day) for day in run]
    return written


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _year(year: int | None) -> str:
    return f"{year} " if year is not None else ""


def _not_read(text: str) -> str:
    return _("We do not understand “%(text)s” as opening hours. Example: Mo-Fr 08:00-12:00,14:00-17:00; PH off") % {
        "text": text
    }
