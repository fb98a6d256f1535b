"""The week as an editor fills it in: seven days with their shifts, public holidays, and days with a date. No month, no "first Saturday"."""

from dataclasses import dataclass, replace
from datetime import date, time
from itertools import pairwise

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
)

__all__ = ["Shift", "Special", "Week", "shift", "week", "write"]

EMPTY: tuple[tuple[Shift, ...], ...] = ((),) * len(DAYS)


@dataclass(frozen=True)
class Special:
    """From a day to a day, both included, other shifts than in the week; none: closed, `comment` says why."""

    first: date
    last: date
    shifts: tuple[Shift, ...] = ()
    comment: str = ""


@dataclass(frozen=True)
class Week:
    """`days` Monday first; a day without shifts is closed, seven of them are hours nobody knows. `holidays` None: nothing is said."""

    days: tuple[tuple[Shift, ...], ...] = EMPTY
    holidays: tuple[Shift, ...] | None = None
    specials: tuple[Special, ...] = ()


def shift(opens: str, closes: str, comment: str = "") -> Shift:
    """ "08:00", "17:00". "24:00" and "00:00" close at midnight; an hour not after the first is of the morning after."""
    try:
        begins, ends = time.fromisoformat(opens), time.fromisoformat("00:00" if closes == "24:00" else closes)
    except ValueError:
        raise HoursNotUnderstood(
            _("“%(text)s” is not an hour. Example: 08:00") % {"text": f"{opens} – {closes}"}
        ) from None
    opening, closing = begins.hour * 60 + begins.minute, ends.hour * 60 + ends.minute
    return Shift(opening, closing if closing > opening else closing + DAY, comment)


def week(hours: str) -> Week | None:
    """None: they say more than the grid can hold (a month, the first Saturday, "call before"), or no notation. "" is an empty week."""
    if not hours:
        return Week()
    try:
        rules = rules_of(hours)
    except HoursNotUnderstood:
        return None
    dated = [bool(rule.dates) for rule in rules]
    if not all(_fits(rule) for rule in rules) or dated != sorted(dated):  # what comes after a date would replace it
        return None
    days, holidays, specials = list(EMPTY), None, list[Special]()
    for rule in rules:
        if rule.dates:
            with_it = _with_special(specials, rule)
            if with_it is None:
                return None
            specials = with_it
        elif rule.is_for_holidays:
            holidays = _joined(holidays or (), rule)
        else:
            for day in rule.weekdays or range(len(DAYS)):
                days[day] = _joined(days[day], rule)
    if not any(days):  # always closed: the empty grid means something else
        return None
    found = Week(tuple(days), holidays, tuple(sorted(specials, key=lambda special: special.first)))
    return found if _is_plain(found) else None


def write(week: Week) -> str:
    """Raises `HoursNotUnderstood` for shifts or dates that overlap, and for holidays or dates without a week."""
    for shifts in (*week.days, week.holidays or (), *(special.shifts for special in week.specials)):
        _check_shifts(shifts)
    _check_specials(week.specials)
    if not any(week.days):
        if week.holidays is not None or week.specials:  # they would say that it is closed on all other days
            raise HoursNotUnderstood(_("Fill in the days of the week first; then holidays and dates."))
        return ""
    rules = [rule for days, shifts in _alike(week.days) for rule in _rules(Rule(weekdays=days), shifts)]
    if week.holidays is not None:
        rules += _rules(Rule(is_for_holidays=True), week.holidays)
    for special in week.specials:
        rules += _rules(Rule(dates=(_dates(special),), comment=special.comment), special.shifts)
    return text_of(tuple(rules))


def _fits(rule: Rule) -> bool:
    if rule.nth or rule.months or not rule.is_sure or (rule.adds and not rule.shifts):
        return False
    if rule.dates:
        return not rule.weekdays and len(rule.dates) == 1 and rule.dates[0].year is not None
    return bool(rule.shifts) or not rule.comment


def _joined(before: tuple[Shift, ...], rule: Rule) -> tuple[Shift, ...]:
    shifts = tuple(replace(shift, comment=rule.comment) for shift in rule.shifts)
    return tuple(sorted({*before, *shifts})) if rule.adds else shifts


def _with_special(specials: list[Special], rule: Rule) -> list[Special] | None:
    """None: it adds to the days of the week, which a line of the grid replaces."""
    dates = rule.dates[0]
    first, last = date(dates.year or 1, *dates.first), date(dates.until or 1, *dates.last)
    if not rule.adds:
        return [*specials, Special(first, last, _joined((), rule), "" if rule.shifts else rule.comment)]
    if not specials or (specials[-1].first, specials[-1].last) != (first, last):
        return None
    return [*specials[:-1], replace(specials[-1], shifts=_joined(specials[-1].shifts, rule))]


def _is_plain(week: Week) -> bool:
    """Nothing in it that `write` would refuse."""
    try:
        write(week)
    except HoursNotUnderstood:
        return False
    return True


def _check_shifts(shifts: tuple[Shift, ...]) -> None:
    for one in shifts:
        length = one.closes - one.opens
        if not 0 <= one.opens < DAY or not 0 < length <= DAY or (length == DAY and one.opens):
            raise HoursNotUnderstood(_("“%(text)s” is not an hour. Example: 08:00") % {"text": str(one)})
    for one, other in pairwise(sorted(shifts)):
        if other.opens < one.closes:
            raise HoursNotUnderstood(
                _("Two hours of one day overlap: %(one)s and %(other)s.") % {"one": str(one), "other": str(other)}
            )


def _check_specials(specials: tuple[Special, ...]) -> None:
    if any(special.last < special.first for special in specials):
        raise HoursNotUnderstood(_("The last day comes before the first."))
    for one, other in pairwise(sorted(specials, key=lambda special: special.first)):
        if other.first <= one.last:
            raise HoursNotUnderstood(_("Two lines speak of the same dates."))


def _alike(days: tuple[tuple[Shift, ...], ...]) -> list[tuple[frozenset[int], tuple[Shift, ...]]]:
    """The days that open, together with those that open alike."""
    groups: dict[tuple[Shift, ...], set[int]] = {}
    for day, shifts in enumerate(days):
        if shifts:
            groups.setdefault(shifts, set()).add(day)
    return [(frozenset(which) if len(which) < len(DAYS) else frozenset(), shifts) for shifts, which in groups.items()]


def _rules(of: Rule, shifts: tuple[Shift, ...]) -> list[Rule]:
    """One rule for each comment: the second adds to the first."""
    if not shifts:
        return [of]
    comments = list(dict.fromkeys(shift.comment for shift in sorted(shifts)))
    return [
        replace(
            of,
            shifts=tuple(replace(shift, comment="") for shift in sorted(shifts) if shift.comment == comment),
            comment=comment,
            adds=position > 0,
        )
        for position, comment in enumerate(comments)
    ]


def _dates(special: Special) -> Dates:
    first, last = special.first, special.last
    return Dates((first.month, first.day), (last.month, last.day), first.year, last.year)
