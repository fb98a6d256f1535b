"""Hours in words, in the language of whoever asks: the week in one short line, and what holds now."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from baquiano.directory.hours.notation import DAY, Dates, HoursNotUnderstood, Rule, Shift, rules_of, runs
from baquiano.directory.hours.timetable import Now, State, clock_of
from baquiano.lib.dates import written

_A_NIGHT = timedelta(hours=12)
_DAYS = (
    pgettext_lazy("hours", "Monday"),
    pgettext_lazy("hours", "Tuesday"),
    pgettext_lazy("hours", "Wednesday"),
    pgettext_lazy("hours", "Thursday"),
    pgettext_lazy("hours", "Friday"),
    pgettext_lazy("hours", "Saturday"),
    pgettext_lazy("hours", "Sunday"),
)
_ON_DAYS = (
    pgettext_lazy("hours", "on Monday"),
    pgettext_lazy("hours", "on Tuesday"),
    pgettext_lazy("hours", "on Wednesday"),
    pgettext_lazy("hours", "on Thursday"),
    pgettext_lazy("hours", "on Friday"),
    pgettext_lazy("hours", "on Saturday"),
    pgettext_lazy("hours", "on Sunday"),
)
_MONTHS = (
    pgettext_lazy("hours", "January"),
    pgettext_lazy("hours", "February"),
    pgettext_lazy("hours", "March"),
    pgettext_lazy("hours", "April"),
    pgettext_lazy("hours", "May"),
    pgettext_lazy("hours", "June"),
    pgettext_lazy("hours", "July"),
    pgettext_lazy("hours", "August"),
    pgettext_lazy("hours", "September"),
    pgettext_lazy("hours", "October"),
    pgettext_lazy("hours", "November"),
    pgettext_lazy("hours", "December"),
)
_PLACES = {
    1: gettext_lazy("first %(day)s of the month"),
    2: gettext_lazy("second %(day)s of the month"),
    3: gettext_lazy("third %(day)s of the month"),
    4: gettext_lazy("fourth %(day)s of the month"),
    5: gettext_lazy("fifth %(day)s of the month"),
    -1: gettext_lazy("last %(day)s of the month"),
}


def in_words(hours: str, language: str) -> str:
    """One line: "Lunes a viernes de 8:00 a 17:00; sábado de 9:00 a 13:00; días festivos: cerrado". "" stays "", and what is no notation
    is shown as it was written."""
    try:
        rules = rules_of(hours) if hours else ()
    except HoursNotUnderstood:
        return hours
    with translation.override(language):
        return capfirst("; ".join(_rule(rule) for rule in rules))


def now_in_words(now: Now, zone: str, moment: datetime, language: str) -> str:
    """What holds now and until when, in the time of the place: "Abierto hasta las 17:00", "Cerrado. Abre el lunes a las 8:00"."""
    with translation.override(language):
        if now.state is State.UNKNOWN:
            unknown = (
                _("Public holiday: we do not know whether it is open")
                if now.is_holiday
                else _("We do not know the hours")
            )
            return _with_comment(unknown, now.comment)
        today = moment.astimezone(clock_of(zone) or moment.tzinfo)
        if now.state.is_shut:
            return _shut(now, today)
        return _open(now, today)


def _open(now: Now, today: datetime) -> str:
    if now.then is State.UNKNOWN and now.then_is_holiday and now.changes_at:
        return _sentences(_with_comment(_("Open now"), now.comment), _about_holiday(now.changes_at, today))
    if now.changes_at is None or now.then in (State.OPEN, State.PARTLY):
        return _with_comment(_("Open now"), now.comment)
    if now.changes_at.date() == today.date() + timedelta(days=1) and _clock(now.changes_at) == "0:00":
        until = _("Open until midnight")
    elif now.changes_at - today < _A_NIGHT or now.changes_at.date() == today.date():
        until = _("Open until %(time)s") % {"time": _clock(now.changes_at)}
    else:
        until = _("Open until %(time)s %(day)s") % {"time": _clock(now.changes_at), "day": _day(now.changes_at, today)}
    return _with_comment(until, now.comment)


def _shut(now: Now, today: datetime) -> str:
    closed = _("Closed for now") if now.state is State.TEMPORARILY_CLOSED else pgettext("hours", "Closed")
    closed = _with_comment(closed, now.comment)
    if now.changes_at is None or now.then is None:
        return closed
    if now.then is State.UNKNOWN:
        following = _about_holiday(now.changes_at, today) if now.then_is_holiday else _("We do not know when it opens")
        return _sentences(closed, following)
    if now.changes_at.date() == today.date():
        return _sentences(closed, _("Opens at %(time)s") % {"time": _clock(now.changes_at)})
    opens = _("Opens %(day)s at %(time)s") % {"day": _day(now.changes_at, today), "time": _clock(now.changes_at)}
    return _sentences(closed, opens)


def _about_holiday(changes_at: datetime, today: datetime) -> str:
    return _("We do not know whether it opens %(day)s: it is a public holiday") % {"day": _day(changes_at, today)}


def _day(then: datetime, today: datetime) -> str:
    days = (then.date() - today.date()).days
    if days == 0:
        return pgettext("hours", "today")
    if days == 1:
        return pgettext("hours", "tomorrow")
    return str(_ON_DAYS[then.weekday()]) if days < 7 else _("on %(date)s") % {"date": written(then.date())}


def _rule(rule: Rule) -> str:
    if rule.is_always and rule.shifts and not rule.is_sure:
        return rule.comment or _("the hours are not known")
    days = _which_days(rule)
    if not rule.shifts:
        told = _("%(days)s: closed") % {"days": days}
    else:
        hours = _listed([_shift(shift) for shift in rule.shifts])
        told = _("%(days)s also %(hours)s") % {"days": days, "hours": hours} if rule.adds else f"{days} {hours}"
    if not rule.is_sure:
        told = _("%(hours)s, to be confirmed") % {"hours": told}
    return _with_comment(told, rule.comment)


def _which_days(rule: Rule) -> str:
    days = [*_weekdays(rule), *(_place(day, place) for day, place in rule.nth)]
    if rule.is_for_holidays:
        days = [_("public holidays")]
    season = [
        *(_dates(dates) for dates in rule.dates),
        *(_range(_MONTHS[a - 1], _MONTHS[b - 1]) for a, b in rule.months),
    ]
    if not season:
        return _listed(days) if days else _("every day")
    return f"{_listed(season)}, {_listed(days)}" if days else _listed(season)


def _weekdays(rule: Rule) -> list[str]:
    return runs(rule.weekdays, lambda first, last: _range(_DAYS[first], _DAYS[last]), lambda day: str(_DAYS[day]))


def _place(day: int, place: int) -> str:
    if place in _PLACES:
        return str(_PLACES[place]) % {"day": _DAYS[day]}
    return _("%(day)s, number %(n)d of the month") % {"day": _DAYS[day], "n": place}


def _dates(dates: Dates) -> str:
    return _range(_date(dates.first, dates.year), _date(dates.last, dates.until))


def _date(day: tuple[int, int], year: int | None) -> str:
    if year is not None:
        return written(date(year, *day))
    return pgettext("hours", "%(day)d %(month)s") % {"day": day[1], "month": _MONTHS[day[0] - 1]}


def _range(first: object, last: object) -> str:
    if str(first) == str(last):
        return str(first)
    return pgettext("hours", "%(first)s to %(last)s") % {"first": first, "last": last}


def _shift(shift: Shift) -> str:
    if shift == Shift(0, DAY):
        return _("around the clock")
    opens, closes = (f"{minutes // 60 % 24}:{minutes % 60:02}" for minutes in (shift.opens, shift.closes))
    return _("from %(opens)s to %(closes)s") % {"opens": opens, "closes": "24:00" if shift.closes == DAY else closes}


def _listed(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return pgettext("hours", "%(some)s and %(last)s") % {"some": ", ".join(items[:-1]), "last": items[-1]}


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def _with_comment(text: str, comment: str) -> str:
    return f"{text} ({comment})" if comment else text


def _sentences(*sentences: str) -> str:
    return ". ".join(sentences)
