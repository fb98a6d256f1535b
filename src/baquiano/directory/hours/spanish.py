"""Hours as people write them in Spanish ("L-V 8:00-12:00 y 14:00-17:00, sábados 9 a 13, cerrado festivos"), turned into rules.

Generous with spelling, never with meaning: a word it does not know, "8 a 5" or "M" are refused with an example, not guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from baquiano.directory.hours.clock import Clock, shift_between
from baquiano.directory.hours.lexicon import DAY_OF, MONTH_OF, PLACE_OF, Token, tokens_of
from baquiano.directory.hours.notation import DAY, DAYS, Dates, Rule, Shift, without_overlap
from baquiano.directory.hours.refusal import refuse

_ALL_DAY = Shift(0, DAY)
_WEEKDAYS = frozenset({"DAY", "TUESDAY", "WEDNESDAY"})
_GROUPS = {"EVERY": set(range(7)), "WEEKEND": {5, 6}, "WORKDAYS": set(range(5))}
_SELECTORS = _WEEKDAYS | {"ORDINAL", "MONTH", "DATE", "SOME_DAYS", "HOLIDAY", *_GROUPS}
_HOURS = frozenset({"TIME", "NOON", "MIDNIGHT"})
_LEAP_YEAR = 2024


@dataclass
class _Clause:
    """What is said of some days, while it is being read."""

    weekdays: set[int] = field(default_factory=set)
    nth: list[tuple[int, int]] = field(default_factory=list)
    is_for_holidays: bool = False
    is_also_for_holidays: bool = False
    dates: list[Dates] = field(default_factory=list)
    months: list[tuple[int, int]] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    is_closed: bool = False
    is_yearly: bool = False
    came_first: bool = False  # the hours, before their days
    comments: list[str] = field(default_factory=list)

    @property
    def has_days(self) -> bool:
        return bool(self.weekdays or self.nth or self.is_for_holidays or self.dates)

    @property
    def is_complete(self) -> bool:
        return (self.has_days or bool(self.months and self.is_closed)) and bool(self.shifts or self.is_closed)

    @property
    def says_something(self) -> bool:
        return self.has_days or bool(self.months or self.shifts or self.is_closed)


def rules_in(text: str) -> tuple[Rule, ...]:
    """Raises `HoursNotUnderstood` naming what was not understood, with an example."""
    reading = _Reading(*tokens_of(text))
    return _in_order(reading.clauses(), is_shut_on_holidays=reading.is_shut_on_holidays)


class _Reading:
    """One pass over the pieces; what is said of some days ends where the next days begin, at a full stop or at the end."""

    def __init__(self, tokens: tuple[Token, ...], comments: list[str]) -> None:
        self.tokens = tokens
        self.comments = comments
        self.position = 0
        self.clause = _Clause()
        self.found: list[_Clause] = []
        self.is_shut_on_holidays = False

    def clauses(self) -> list[_Clause]:
        while self.position < len(self.tokens):
            kind = self._kind()
            if kind in _SELECTORS:
                self._read_days()
            elif kind in _HOURS or kind == "BETWEEN":
                self._read_hours()
            else:
                self._next()
                _MEANING[kind](self)
        self._finish()
        return self._with_their_comments()

    def _kind(self, ahead: int = 0) -> str:
        position = self.position + ahead
        return self.tokens[position].kind if position < len(self.tokens) else ""

    def _next(self) -> Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def _finish(self) -> None:
        if self.clause.says_something or self.clause.comments:
            self.found.append(self.clause)
        self.clause = _Clause()

    # -- single words -------------------------------------------------------------------------------------------------

    def end(self) -> None:
        self._finish()

    def go_on(self) -> None:
        """ "y": what comes next says whether the same days go on or others begin."""

    def refuse_to(self) -> None:
        raise refuse(_("It is not clear from when to when."))

    def check_monthly(self) -> None:
        if not self.clause.nth:
            raise refuse(_("Which day of the month? Write: primer sábado de cada mes de 9:00 a 13:00."))

    def every_year(self) -> None:
        if self.clause.is_complete:
            self._finish()
        self.clause.is_yearly = True

    def comment(self) -> None:
        self.clause.comments.append(self.comments[int(self.tokens[self.position - 1].match["number"])])

    def shut_on_holidays(self) -> None:
        self.is_shut_on_holidays = True

    def also_on_holidays(self) -> None:
        if not self.clause.says_something:
            raise refuse(_("Which hours on holidays?"))
        self.clause.is_also_for_holidays = True

    def closed(self) -> None:
        if self.clause.shifts or self.clause.is_closed:
            self._finish()
        self.clause.is_closed = True

    def around_the_clock(self) -> None:
        self._add(_ALL_DAY)

    def leave_out(self) -> None:
        """ "todos los días excepto domingos y festivos"."""
        whole, self.clause = self.clause, _Clause()
        if self._kind() in _SELECTORS:
            self._read_days()
        out, self.clause = self.clause, whole
        whole.weekdays -= out.weekdays
        if out.nth or out.months or out.dates or not out.weekdays or not whole.weekdays:
            raise refuse(_("Except which days?"))
        self.is_shut_on_holidays |= out.is_for_holidays

    # -- days ---------------------------------------------------------------------------------------------------------

    def _read_days(self) -> None:
        clause = self.clause
        if clause.is_complete and not (clause.came_first and not clause.has_days):
            self._finish()
        while (kind := self._kind()) in _SELECTORS or (kind == "AND" and self._kind(1) in _SELECTORS):
            token = self._next()
            if kind in _WEEKDAYS:
                self._read_weekdays(token)
            elif kind == "ORDINAL":
                self._read_nth(token)
            elif kind == "MONTH":
                self._read_months(token)
            elif kind in ("DATE", "SOME_DAYS"):
                self._read_dates(token)
            elif kind == "HOLIDAY":
                self.clause.is_for_holidays = True
            else:
                self.clause.weekdays |= _GROUPS.get(kind, set())

    def _read_weekdays(self, token: Token) -> None:
        first = last = _weekday(token)
        if self._kind() == "TO" and self._kind(1) in _WEEKDAYS:
            self._next()
            last = _weekday(self._next())
        self.clause.weekdays |= {day % 7 for day in range(first, (last if last >= first else last + 7) + 1)}

    def _read_nth(self, token: Token) -> None:
        """ "primer y tercer sábado": several places of one day."""
        places = [_place(token)]
        while self._kind() == "ORDINAL" or (self._kind() == "AND" and self._kind(1) == "ORDINAL"):
            other = self._next()
            if other.kind == "ORDINAL":
                places.append(_place(other))
        if self._kind() not in _WEEKDAYS:
            raise refuse(_("Which day of the month? Write: primer sábado de cada mes de 9:00 a 13:00."))
        day = _weekday(self._next())
        self.clause.nth += [(day, place) for place in places]

    def _read_months(self, token: Token) -> None:
        first = last = MONTH_OF[token.match["month_name"]]
        if self._kind() == "TO" and self._kind(1) == "MONTH":
            self._next()
            last = MONTH_OF[self._next().match["month_name"]]
        self.clause.months.append((first, last))

    def _read_dates(self, token: Token) -> None:
        """ "25 de diciembre de 2026", "18 y 19 de …", "del 24 al 26 de …", "del 24 de diciembre al 2 de enero de 2027"."""
        if token.kind == "SOME_DAYS":
            last = _date(self._next())
            first = (last[0], last[1], int(token.match["one"]))
            if token.match["how"] == "y":
                self.clause.dates += [self._between(day, day) for day in (first, last)]
                return
        else:
            first = last = _date(token)
            if self._kind() == "TO" and self._kind(1) == "DATE":
                self._next()
                last = _date(self._next())
                if first[0] is None and last[0] is not None:
                    first = (last[0] - (first[1:] > last[1:]), *first[1:])
        self.clause.dates.append(self._between(first, last))

    def _between(self, first: tuple[int | None, int, int], last: tuple[int | None, int, int]) -> Dates:
        if (first[0] is None or last[0] is None) and not (self.clause.is_yearly and first[0] == last[0]):
            raise refuse(_("Of which year? Write: 25 de diciembre de 2026 cerrado, or: cada 25 de diciembre cerrado."))
        try:
            begins, ends = date(first[0] or _LEAP_YEAR, *first[1:]), date(last[0] or _LEAP_YEAR, *last[1:])
        except ValueError:
            raise refuse(_("There is no such day.")) from None
        if ends < begins and first[0] is not None:
            raise refuse(_("The last day comes before the first."))
        return Dates(first[1:], last[1:], first[0], last[0])

    # -- hours --------------------------------------------------------------------------------------------------------

    def _read_hours(self) -> None:
        is_between = self._kind() == "BETWEEN" and bool(self._next())
        first = self._read_clock()
        if self._kind() != "TO" and not (is_between and self._kind() == "AND"):
            raise refuse(_("From when to when? Only one hour was written."))
        self._next()
        self._add(shift_between(first, self._read_clock()))

    def _read_clock(self) -> Clock:
        if self._kind() not in _HOURS:
            raise refuse(_("From when to when? Only one hour was written."))
        token = self._next()
        match = token.match
        if token.kind != "TIME":
            return Clock(12 if token.kind == "NOON" else 24, 0, written=match[0], is_plain=True)
        return Clock(
            int(match["hour"]),
            30 if match["half_past"] else int(match["minute"] or match["minutes"] or 0),
            half=re.sub(r"[. ]", "", match["half"] or ""),
            part=match["part"] or "",
            written=match[0].strip(),
            is_plain=match["hour"].startswith("0") or int(match["hour"]) > 12,
        )

    def _add(self, shift: Shift) -> None:
        clause = self.clause
        mixed = _ALL_DAY in (*clause.shifts, shift) and bool(clause.shifts)
        if clause.is_closed or mixed or (clause.came_first and clause.has_days):
            raise refuse(_("It is not clear which hours belong to which days: put “;” between them."))
        clause.came_first = clause.came_first or not clause.has_days
        clause.shifts.append(shift)

    def _with_their_comments(self) -> list[_Clause]:
        """A comment on its own is of the only clause there is; of several it is not clear of which."""
        said = [clause for clause in self.found if clause.says_something]
        alone = [comment for clause in self.found if not clause.says_something for comment in clause.comments]
        if len(said) > 1 and alone:
            raise refuse(_("Put “%(comment)s” next to the hours it belongs to.") % {"comment": alone[0]})
        if not said and not alone and not self.is_shut_on_holidays:
            raise refuse(_("We do not understand these hours."))
        if not said:
            return [_Clause(comments=alone)] if alone else []
        said[0].comments += alone
        return said


_MEANING = {
    "SEP": _Reading.end,
    "AND": _Reading.go_on,
    "TO": _Reading.refuse_to,
    "MONTHLY": _Reading.check_monthly,
    "YEARLY": _Reading.every_year,
    "COMMENT": _Reading.comment,
    "NO_HOLIDAY": _Reading.shut_on_holidays,
    "ALSO_HOLIDAY": _Reading.also_on_holidays,
    "CLOSED": _Reading.closed,
    "ALWAYS": _Reading.around_the_clock,
    "EXCEPT": _Reading.leave_out,
}


def _weekday(token: Token) -> int:
    return {"TUESDAY": 1, "WEDNESDAY": 2}.get(token.kind, -1) if token.kind != "DAY" else DAY_OF[token.match["name"]]


def _place(token: Token) -> int:
    return PLACE_OF[token.match["place"] or token.match["digit"]]


def _date(token: Token) -> tuple[int | None, int, int]:
    """Year, month, day."""
    match = token.match
    year = match["year"] or match["y"]
    return (
        int(year) if year else None,
        MONTH_OF[match["month"]] if match["month"] else int(match["m"]),
        int(match["day"]),
    )


def _in_order(clauses: list[_Clause], *, is_shut_on_holidays: bool) -> tuple[Rule, ...]:
    """First the week, then single days of the month, seasons, holidays, closed seasons and dates: each may change what stands before it."""
    rules = _once([rule for clause in clauses for rule in _rules(clause)])
    if not rules:
        raise refuse(_("Which days? Only holidays were written."))
    if is_shut_on_holidays and not any(rule.is_for_holidays for rule in rules):
        rules.append(Rule(is_for_holidays=True))
    return tuple(sorted(rules, key=_rank))


def _rank(rule: Rule) -> int:
    if rule.dates:
        return 6
    if rule.is_for_holidays:
        return 4
    if rule.months:
        return 3 if rule.shifts else 5
    if rule.nth:
        return 2
    return 0 if rule.shifts else 1


def _rules(clause: _Clause) -> Iterator[Rule]:
    comment = "; ".join(clause.comments)
    if not clause.says_something:
        yield Rule(shifts=(_ALL_DAY,), is_sure=False, comment=comment)
        return
    if not clause.shifts and not clause.is_closed:
        raise refuse(_("At what time? Only days were written."))
    is_anytime = clause.shifts == [_ALL_DAY] or bool(clause.is_closed and clause.months)
    if not clause.has_days and not is_anytime:
        raise refuse(_("Which days? Only hours were written."))
    rule = Rule(
        months=tuple(clause.months),
        shifts=() if clause.is_closed else without_overlap(clause.shifts),
        comment=comment,
    )
    if clause.weekdays or not clause.has_days:
        yield replace(rule, weekdays=frozenset(clause.weekdays if len(clause.weekdays) < len(DAYS) else ()))
    if clause.nth:
        yield replace(rule, nth=tuple(clause.nth))
    if clause.is_for_holidays or clause.is_also_for_holidays:
        yield replace(rule, is_for_holidays=True)
    if clause.dates:
        yield replace(rule, dates=tuple(clause.dates))


def _once(rules: list[Rule]) -> list[Rule]:
    """Two lines of exactly the same days are one; two that share only some of them could mean either."""
    found: list[Rule] = []
    for rule in rules:
        same = next((one for one in found if _days(one) == _days(rule) and one.comment == rule.comment), None)
        if same and same.shifts and rule.shifts and not _overlap(same.shifts, rule.shifts):
            found[found.index(same)] = replace(same, shifts=without_overlap([*same.shifts, *rule.shifts]))
        elif any(_share_days(one, rule) for one in found):
            raise refuse(_("Two lines speak of the same day. Write each day once, with all its hours."))
        else:
            found.append(rule)
    return found


def _days(rule: Rule) -> Rule:
    return replace(rule, shifts=(), comment="")


def _overlap(some: tuple[Shift, ...], others: tuple[Shift, ...]) -> bool:
    return any(one.opens < other.closes and other.opens < one.closes for one in some for other in others)


def _share_days(one: Rule, other: Rule) -> bool:
    """Of the same sort; one that is closed all day may stand beside one that opens ("todos los días 9 a 17; domingo cerrado")."""
    if one.is_weekly and other.is_weekly and bool(one.shifts) == bool(other.shifts):
        week = frozenset(range(len(DAYS)))
        return bool((one.weekdays or week) & (other.weekdays or week))
    if one.months or other.months:
        return (
            one.months == other.months
            and bool(one.shifts) == bool(other.shifts)
            and _share_days(replace(one, months=()), replace(other, months=()))
        )
    return bool(
        (one.is_for_holidays and other.is_for_holidays)
        or set(one.nth) & set(other.nth)
        or set(one.dates) & set(other.dates)
    )
