"""Hours as the schedules of HSDS 3.1 (rows of RFC 5545), to and from. What a row cannot say goes in words; what we cannot read is not guessed.

HSDS knows neither public holidays nor "closed" nor a time zone with its clock changes. So the first row carries the hours as they are kept
in its `notes` wherever the rows alone would not bring them back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from baquiano.directory.hours.notation import (
    DAY,
    DAYS,
    Dates,
    HoursNotUnderstood,
    Rule,
    Shift,
    rules_of,
    text_of,
    without_overlap,
)
from baquiano.directory.hours.timetable import clock_of

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
OTHER_HOURS = "Horario especial"
CLOSED = "Cerrado"
ON_HOLIDAYS = {"closed": "Cerrado en días festivos.", "open": "También abre en días festivos."}
_KEPT = "opening_hours="
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::\d{2}(?:\.\d+)?)?\s*(Z|[-+]\d{2}:?\d{2})?", re.IGNORECASE)
_BYDAY = re.compile(r"([-+]?\d)?(MO|TU|WE|TH|FR|SA|SU)", re.IGNORECASE)
_WORDS = ("description", "notes")
_RECURRENCE = (
    *("freq", "interval", "byday", "bymonthday", "byweekno", "byyearday", "count", "dtstart", "until"),
    *("valid_from", "valid_to", "opens_at", "closes_at"),
)


@dataclass(frozen=True)
class Read:
    """`hours` as OpenStreetMap writes them; `note` what was only said in words; `left`: why each row that is not in `hours` is not."""

    hours: str
    note: str = ""
    left: tuple[str, ...] = ()
    holidays: str = "unknown"


class _CannotSay(Exception):
    """Why a row cannot become hours. Never leaves this module."""


# -- to -------------------------------------------------------------------------------------------------------------------


def to_schedules(hours: str, zone: str, on: date, holidays: str = "unknown") -> list[dict[str, Any]]:
    """Rows without ids; `timezone` is the offset from UTC there on that day. [] for hours nobody knows."""
    try:
        rules = rules_of(hours) if hours else ()
    except HoursNotUnderstood:
        return [{"description": hours}]
    rows = [row for rule in rules for row in _rows(rule)]
    if not rows:
        return [{"notes": f"{_KEPT}{hours}"}] if hours else []
    offset = _offset(zone, on)
    for row in rows:
        if holidays in ON_HOLIDAYS:
            row["description"] = " ".join(filter(None, (row.get("description"), ON_HOLIDAYS[holidays])))
        if offset is not None:
            row["timezone"] = offset
    back = from_schedules(rows)
    if back.hours != hours or back.note:
        rows[0]["notes"] = f"{_KEPT}{hours}"
    return rows


def _rows(rule: Rule) -> Iterator[dict[str, Any]]:
    """One for each shift of the rule, and one for a closed day with a date. Of what rows cannot say, none."""
    if rule.is_for_holidays or rule.months or not rule.is_sure or any(dates.year is None for dates in rule.dates):
        return
    for validity in rule.dates or (None,):
        base = _validity(validity) if validity else {}
        if not rule.shifts and validity and not rule.weekdays and not rule.nth:
            yield {**base, "description": f"{CLOSED}: {rule.comment}" if rule.comment else CLOSED}
        for shift in rule.shifts:
            words = {"description": OTHER_HOURS} if validity and not rule.adds else {}
            words |= {"description": rule.comment} if rule.comment else {}
            yield {**_recurrence(rule), **base, "opens_at": _hhmm(shift.opens), "closes_at": _closing(shift), **words}


def _validity(dates: Dates) -> dict[str, str]:
    first, last = date(dates.year or 1, *dates.first), date(dates.until or 1, *dates.last)
    return {"valid_from": first.isoformat(), "valid_to": last.isoformat()}


def _recurrence(rule: Rule) -> dict[str, str]:
    if rule.nth:
        weekly = [CODES[day] for day in sorted(rule.weekdays)]
        return {"freq": "MONTHLY", "byday": ",".join([*weekly, *(f"{place}{CODES[day]}" for day, place in rule.nth)])}
    return {"freq": "WEEKLY", "byday": ",".join(CODES[day] for day in sorted(rule.weekdays) or range(len(DAYS)))}


def _closing(shift: Shift) -> str:
    """The whole day ends at 23:59, as the documentation of HSDS has it; what ends at midnight otherwise, at 00:00."""
    return "23:59" if shift == Shift(0, DAY) else _hhmm(shift.closes)


def _hhmm(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _offset(zone: str, on: date) -> float | None:
    there = clock_of(zone)
    if there is None:
        return None
    offset = datetime.combine(on, time(12), there).utcoffset() or timedelta()
    hours = offset / timedelta(hours=1)
    return int(hours) if hours.is_integer() else hours


# -- from -----------------------------------------------------------------------------------------------------------------


def from_schedules(rows: Sequence[Mapping[str, Any]], on: date | None = None) -> Read:
    """`on`: rows that ended before that day are left out with their reason, and a beginning before it is no longer written."""
    told = [str(row.get("notes") or "") for row in rows]
    kept = [notes.removeprefix(_KEPT) for notes in told if notes.startswith(_KEPT)]
    holidays = next(
        (code for code, words in ON_HOLIDAYS.items() if any(words in str(r.get("description")) for r in rows)),
        "unknown",
    )
    if kept and (hours := _normal(kept[0])) is not None:
        return Read(hours, holidays=holidays)
    found, notes, left = list[Rule](), list[str](), list[str]()
    for row in rows:
        said = _words(row)
        try:
            found += _rules(row, on)
        except _CannotSay as reason:
            left.append(str(reason))
            said += _in_words(row)
        notes += [text for text in said if text not in notes]
    together, clashes = _together(found)
    return Read(together, "\n".join(notes), (*left, *clashes), holidays)


def _normal(hours: str) -> str | None:
    try:
        return text_of(rules_of(hours))
    except HoursNotUnderstood:
        return None


def _words(row: Mapping[str, Any]) -> list[str]:
    """What the row says in words, without the words that are ours."""
    said = [str(row.get(name) or "").strip() for name in _WORDS]
    for words in ON_HOLIDAYS.values():
        said = [text.replace(words, "").strip() for text in said]
    return [
        text
        for text in said
        if text and text not in (CLOSED, OTHER_HOURS) and not text.startswith((_KEPT, f"{CLOSED}: "))
    ]


def _in_words(row: Mapping[str, Any]) -> list[str]:
    """A row that could not be read, as it is: a person can still make sense of it."""
    told = "; ".join(f"{name}={row[name]}" for name in _RECURRENCE if row.get(name) not in (None, ""))
    return [told] if told else []


def _rules(row: Mapping[str, Any], on: date | None) -> list[Rule]:
    _refuse_unsayable(row)
    validity = _valid(row, on)
    description = str(row.get("description") or "")
    if not row.get("opens_at") and not row.get("closes_at"):
        if validity and description.startswith(CLOSED):
            return [Rule(dates=(validity,), comment=description.removeprefix(CLOSED).removeprefix(": "))]
        if not any(row.get(name) for name in ("freq", "byday", "bymonthday")):
            return []  # only words
        raise _CannotSay(_("no hours in the row"))
    rule = replace(_when(row, validity), shifts=(_shift(row),))
    if not validity:
        return [rule]
    is_special = description == OTHER_HOURS or any(
        description == f"{OTHER_HOURS} {words}" for words in ON_HOLIDAYS.values()
    )
    return [replace(rule, dates=(validity,), adds=not is_special)]


def _refuse_unsayable(row: Mapping[str, Any]) -> None:
    for name in ("count", "byweekno", "byyearday"):
        if row.get(name) not in (None, ""):
            raise _CannotSay(_("“%(name)s” cannot be written as hours") % {"name": name})
    if str(row.get("interval") or "1") not in ("1", "1.0"):
        raise _CannotSay(_("every %(n)s weeks or months cannot be written as hours") % {"n": row["interval"]})


def _when(row: Mapping[str, Any], validity: Dates | None) -> Rule:
    freq, byday = str(row.get("freq") or "").upper(), row.get("byday") or ""
    codes = [str(code).strip() for code in (byday if isinstance(byday, list | tuple) else str(byday).split(","))]
    codes = [code for code in codes if code]
    month_days = str(row.get("bymonthday") or "").strip()
    if freq not in ("", "WEEKLY", "MONTHLY"):
        raise _CannotSay(_("“%(freq)s” is neither weekly nor monthly") % {"freq": freq})
    if month_days:
        return _on_days_of_month(month_days, codes, freq, validity)
    if not codes:
        if validity and not freq:
            return Rule()
        raise _CannotSay(_("the row does not say on which days"))
    return _on_weekdays(codes, freq)


def _on_weekdays(codes: list[str], freq: str) -> Rule:
    weekdays, nth = set[int](), list[tuple[int, int]]()
    for code in codes:
        match = _BYDAY.fullmatch(code)
        if not match or match[1] in ("0", "+0", "-0") or (match[1] and freq != "MONTHLY"):
            raise _CannotSay(_("“%(code)s” is not a day of the week") % {"code": code})
        day = CODES.index(match[2].upper())
        if not match[1]:
            weekdays.add(day)
        elif not -5 <= int(match[1]) <= 5:
            raise _CannotSay(_("“%(code)s” is not a day of the week") % {"code": code})
        else:
            nth.append((day, int(match[1])))
    return Rule(weekdays=frozenset(weekdays if len(weekdays) < len(DAYS) else ()), nth=tuple(sorted(set(nth))))


def _on_days_of_month(days: str, codes: list[str], freq: str, validity: Dates | None) -> Rule:
    """The 1st and 15th of each month: as dates of every year, which have no room for a validity as well."""
    numbers = [number.strip() for number in days.split(",")]
    if codes or validity or freq == "WEEKLY" or not all(n.isdigit() and 1 <= int(n) <= 28 for n in numbers):
        raise _CannotSay(_("days of the month “%(days)s” cannot be written as hours") % {"days": days})
    dates = [(month, int(number)) for month in range(1, 13) for number in numbers]
    return Rule(dates=tuple(Dates(one, one) for one in dates))


def _shift(row: Mapping[str, Any]) -> Shift:
    opens, closes = (_minutes(row.get(name), row) for name in ("opens_at", "closes_at"))
    if (opens, closes) in ((0, DAY - 1), (0, 0), (0, DAY)):
        return Shift(0, DAY)
    if opens == closes or opens >= DAY:
        raise _CannotSay(_("it opens and closes at the same hour"))
    return Shift(opens, closes if closes > opens else closes + DAY)


def _minutes(written: object, row: Mapping[str, Any]) -> int:
    match = _CLOCK.fullmatch(str(written or "").strip())
    if not match or int(match[1]) * 60 + int(match[2]) > DAY or int(match[2]) > 59:
        raise _CannotSay(_("“%(text)s” is not an hour") % {"text": written or ""})
    if match[3] and not _is_of_the_place(match[3], row.get("timezone")):
        raise _CannotSay(_("“%(text)s” is an hour of another time zone") % {"text": written})
    return int(match[1]) * 60 + int(match[2])


def _is_of_the_place(offset: str, zone: object) -> bool:
    """Only where the row says the same offset for all its dates: "09:00-05:00" with a `timezone` of -5."""
    if zone in (None, ""):
        return False
    hours = 0.0 if offset.upper() == "Z" else int(offset[0] + offset[1:3]) + int(offset[0] + offset[-2:]) / 60
    try:
        return float(str(zone)) == hours
    except ValueError:
        return False


def _valid(row: Mapping[str, Any], on: date | None) -> Dates | None:
    """None: always. A beginning without an end, or the other way round, holds from or until the edge of what can be written."""
    begins = max(filter(None, (_date(row, "valid_from"), _date(row, "dtstart"))), default=None)
    ends = min(filter(None, (_date(row, "valid_to"), _date(row, "until"))), default=None)
    if on and ends and ends < on:
        raise _CannotSay(_("it ended on %(date)s") % {"date": ends.isoformat()})
    if on and begins and begins <= on and not ends:
        return None
    if begins is None and ends is None:
        return None
    if begins and ends and ends < begins:
        raise _CannotSay(_("it ends before it begins"))
    first, last = begins or on or date(2000, 1, 1), ends or date(9999, 12, 31)
    return Dates((first.month, first.day), (last.month, last.day), first.year, last.year)


def _date(row: Mapping[str, Any], name: str) -> date | None:
    written = str(row.get(name) or "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise _CannotSay(_("“%(text)s” is not a date") % {"text": written}) from None


def _together(rules: list[Rule]) -> tuple[str, tuple[str, ...]]:
    """One text: the week first, its shifts gathered by day; then days of the month; then what has dates."""
    weekly = _gathered([rule for rule in rules if rule.is_weekly])
    monthly = [rule for rule in rules if rule.nth and not rule.dates]
    adding = [rule for rule in rules if rule.dates and rule.shifts and rule.adds]
    special = [rule for rule in rules if rule.dates and not (rule.shifts and rule.adds)]
    joined = [*weekly, *_joined(monthly), *_joined(adding), *_joined(special)]
    try:
        return _first_plain(joined), ()
    except HoursNotUnderstood as problem:
        return "", (str(problem),)


def _first_plain(rules: list[Rule]) -> str:
    return text_of(rules_of(text_of((replace(rules[0], adds=False), *rules[1:])))) if rules else ""


def _gathered(rules: list[Rule]) -> list[Rule]:
    days: dict[int, list[Shift]] = {}
    for rule in rules:
        for day in rule.weekdays or range(len(DAYS)):
            days.setdefault(day, []).extend(rule.shifts)
    alike: dict[tuple[Shift, ...], set[int]] = {}
    for day, shifts in sorted(days.items()):
        alike.setdefault(without_overlap(list(set(shifts))), set()).add(day)
    return [
        Rule(weekdays=frozenset(which if len(which) < len(DAYS) else ()), shifts=shifts)
        for shifts, which in alike.items()
    ]


def _joined(rules: list[Rule]) -> list[Rule]:
    """Rules of the same days become one; those of a row are unions, so one that does not replace adds."""
    found: dict[Rule, list[Shift]] = {}
    for rule in rules:
        found.setdefault(replace(rule, shifts=()), []).extend(rule.shifts)
    return [
        replace(rule, shifts=without_overlap(list(set(shifts))), adds=bool(rule.adds or rule.nth))
        for rule, shifts in found.items()
    ]
